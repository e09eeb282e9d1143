import re
from dataclasses import replace

import pytest
from hypothesis import example, given
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


line = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip)
anything = st.text(st.characters() | st.sampled_from("\r\n\t \x00\x85\u2028\ufeff-'\":#[]{}&*!|>%@`"), max_size=40)


@given(
    title=line | anything,
    body=anything.map(lambda text: f"{text}a{text}") | anything,
    words=st.lists(line | anything, max_size=3).map(tuple),
    owner=line | anything | st.just(""),
    day=st.none() | st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8)),
    state=st.sampled_from(["draft", "in_review", "published", "archived"]),
)
@example(title=" T ", body="\n\na\r\nb\rc\n\n", words=(" x ",), owner=" o ", day="20270131", state="draft")
def test_what_is_kept_is_read_back_as_it_was(
    title: str, body: str, words: tuple[str, ...], owner: str, day: str | None, state: str
) -> None:
    content = contents.normal(Content(title, body, "customer", "en-GB", words, owner, day))
    try:
        contents.check(content)
    except BadArticle:
        return
    article = Written("parcels", content, state)  # type: ignore[arg-type]
    assert contents.normal(content) == content
    assert contents.read(contents.write(article)) == article


def test_a_longest_article_fits_in_a_file() -> None:
    letters = "\U0001f6d2" * 60
    most = Content(
        letters * 3,
        "x" * contents.MAX_BYTES,
        owner=letters * 4,
        tags=(letters,) * contents.MAX_TAGS,
        redirect_from=("a" * 80,) * contents.MAX_REDIRECTS,
    )
    assert contents.read(contents.write(Written("a" * 80, most))).content == most
    with pytest.raises(BadArticle, match="body: has 1000001 bytes, more than 1000000"):
        contents.check(replace(most, body=most.body + "x"))


BOMB = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("front", "named"),
    [
        (BOMB + "title: *h", "front matter: line 7: aliases"),
        ("title: &t [x]\nid: *t", "front matter: line 6: aliases"),
        ("audience: agent\naudience: public", "front matter: line 7: audience comes twice"),
        ("title: [" + "x, " * 20_000 + "]", "title: must be text, not a list"),
        ("title: " + "0x" + "f" * 50_000, "title: must be text, not a number"),
        ("review_by: 0x" + "f" * 50_000, "review_by: must be a date such as 2027-01-31, not a number"),
        ("review_by: [" + "x, " * 20_000 + "]", "review_by: must be a date"),
        ("? " + "x" * 50_000 + "\n: 1", "x: is not a known key"),
        ("\n".join(f"k{n}: 1" for n in range(5_000)), "k0: is not a known key"),
        ("title: !" + "x" * 50_000 + " y", "front matter: line 6: could not determine"),
        ("title: " + "[" * 20_000, "front matter: cannot be read"),
        ("title: " + "x" * 64_000, "front matter: has 64"),
    ],
)
def test_front_matter_cannot_blow_up(front: str, named: str) -> None:
    given = set(re.findall(r"^(\w+):", front, re.MULTILINE))
    whole = {"id": "a", "title": "a", "audience": "public", "locale": "en", "owner": "a"}
    rest = [f"{name}: {value}" for name, value in whole.items() if name not in given]
    with pytest.raises(BadArticle) as refused:
        contents.read(f"---\n{chr(10).join(rest)}\n{front}\n---\n\nbody".encode())
    assert named in refused.value.message
    assert len(refused.value.message) < 600
    assert len(str(refused.value.data)) < 10_000


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b"])
def test_what_no_database_keeps_is_refused(bad: str) -> None:
    with pytest.raises(BadArticle) as refused:
        contents.check(Content(bad, bad, tags=(bad,), owner=bad))
    assert {problem["field"] for problem in refused.value.data["problems"]} == {"title", "body", "tags", "owner"}


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
        (GOOD + b"\ntext <!-- without an end\n", "body: line 5 begins HTML that hides words: '<!--'"),
        (GOOD + b"\n- one <!-- ends\n\nelsewhere -->\n", "body: line 5 begins HTML that hides words: '<!--'"),
        (GOOD + b"\na tick \\` alone\n<!-- without an end, and \\`\n", "body: line 6 begins HTML that hides words"),
        (GOOD + b"\n| a | b |\n|---|---|\n| c | <i hidden>d</i> |\n", "body: line 7 begins HTML that hides words"),
        (GOOD + b"\n<p hidden>words</p>\n", "body: line 5 begins HTML that hides words"),
        (b"---\n- a\n- b\n---\n\nbody", "front matter: must be a list"),
        (b"---\nid: a\ntitle: t\naudience: public\nlocale: en\nowner: o\n---\n\n", "body: is empty"),
    ],
)
def test_a_bad_file_is_refused_with_the_field_and_the_reason(data: bytes, named: str) -> None:
    with pytest.raises(BadArticle) as refused:
        contents.read(data)
    assert named in refused.value.message


@pytest.mark.parametrize(
    "shown",
    ["Use `<script>` never.", "As code:\n\n    <!-- a comment", "Write \\<!-- so.", "&lt;p hidden&gt; is text."],
)
def test_code_and_what_is_escaped_may_show_html(shown: str) -> None:
    assert contents.read(GOOD + f"\n{shown}\n".encode()).content.body.endswith(shown)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(BadArticle) as refused:
        contents.check(Content(title="", body="", audience="all", locale="english"))
    assert {problem["field"] for problem in refused.value.data["problems"]} == {"title", "audience", "locale", "body"}


def test_days_are_kept_in_the_form_that_sorts_as_text() -> None:
    content = contents.normal(Content("Title", "Body.", review_by="20270131", effective_from="2027-W01-1"))
    assert (content.review_by, content.effective_from) == ("2027-01-31", "2027-01-04")


def test_a_comment_with_an_end_may_stand() -> None:
    assert contents.read(GOOD + b"\n<!-- internal -->\n").content.body.endswith("<!-- internal -->")
