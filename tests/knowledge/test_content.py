import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import content as contents
from knowledge.content import Content, Written
from knowledge.errors import BadArticle

pytestmark = pytest.mark.unit

GOOD = b"""---
id: parcels
title: "Parcels: how they travel"
audience: public
locale: en
tags: [one, two]
owner: a@example.test
review_by: 2027-01-31
---

## Where

Over the hills.
"""


def test_a_file_is_read() -> None:
    article = contents.read(GOOD)
    assert article.id == "parcels"
    assert article.content.title == "Parcels: how they travel"
    assert article.content.tags == ("one", "two")
    assert article.content.review_by == "2027-01-31"
    assert article.content.body == "## Where\n\nOver the hills."
    assert article.state == "published"


line = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip)


@given(
    title=line.map(str.strip),
    body=st.lists(line, min_size=1, max_size=5).map(lambda lines: "\n".join(lines).strip("\n")),
    tags=st.lists(line.map(str.strip), max_size=3).map(tuple),
    day=st.none() | st.dates().map(lambda day: day.isoformat()),
    state=st.sampled_from(["draft", "in_review", "published", "archived"]),
)
def test_what_is_written_is_read_back(
    title: str, body: str, tags: tuple[str, ...], day: str | None, state: str
) -> None:
    content = Content(title, body, "customer", "en-GB", tags, "a@example.test", day)
    article = Written("parcels", content, state)  # type: ignore[arg-type]
    try:
        contents.check(content)
    except BadArticle:
        return
    assert contents.read(contents.write(article)) == article


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"no front matter at all", "front matter"),
        (GOOD.replace(b'"Parcels: how they travel"', b"[unclosed"), "front matter: line"),
        (GOOD.replace(b"audience: public", b"audience: everyone"), "audience: must be one of"),
        (GOOD.replace(b"locale: en", b"locale: no"), "locale: must be text"),
        (GOOD.replace(b"id: parcels", b"id: Parcels & Co"), "id: must be"),
        (GOOD.replace(b"2027-01-31", b"next spring"), "review_by: must be a date"),
        (GOOD.replace(b"owner: a@example.test", b"colour: red"), "colour: is not a known key"),
        (GOOD.replace(b"title:", b"# title:"), "title: is missing"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "is not UTF-8 text"),
        (GOOD + b"\x00", "NUL"),
        (GOOD + b"x" * contents.MAX_BYTES, "more than"),
        (GOOD + b"<script>alert(1)</script>\n", "a browser would act on"),
        (GOOD + b'text <img src=x onerror="alert(1)"> text\n', "a browser would act on"),
        (b"---\n- a\n- b\n---\n\nbody", "front matter: must be a list"),
        (b"---\nid: a\ntitle: t\naudience: public\nlocale: en\nowner: o\n---\n\n", "body: is empty"),
    ],
)
def test_a_bad_file_is_refused_with_the_field_and_the_reason(data: bytes, named: str) -> None:
    with pytest.raises(BadArticle) as refused:
        contents.read(data)
    assert named in refused.value.message


def test_code_may_show_html() -> None:
    assert contents.read(GOOD + b"\nUse `<script>` never.\n").content.body.endswith("never.")


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(BadArticle) as refused:
        contents.check(Content(title="", body="", audience="all", locale="english"))
    assert {problem["field"] for problem in refused.value.data["problems"]} == {"title", "audience", "locale", "body"}
