"""What a turn came to, in one shape for the record and for the candidate. Pure.

From a stored ``TurnResult`` everything is known; from a bare transcript only what its events show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from eval.outcomes import texts
from eval.outcomes.model import Event

Kind = Literal[
    "answered", "told", "done", "asked_back", "handed_over", "approval", "not_known", "not_understood", "failed",
    "said",
]  # fmt: skip
"""``answered`` from articles, ``told`` from the business system, ``done`` with a receipt, ``said`` anything else."""
SERVED: Final[frozenset[Kind]] = frozenset({"answered", "told", "done"})
LOST: Final[frozenset[Kind]] = frozenset({"not_known", "not_understood", "failed"})
KNOWLEDGE: Final = "action_answer_question"
LOST_BY: Final[Mapping[str, Kind]] = {
    KNOWLEDGE: "not_known",
    "action_not_understood": "not_understood",
    "action_tool_failed": "failed",
    "utter_out_of_scope": "not_understood",
    "action_cannot_give": "not_known",
}


@dataclass(frozen=True)
class Said:
    """``articles`` are cited, ``operations`` prepared or changed as (kind, state); ``asks`` is the value asked for.
    ``steps`` are the actions that ran, where they are known. ``complete``: it holds the need to be met, and asks."""

    kind: Kind
    text: str = ""
    articles: tuple[str, ...] = ()
    operations: tuple[tuple[str, str], ...] = ()
    asks: str | None = None
    reason: str | None = None
    steps: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    complete: bool = False

    @property
    def serves(self) -> bool:
        """What the business system says serves where it is good news; a refusal or a late parcel is told as well."""
        return self.kind in SERVED and (self.kind != "told" or self.complete)


def in_result(result: Mapping[str, Any]) -> Said:
    """Of a stored or fresh ``TurnResult``, as JSON."""
    messages, triage = result.get("messages") or [], result.get("triage") or {}
    directives = {each["directive"]: each for each in result.get("directives") or ()}
    steps = _steps(result.get("tracker_events") or ())
    articles = tuple(
        dict.fromkeys(cited["article_id"] for message in messages for cited in message.get("citations") or ())
    )
    operations = tuple((each["kind"], each["state"]) for each in result.get("operations") or ())
    read = any(message.get("read_from") for message in messages)
    asks = triage.get("requested_slot")
    return Said(
        _kind(directives, operations, articles, asks, steps, read=read),
        "\n".join(message["text"] for message in messages),
        articles,
        operations,
        asks,
        (directives.get("handoff") or {}).get("reason"),
        steps,
        tuple(choice["label"] for message in messages for choice in message.get("choices") or ()),
        "ask_resolved" in directives,
    )


def _steps(events: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    names = [str(event.get("name")) for event in events if event.get("event") == "action"]
    return tuple(name for name in names if name.startswith(("action_", "utter_")) and name not in _ALWAYS)


_NO_ANSWER: Final = re.compile(
    r"\b(?:don[’']?t|didn[’']?t|do not|did not|can[’']?t|cannot|could not|couldn[’']?t) (?:quite |really )?"
    r"(?:know|understand|get that|catch that|find (?:an|any|the) answer|help (?:you )?with that"
    r"|have an? (?:\w+ )?answer)"
    r"|\brephrase\b|\bput it another way\b",
    re.IGNORECASE,
)
_ALWAYS: Final = frozenset({"action_listen", "action_extract_slots", "action_session_start"})


def _kind(
    directives: Mapping[str, Any], operations: Sequence[tuple[str, str]], articles: Sequence[str], asks: str | None,
    steps: Sequence[str], *, read: bool,
) -> Kind:  # fmt: skip
    states = {state for _, state in operations}
    if "handoff" in directives:
        return "handed_over"
    if "approval" in directives:
        return "approval"
    if "verified" in states:
        return "done"
    if states & {"failed", "unknown"}:
        return "failed"
    if articles:
        return "answered"
    if asks or "intended" in states:
        return "asked_back"
    lost = next((LOST_BY[step] for step in reversed(steps) if step in LOST_BY), None)
    if lost is not None:
        return lost
    return "told" if read else "said"


def in_log(events: Sequence[Event]) -> Said:
    """Of the events between one customer turn and the next, where no result was stored."""
    spoken = [event for event in events if event.type == "message.sent" and event.source in ("bot", "system")]
    text = "\n".join(str(event.data.get("text", "")) for event in spoken)
    articles = tuple(
        dict.fromkeys(str(cited["article_id"]) for event in spoken for cited in event.data.get("citations") or ())
    )
    done = [event.data for event in events if event.type == "action.performed"]
    operations = tuple((str(each.get("kind")), str(each.get("state"))) for each in done)
    handed = next((event for event in events if event.type == "handoff.requested"), None)
    directives: dict[str, Any] = {}
    if handed is not None:
        directives["handoff"] = handed.data
    if any(event.type == "approval.requested" for event in events):
        directives["approval"] = True
    kind = _kind(directives, operations, articles, None, (), read=False)
    if kind == "said":
        kind = _by_words(events, text)
    return Said(kind, text, articles, operations, reason=handed.data.get("reason") if handed else None)


def _by_words(events: Sequence[Event], text: str) -> Kind:
    if any(event.type == "turn.failed" for event in events) or not text.strip():
        return "failed"
    if _NO_ANSWER.search(text):
        return "not_known"
    return "asked_back" if texts.asks(text) else "said"
