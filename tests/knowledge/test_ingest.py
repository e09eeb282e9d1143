import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import ingest, prose
from knowledge.content import Content

pytestmark = pytest.mark.unit

word = st.text("abcdefghij", min_size=1, max_size=12)
sentence = st.lists(word, min_size=1, max_size=40).map(lambda words: " ".join(words).capitalize() + ".")
block = st.one_of(
    sentence,
    st.lists(sentence, min_size=1, max_size=12).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.lists(sentence, min_size=1, max_size=6).map(" ".join),
    word.map(lambda heading: f"## {heading}"),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(block, min_size=1, max_size=12))
def test_no_chunk_is_too_long_and_no_word_is_lost(blocks: list[str]) -> None:
    body = "\n\n".join(blocks)
    chunks = ingest.split("a", 3, Content("T", body))
    assert all(ingest.weight(chunk.text) <= ingest.MAX_WORDS for chunk in chunks)
    assert [chunk.id for chunk in chunks] == [f"a:3:{number}" for number in range(len(chunks))]
    written = [w for one in blocks if not one.startswith("## ") for w in one.replace("- ", "").split()]
    kept = [w for chunk in chunks for w in chunk.text.split() if w != "-"]
    assert kept == written


@pytest.mark.parametrize("first", ["Austria", ""])
def test_a_long_row_is_cut_into_rows_with_the_names_of_their_columns(first: str) -> None:
    sentences = [f"Rule number {n} says something of its own." for n in range(60)]
    long, half = " ".join(sentences), " ".join(sentences[:10])
    table = f"| Where | Small | Large | Note | End |\n|---|---|---|---|---|\n| {first} | {half} | {long} | | Fine. |"
    chunks = ingest.split("a", 1, Content("T", f"## Rules\n\n{table}"))
    assert all(ingest.weight(chunk.text) <= ingest.MAX_WORDS for chunk in chunks)
    rows = [row for chunk in chunks for row in chunk.marked.split("\n") if row.strip()]
    assert len(rows) > 5
    for row in map(prose.spoken, rows):
        head, _, cells = row.rpartition(f"{first} – ") if first else ("", "", row)
        assert head == ""
        assert cells.startswith(("Small: ", "Large: "))
    assert prose.spoken(rows[-1]).endswith(f"{sentences[-1]}; End: Fine.")
    told = " ".join(chunk.text for chunk in chunks)
    assert all(sentence in told for sentence in sentences)


def test_a_text_without_spaces_is_cut() -> None:
    chunks = ingest.split("a", 1, Content("T", "x" * 20_000))
    assert all(ingest.weight(chunk.text) <= ingest.MAX_WORDS for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == "x" * 20_000


def test_chunks_know_title_heading_and_anchor() -> None:
    (chunk,) = ingest.split("a", 1, Content("Parcels", "## Late ones\n\nWe look for it."))
    assert chunk.head_text == "Parcels – Late ones"
    assert chunk.body_text == "Parcels. Late ones. We look for it."
    assert (chunk.section, chunk.anchor) == ("Late ones", "late-ones")
