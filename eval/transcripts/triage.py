"""What the shipped triage would have done in each turn of a conversation that somebody else held.

Each customer turn is read by the trained pipeline and decided by the shipped rules. What the old bot did after it
(asked, failed, offered a person) is told from its words, as far as words tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.text.normalise import clean
from bot.triage.decide import decide
from bot.triage.seen import Seen, read
from bot.triage.thresholds import Thresholds
from eval.frustration import Reader
from eval.handover import OverAuthority
from eval.outcomes import texts
from eval.outcomes.model import Conversation, Event

MOST_READ: Final = 2000
"""Characters of a turn that are read, as in the product."""
_OFFERS = re.compile(r"\b(?:transfer|connect|speak|talk|pass) (?:you )?(?:to|with) (?:a |an )?(?:\w+ )?"
                     r"(?:person|human|agent|colleague|representative)", re.IGNORECASE)  # fmt: skip
_LOST = re.compile(
    r"\b(?:don'?t|didn'?t|did not|do not) (?:quite )?(?:understand|get that|catch that)|rephrase", re.IGNORECASE
)


@dataclass(frozen=True)
class Turn:
    """One customer turn: the words, its number from 1, how the old bot answered, and what the shipped rules decide."""

    number: int
    seq: int
    text: str
    kind: str
    decision: str = ""
    rule: str = ""
    frustration: float = 0.0
    complexity: float = 0.0
    intent: str | None = None
    not_understood: bool = False


@dataclass(frozen=True)
class Triaged:
    """``ours``: the turn after which we would have handed over, with its rule; ``theirs``: when it was done."""

    conversation_id: str
    turns: tuple[Turn, ...]
    ours: int | None
    rule: str | None
    theirs: int | None

    def document(self) -> dict[str, Any]:
        return {
            "conversation_id": self.conversation_id,
            "would_hand_over_at": self.ours,
            "rule": self.rule,
            "handed_over_at": self.theirs,
            "turns": [
                {
                    "turn": t.number, "seq": t.seq, "decision": t.decision, "rule": t.rule, "intent": t.intent,
                    "frustration": t.frustration, "complexity": t.complexity,
                }
                for t in self.turns
            ],
        }  # fmt: skip


def triage(
    conversations: Sequence[Conversation], reader: Reader, limits: Thresholds, over_authority: OverAuthority
) -> list[Triaged]:
    """Each different text is read once, for all conversations together."""
    split = [(conversation, *_turns(conversation)) for conversation in conversations]
    wanted = list(dict.fromkeys(turn.text for _, turns, _ in split for turn in turns))
    read_as = dict(zip(wanted, reader(wanted), strict=True)) if wanted else {}
    return [_decided(c.id, turns, theirs, read_as, limits, over_authority) for c, turns, theirs in split]


def _turns(conversation: Conversation) -> tuple[list[Turn], int | None]:
    """Customer turns with the kind of the bot's answer, until a person takes over."""
    turns: list[Turn] = []
    theirs: int | None = None
    open_turn = False
    for event in conversation.events:
        if event.type in ("handoff.requested", "handoff.queued", "handoff.accepted"):
            theirs = theirs or max(1, len(turns))
        if event.type == "message.sent" and event.source == "customer" and theirs is None:
            said = str(event.data.get("text", ""))[:MOST_READ]
            if open_turn:
                turns[-1] = replace(turns[-1], text=f"{turns[-1].text}\n{said}"[:MOST_READ])
            else:
                turns.append(Turn(len(turns) + 1, event.seq, said, "answer"))
            open_turn = True
        elif turns and event.source in ("bot", "system"):
            kind = _kind(event)
            if kind is not None and theirs is None:
                turns[-1] = replace(turns[-1], kind=kind)
                open_turn = False
    return turns, theirs


def _kind(event: Event) -> str | None:
    if event.type == "turn.failed":
        return "failed"
    if event.type != "message.sent" or event.source != "bot":
        return None
    text = str(event.data.get("text", ""))
    if _OFFERS.search(text):
        return "offer_person"
    if _LOST.search(text):
        return "fallback"
    return "ask" if texts.asks(text) else "answer"


def _decided(
    name: str, turns: Sequence[Turn], theirs: int | None, read_as: Mapping[str, Mapping[str, Any]],
    limits: Thresholds, over_authority: OverAuthority,
) -> Triaged:  # fmt: skip
    seen: list[Seen] = []
    told: list[Turn] = []
    asked = False
    for turn in turns:
        parsed = read_as[turn.text]
        seen.append(Seen(**read(clean(turn.text), parsed), seq=turn.seq, in_form=asked))
        decision = decide(seen, limits)
        done, rule = decision.decision, decision.rule
        if done != "hand_over" and over_authority(
            [{**read_as[old.text], "text": old.text} for old in turns[: turn.number]]
        ):
            done, rule = "approval", "over_authority"
        told.append(
            replace(
                turn, decision=done, rule=rule, frustration=decision.frustration, complexity=decision.complexity,
                intent=seen[-1].intent, not_understood=seen[-1].rejected and not asked,
            )
        )  # fmt: skip
        if done == "hand_over":
            return Triaged(name, tuple(told), turn.number, rule, theirs)
        seen[-1] = replace(
            seen[-1],
            fallback=turn.kind == "fallback",
            tool_failed=turn.kind == "failed",
            offered=turn.kind == "offer_person" or done == "offer",
            bounded=done == "boundary",
        )
        asked = turn.kind == "ask"
    return Triaged(name, tuple(told), None, None, theirs)
