"""Folders in and out."""

import io
import os
import zipfile
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge import content as contents
from knowledge import folder as folders
from knowledge.content import MAX_BYTES, Written
from knowledge.errors import BadArticle
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, ask, page, publish

pytestmark = pytest.mark.service

Opened = AbstractAsyncContextManager[Knowledge]


def put(folder: Path, name: str, article: Written) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(contents.write(article))


async def test_each_bad_file_is_named_and_the_rest_is_live(opened: Opened, tmp_path: Path) -> None:
    source = tmp_path / "source"
    put(source, "parcels.md", Written("parcels", page()))
    put(source, "deep/tents.md", Written("tents", page("Tents", "Tents stand.")))
    put(source, "twice.md", Written("tents", page("Tents", "Tents fall.")))
    (source / "broken.md").write_text("---\nid: [\n---\n\nbody")
    (source / "binary.md").write_bytes(bytes(range(256)))
    (source / "huge.md").write_bytes(contents.write(Written("huge", page())) + b"x" * (5 * MAX_BYTES))
    (source / "script.md").write_bytes(
        contents.write(Written("script", page())).replace(b"two days", b"<script>x()</script>")
    )
    (source / "circle-a.md").symlink_to(source / "circle-b.md")
    (source / "circle-b.md").symlink_to(source / "circle-a.md")
    (source / "circle").symlink_to(source)
    (tmp_path / "secret.md").write_bytes(contents.write(Written("secret", page())))
    (source / "outside.md").symlink_to(tmp_path / "secret.md")
    (source / "notes.txt").write_text("not an article")
    async with opened as knowledge:
        report = await knowledge.import_folder(source)
        assert sorted(report.created) == ["deep/tents.md", "parcels.md"]
        problems = {problem.file: problem.problem for problem in report.problems}
        assert set(problems) == {
            "twice.md", "broken.md", "binary.md", "huge.md", "script.md", "circle-a.md", "circle-b.md", "outside.md",
        }  # fmt: skip
        assert problems["twice.md"] == "id: tents is also the id of deep/tents.md"
        assert "line 3" in problems["broken.md"]
        assert "not UTF-8" in problems["binary.md"]
        assert "more than" in problems["huge.md"]
        assert "a browser would act on" in problems["script.md"]
        assert "circular" in problems["circle-a.md"]
        assert "outside" in problems["outside.md"]
        assert {article.id for article in await knowledge.editing.find()} == {"parcels", "tents"}
        assert ask(knowledge, "tents stand")[0] == "tents"
        again = await knowledge.import_folder(source)
        assert (again.created, again.updated, sorted(again.unchanged)) == ([], [], ["deep/tents.md", "parcels.md"])


async def test_export_and_import_lose_nothing(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder, tmp_path: Path
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "live", page(tags=("a", "b: c", "Ünïcode"), review_by="2027-01-31"))
        await publish(knowledge, "both", page(body="Live words."))
        await knowledge.editing.do_edit("both", page(body="Draft words.", effective_until="2027-12-31"), 1, "ed")
        await knowledge.editing.do_create("draft", page("Yes: no", audience="agent"), "ed")
        await knowledge.editing.do_create("review", page(), "ed")
        await knowledge.editing.do_submit("review", 1, "ed")
        await knowledge.editing.do_create("old", page(), "ed")
        await knowledge.editing.do_archive("old", 1, "ed")
        names = await knowledge.export_folder(tmp_path / "out")
        before = await knowledge.editing.find()
    assert sorted(names) == ["both.draft.md", "both.md", "draft.md", "live.md", "old.md", "review.md"]
    other = settings.model_copy(
        update={"database_url": f"sqlite:///{tmp_path}/other.db", "index_dir": tmp_path / "other"}
    )
    async with open_knowledge(other, clock, encoder, model="words") as knowledge:
        report = await knowledge.import_folder(tmp_path / "out")
        assert report.problems == []
        assert await knowledge.editing.find() == before
        assert (await knowledge.editing.version("both", 1)).content == page(body="Live words.")
        await knowledge.export_folder(tmp_path / "again")
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    assert not [name for name in os.listdir(tmp_path / "again") if name.startswith(".")]


async def test_a_plan_comes_back_with_its_file(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder, tmp_path: Path
) -> None:
    hour, out = "2026-05-05T14:00:00.000Z", tmp_path / "out"
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "parcels", page())
        await knowledge.editing.do_edit("parcels", page(body="Parcels travel for three days."), 1, "ed")
        await knowledge.editing.do_submit("parcels", 2, "ed")
        await knowledge.editing.do_schedule("parcels", 2, "2026-05-05T16:00:00+02:00", "ed")
        names = await knowledge.export_folder(out)
        assert f"publish_at: '{hour}'" in (out / "parcels.draft.md").read_text()
        assert sorted((await knowledge.import_folder(out)).unchanged) == sorted(names)
        await knowledge.editing.do_unschedule("parcels", "ed")
        assert (await knowledge.import_folder(out)).updated == ["parcels.draft.md"]
        assert (await knowledge.desk.listing.get("parcels")).scheduled_for == hour
    for name in ("in time", "too late"):
        other = settings.model_copy(
            update={"database_url": f"sqlite:///{tmp_path}/{name}.db", "index_dir": tmp_path / name}
        )
        async with open_knowledge(other, clock, encoder, model="words") as knowledge:
            report = await knowledge.import_folder(out)
            (listed,) = await knowledge.desk.listing.find()
            assert (listed.state, listed.published_version) == ("in_review", 1)
            if name == "in time":
                assert (report.problems, listed.scheduled_for) == ([], hour)
                await knowledge.export_folder(tmp_path / "again")
                for one in names:
                    assert (tmp_path / "again" / one).read_bytes() == (out / one).read_bytes()
            else:
                (problem,) = report.problems
                assert problem.problem.endswith("lies in the past. Version 2 of parcels waits for its review.")
                assert listed.scheduled_for is None
        clock.moment += timedelta(days=2)


@pytest.mark.parametrize("moment", ["soon", "2027-01-31", "2027-01-31T09:00:00", "[1]"])
def test_a_plan_needs_its_moment_and_a_text_that_waits(moment: str) -> None:
    draft = contents.write(Written("parcels", page(), "draft")).replace(
        b"state:", f"publish_at: {moment}\nstate:".encode()
    )
    with pytest.raises(BadArticle, match="publish_at: must be a moment with its offset"):
        contents.read(draft)
    with pytest.raises(BadArticle, match="publish_at: belongs to a draft"):
        contents.read(contents.write(Written("parcels", page(), publish_at="2027-01-31T09:00:00.000Z")))


async def test_an_export_leaves_nothing_that_an_earlier_one_wrote(opened: Opened, tmp_path: Path) -> None:
    target, way = tmp_path / "used", '[asked]: # "where is it"'
    drafted = page("Parcels", f"## Parcels\n\n{way}\n\nParcels travel by mule.")
    async with opened as knowledge:
        await publish(knowledge, "parcels", page())
        await knowledge.editing.do_edit("parcels", drafted, 1, "ed@example.test")
        await knowledge.export_folder(target)
        (target / "tents.draft.md").write_text("somebody's own")
        (target / "asked" / "parcels.draft.txt.old").write_text("somebody's own")
        await publish(knowledge, "parcels", page(body="Parcels travel for three days."))
        assert await knowledge.export_folder(target) == ["parcels.md"]
        left = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
        assert left == {"parcels.md", "tents.draft.md", "asked/parcels.draft.txt.old"}
        (target / "tents.draft.md").unlink()
        assert (await knowledge.import_folder(target)).unchanged == ["parcels.md"]


async def test_a_place_that_is_no_folder_is_refused(opened: Opened, tmp_path: Path) -> None:
    async with opened as knowledge:
        with pytest.raises(BadArticle):
            await knowledge.import_folder(tmp_path / "nowhere")


async def test_circular_redirects_are_named_and_the_rest_is_live(opened: Opened, tmp_path: Path) -> None:
    source = tmp_path / "source"
    put(source, "a.md", Written("a", page(redirect_from=("b",))))
    put(source, "b.md", Written("b", page(redirect_from=("c",))))
    put(source, "c.md", Written("c", page(redirect_from=("a",))))
    put(source, "self.md", Written("self", page(redirect_from=("self",))))
    put(source, "taken.md", Written("taken", page(redirect_from=("good",))))
    put(source, "good.md", Written("good", page(redirect_from=("former", "former-2"))))
    put(source, "second.md", Written("second", page(redirect_from=("former",))))
    async with opened as knowledge:
        report = await knowledge.import_folder(source)
        assert report.created == ["good.md"]
        problems = {problem.file: problem.problem for problem in report.problems}
        assert problems == {
            "a.md": "redirect_from: b → a → c → b is a circle",
            "b.md": "redirect_from: c → b → a → c is a circle",
            "c.md": "redirect_from: a → c → b → a is a circle",
            "self.md": "redirect_from: self → self is a circle",
            "taken.md": "redirect_from: good is an article of its own in this import",
            "second.md": "redirect_from: former leads to good already",
        }
        assert [article.id for article in await knowledge.editing.find()] == ["good"]
        assert await knowledge.editing.redirect_target("former-2") == "good"


async def test_a_circle_with_an_article_that_is_there_is_refused(opened: Opened, tmp_path: Path) -> None:
    put(tmp_path / "source", "new.md", Written("new", page(redirect_from=("old",))))
    async with opened as knowledge:
        await publish(knowledge, "old", page(redirect_from=("new",)))
        report = await knowledge.import_folder(tmp_path / "source")
        assert [problem.problem for problem in report.problems] == [
            "redirect_from: old is an article of its own and leads back here: a circle"
        ]
        await knowledge.editing.do_archive("old", 1, "ed")
        assert (await knowledge.import_folder(tmp_path / "source")).created == ["new.md"]


async def test_files_that_were_sent(opened: Opened) -> None:
    good = contents.write(Written("parcels", page(redirect_from=("post",))))
    unfinished = contents.write(Written("dogs", page(body='Dogs.\n\n[open]: # "ask the shop"')))
    files = [
        ("folder/parcels.md", good),
        ("..\\..\\outside.md", good),
        ("/etc/../../outside.md", good),
        ("picture.png", b"\x89PNG"),
        ("binary.md", bytes(range(256))),
        ("script.md", good.replace(b"two days", b"<script>x()</script>")),
        ("huge.md", good + b"x" * (5 * MAX_BYTES)),
        ("dogs.md", unfinished),
        ("", b""),
    ]
    async with opened as knowledge:
        report = await folders.import_files(knowledge.editing, files, "ed@example.test")
        assert report.created == ["folder/parcels.md"]
        problems = {problem.file: problem.problem for problem in report.problems}
        assert set(problems) == {name for name, _ in files} - {"folder/parcels.md"}
        assert problems["dogs.md"] == "body: line 3 is still open: ask the shop"
        assert problems["picture.png"] == "file: is not a Markdown file (.md)"
        assert [article.id for article in await knowledge.editing.find()] == ["parcels"]
        packed = await folders.export_zip(knowledge.editing)
        assert packed == await folders.export_zip(knowledge.editing)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == {"parcels.md": good}
