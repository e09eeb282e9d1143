"""What a file that is brought in may do to an article that is there already, and what it may not."""

import io
import os
import zipfile
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge import content as contents
from knowledge import folder as folders
from knowledge.content import MAX_BYTES, Content, Written
from knowledge.embeddings import Progress
from knowledge.errors import BadArticle, Unavailable
from knowledge.folder import ImportReport
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, ask, page, publish

pytestmark = pytest.mark.service

Opened = AbstractAsyncContextManager[Knowledge]
ED = "ed@example.test"
FIRST, SECOND, OTHER = page(), page(body="Parcels travel for a week."), page(body="Parcels stay.")


async def send(knowledge: Knowledge, *files: tuple[str, Written | bytes]) -> ImportReport:
    sent = [(name, contents.write(file) if isinstance(file, Written) else file) for name, file in files]
    return await folders.import_files(knowledge.editing, sent, ED)


def told(report: ImportReport) -> dict[str, str]:
    """Each file with what became of it."""
    lines = {name: kind for kind in ("created", "updated", "unchanged") for name in getattr(report, kind)}
    assert not lines.keys() & {one.file for one in report.problems}
    return {**lines, **{one.file: one.problem for one in report.problems}}


async def test_a_draft_in_review_is_never_buried(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "parcels", FIRST)
        await knowledge.editing.do_edit("parcels", SECOND, 1, "lena@example.test")
        await knowledge.editing.do_submit("parcels", 2, "lena@example.test")
        before = await knowledge.editing.get("parcels")
        assert told(await send(knowledge, ("parcels.md", Written("parcels", FIRST)))) == {"parcels.md": "unchanged"}
        for state in ("published", "draft", "in_review", "archived"):
            report = await send(knowledge, ("parcels.md", Written("parcels", OTHER, state)))  # type: ignore[arg-type]
            assert told(report) == {
                "parcels.md": "conflict: version 2 by lena@example.test (2026-05-04) is in review, and this file says "
                "something else. Nothing was overwritten: publish that version or go back to an earlier one, then "
                "import again"
            }
        assert await knowledge.editing.get("parcels") == before
        assert told(await send(knowledge, ("parcels.md", Written("parcels", SECOND)))) == {"parcels.md": "updated"}
        assert (await knowledge.editing.get("parcels")).published_version == 2
        assert told(await send(knowledge, ("parcels.md", Written("parcels", OTHER)))) == {"parcels.md": "updated"}
        assert (await knowledge.editing.get("parcels")).published_version == 3


async def test_what_was_taken_out_is_unchanged_when_it_comes_back(opened: Opened, tmp_path: Path) -> None:
    async with opened as knowledge:
        await publish(knowledge, "both", FIRST)
        await knowledge.editing.do_edit("both", SECOND, 1, ED)
        await knowledge.editing.do_edit("both", OTHER, 2, ED)
        await knowledge.editing.do_submit("both", 3, ED)
        await publish(knowledge, "live", FIRST)
        await knowledge.editing.do_create("draft", FIRST, ED)
        await publish(knowledge, "old", FIRST)
        await knowledge.editing.do_archive("old", 1, ED)
        await publish(knowledge, "new", page("New", redirect_from=("old",)))
        names = [name for name in await knowledge.export_folder(tmp_path) if name.endswith(".md")]
        before = await knowledge.editing.find()
        for _ in range(2):
            assert told(await knowledge.import_folder(tmp_path)) == dict.fromkeys(names, "unchanged")
        assert await knowledge.editing.find() == before
        same = Written("live", FIRST, "draft")
        assert told(await send(knowledge, ("live.md", same))) == {"live.md": "unchanged"}


async def test_a_text_that_waits_for_its_day_waits_on(opened: Opened) -> None:
    later = page(body="From June.", effective_from="2026-06-01")
    async with opened as knowledge:
        await publish(knowledge, "parcels", FIRST)
        assert told(await send(knowledge, ("parcels.md", Written("parcels", later)))) == {"parcels.md": "updated"}
        history = await knowledge.editing.history("parcels")
        assert history[-1]["event"] == "schedule"
        assert told(await send(knowledge, ("parcels.md", Written("parcels", later)))) == {"parcels.md": "unchanged"}
        assert await knowledge.editing.history("parcels") == history


async def test_what_stands_after_a_step_that_failed_is_told(opened: Opened) -> None:
    async with opened as knowledge:

        async def broken(article_id: str, version: int, content: Content, progress: Progress | None) -> None:
            raise Unavailable("model_away", "The model cannot be reached.")

        knowledge.editing._prepare = broken  # type: ignore[assignment]
        files = (("parcels.md", Written("parcels", FIRST)), ("tents.md", Written("tents", FIRST, "draft")))
        assert told(await send(knowledge, *files)) == {
            "parcels.md": "The model cannot be reached. Version 1 of parcels is kept as a draft.",
            "tents.md": "created",
        }
        assert (await knowledge.editing.get("parcels")).state == "draft"


async def test_an_article_and_its_archived_forerunner_both_come_back(opened: Opened) -> None:
    files = (
        ("a-new.md", Written("a-new", page("New", redirect_from=("old",)))),
        ("old.md", Written("old", page("Old", redirect_from=("older",)), "archived")),
        ("older.md", Written("older", page("Older"))),
    )
    async with opened as knowledge:
        assert set(told(await send(knowledge, *files)).values()) == {"created"}
        assert await knowledge.editing.redirect_target("old") == "a-new"
        with pytest.raises(BadArticle, match="id: old is a former id of a-new, and its address leads there"):
            await knowledge.editing.do_restore("old", 1, ED)


async def test_a_draft_waits_for_the_published_file_that_could_not_be_read(opened: Opened) -> None:
    draft = ("parcels.draft.md", Written("parcels", SECOND, "draft"))
    async with opened as knowledge:
        report = told(await send(knowledge, ("parcels.md", b"no front matter"), draft))
        assert report["parcels.draft.md"] == "left out, since parcels.md beside it was not brought in"
        report = told(await send(knowledge, ("parcels.md", Written("parcels", FIRST)), draft))
        assert report == {"parcels.md": "created", "parcels.draft.md": "updated"}


async def test_no_article_takes_the_former_id_of_another(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "new", page(redirect_from=("old",)))
        await knowledge.editing.do_edit("new", page(redirect_from=("older",)), 1, ED)
        for former in ("old", "older"):
            with pytest.raises(BadArticle, match=f"id: {former} is a former id of new"):
                await knowledge.editing.do_create(former, page(), ED)
        with pytest.raises(BadArticle, match="old leads to new already"):
            await knowledge.editing.do_create("other", page(redirect_from=("old",)), ED)
        assert await knowledge.editing.former_ids() == {"old", "older"}


async def test_the_longest_body_comes_back(opened: Opened, tmp_path: Path) -> None:
    body = "Long. " * ((MAX_BYTES - 1) // 6)
    longest = replace(page("T" * 200, body, tags=("t" * 60,) * 30), body=body + "x" * (MAX_BYTES - len(body)))
    async with opened as knowledge:
        await knowledge.editing.do_create("long", longest, ED)
        await knowledge.editing.do_create("nobodys", replace(page(), owner=""), ED)
        await knowledge.export_folder(tmp_path)
        report = told(await knowledge.import_folder(tmp_path))
        assert report == {"long.md": "unchanged", "nobodys.md": "unchanged"}


async def test_what_export_makes_is_taken_back_as_one_file(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "parcels", page(body='## When?\n\nIn two days.\n\n[asked]: # "is it late"'))
        await knowledge.editing.do_create("tents", page("Tents", "Tents stand."), "ed")
        packed = await folders.export_zip(knowledge.editing)
        report = await knowledge.import_files([("articles.zip", packed)], "ed")
        assert sorted(report.unchanged) == ["parcels.md", "tents.md"]
        assert (report.created, report.updated, report.problems) == ([], [], [])


@pytest.mark.parametrize("what", ["no zip", "cut off", "too many", "too large"])
async def test_a_zip_that_cannot_be_taken_leaves_nothing_behind(
    opened: Opened, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.md", "x" * 100_000)
    data = packed.getvalue()
    if what == "no zip":
        data = b"PK and no more"
    elif what == "cut off":
        data = data[:100]
    elif what == "too many":
        monkeypatch.setattr("knowledge.unzip.MOST_ENTRIES", 2)
    else:
        monkeypatch.setattr("knowledge.unzip.MOST_UNPACKED", 250_000)
    async with opened as knowledge:
        with pytest.raises(BadArticle, match="The zip"):
            await knowledge.import_files([("articles.zip", data)], "ed")
        assert await knowledge.editing.find() == []


async def test_what_cannot_be_unpacked_is_named_and_the_rest_is_brought_in(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block of bzip2 or LZMA unpacks to whatever it holds, however little was asked for: those are never begun."""
    text = contents.write(Written("parcels", FIRST))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.md", text)
        archive.writestr("bomb.md", b"x" * 1_000_000, zipfile.ZIP_BZIP2)
        archive.writestr("lzma.md", b"x" * 1_000_000, zipfile.ZIP_LZMA)
        archive.writestr("locked.md", text)
        archive.writestr("torn.md", "torn" * 1_000)
    with zipfile.ZipFile(packed) as archive:
        places = {entry.filename: entry.header_offset for entry in archive.infolist()}
        listed = archive.start_dir
    data = bytearray(packed.getvalue())
    data[places["locked.md"] + 6] |= 1
    data[data.index(b"locked.md", listed) - 46 + 8] |= 1
    data[places["torn.md"] + 30 + len("torn.md") + 2] ^= 0xFF
    begun: list[str] = []
    opening = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile, "open", lambda self, entry, *more: begun.append(entry.filename) or opening(self, entry, *more)
    )
    other = "file: is packed in a way that is not taken here: pack it as an ordinary zip (deflate)"
    async with opened as knowledge:
        assert told(await knowledge.import_files([("articles.zip", bytes(data))], ED)) == {
            "good.md": "created",
            "bomb.md": other,
            "lzma.md": other,
            "locked.md": "file: is encrypted",
            "torn.md": "file: is damaged in the zip and cannot be unpacked",
        }
    assert begun == ["good.md", "torn.md"]


@pytest.mark.parametrize("claimed", [10, 100_000])
async def test_what_a_zip_claims_of_its_sizes_is_not_believed(
    opened: Opened, claimed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A size that is too small gives no half texts; damaged files count by what they unpacked to, too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.md", b"x" * 100_000)
        sums = {entry.CRC for entry in archive.infolist()}
    data = packed.getvalue().replace((100_000).to_bytes(4, "little"), claimed.to_bytes(4, "little"))
    for one in sums:
        data = data.replace(one.to_bytes(4, "little"), (one ^ 1).to_bytes(4, "little"))
    monkeypatch.setattr("knowledge.unzip.MOST_UNPACKED", 250_000)
    async with opened as knowledge:
        if claimed == 10:
            report = told(await knowledge.import_files([("articles.zip", data)], ED))
            assert set(report.values()) == {"file: is damaged in the zip and cannot be unpacked"}
        else:
            with pytest.raises(BadArticle, match="The zip unpacks to more than 250000 bytes"):
                await knowledge.import_files([("articles.zip", data)], ED)
        assert await knowledge.editing.find() == []


async def test_files_that_were_sent_build_each_shelf_once(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty files would else mean twenty shelves, each with all articles in it."""
    alone = settings.model_copy(update={"refresh_every": timedelta(minutes=10)})
    async with open_knowledge(alone, clock, encoder, model="words") as knowledge:
        refreshed: list[bool] = []
        refresh = knowledge._catalogue.refresh
        monkeypatch.setattr(knowledge._catalogue, "refresh", lambda: refreshed.append(refresh()) or refreshed[-1])
        sent = [(f"a{number}.md", contents.write(Written(f"a{number}", page()))) for number in range(20)]
        report = await knowledge.import_files(sent, ED)
        assert (len(report.created), len(refreshed)) == (20, 1)
        assert len(ask(knowledge, "parcels")) == 1  # twenty copies of one text


async def test_any_name_of_a_file_is_an_answer_of_its_own(opened: Opened) -> None:
    good = Written("parcels", FIRST)
    async with opened as knowledge:
        report = told(
            await send(
                knowledge,
                ("x.md", Written("x", FIRST)),
                ("x.md/y.md", Written("y", FIRST)),
                ("包" * 93 + ".md", Written("cjk", FIRST)),
                ("caf\udce9.md", good),
                ("n" * 300 + ".md", good),
                ("twice.md", good),
                ("./twice.md", Written("parcels", SECOND)),
                ("same.md", Written("same", FIRST)),
                ("same.md", Written("same", FIRST)),
            )
        )
    assert report == {
        "x.md": "created",
        "x.md/y.md": "created",
        "包" * 93 + ".md": "created",
        "same.md": "created",
        "caf\\udce9.md": "file: has a name that cannot be used",
        "n" * 200: "file: has a name of more than 200 characters",
        "twice.md": "file: was sent twice with different content; neither was taken",
    }


async def test_a_name_that_is_no_text_stops_nothing(opened: Opened, tmp_path: Path, clock: HandClock) -> None:
    for name in (b"caf\xe9.md", b"parcels.md"):
        (tmp_path / os.fsdecode(name)).write_bytes(contents.write(Written("parcels", FIRST)))
    async with opened as knowledge:
        assert told(await knowledge.import_folder(tmp_path)) == {
            "parcels.md": "created",
            "caf\\udce9.md": "file: has a name that is no text",
        }
        assert ask(knowledge, "parcels travel") == ["parcels"]
