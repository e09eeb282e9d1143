"""Counterfactual replay on real parts: conversations of the running stack, asked again of other bots and articles."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import sqlalchemy as sa

from actions.transactions.catalogue import TRANSACTIONS
from actions.transactions.declaration import Refusal, Request, Transaction
from eval.outcomes.classify import episodes_of
from eval.replay.choose import FAILED, choose
from eval.replay.model import Recorded
from eval.replay.run import Outcome, replay
from handoff.storage.database import Database
from stack.children import newest_model
from stack.paths import ROOT
from stack.replay_candidate import open_candidate
from stack.replay_source import conversations_since, with_turns
from stack.settings import Settings, load
from tests.e2e.customer import Customer
from tests.support.running import RunningStack

pytestmark = pytest.mark.e2e

T = TypeVar("T")
CITED = {"article_id": "gift-cards", "version": 1, "title": "Gift cards", "section": "", "url": "/help/gift-cards"}
LATER = (datetime.now(UTC) + timedelta(days=9)).isoformat()
QUESTION = "How do I wax my skis?"
ARTICLE = """---
id: waxing-skis
title: Waxing skis
audience: public
locale: en
tags: [skis, wax, care]
owner: adele.marchand@oberlarn.example
review_by: 2027-01-31
---

## How do I wax my skis?

Clean the base of the skis and let it dry. Melt the wax on the iron at 130 degrees, iron it in from tip to tail, and let
the skis cool for half an hour. Then scrape the wax off and brush the base.
"""


def run(work: Callable[[], Awaitable[T]]) -> T:
    """A browser test that failed leaves Playwright's loop running in this thread; a loop needs a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()  # type: ignore[arg-type]


@pytest.fixture
def with_article(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    shutil.copytree(ROOT / "knowledge" / "articles", folder)
    (folder / "waxing-skis.md").write_text(ARTICLE)
    return folder


def of_conversation(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (one for one in document["results"] if one["conversations"] == [name])
    return found  # type: ignore[no-any-return]


def test_a_question_that_was_not_known_is_newly_resolved_once_its_article_exists(
    stack: RunningStack, with_article: Path, tmp_path: Path
) -> None:
    customer = Customer(stack.url)
    said = customer.say(QUESTION)
    assert not said[-1]["data"].get("citations")
    common = ("eval", "replay", "--as-of", LATER, "--control", "0", "--json", "--out", str(tmp_path / "out"))
    as_it_is = of_conversation(json.loads(stack.command(*common)), customer.id)
    assert (as_it_is["verdict"], as_it_is["outcome"]) == ("unchanged", "unanswered")
    document = json.loads(stack.command(*common, "--articles", str(with_article)))
    better = of_conversation(document, customer.id)
    assert (better["verdict"], better["turn"]) == ("newly_resolved", 1)
    assert better["turns"][0]["difference"] == "now_answers"
    assert better["turns"][0]["now"]["articles"] == ["waxing-skis"]
    assert better["episode_id"] in document["metrics"]["newly_resolved"]["hit_episodes"]
    assert "waxing-skis" in (tmp_path / "out" / "report.html").read_text()


def made(stack: RunningStack) -> dict[str, Any]:
    body = {"like": "cus_mara", "profile": {}, "orders": {"placed": {"like": "A-1057"}}}
    answer = httpx.post(f"{stack.url}/lab/v1/customers", json=body, timeout=30).raise_for_status()
    return answer.json()  # type: ignore[no-any-return]


def cancelled(stack: RunningStack) -> Customer:
    """A customer of their own, whose order the assistant cancels, and who says that this was it."""
    person = made(stack)
    customer = Customer(stack.url, person["identity_token"])
    customer.say(f"please cancel order {person['orders']['placed']['id']}")
    customer.say("yes, please")
    path = f"/conversations/{customer.id}/feedback"
    customer.http.post(path, json={"kind": "solved"}, headers=customer.headers).raise_for_status()
    return customer


def shop_of(settings: Settings) -> dict[str, list[Any]]:
    """Every row of the shop but its one clock of mails."""
    engine = sa.create_engine(f"sqlite:///{settings.paths.databases / 'shop.sqlite'}")
    found = sa.MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        rows = {t.name: [tuple(row) for row in connection.execute(sa.select(t))] for t in found.sorted_tables}
    engine.dispose()
    return rows


async def stored(settings: Settings, name: str) -> tuple[Recorded, list[Any]]:
    database = Database(settings.sql_url)
    database.open()
    now = datetime.now(UTC)
    every = await database.read(lambda c: conversations_since(c, now, 1, test_traffic=True))
    (conversation,) = (each for each in every if each.id == name)
    recorded = (await database.read(lambda c: with_turns(c, [conversation])))[name]
    database.close()
    at = (now + timedelta(days=9)).timestamp()
    return recorded, choose(episodes_of([conversation], at), {name: recorded}, FAILED, 1, 1)


async def refuse(request: Request) -> Refusal:
    return Refusal("That can't be done.")


def test_a_broken_flow_makes_what_was_resolved_newly_broken_and_nothing_in_the_shop_moves(stack: RunningStack) -> None:
    customer = cancelled(stack)
    settings = load(var_dir=stack.var)
    model = newest_model(settings.paths.rasa)
    broken = {**TRANSACTIONS, "cancel_order": replace(TRANSACTIONS["cancel_order"], prepare=refuse)}

    async def work() -> tuple[Outcome, Outcome]:
        _, chosen = await stored(settings, customer.id)
        assert [one.control for one in chosen] == [True]

        async def against(transactions: Mapping[str, Transaction]) -> Outcome:
            async with open_candidate(settings, model, None, transactions) as candidate:
                return await replay(chosen, candidate)

        return await against(TRANSACTIONS), await against(broken)

    shop = shop_of(settings)
    same, worse = run(work)
    assert shop_of(settings) == shop
    (unchanged,) = same.document()["results"]
    assert unchanged["verdict"] == "unchanged"
    assert [turn["difference"] for turn in unchanged["turns"]] == ["same", "same"]
    assert unchanged["turns"][1]["before"]["kind"] == "done"
    (verdict,) = worse.document()["results"]
    assert (verdict["verdict"], verdict["turn"]) == ("newly_broken", 1)
    assert verdict["turns"][0]["difference"] == "no_longer_answers"


def line(name: str, text: str, answer: str, customer_id: str | None = None) -> str:
    said = [("customer", text, []), ("bot", answer, [1])]
    events = [
        {
            "seq": seq, "occurred_at": f"2026-03-02T09:0{seq}:00Z", "source": source, "type": "message.sent",
            "data": {"text": words, "author": source, "reply_to": reply},
        }
        for seq, (source, words, reply) in enumerate(said, start=1)
    ]  # fmt: skip
    return json.dumps({"id": name, "customer_id": customer_id, "channel": "web", "events": events})


def test_a_file_is_replayed_by_its_words_and_its_broken_line_is_named(tmp_path: Path, with_article: Path) -> None:
    nothing = "I'm afraid I don't know."
    path, out = tmp_path / "t.jsonl", tmp_path / "out"
    where = line("where", "Where is my order A-1042?", nothing, "cus_mara")
    path.write_text("\n".join([line("wax", QUESTION, nothing), "{broken", where]))
    command = [str(ROOT / "frontdesk"), "eval", "replay", str(path), "--articles", str(with_article), "--json"]
    environment = {**os.environ, "FRONTDESK_VAR_DIR": str(tmp_path / "var")}
    done = subprocess.run(
        [*command, "--out", str(out)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert (document["lost"], document["problems"][0]["line"]) == (1, 2)
    assert "line 2: not JSON" in done.stderr
    assert of_conversation(document, "wax")["verdict"] == "newly_resolved"
    off = of_conversation(document, "where")
    assert off["verdict"] == "undetermined"
    assert off["turns"][0]["missed"][0].startswith("shop.")


def test_a_newly_broken_episode_fails_the_command_where_that_is_asked_for(tmp_path: Path) -> None:
    """What one article answered, and the customer called solved, of a candidate that has another article alone; the
    second time it goes on with the first and asks nothing again."""
    events = [
        ("customer", "message.sent", {"text": "Do your gift cards expire?", "author": "customer"}),
        ("bot", "message.sent", {"text": "No.", "author": "bot", "reply_to": [1], "citations": [CITED]}),
        ("customer", "feedback.given", {"kind": "solved"}),
    ]
    told = [
        {"seq": seq, "occurred_at": f"2026-03-02T09:0{seq}:00Z", "source": source, "type": kind, "data": data}
        for seq, (source, kind, data) in enumerate(events, start=1)
    ]
    path, articles, out = tmp_path / "t.jsonl", tmp_path / "articles", tmp_path / "out"
    path.write_text(json.dumps({"id": "cards", "channel": "web", "events": told}))
    articles.mkdir()
    (articles / "waxing-skis.md").write_text(ARTICLE)
    command = [str(ROOT / "frontdesk"), "eval", "replay", str(path), "--articles", str(articles), "--json"]
    environment = {**os.environ, "FRONTDESK_VAR_DIR": str(tmp_path / "var")}
    done = {
        flags: subprocess.run(
            [*command, *flags],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )
        for flags in (("--out", str(out)), ("--resume", str(out), "--fail-on-broken"))
    }  # fmt: skip
    assert [one.returncode for one in done.values()] == [0, 1], [one.stderr for one in done.values()]
    first, second = (json.loads(one.stdout) for one in done.values())
    assert of_conversation(first, "cards")["verdict"] == "newly_broken"
    assert first == second
    asked = (out / "asked.jsonl").read_text().splitlines()
    assert [json.loads(row).get("conversation_id") for row in asked] == [None, "cards"]
