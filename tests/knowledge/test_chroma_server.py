"""The index on Chroma's own Rust server: the binary of the chromadb package, started on loopback."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import chromadb
import httpx
import pytest

from knowledge import rounds
from knowledge.engines import make_engine
from knowledge.errors import KnowledgeError
from knowledge.service import open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, ask, page, publish
from tests.support.running import free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

CHROMA = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]])"
"""The command ``chroma`` of the package, without its import of the client."""


class Server:
    """Chroma on a port of its own; ``stop`` and ``start`` keep its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                CHROMA,
                "run",
                "--path",
                self.folder,
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
            ],
            cwd=self.folder.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat").is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def databases(self) -> list[str]:
        found = httpx.get(f"{self.url}/api/v2/tenants/default_tenant/databases").json()
        return sorted(one["name"] for one in found if one["name"].startswith("frontdesk-"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if importlib.util.find_spec("chromadb_rust_bindings") is None:
        pytest.skip("this chromadb package brings no server")
    made = Server(tmp_path_factory.mktemp("chroma") / "data")
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def server(shared: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Answering, whatever the test before did to it; rebuilds are tried again at once."""
    monkeypatch.setattr(rounds, "PAUSE", 0.05)
    await eventually("Chroma's server answers", shared.answers, within=60)
    return shared


@pytest.fixture
def served(settings: KnowledgeSettings, server: Server) -> KnowledgeSettings:
    return settings.model_copy(update={"chroma_url": server.url})


def backend_of(knowledge, question: str) -> str:  # type: ignore[no-untyped-def]
    return knowledge.retriever.search(question, audience="public").trace.backend


def test_a_client_of_the_server_tells_nobody_else_of_its_use(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "True")
    engine = make_engine(server.url)
    client = engine.open(tmp_path / "telemetry")
    assert client.get_settings().anonymized_telemetry is False
    engine.remove("telemetry")


async def test_the_index_lives_on_a_server(served: KnowledgeSettings, clock: HandClock, server: Server) -> None:
    others = set(server.databases())
    async with open_knowledge(served, clock, WordEncoder(), model="words") as knowledge:
        for number in range(30):
            await publish(knowledge, f"page-{number}", page(f"Subject {number}", f"Number {number} is w{number}."))
        await publish(knowledge, "for-agents", page("Subject", "Number secret", audience="agent"))
        await knowledge.settle()
        assert backend_of(knowledge, "number 7 is w7") == "index"
        assert ask(knowledge, "number 7 is w7")[0] == "page-7"
        assert "for-agents" not in ask(knowledge, "number secret")
        await knowledge.editing.do_archive("page-7", 1, "ed")
        await knowledge.settle()
        assert "page-7" not in ask(knowledge, "number 7 is w7")
        before = (served.index_dir / "current").read_text()
    async with open_knowledge(served, clock, WordEncoder(), model="words") as knowledge:
        assert backend_of(knowledge, "number 8 is w8") == "index"
        assert (served.index_dir / "current").read_text() == before
        await knowledge.reindex()
        await knowledge.reindex()
        assert ask(knowledge, "number 8 is w8")[0] == "page-8"
        # The served build and the last good one; what was before them is gone from the server, too.
        assert len(set(server.databases()) - others) == 2
        assert f"frontdesk-{before}" not in server.databases()


async def test_a_server_that_is_away_or_forgot_is_searched_around(
    served: KnowledgeSettings, clock: HandClock, server: Server
) -> None:
    async with open_knowledge(served, clock, WordEncoder(), model="words") as knowledge:
        for number in range(5):
            await publish(knowledge, f"page-{number}", page(f"Subject {number}", f"Number {number} is w{number}."))
        await knowledge.settle()
        server.stop()
        assert ask(knowledge, "number 3 is w3")[0] == "page-3"
        assert knowledge.index_trouble is not None
        shutil.rmtree(server.folder)
        server.start()
        await eventually("Chroma's server answers", server.answers, within=60)
        await eventually("the index is rebuilt", lambda: knowledge.index_trouble is None)
        assert backend_of(knowledge, "number 3 is w3") == "index"
        assert ask(knowledge, "number 3 is w3")[0] == "page-3"


async def test_pieces_that_the_server_lost_are_noticed(
    served: KnowledgeSettings, clock: HandClock, server: Server
) -> None:
    async with open_knowledge(served, clock, WordEncoder(), model="words") as knowledge:
        for number in range(5):
            await publish(knowledge, f"page-{number}", page(f"Subject {number}", f"Number {number} is w{number}."))
        await knowledge.settle()
        before = (served.index_dir / "current").read_text()
        other = chromadb.HttpClient("127.0.0.1", server.port, database=f"frontdesk-{before}")
        other.get_collection("public-en").delete(ids=["page-3:1:0#h"])
        await eventually("a new build is served", lambda: (served.index_dir / "current").read_text() != before)
        assert ask(knowledge, "number 3 is w3")[0] == "page-3"


async def test_a_start_without_the_server_answers_all_the_same(
    served: KnowledgeSettings, clock: HandClock, server: Server
) -> None:
    async with open_knowledge(served, clock, WordEncoder(), model="words") as knowledge:
        await publish(knowledge, "parcels", page())
        await knowledge.settle()
    away = served.model_copy(update={"chroma_url": f"http://127.0.0.1:{free_port()}"})
    async with open_knowledge(away, clock, WordEncoder(), model="words") as knowledge:
        assert ask(knowledge, "parcels travel") == ["parcels"]
        assert knowledge.index_trouble is not None


@pytest.mark.parametrize("url", ["http://chroma.example.test:8000", "ftp://127.0.0.1", "127.0.0.1:8000", "http://"])
async def test_an_unsafe_address_is_refused(settings: KnowledgeSettings, clock: HandClock, url: str) -> None:
    with pytest.raises(KnowledgeError, match="CHROMA_URL"):
        async with open_knowledge(settings.model_copy(update={"chroma_url": url}), clock, WordEncoder(), model="words"):
            pass
