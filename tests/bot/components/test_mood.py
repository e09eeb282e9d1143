"""The mood model on a handful of examples with vectors made by hand: what is trained is what the bot applies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.components.mood import BadExample, fit, read
from bot.triage.frustration import FrustrationModel

pytestmark = pytest.mark.unit

ANGRY = ("this is useless", "still nothing, useless people", "fed up, useless shop", "useless again")
CALM = ("where is my order", "thanks, where is the label", "order a red jacket please", "where can I order")


def folder(place: Path) -> Path:
    rows = [
        {"text": f"{text} {domain}", "label": label, "domain": domain}
        for domain in ("bank", "shop", "rail", "gas", "phone", "post", "hotel", "bus")
        for label, texts in (("frustrated", ANGRY), ("calm", CALM))
        for text in texts
    ]
    (place / "some.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return place


def test_it_learns_the_words_and_survives_storage(tmp_path: Path) -> None:
    examples = read(folder(tmp_path))
    nothing = np.zeros((len(examples.texts), 4), dtype=np.float32)
    fitted = fit(examples, nothing, penalty=2.0)
    again = FrustrationModel.of(json.loads(json.dumps(fitted.model.as_dict())))
    angry, calm = (again.probability(text, nothing[0]) for text in ("useless train", "where is my train"))
    assert fitted.auroc > 0.95
    assert angry > 0.5 > calm
    assert len(fitted.scores) == len(examples.labels) == 64


def test_a_line_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"text": "hm", "label": "bored"}\n', encoding="utf-8")
    with pytest.raises(BadExample, match=r"bad\.jsonl, line 1"):
        read(tmp_path)


def test_both_labels_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "calm.jsonl").write_text('{"text": "hm", "label": "calm"}\n', encoding="utf-8")
    with pytest.raises(BadExample, match="both labels"):
        read(tmp_path)
