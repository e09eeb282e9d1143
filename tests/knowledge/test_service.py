"""The part as a whole, on SQLite and Chroma: what is published is found, what is not is never found."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from knowledge import catalogue, store
from knowledge.catalogue import Catalogue
from knowledge.copies import DUPLICATE
from knowledge.errors import IndexOwned
from knowledge.index import VectorIndex
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from knowledge.tables import article_chunks, articles, chunk_vectors
from tests.knowledge.conftest import HandClock, WordEncoder, ask, page, publish
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

Opened = AbstractAsyncContextManager[Knowledge]


async def test_published_is_found_and_withdrawn_is_gone_at_once(opened: Opened) -> None:
    async with opened as knowledge:
        await knowledge.editing.do_create("parcels", page(), "ed")
        assert ask(knowledge, "parcels travel") == []
        await knowledge.editing.do_publish("parcels", 1, "ed")
        assert ask(knowledge, "parcels travel") == ["parcels"]
        await knowledge.settle()
        assert ask(knowledge, "parcels travel") == ["parcels"]
        await knowledge.editing.do_archive("parcels", 1, "ed")
        assert ask(knowledge, "parcels travel") == []
        await knowledge.settle()
        assert ask(knowledge, "parcels travel") == []


async def test_an_edit_replaces_the_old_words(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "parcels", page(body="Parcels travel by mule."))
        await knowledge.settle()
        await publish(knowledge, "parcels", page(body="Parcels travel by train."))
        for _ in range(2):
            answer = await knowledge.answerer.answer("parcels travel by what", audience="public")
            assert "mule" not in answer.text
            assert [hit.passage.version for hit in knowledge.retriever.search("parcels", audience="public").hits] == [2]
            await knowledge.settle()


async def test_a_draft_does_not_replace_what_is_published(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "parcels", page())
        await knowledge.editing.do_edit("parcels", page(body="Parcels travel by rocket."), 1, "ed")
        hits = knowledge.retriever.search("parcels travel", audience="public").hits
        assert [hit.passage.chunk.text for hit in hits] == ["Parcels travel for two days."]


async def test_a_foreign_audience_or_locale_is_never_returned(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "for-all", page(body="Parcels: the public page."))
        await publish(knowledge, "for-customers", page(body="Parcels: the page of customers.", audience="customer"))
        await publish(knowledge, "for-agents", page(body="Parcels: secret fraud playbook.", audience="agent"))
        await publish(knowledge, "auf-deutsch", page(body="Parcels auf Deutsch.", locale="de"))
        for _ in range(2):
            assert set(ask(knowledge, "parcels secret fraud playbook")) == {"for-all"}
            assert set(ask(knowledge, "parcels fraud", "customer")) == {"for-all", "for-customers"}
            assert set(ask(knowledge, "parcels fraud", "agent")) == {"for-all", "for-customers", "for-agents"}
            assert set(ask(knowledge, "parcels fraud", locale="de_at")) == {"auf-deutsch", "for-all"}
            assert set(ask(knowledge, "parcels fraud", locale="fr")) == {"for-all"}
            assert set(ask(knowledge, "parcels fraud", locale="en_US")) == {"for-all"}
            assert set(ask(knowledge, "parcels fraud", "nonsense")) == {"for-all"}
            await knowledge.settle()
        await publish(knowledge, "for-all", page(body="Parcels: now for agents.", audience="agent"))
        assert ask(knowledge, "parcels") == []


async def test_effective_dates_hold(opened: Opened, clock: HandClock) -> None:
    async with opened as knowledge:
        await publish(knowledge, "sale", page(effective_from="2026-06-01", effective_until="2026-06-30"))
        assert ask(knowledge, "parcels") == []
        clock.moment = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
        assert ask(knowledge, "parcels") == ["sale"]
        clock.moment = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
        assert ask(knowledge, "parcels") == []


async def test_an_article_begins_and_ends_with_the_companys_day(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    """Vienna is two hours ahead of UTC in June: its first of June begins on the last of May there."""
    vienna = settings.model_copy(update={"timezone": "Europe/Vienna"})
    async with open_knowledge(vienna, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "sale", page(effective_from="2026-06-01", effective_until="2026-06-30"))
        answering = {
            datetime(2026, 5, 31, 21, 59, tzinfo=UTC): "later",
            datetime(2026, 5, 31, 22, 0, tzinfo=UTC): "now",
            datetime(2026, 6, 30, 21, 59, tzinfo=UTC): "now",
            datetime(2026, 6, 30, 22, 0, tzinfo=UTC): "ended",
        }
        for moment, expected in answering.items():
            clock.moment = moment
            assert (ask(knowledge, "parcels") == ["sale"]) == (expected == "now"), moment
            assert (await knowledge.desk.listing.get("sale")).answers == expected


async def test_the_second_owner_is_refused_in_one_sentence(
    opened: Opened, settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with opened:
        with pytest.raises(IndexOwned) as refused:
            async with open_knowledge(settings, clock, encoder, model="words"):
                pass
        assert "Only one process may write it" in refused.value.message
    async with open_knowledge(settings, clock, encoder, model="words") as again:
        assert ask(again, "parcels") == []


async def test_a_reader_beside_the_owner_edits_and_both_see_it(
    opened: Opened, settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    reading = settings.model_copy(update={"index_role": "reader"})
    async with opened as owner, open_knowledge(reading, clock, encoder, model="words") as reader:
        await publish(reader, "parcels", page())
        assert ask(reader, "parcels") == ["parcels"]
        await eventually("the owner follows", lambda: ask(owner, "parcels") == ["parcels"])
        await owner.editing.do_archive("parcels", 1, "ed")
        assert ask(owner, "parcels") == []
        await eventually("the reader follows", lambda: ask(reader, "parcels") == [])


@pytest.mark.parametrize("busy_with", ["_load", "_shelves"])
async def test_what_is_archived_waits_for_no_loading(
    opened: Opened,
    settings: KnowledgeSettings,
    clock: HandClock,
    encoder: WordEncoder,
    monkeypatch: pytest.MonkeyPatch,
    busy_with: str,
) -> None:
    reading = settings.model_copy(update={"index_role": "reader"})
    async with opened as owner, open_knowledge(reading, clock, encoder, model="words") as reader:
        await publish(owner, "parcels", page())
        await eventually("the reader follows", lambda: ask(reader, "parcels") == ["parcels"])
        await owner.settle()
        work, begun, done = getattr(catalogue, busy_with), threading.Event(), threading.Event()

        def slow(*given: Any) -> Any:
            made = work(*given)
            begun.set()
            assert done.wait(20)
            return made

        monkeypatch.setattr(catalogue, busy_with, slow)
        try:
            tents = page("Tents", "Tents stand on flat ground.")
            publishing = asyncio.create_task(publish(reader, "tents", tents))
            await eventually("it is loaded", begun.is_set)
            archiving = asyncio.create_task(owner.editing.do_archive("parcels", 1, "ed"))
            for each in (owner, reader):
                await eventually("it is gone", lambda each=each: ask(each, "parcels") == [])  # type: ignore[misc]
            assert not archiving.done()
        finally:
            done.set()
        await asyncio.gather(publishing, archiving)
        for each in (owner, reader):
            await eventually("the other is there", lambda each=each: ask(each, "tents parcels") == ["tents"])  # type: ignore[misc]


async def test_a_long_build_brings_nothing_back(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is withdrawn while the live set is built is not in it, also before anybody looks again."""
    async with opened as owner:
        await publish(owner, "parcels", page())
        alone = Catalogue(owner._database)
        build, seen = catalogue._shelves, []

        def withdrawing(*given: Any) -> Any:
            made = build(*given)
            if not seen:
                seen.append(1)
                owner._database.write_now(
                    lambda connection: connection.execute(articles.update().values(published_version=None))
                )
            return made

        monkeypatch.setattr(catalogue, "_shelves", withdrawing)
        assert await asyncio.to_thread(alone.refresh)
        assert (alone.live.by_article, alone.live.passages) == ({}, {})


async def test_a_garbled_lock_names_nobody_and_still_locks(
    opened: Opened, settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with opened:
        (settings.index_dir / "owner.lock").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(IndexOwned) as refused:
            async with open_knowledge(settings, clock, encoder, model="words"):
                pass
        assert refused.value.data["owner"] == "unknown"


async def test_lost_vectors_stop_nobody_from_following_and_are_made_again(
    opened: Opened, settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    reading = settings.model_copy(update={"index_role": "reader"})
    async with opened as owner, open_knowledge(reading, clock, encoder, model="words") as reader:
        await publish(owner, "parcels", page())
        await publish(owner, "tents", page("Tents", "Tents stand on flat ground."))
        await eventually("the reader follows", lambda: len(reader.live.by_article) == 2)

        def lose(connection: sa.Connection) -> None:
            # As another process would publish, were its vectors swept away.
            connection.execute(articles.update().where(articles.c.id == "parcels").values(published_version=None))
            connection.execute(chunk_vectors.delete())
            store.raise_generation(connection)

        await reader._database.write(lose)
        await eventually("the owner follows", lambda: ask(owner, "parcels stand") == ["tents"])

        def come_back(connection: sa.Connection) -> None:
            connection.execute(articles.update().where(articles.c.id == "parcels").values(published_version=1))
            store.raise_generation(connection)

        await reader._database.write(come_back)
        await reader.editing.do_archive("tents", 1, "ed")
        await eventually("what was archived is gone", lambda: "tents" not in ask(owner, "tents stand"))
        await eventually("what was lost is back", lambda: ask(owner, "parcels travel") == ["parcels"])


async def test_reindexing_beside_the_owner_reaches_the_owner(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "parcels", page())
        await knowledge.settle()
        await knowledge._database.write(
            lambda connection: connection.execute(article_chunks.update().values(text="Parcels travel backwards."))
        )
    reading = settings.model_copy(update={"index_role": "reader"})
    async with (
        open_knowledge(settings, clock, encoder, model="words") as owner,
        open_knowledge(reading, clock, encoder, model="words") as reader,
    ):
        build = (settings.index_dir / "current").read_text()

        def text() -> str:
            return owner.answerer.answer_now("parcels travel", audience="public").text

        assert text() == "Parcels travel backwards."
        await reader.reindex()
        await eventually("the owner loads everything anew", lambda: text() == "Parcels travel for two days.")
        await eventually(
            "the owner builds its index anew", lambda: (settings.index_dir / "current").read_text() != build
        )


async def test_copies_do_not_crowd_out_the_one_that_says_something_else(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    narrow = settings.model_copy(update={"candidates": 5})
    async with open_knowledge(narrow, clock, encoder, model="words") as knowledge:
        words = " ".join(chr(ord("a") + number) * 3 for number in range(26))
        for number in range(16):
            body = f"Parcels travel for two days {words} {chr(ord('a') + number)}."
            await publish(knowledge, f"copy-{number}", page(body=body))
        await publish(knowledge, "true", page("Lost", "Parcels that nobody saw are searched for."))
        for _ in range(2):
            hits = knowledge.retriever.search("parcels travel for two days", audience="public").hits
            assert len(hits) == 2
            assert hits[1].passage.article_id == "true"
            await knowledge.settle()


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Yearly plans", "A plan ends {words} within 14 days."),
        ("Plans", "A plan ends {words} within 3 months."),
        ("Plans", "A plan never ends {words} within 14 days."),
        ("Plans", "A plan ends {words} in Salzburg within 14 days."),
    ],
)
async def test_what_claims_something_else_is_no_copy_however_near_it_is(opened: Opened, title: str, body: str) -> None:
    words = " ".join(chr(ord("a") + number) * 3 for number in range(26)) * 2
    async with opened as knowledge:
        await publish(knowledge, "one", page("Plans", f"A plan ends {words} within 14 days."))
        await publish(knowledge, "copy", page("Plans", f"A plan ends {words} then within 14 days."))
        await publish(knowledge, "other", page(title, body.format(words=words)))
        hits = knowledge.retriever.search(f"a plan ends {words}", audience="public").hits
        one, other = sorted((hit.passage for hit in hits), key=lambda passage: passage.article_id == "other")
        assert other.article_id == "other"
        assert float(one.body @ other.body) >= DUPLICATE


def damage_nothing(_: Path) -> None:
    return


def flip_a_byte(index: Path) -> None:
    (name,) = [(index / "current").read_text()]
    for path in (index / "builds" / name).rglob("*.sqlite3"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)


def cut_off_a_write(index: Path) -> None:
    for path in (index / "seals").iterdir():
        path.unlink()


def remove_the_build(index: Path) -> None:
    shutil.rmtree(index / "builds")


def remove_everything(index: Path) -> None:
    shutil.rmtree(index)


def scramble_the_pointer(index: Path) -> None:
    (index / "current").write_text("../../etc")


def garble_the_pointer(index: Path) -> None:
    (index / "current").write_bytes(b"\xff" + (index / "current").read_bytes()[1:])


def put_a_folder_for_the_pointer(index: Path) -> None:
    (index / "current").unlink()
    (index / "current").mkdir()


def empty_the_seals(index: Path) -> None:
    for path in (index / "seals").iterdir():
        path.write_text("3")


def put_a_file_for_the_seals(index: Path) -> None:
    shutil.rmtree(index / "seals")
    (index / "seals").write_text("")


def make_a_file_unreadable(index: Path) -> None:
    """A link that leads to itself cannot be opened, not even by root."""
    build = index / "builds" / (index / "current").read_text()
    (build / "loop").symlink_to(build / "loop")


DAMAGES = [
    flip_a_byte,
    cut_off_a_write,
    remove_the_build,
    remove_everything,
    scramble_the_pointer,
    garble_the_pointer,
    put_a_folder_for_the_pointer,
    empty_the_seals,
    put_a_file_for_the_seals,
    make_a_file_unreadable,
]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_index_is_noticed_at_opening_and_rebuilt(
    damage: Callable[[Path], None], settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "parcels", page())
        await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
        await knowledge.settle()
        with pytest.raises(IndexOwned):
            VectorIndex(settings.index_dir).look_over()
    assert VectorIndex(settings.index_dir).look_over() is None
    damage(settings.index_dir)
    assert VectorIndex(settings.index_dir).look_over() is not None
    encoder.encoded.clear()
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        assert ask(knowledge, "parcels travel")[0] == "parcels"
        await eventually("the index is rebuilt", lambda: knowledge.index_trouble is None)
        found = knowledge.retriever.search("tents stand", audience="public")
        assert found.trace.backend == "index"
        assert found.hits[0].passage.article_id == "tents"
        assert not [text for text in encoder.encoded if "flat ground" in text], "a rebuild must not embed again"


@pytest.mark.parametrize(
    "damage", [damage_nothing, flip_a_byte, remove_the_build, remove_everything, make_a_file_unreadable]
)
async def test_answers_keep_coming_while_a_live_index_is_damaged_and_rebuilt(
    damage: Callable[[Path], None], opened: Opened, settings: KnowledgeSettings
) -> None:
    async with opened as knowledge:
        for number in range(20):
            await publish(
                knowledge, f"page-{number}", page(f"Subject {number}", f"Number {number} is its own word w{number}.")
            )
        await knowledge.settle()
        before = (settings.index_dir / "current").read_text()
        damage(settings.index_dir)

        def healed() -> bool:
            assert ask(knowledge, "number 7 is w7")[0] == "page-7"
            current = settings.index_dir / "current"
            fresh = current.exists() and current.read_text() != before
            return knowledge.index_trouble is None and (fresh or damage is damage_nothing)

        await eventually("the index is healed", healed)
        assert knowledge.retriever.search("number 3", audience="public").trace.backend == "index"


async def test_the_index_survives_closing_and_opening(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        for number in range(60):
            await publish(knowledge, f"page-{number}", page(f"Subject {number}", f"Number {number} is w{number}."))
        await knowledge.settle()
        build = (settings.index_dir / "current").read_text()
    for _ in range(3):
        async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
            await knowledge.settle()
            for number in range(60):
                found = knowledge.retriever.search(f"number {number} is w{number}", audience="public")
                assert found.trace.backend == "index"
                assert found.hits[0].passage.article_id == f"page-{number}"
            assert knowledge._index is not None
            assert knowledge._index.audit() is None
        assert (settings.index_dir / "current").read_text() == build


async def test_another_model_embeds_everything_again(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "parcels", page())
        version = knowledge.version
    encoder.encoded.clear()
    async with open_knowledge(settings, clock, encoder, model="other-words") as knowledge:
        assert [text for text in encoder.encoded if "two days" in text]
        assert knowledge.version != version
        assert ask(knowledge, "parcels") == ["parcels"]
        encoder.encoded.clear()
        await knowledge.reindex()
        assert encoder.encoded == []
        assert ask(knowledge, "parcels") == ["parcels"]


async def test_unchanged_chunks_are_not_embedded_again(opened: Opened, encoder: WordEncoder) -> None:
    body = "## One\n\nThe first part stays.\n\n## Two\n\nThe second part {}."
    async with opened as knowledge:
        await publish(knowledge, "parcels", page(body=body.format("is old")))
        encoder.encoded.clear()
        await publish(knowledge, "parcels", page(body=body.format("is new")))
        assert encoder.encoded == ["Parcels. Two. The second part is new.", "Two: The second part is new."]
