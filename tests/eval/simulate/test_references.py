"""Gold replay proves a scenario: what it requires stands in the articles that it names, or in our own texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
import yaml

from actions.words import DOMAIN
from eval.simulate.checks import judge
from eval.simulate.front import Front, Staff
from eval.simulate.references import only_words_of_articles, told_from_articles
from eval.simulate.scenario import Scenario, load
from eval.simulate.trial import Record
from stack.data import ARTICLES
from stack.eval_run_command import SCENARIOS
from tests.eval.simulate.support import scenario

pytestmark = pytest.mark.unit

ARTICLE = "# Gift cards\n\nSend them by mail.\n\nThey do not expire.\n\nThey hold up to 250 EUR."
NOTHING: dict[str, Any] = {"effects": [], "orders": []}


def gold(one: Scenario, articles: dict[str, tuple[int, str]]) -> tuple[str, str]:
    """Cell and reason of gold replay, where the shop needs no change."""
    start = Record(one.id, 0, "1", before=NOTHING, after=NOTHING, end="content", satisfied=True)
    verdict = judge(only_words_of_articles(one), told_from_articles(one, start, articles))
    return verdict.cell, verdict.reason


def asks(*says: str, cites: Sequence[str] = ("gift-cards",)) -> Scenario:
    goal = {"say": ["do they expire?"], "done": "answer"}
    return scenario(goals=[goal], expect={"says": list(says), "cites": list(cites)})


def test_what_the_article_says_is_said() -> None:
    assert gold(asks("do not expire", "250 EUR"), {"gift-cards": (3, ARTICLE)})[0] == "resolved"


def test_a_statement_that_no_article_carries_fails_gold() -> None:
    cell, reason = gold(asks("expire after a year"), {"gift-cards": (3, ARTICLE)})
    assert (cell, "required_words" in reason) == ("false_resolution", True)


def test_an_article_that_is_not_there_fails_gold() -> None:
    assert "sources" in gold(asks(), {})[1]
    assert gold(asks("do not expire", cites=["gift-crads"]), {"gift-cards": (3, ARTICLE)})[0] == "false_resolution"


def shipped() -> dict[str, tuple[int, str]]:
    """What customers may be told, as the stack keeps it: title and body."""
    found = {}
    for path in ARTICLES.glob("*.md"):
        _, head, body = path.read_text("utf-8").split("---\n", 2)
        fields = yaml.safe_load(head)
        if fields["audience"] != "agent":
            found[path.stem] = (1, f"# {fields['title']}\n\n{body}")
    return found


def test_gold_replay_says_what_each_shipped_question_requires() -> None:
    articles = shipped()
    asking = [one for one in load(SCENARIOS) if one.expect.cites]
    assert len(asking) > 30
    named = {name for one in asking for name in one.expect.cites} | {
        topic for one in load(SCENARIOS) for goal in one.goals for topic in goal.topics
    }
    assert named <= articles.keys()
    broken = {one.id: told for one in asking if (told := gold(one, articles))[0] != "resolved"}
    assert not broken


def test_what_is_required_without_an_article_stands_in_a_text_of_ours() -> None:
    domain = yaml.load(DOMAIN.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    texts = [variant.get("text", "") for variants in domain["responses"].values() for variant in variants]
    unknown = {
        f"{one.id}: {pattern}"
        for one in load(SCENARIOS)
        if not one.expect.cites
        for pattern in one.expect.says
        if not any(re.search(pattern, text, re.IGNORECASE) for text in texts)
    }
    assert not unknown


@pytest.mark.parametrize("version", [2, None])
async def test_only_what_answers_now_is_said(version: int | None) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/session":
            return httpx.Response(200, json={"token": "t"})
        line = {"published_version": version}
        return httpx.Response(200, json={"article": line, "version": {"title": "Gift cards", "body": "Text."}})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://stack") as http:
        found = await Front(http, Staff({"agent": ("a", "b")})).published("gift-cards")
    assert found == ((2, "# Gift cards\n\nText.") if version else None)
