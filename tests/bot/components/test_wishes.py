"""The wish model on a handful of examples: what is trained is what the bot applies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.components.wishes import EXAMPLES, BadExamples, Examples, fit, kind_of, read
from bot.triage.wishes import KINDS, WishModel

pytestmark = pytest.mark.unit

TEXTS = {
    "person": "let me talk to someone",
    "safety": "the stove exploded here",
    "legal": "my lawyer will write",
    "vulnerable": "my husband has died",
    "favour": "make an exception please",
    "none": "where is my order",
}


def many() -> Examples:
    rows = [(f"{text} {number}", kind) for kind, text in TEXTS.items() for number in range(8)]
    return Examples([text for text, _ in rows], [kind for _, kind in rows])


def test_it_learns_each_kind_and_survives_storage() -> None:
    examples = many()
    nothing = np.zeros((len(examples.texts), 4), dtype=np.float32)
    again = WishModel.of(json.loads(json.dumps(fit(examples, nothing, penalty=10.0).as_dict())))
    for kind, text in TEXTS.items():
        found = again.probabilities(text, nothing[0])
        assert tuple(found) == KINDS
        likeliest = max(found, key=lambda each: found[each])
        assert (found[likeliest] > 0.5 and likeliest == kind) or (kind == "none" and found[likeliest] < 0.5), found


@pytest.mark.parametrize(
    "text", ["073861", "+43 1 5850", "👍", "???", "", "let.me.talk.to@someone.example", "A-1050", "CN-23456789."]
)
def test_a_text_without_a_word_wishes_for_nothing(text: str) -> None:
    model = fit(many(), np.zeros((48, 4), dtype=np.float32), penalty=10.0)
    assert set(model.probabilities(text, np.zeros(4, dtype=np.float32)).values()) == {0.0}


def test_a_kind_without_examples_is_named() -> None:
    with pytest.raises(BadExamples, match="kind person"):
        fit(Examples(["hello you", "hello me"], ["none", "none"]), np.zeros((2, 4)), penalty=1.0)


def test_a_model_of_other_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="other kinds"):
        WishModel.of({"kinds": ["person"]})


def test_a_file_of_no_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "sorrow.txt").write_text("alas\n", encoding="utf-8")
    with pytest.raises(BadExamples, match="sorrow"):
        read(tmp_path)


def test_comments_and_empty_lines_teach_nothing(tmp_path: Path) -> None:
    (tmp_path / "legal.txt").write_text("# of law\n\nI will sue\n", encoding="utf-8")
    assert read(tmp_path) == Examples(["I will sue"], ["legal"])


def test_what_an_intent_teaches() -> None:
    assert kind_of("agent", "talk_to_person") == "person"
    assert kind_of("call me at five", "request_callback") == ""
    assert kind_of("the stove exploded in my hand", "damaged_or_wrong_item") == ""
    assert kind_of("where is my order", "order_status") == "none"


def test_every_example_stands_under_one_kind() -> None:
    kinds: dict[str, str] = {}
    for text, kind in zip(*read(Path(EXAMPLES)), strict=True):
        assert kinds.setdefault(text.lower(), kind) == kind, text
