"""What the assistant worked with: the articles behind its answers, the model that worded them, the limit of a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handoff.contract.packet import Origin
from handoff.conversations.log import WireEvent
from handoff.packet.need import TurnRecord

MOST_ARTICLES = 8


def knowledge_version(events: Sequence[WireEvent]) -> str | None:
    """``returns@3, delivery@1``: the articles that were shown, newest first, each in the version shown last."""
    versions: dict[str, int] = {}
    for event in reversed(events):
        for citation in event["data"].get("citations", ()) if event["type"] == "message.sent" else ():
            versions.setdefault(citation["article_id"], citation["version"])
    return ", ".join(f"{name}@{version}" for name, version in list(versions.items())[:MOST_ARTICLES]) or None


def model(turns: Sequence[TurnRecord]) -> str | None:
    worded = _worded(turns)
    return worded[1] if worded else None


def threshold(turns: Sequence[TurnRecord], decided: Mapping[str, Any]) -> float | None:
    """What the score of the rule that fired had to reach. ``decided``: the data of its ``triage.decided``."""
    turn = next((turn for turn in reversed(turns) if turn.seq in decided.get("reply_to", ())), None)
    return turn.result["triage"].get("threshold") if turn else None


def version_origins(events: Sequence[WireEvent], turns: Sequence[TurnRecord]) -> dict[str, Origin]:
    cited = [e["seq"] for e in events if e["type"] == "message.sent" and e["data"].get("citations")]
    worded = _worded(turns)
    return {
        "ids.bot_version": Origin("tool", turns[-1].seq if turns else None),
        "ids.knowledge_version": Origin("tool", cited[-1] if cited else None),
        "ids.model": Origin("tool", worded[0] if worded else None),
    }


def _worded(turns: Sequence[TurnRecord]) -> tuple[int, str] | None:
    """The newest turn with a text in a model's words, and the model."""
    for turn in reversed(turns):
        for message in turn.result.get("messages") or ():
            if message.get("worded_by"):
                return turn.seq, str(message["worded_by"])
    return None
