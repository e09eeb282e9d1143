"""The judge on transcripts whose outcome is known from elsewhere: it reads them without that, and is held against it.

What was done (``action.performed``) is taken out of each log first, so that the judge is heard where state could tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from eval.judge.calibration import informedness, sensitivity, specificity
from eval.judge.known_truth import counts_of
from eval.judge.model import SAID, Said
from eval.judge.rules import judge_by
from eval.outcomes.classify import Rules, episodes_of
from eval.outcomes.linking import LinkRules
from eval.outcomes.model import DAY, Conversation
from eval.quality.agreement import agreement
from eval.transcripts.model import Transcript

KNOWN: Final = "resolved"
"""What is stored beside a transcript whose outcome is known: 0 or 1."""


def judged(transcripts: Sequence[Transcript], links: LinkRules) -> list[tuple[bool, Said]]:
    """What is known and what the judge says, of each transcript that without its state is one silent ending."""
    assert links.similarity is not None
    judge, rules, found = judge_by(links.similarity), Rules(links=links), list[tuple[bool, Said]]()
    for each in transcripts:
        if KNOWN not in each.stored or not each.conversation.events:
            continue
        conversation = without_state(each.conversation)
        episodes = episodes_of([conversation], conversation.events[-1].at + 8 * DAY, rules)
        verdicts = list(judge(episodes, [conversation]).values())
        if len(episodes) == 1 and verdicts:
            found.append((bool(each.stored[KNOWN]), verdicts[0].said))
    return found


def without_state(conversation: Conversation) -> Conversation:
    events = (event for event in conversation.events if event.type != "action.performed")
    return replace(conversation, events=tuple(events), reads=())


def document(transcripts: int, found: Sequence[tuple[bool, Said]]) -> dict[str, Any]:
    counts = counts_of(found, Counter(said for _, said in found))
    decided = [(said, KNOWN if known else "not_resolved") for known, said in found if said != "abstains"]
    return {
        "transcripts": transcripts, "judged": len(found), "known_resolved": sum(known for known, _ in found),
        "table": [{"said": said, "resolved": counts.labels[said][0], "not_resolved": counts.labels[said][1]}
                  for said in SAID],
        "sensitivity": _told(sensitivity(counts)), "specificity": _told(specificity(counts)),
        "informedness": _told(informedness(counts)), "agreement": agreement(decided)._asdict(),
    }  # fmt: skip


def _told(rate: Any) -> dict[str, Any]:
    return {"value": rate.value, "interval_95": list(rate.interval)}
