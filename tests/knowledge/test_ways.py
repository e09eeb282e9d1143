"""Ways to ask in a file beside the article: nothing is lost on the way out and back, and a bad line is named."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge import content as contents
from knowledge import folder as folders
from knowledge import prose, ways
from knowledge.content import Written
from knowledge.errors import BadArticle
from knowledge.service import Knowledge
from tests.knowledge.conftest import page

pytestmark = pytest.mark.service

BODY = """[asked]: # "anything"

Top.

## Late ones

[asked]: # "parcel overdue"
[asked]: # "still nothing"

They are traced.

## Late ones

Again.

## Last

[asked]: # "the end"
"""
lines = st.sampled_from(
    [
        "",
        "## A",
        "## A",
        "# B",
        "text",
        '[asked]: # "way"',
        '[asked]: # " way"',
        '[asked]: # "# way"',
        '[asked]: # "\ufeffway"',
        "\r",
        "  ",
        "```",
        "    x",
        "===",
    ]
)


def test_the_body_becomes_readable_and_the_file_says_what_was_there() -> None:
    body, text = ways.split(BODY)
    assert "asked" not in body
    assert text == "anything\n\n# late-ones\nparcel overdue\nstill nothing\n\n# last\nthe end\n"
    assert ways.join(body, text) == BODY


@given(st.lists(lines, max_size=14).map("\n".join))
@example('## A\n\n[asked]: # "way"')
@example('[asked]: # "way"\ntext')
def test_nothing_is_lost_whatever_the_body_is(body: str) -> None:
    assert ways.join(*ways.split(body)) == body


@given(st.lists(lines, min_size=1, max_size=14).map("\n".join))
@example('[asked]: # "way"\n\n## A')
@example('[asked]: # "\ufeffway"\n\ntext')
@example('text\n\n## A\n\n[asked]: # "way"')
def test_what_is_kept_comes_back_from_its_two_files(body: str) -> None:
    content = contents.normal(page(body=body))
    try:
        contents.check(content)
    except BadArticle:
        return
    rest, text = ways.split(content.body)
    read = contents.read(contents.write(Written("parcels", replace(content, body=rest), "draft"))).content
    joined = ways.join(read.body, contents.text_of(text.encode()))
    assert contents.normal(replace(read, body=joined)) == content


def test_ways_of_a_file_join_those_in_the_text() -> None:
    joined = ways.join(BODY, "# late-ones\nwhere is it\n# late-ones-2\nand this\n")
    assert [section.asked for section in prose.sections(joined)] == [
        ("anything",),
        ("parcel overdue", "still nothing", "where is it"),
        ("and this",),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# nowhere\nhello\n", "line 1: the article has no section #nowhere"),
        (
            '# last\n\nsay "please"\n',
            "line 3: must be one line of up to 200 characters without a double quotation mark",
        ),
        ("x" * 201, "line 1: must be one line of up to 200 characters without a double quotation mark"),
    ],
)
def test_a_bad_line_is_named(text: str, problem: str) -> None:
    with pytest.raises(BadArticle) as refused:
        ways.join(BODY, text)
    assert refused.value.message == f"asked: {problem}"


async def test_a_folder_keeps_them_beside_the_article(
    opened: AbstractAsyncContextManager[Knowledge], tmp_path: Path
) -> None:
    article = Written("parcels", page(body=BODY.strip("\n")))
    (tmp_path / "in" / "asked").mkdir(parents=True)
    body, text = ways.split(article.content.body)
    (tmp_path / "in" / "parcels.md").write_bytes(
        contents.write(replace(article, content=replace(article.content, body=body)))
    )
    (tmp_path / "in" / "asked" / "parcels.txt").write_text(text)
    (tmp_path / "in" / "asked" / "gone.txt").write_text("hello\n")
    (tmp_path / "in" / "bad.md").write_bytes(contents.write(Written("bad", page())))
    (tmp_path / "in" / "asked" / "bad.txt").write_text("# nowhere\nhello\n")
    async with opened as knowledge:
        report = await knowledge.import_folder(tmp_path / "in")
        assert report.created == ["parcels.md"]
        assert {problem.file: problem.problem for problem in report.problems} == {
            "asked/gone.txt": "file: there is no article gone.md that it belongs to",
            "bad.md": "asked: line 1: the article has no section #nowhere",
        }
        assert (await knowledge.editing.version("parcels", 1)).content == article.content
        assert await knowledge.export_folder(tmp_path / "out") == ["parcels.md", "asked/parcels.txt"]
        again = await folders.import_files(
            knowledge.editing,
            [(name, (tmp_path / "out" / name).read_bytes()) for name in ("parcels.md", "asked/parcels.txt")],
            "ed",
        )
        assert again.unchanged == ["parcels.md"]
    assert (tmp_path / "out" / "asked" / "parcels.txt").read_text() == text
