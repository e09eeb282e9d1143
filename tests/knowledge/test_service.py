"""The part as a whole, on SQLite and Chroma: what is published is found, what is not is never found."""

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.errors import IndexOwned
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
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
            assert set(ask(knowledge, "parcels fraud", "agent", locale="de-AT")) == {"auf-deutsch"}
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


DAMAGES = [flip_a_byte, cut_off_a_write, remove_the_build, remove_everything, scramble_the_pointer]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_index_is_noticed_at_opening_and_rebuilt(
    damage: Callable[[Path], None], settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "parcels", page())
        await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
        await knowledge.settle()
    damage(settings.index_dir)
    encoder.encoded.clear()
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        assert ask(knowledge, "parcels travel")[0] == "parcels"
        await eventually("the index is rebuilt", lambda: knowledge.index_trouble is None)
        found = knowledge.retriever.search("tents stand", audience="public")
        assert found.trace.backend == "index"
        assert found.hits[0].passage.article_id == "tents"
        assert not [text for text in encoder.encoded if "flat ground" in text], "a rebuild must not embed again"


@pytest.mark.parametrize("damage", [damage_nothing, flip_a_byte, remove_the_build, remove_everything])
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
