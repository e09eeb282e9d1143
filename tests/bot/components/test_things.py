"""The reader of things and troubles on its own examples: what is trained is what reads, and nothing sure is touched."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.thing_model import (
    EXAMPLES,
    BadExample,
    Span,
    ThingModel,
    fit,
    labels,
    read,
    read_words,
    tokens_of,
    unmarked,
)
from bot.components.things import ThingExtractor

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def made() -> bytes:
    folder = ROOT / EXAMPLES
    return fit(read(folder), read_words(folder), c1=0.1, c2=0.3, rounds=120)


@pytest.fixture(scope="module")
def model(made: bytes) -> ThingModel:
    return ThingModel(made, read_words(ROOT / EXAMPLES))


@pytest.mark.parametrize(
    ("text", "things", "troubles"),
    [
        ("I want to return the green poncho from A-1042", ["green poncho"], []),
        ("my daypack is useless, the strap snapped", ["daypack"], ["strap snapped"]),
        ("my gloves are torn", ["gloves"], ["torn"]),
        ("do you sell umbrellas?", ["umbrellas"], []),
        ("where is my order A-1042?", [], []),
        ("I am really disappointed, nobody answers me", [], []),
        ("", [], []),
        ("???", [], []),
    ],
)
def test_it_reads_things_and_troubles(model: ThingModel, text: str, things: list, troubles: list) -> None:
    found = model.spans(text, 0.4)
    assert [text[one.start : one.end] for one in found if one.entity == "thing"] == things
    assert set(troubles) <= {text[one.start : one.end] for one in found if one.entity == "trouble"}
    assert troubles or not [one for one in found if one.entity == "trouble"]


def test_training_twice_gives_the_same_model_and_stays_small(made: bytes) -> None:
    folder = ROOT / EXAMPLES
    assert fit(read(folder), read_words(folder), c1=0.1, c2=0.3, rounds=120) == made
    assert len(made) < 2_000_000


def test_a_message_takes_less_than_half_a_millisecond(model: ThingModel) -> None:
    texts = [example.text for example in read(ROOT / EXAMPLES)][:200]
    started = time.process_time()
    for text in texts:
        model.spans(text, 0.4)
    assert (time.process_time() - started) / len(texts) < 0.0005


def test_a_very_long_message_is_read_in_part(model: ThingModel) -> None:
    assert all(span.end < 1000 for span in model.spans("my boots are broken " * 500, 0.4))


def test_marks_become_positions() -> None:
    example = unmarked("my [left boot](thing) [leaks](trouble)!", "here")
    assert example.text == "my left boot leaks!"
    assert example.spans == (Span("thing", 3, 12), Span("trouble", 13, 18))
    assert labels(tokens_of(example.text), example.spans) == ["O", "B-thing", "I-thing", "B-trouble", "O"]


@pytest.mark.parametrize("line", ["my [boot](item)", "my [boot(thing) [x](thing", "a [b [c](thing)](thing)"])
def test_a_wrong_mark_is_named(line: str) -> None:
    with pytest.raises(BadExample, match="line 7"):
        unmarked(line, "line 7")


def test_every_example_is_marked_once() -> None:
    texts = [example.text.lower() for example in read(ROOT / EXAMPLES)]
    assert len(texts) == len(set(texts))
    assert len(texts) > 1000


def test_what_a_rule_has_read_stays_and_nothing_is_laid_over_it(model: ThingModel) -> None:
    extractor = ThingExtractor(ThingExtractor.get_default_config(), None, None, model)  # type: ignore[arg-type]
    text = "return the boots of order A-1042"
    rule = {"entity": "order_number", "start": 26, "end": 32, "value": "A-1042"}
    message = Message(data={"text": text, "entities": [rule]})
    extractor.process([message])
    assert message.get("entities")[0] == rule
    assert [one["value"] for one in message.get("entities")[1:]] == ["boots"]
    over = Message(data={"text": text, "entities": [{**rule, "start": 0, "end": len(text)}]})
    extractor.process([over])
    assert len(over.get("entities")) == 1


def test_without_a_model_nothing_is_read() -> None:
    extractor = ThingExtractor({}, SimpleNamespace(), SimpleNamespace(), None)  # type: ignore[arg-type]
    message = Message(data={"text": "my boots leak"})
    assert extractor.process([message]) == [message]
    assert message.get("entities") is None
