import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import ingest
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


def test_a_text_without_spaces_is_cut() -> None:
    chunks = ingest.split("a", 1, Content("T", "x" * 20_000))
    assert all(ingest.weight(chunk.text) <= ingest.MAX_WORDS for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == "x" * 20_000


def test_chunks_know_title_heading_and_anchor() -> None:
    (chunk,) = ingest.split("a", 1, Content("Parcels", "## Late ones\n\nWe look for it."))
    assert chunk.head_text == "Parcels – Late ones"
    assert chunk.body_text == "Parcels. Late ones. We look for it."
    assert (chunk.section, chunk.anchor) == ("Late ones", "late-ones")
