"""The assistant's words, all of them: brief, one question at a time, no stock apology, no empty promise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 420
LONGEST_LABEL = 48
APOLOGIES = re.compile(
    r"apolog|inconvenience|we regret|unfortunately|we are sorry|i am sorry|i'm so sorry|valued customer|kindly|"
    r"please be advised|as an ai|rest assured",
    re.IGNORECASE,
)
PROMISES = re.compile(
    r"\b(?:someone|somebody|we|a colleague|they|an agent) (?:will|'ll) (?:call|contact|notify|inform|get back|e-?mail|"
    r"reach out)|\bI(?: will|'ll) (?:notify|inform|remind|let you know|get back|e-?mail|call) you|"
    r"within minutes|as soon as possible",
    re.IGNORECASE,
)
"""What is promised is said by an action that makes the promise a row, never by a response alone."""


def domain() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())
    return loaded


def spoken() -> list[tuple[str, dict[str, Any]]]:
    return [(name, variant) for name, variants in domain()["responses"].items() for variant in variants]


@pytest.mark.parametrize(("name", "variant"), spoken())
def test_a_text_is_brief_and_honest(name: str, variant: dict[str, Any]) -> None:
    text = variant["text"]
    assert len(text) <= LONGEST, name
    assert not APOLOGIES.search(text), name
    assert not PROMISES.search(text), name
    assert text.count("?") <= 2, name
    assert text.count("!") <= 1, name


@pytest.mark.parametrize(("name", "variant"), [(n, v) for n, v in spoken() if v.get("buttons")])
def test_a_button_leads_to_an_intent_and_is_short(name: str, variant: dict[str, Any]) -> None:
    known = set(domain()["intents"])
    assert len(variant["buttons"]) <= 4
    for button in variant["buttons"]:
        assert re.match(r"/([a-z_]+)", button["payload"]).group(1) in known, name  # type: ignore[union-attr]
        assert len(button["title"]) <= LONGEST_LABEL


def test_no_two_variants_are_alike() -> None:
    for name, variants in domain()["responses"].items():
        texts = [variant["text"] for variant in variants]
        assert len(texts) == len(set(texts)), name


def test_what_is_said_most_has_variants() -> None:
    responses = domain()["responses"]
    for name in ("utter_greet", "utter_thanks", "utter_goodbye", "utter_out_of_scope", "utter_offer_person",
                 "utter_acknowledge", "utter_back_to_question", "utter_next_request"):  # fmt: skip
        assert len(responses[name]) >= 2, name


def test_every_wish_that_an_action_serves_has_examples_and_a_rule() -> None:
    """An intent that Rasa understands from text is taught and answered; nothing is left to chance."""
    taught = "".join(path.read_text() for path in (ROOT / "bot/data/nlu").glob("*.yml"))
    ruled = "".join(path.read_text() for path in (ROOT / "bot/data/rules").glob("*.yml"))
    by_the_system = {"approval_decided", "confirm_operation", "decline_operation", "handed_back", "operation_settled"}
    for intent in domain()["intents"]:
        assert f"intent: {intent}\n" in ruled, intent
        if intent not in by_the_system | {"cannot_give", "go_on", "inform", "needs_a_moment"}:
            assert f"intent: {intent}\n" in taught, intent


def test_no_example_is_taught_as_two_things() -> None:
    """Case and spaces aside; a question mark may tell two wishes apart."""
    taught: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "bot/data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                said = " ".join(line.removeprefix("- ").lower().split())
                known, where = taught.setdefault(said, (block["intent"], path.name))
                assert known == block["intent"], f"{said!r}: {known} in {where}, {block['intent']} in {path.name}"
