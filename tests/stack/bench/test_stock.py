from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer

from stack.bench.stock import EXAMPLES, SHIPPED, share_of, stories_from
from stack.bench.stock_actions import application

pytestmark = pytest.mark.unit


def rule(name: str, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"rule": name, "steps": list(steps), **more}


HELLO = rule("hello", {"intent": "greet"}, {"action": "utter_greet"})
BYE = rule("bye", {"intent": "goodbye"}, {"action": "utter_goodbye"})


def test_plain_rules_become_stories_alone_and_in_pairs() -> None:
    stories = stories_from([HELLO, BYE])

    assert [story["story"] for story in stories] == ["hello", "bye", "hello, then bye", "bye, then hello"]
    assert stories[2]["steps"] == HELLO["steps"] + BYE["steps"]


def test_forms_conditions_and_follow_ups_stay_rules() -> None:
    form = rule("form", {"intent": "order_status"}, {"action": "order_form"}, {"active_loop": "order_form"})
    conditional = {**BYE, "condition": [{"slot_was_set": [{"awaiting": None}]}]}
    follow_up = rule("yes", {"action": "action_prepare"}, {"intent": "affirm"})

    assert stories_from([form, conditional, follow_up]) == []


def test_a_share_of_each_intent_is_taught() -> None:
    many = {"intent": "hello", "examples": "".join(f"- hello {n}\n" for n in range(10 * EXAMPLES))}
    more = {"intent": "hello", "examples": "- hi\n"}
    few = {"intent": "bye", "examples": "- bye\n- so long\n"}
    hello, bye = share_of([many, {"lookup": "places", "examples": "- Rome\n"}, few, more])
    lines = hello["examples"].splitlines()
    assert EXAMPLES / 2 < len(lines) <= EXAMPLES
    assert set(lines) <= set((many["examples"] + more["examples"]).splitlines())
    assert bye["examples"] == few["examples"]


def test_the_stock_pipeline_is_the_one_that_is_named() -> None:
    config = yaml.safe_load((Path(SHIPPED) / "config.yml").read_text())

    assert {"DIETClassifier"} <= {part["name"] for part in config["pipeline"]}
    assert {"TEDPolicy", "UnexpecTEDIntentPolicy"} <= {policy["name"] for policy in config["policies"]}
    assert not any("." in part["name"] for part in config["pipeline"] + config["policies"])


async def test_actions_answer_at_once_and_validation_says_nothing() -> None:
    async with TestClient(TestServer(application())) as client:
        answer = await (await client.post("/webhook", json={"next_action": "action_order_status"})).json()
        validation = await (await client.post("/webhook", json={"next_action": "validate_order_form"})).json()

    assert len(answer["responses"]) == 1
    assert validation == {"events": [], "responses": []}
