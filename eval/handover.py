"""When does the shipped triage hand over a dialogue, and when ought it to? Labelled dialogues with the bot's answers.

``{"id", "turns": [{"customer", "bot", "bot_kind"}], "handover_at", "reason"}`` a line (``sets/held/README.md``). Each
customer turn is read by the trained pipeline and decided by the shipped rules; what the bot then did is taken from
``bot_kind``. Approvals over the bot's authority are decided by the actions that prepare an operation; here they are
stood in for by ``over_authority``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bot.text.normalise import clean
from bot.triage.decide import decide
from bot.triage.seen import Seen, read
from bot.triage.thresholds import Thresholds
from eval.frustration import BadRows, Reader, lines_of

KINDS: Final = frozenset(
    {"answer", "ask", "confirm", "done", "fallback", "failed", "offer_person", "boundary", "smalltalk", "handover"}
)
TOLERANCES: Final = (1, 2, 3)
OverAuthority = Callable[[Sequence[Mapping[str, Any]]], bool]
"""Whether the customer's turns so far, as read and with their ``text``, ask for more than the bot may decide alone."""


@dataclass(frozen=True)
class Dialogue:
    """``turns``: (customer's text, kind of the bot's answer). ``due``: the customer turn, from 1, or ``None``."""

    id: str
    turns: tuple[tuple[str, str], ...]
    due: int | None
    reason: str | None


@dataclass(frozen=True)
class Outcome:
    dialogue: Dialogue
    at: int | None
    rule: str | None


def dialogues_of(path: Path) -> list[Dialogue]:
    """Raises ``BadRows``, or ``OSError`` when the file cannot be read."""
    found = [_dialogue(data, place) for data, place in lines_of(path)]
    if not found:
        raise BadRows(f"{path}: holds no dialogues.")
    return found


def _dialogue(data: Mapping[str, Any], place: str) -> Dialogue:
    turns, due = data.get("turns"), data.get("handover_at")
    if not isinstance(turns, list) or not turns:
        raise BadRows(f"{place}: has no turns.")
    read_turns = []
    for turn in turns:
        if not isinstance(turn, dict) or not isinstance(turn.get("customer"), str) or turn.get("bot_kind") not in KINDS:
            raise BadRows(f"{place}: a turn wants customer and bot_kind, one of {', '.join(sorted(KINDS))}.")
        read_turns.append((turn["customer"], turn["bot_kind"]))
    if due is not None and (not isinstance(due, int) or not 1 <= due <= len(turns)):
        raise BadRows(f"{place}: handover_at is neither null nor a turn.")
    return Dialogue(str(data.get("id", place)), tuple(read_turns), due, data.get("reason"))


def replay(
    dialogues: Sequence[Dialogue], reader: Reader, limits: Thresholds, over_authority: OverAuthority
) -> list[Outcome]:
    """Where each dialogue is handed over first. Each different text is read once."""
    wanted = list(dict.fromkeys(text for dialogue in dialogues for text, _ in dialogue.turns))
    read_as = dict(zip(wanted, reader(wanted), strict=True))
    return [_walk(dialogue, read_as, limits, over_authority) for dialogue in dialogues]


def _walk(
    dialogue: Dialogue, read_as: Mapping[str, Mapping[str, Any]], limits: Thresholds, over_authority: OverAuthority
) -> Outcome:
    turns: list[Seen] = []
    asked = False
    for number, (text, kind) in enumerate(dialogue.turns, start=1):
        turns.append(Seen(**read(clean(text), read_as[text]), seq=number, in_form=asked))
        decision = decide(turns, limits)
        if decision.decision == "hand_over":
            return Outcome(dialogue, number, decision.rule)
        if over_authority([{**read_as[said], "text": said} for said, _ in dialogue.turns[:number]]):
            return Outcome(dialogue, number, "over_authority")
        turns[-1] = replace(
            turns[-1],
            fallback=kind == "fallback",
            tool_failed=kind == "failed",
            offered=kind == "offer_person" or decision.decision == "offer",
            bounded=kind == "boundary" or decision.decision == "boundary",
        )
        asked = kind == "ask"
    return Outcome(dialogue, None, None)


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Dialogue level, by reason, timeliness, and per turn with GT-T beside it.

    A dialogue counts as right when it is handed over and was to be, at most one turn late; ``f1_any_turn`` counts it
    at whatever turn.
    """
    due = [outcome for outcome in outcomes if outcome.dialogue.due is not None]
    handed = [outcome for outcome in outcomes if outcome.at is not None]
    late = {outcome.dialogue.id: lateness for outcome in due if (lateness := _late(outcome)) is not None}
    timely = sum(lateness <= 1 for lateness in late.values())
    asked = [outcome for outcome in due if outcome.dialogue.reason == "explicit_request"]
    exact = sum(lateness == 0 for lateness in late.values())
    reasons: dict[str, dict[str, int]] = {}
    for outcome in outcomes:
        cell = reasons.setdefault(outcome.dialogue.reason or "stays", {"n": 0, "handed_over": 0})
        cell["n"] += 1
        cell["handed_over"] += outcome.at is not None
    return {
        "n": len(outcomes),
        "f1": _f1(timely, len(handed), len(due)),
        "f1_any_turn": _f1(len(late), len(handed), len(due)),
        "precision": _share(timely, len(handed)),
        "recall": _share(timely, len(due)),
        "interval_95": {
            "precision": wilson(timely, len(handed)),
            "recall": wilson(timely, len(due)),
            "timely": wilson(timely, len(late)),
        },
        "explicit_requests": len(asked),
        "explicit_requests_missed": sum(_late(outcome) != 0 for outcome in asked),
        "needless": sum(outcome.dialogue.due is None for outcome in handed),
        "missed": [outcome.dialogue.id for outcome in due if outcome.at is None],
        "needless_ids": [outcome.dialogue.id for outcome in handed if outcome.dialogue.due is None],
        "timely": _share(timely, len(late)),
        "early": sum(lateness < 0 for lateness in late.values()),
        "turn_recall": _share(exact, len(due)),
        "turn_f1": _f1(exact, len(handed), len(due)),
        "gt_t": {str(tolerance): round(_gt(outcomes, tolerance), 4) for tolerance in TOLERANCES},
        "by_reason": reasons,
    }


def _late(outcome: Outcome) -> int | None:
    if outcome.at is None or outcome.dialogue.due is None:
        return None
    return outcome.at - outcome.dialogue.due


def _gt(outcomes: Sequence[Outcome], tolerance: int) -> float:
    """Golden transfer within tolerance (Liu and others, 2021, MHCH-DAMI). It can be gamed by never handing over."""
    total = 0.0
    for outcome in outcomes:
        if (outcome.at is None) != (outcome.dialogue.due is None):
            continue
        apart = _late(outcome) or 0
        total += math.exp(-(apart**2) / (2 * (tolerance + 1e-9) ** 2))
    return total / len(outcomes)


def wilson(hits: int, of: int) -> list[float]:
    """95 % interval of a share (Wilson, 1927)."""
    if of == 0:
        return [0.0, 1.0]
    z, share = 1.959964, hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return [round(max(centre - half, 0.0), 4), round(min(centre + half, 1.0), 4)]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _f1(right: int, said: int, due: int) -> float:
    return round(2 * right / (said + due), 4) if said + due else 1.0
