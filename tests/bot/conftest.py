"""The trained model and a running bot, made once a run and used by every test of the category ``rasa``."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bot.support import Webhook

ROOT = Path(__file__).resolve().parents[2]
ROOT_PYTHON = ROOT / ".venv" / "bin" / "python"
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MINILM = ROOT / "var" / "models" / "minilm"
RASA = ROOT / "var" / "models" / "rasa"
DOOR_SECRET = "door-secret-of-the-tests-0123456789"
ACTION_SECRET = "action-secret-of-the-tests-012345"
READY_SECONDS = 90


@pytest.fixture(scope="session")
def sentence_model() -> Path:
    """The folder of the sentence model, built when it is not there."""
    subprocess.run([ROOT_PYTHON, "-m", "bot.text.model", "--out", str(MINILM)], cwd=ROOT, check=True, timeout=300)
    return MINILM


@pytest.fixture(scope="session")
def rasa_model(sentence_model: Path) -> Path:
    """The product's own model; trained only where something changed."""
    subprocess.run([BOT_PYTHON, "-m", "bot.train", "--out", str(RASA)], cwd=ROOT, check=True, timeout=600)
    return RASA / json.loads((RASA / "manifest.json").read_text())["path"]


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    """Short, because the path of a unix socket may have 107 characters at most."""
    folder = Path(tempfile.mkdtemp(prefix="fd-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def live_webhook(run_folder: Path) -> Iterator[Webhook]:
    webhook = Webhook(run_folder / "actions.sock")
    yield webhook
    webhook.close()


@pytest.fixture
def webhook(live_webhook: Webhook) -> Iterator[Webhook]:
    live_webhook.reset()
    yield live_webhook
    live_webhook.reset()


@pytest.fixture(scope="session")
def bot_log(run_folder: Path) -> Path:
    return run_folder / "bot.log"


@pytest.fixture(scope="session")
def bot_socket(rasa_model: Path, run_folder: Path, live_webhook: Webhook, bot_log: Path) -> Iterator[Path]:
    """A bot process on its unix socket, ready."""
    secrets = run_folder / "secrets"
    secrets.mkdir()
    (secrets / "door_secret").write_text(DOOR_SECRET)
    (secrets / "action_secret").write_text(ACTION_SECRET)
    socket = run_folder / "bot.sock"
    command = [
        str(BOT_PYTHON), "-m", "bot.serve", "--socket", str(socket), "--model", str(rasa_model.parent),
        "--actions-socket", str(run_folder / "actions.sock"), "--secrets-dir", str(secrets),
    ]  # fmt: skip
    with bot_log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_until_ready(process, socket, bot_log)
        yield socket
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def _wait_until_ready(process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    from bot.client import UnixConnection

    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            connection = UnixConnection(socket, timeout=1)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the bot was not ready in time: {log.read_text()[-2000:]}")


@pytest.fixture
def door(bot_socket: Path) -> Iterator[Door]:  # type: ignore[name-defined]  # noqa: F821
    from bot.client import Door

    door = Door(bot_socket, DOOR_SECRET.encode())
    yield door
    door.close()


@pytest.fixture
def talk(door, webhook) -> Callable[..., Conversation]:  # type: ignore[no-untyped-def, name-defined]  # noqa: F821
    """A new conversation; the webhook answers as the test tells it."""
    from bot.client import Conversation

    return lambda: Conversation(door, f"con_{uuid.uuid4().hex[:12]}")


def pytest_configure() -> None:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
