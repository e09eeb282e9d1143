"""Customers' ways to ask, written into an article: found by, never shown."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from knowledge import prose
from knowledge.answer import UNSURE
from knowledge.confidence import Signs
from knowledge.folder import read_file
from knowledge.leaning import LEAST
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, ask, page, publish

pytestmark = pytest.mark.service

Opened = AbstractAsyncContextManager[Knowledge]
BODY = """## Late ones

[asked]: # "zeppelin overdue"
[asked]: # "still nothing here"

They are traced for five days.

## Else

Nothing.
"""


def test_they_belong_to_their_section_and_are_not_shown() -> None:
    late, other = prose.sections(BODY)
    assert late.asked == ("zeppelin overdue", "still nothing here")
    assert late.lines == ("They are traced for five days.",)
    assert other.asked == ()
    assert "zeppelin" not in prose.to_html(BODY)


async def test_they_find_the_passage_and_survive_a_restart_of_the_catalogue(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "parcels", page(body=BODY))
        await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
        for _ in range(2):
            answer = await knowledge.answerer.answer("zeppelin overdue", audience="public")
            assert answer.found
            assert answer.text.removeprefix(UNSURE).strip() == "They are traced for five days."
            await knowledge.reindex()
        await publish(knowledge, "parcels", page(body=BODY.replace('[asked]: # "zeppelin overdue"\n', "")))
        answer = await knowledge.answerer.answer("zeppelin overdue", audience="public")
        assert not answer.found


async def test_they_are_exported(opened: Opened, tmp_path: Path) -> None:
    async with opened as knowledge:
        await publish(knowledge, "parcels", page(body=BODY))
        await knowledge.export_folder(tmp_path)
    assert "asked" not in (tmp_path / "parcels.md").read_text()
    assert (tmp_path / "asked" / "parcels.txt").read_text() == "# late-ones\nzeppelin overdue\nstill nothing here\n"


async def test_two_sections_that_fit_alike_are_both_shown_with_their_headings(opened: Opened) -> None:
    body = "## Late blue parcels\n\nBlue parcels wait.\n\n## Late red parcels\n\nRed parcels run."
    async with opened as knowledge:
        await publish(knowledge, "parcels", page(body=body))
        answer = await knowledge.answerer.answer("late parcels", audience="public")
        assert answer.found
        assert sorted(answer.text.split("\n\n")) == [
            "Late blue parcels\nBlue parcels wait.",
            "Late red parcels\nRed parcels run.",
        ]
        assert [cited.article_id for cited in answer.citations] == ["parcels", "parcels"]


async def test_a_passage_for_customers_is_named_without_a_link(opened: Opened) -> None:
    async with opened as knowledge:
        await publish(knowledge, "points", page("Points", "Points last two years.", audience="customer"))
        answer = await knowledge.answerer.answer("points last two years", audience="customer")
        assert answer.found
        assert [(cited.title, cited.url) for cited in answer.citations] == [("Points", "")]
        assert ask(knowledge, "points last two years") == []


async def test_examples_lean_towards_their_kind_and_are_encoded_once(
    settings: KnowledgeSettings, clock: HandClock, tmp_path: Path
) -> None:
    path = tmp_path / "examples.jsonl"
    lines = [f'{{"question": "parcel late {n}", "article": "parcels"}}' for n in range(4)]
    lines += [f'{{"question": "dog food {n}", "article": null}}' for n in range(4)]
    path.write_text("\n".join(lines))
    with_examples = settings.model_copy(update={"examples": path})
    parcel, dog = WordEncoder().encode(["parcel late", "dog food"])
    for encoded in (8, 0):
        encoder = WordEncoder()
        async with open_knowledge(with_examples, clock, encoder, model="words") as knowledge:
            assert len(encoder.encoded) == encoded
            scope = knowledge.retriever.scope
            assert scope is not None
            near, far = scope.unknown(dog), scope.unknown(parcel)
            assert (near or 0) > (far or 0)
            near, far = scope.known(parcel, {"parcels"}), scope.known(dog, {"parcels"})
            assert (near or 0) > (far or 0)
            assert scope.known(parcel, {"tents"}) is None  # its articles are not live
            await knowledge.reindex()
    async with open_knowledge(settings, clock, WordEncoder(), model="words") as knowledge:
        assert knowledge.retriever.scope is not None
        assert knowledge.retriever.scope.unknown(parcel) is None


async def test_a_sections_own_ways_and_the_line_count_where_there_are_ways(
    settings: KnowledgeSettings, clock: HandClock, tmp_path: Path
) -> None:
    path = tmp_path / "examples.jsonl"
    path.write_text("\n".join(f'{{"question": "dog food {n}", "article": null}}' for n in range(LEAST)))
    ways = "\n".join(f'[asked]: # "parcel late {n}"' for n in range(LEAST))
    async with open_knowledge(
        settings.model_copy(update={"examples": path}), clock, WordEncoder(), model="words"
    ) as knowledge:
        await publish(knowledge, "parcels", page(body=f"## Late parcels\n\n{ways}\n\nThey wait."))
        await publish(knowledge, "tents", page("Tents", "Tents stand on pegs."))

        def signs(question: str) -> Signs:
            found = knowledge.retriever.search(question, audience="public").trace.signs
            assert found is not None
            return found

        parcel, tent = signs("parcel late"), signs("tents stand on pegs")
        assert (parcel.own or 0) > 0.5
        assert (parcel.leaning or 0) > 0 > (signs("dog food for late parcels").leaning or 0)
        assert (tent.own, tent.leaning, tent.known) == (None, None, None)


def test_shipped_articles_keep_their_ways_to_ask() -> None:
    folder = Path(prose.__file__).parent / "articles"
    written = read_file(folder / "gift-cards.md", folder)
    assert all(section.asked for section in prose.sections(written.content.body))
