"""One customer turn as triage sees it: what the pipeline read in the text, and how the bot answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Seen:
    """One customer turn as the dialogue shows it, oldest facts first in a list of them.

    ``person`` and ``matter`` are what the patterns found, ``wishes`` the learnt probability of each kind (empty where
    nothing was learnt: then the patterns decide alone). ``frustration`` is of the text alone; ``cues`` are (kind,
    words, what they add in log-odds). ``fallback``, ``tool_failed``, ``offered`` and ``bounded`` tell how the bot
    answered the turn: it did not understand, an action failed, it offered a person, it set a boundary. After an offer
    that is ``overtaken`` another question was put, so a yes belongs to that one. ``same_question`` counts the answers
    in a row, this one with them, to one question that was put again each time.
    """

    text: str
    intent: Optional[str]
    confidence: float
    seq: Optional[int] = None
    frustration: float = 0.0
    abuse: float = 0.0
    person: Optional[str] = None
    matter: Optional[Tuple[str, str]] = None
    wishes: Mapping[str, float] = field(default_factory=dict)
    cues: Tuple[Tuple[str, str, float], ...] = ()
    language: str = "en"
    margin: float = 1.0
    rejected: bool = False
    written: bool = True
    fallback: bool = False
    tool_failed: bool = False
    offered: bool = False
    bounded: bool = False
    in_form: bool = False
    overtaken: bool = False
    same_question: int = 0


def read(text: str, parsed: Mapping[str, Any]) -> Dict[str, Any]:
    """The facts of ``Seen`` that the text alone shows. ``parsed`` is the pipeline's output for it."""
    scores: Mapping[str, Any] = parsed.get("triage") or {}
    scope: Mapping[str, Any] = parsed.get("scope") or {}
    intent: Mapping[str, Any] = parsed.get("intent") or {}
    matter = scores.get("matter")
    return {
        "text": text,
        "intent": intent.get("name"),
        "confidence": float(intent.get("confidence") or 0.0),
        "frustration": float(scores.get("frustration", 0.0)),
        "abuse": float(scores.get("abuse", 0.0)),
        "person": scores.get("person"),
        "matter": (matter[0], matter[1]) if matter else None,
        "wishes": dict(scores.get("wishes") or {}),
        "cues": tuple((kind, shown, float(weight)) for kind, shown, weight in scores.get("cues", ())),
        "language": scores.get("language", "en"),
        "margin": float(scope.get("margin", 1.0)),
        "rejected": intent.get("name") == OUT_OF_SCOPE,
    }
