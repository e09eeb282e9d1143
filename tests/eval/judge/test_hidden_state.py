"""The judge is not shown what was done, and then held against it."""

from __future__ import annotations

import pytest

from eval.judge.hidden_state import document, judged
from eval.outcomes.linking import LinkRules
from eval.transcripts.model import Transcript
from tests.eval.outcomes.logs import Log

pytestmark = pytest.mark.unit


def talk(name: str, answer: str, *, done: bool) -> Transcript:
    log = Log(name).customer("please cancel the order for my blue tent")
    log = log.done() if done else log
    cited = [{"article_id": "x", "version": 1}] if "blue tent" in answer else []
    return Transcript(1, log.bot(answer, citations=cited).closed().conversation(), {"resolved": int(done)})


def test_what_was_done_is_hidden_and_then_counted() -> None:
    good, poor = "The order for your blue tent is off, as you asked me to do.", "Tents are green."
    told = [talk("a", good, done=True), talk("b", poor, done=True), talk("c", poor, done=False)]
    unknown = Transcript(4, told[0].conversation, {})
    found = judged([*told, unknown], LinkRules())
    assert found == [(True, "resolved"), (True, "not_resolved"), (False, "not_resolved")]
    shown = document(4, found)
    assert (shown["judged"], shown["known_resolved"]) == (3, 2)
    assert shown["sensitivity"]["value"] == 0.5
    assert shown["specificity"]["value"] == 1.0
