"""From trials to the figures of the proof, each beside what is wanted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from stack.bench.figures import percentile
from stack.prove.trial import Message, Result

HONEST_WORD_S = 3.0
ANSWER_AFTER_READY_S = 3.0
ANSWER_WITH_SPARE_S = 3.0


def of_target(results: Sequence[Result], violations: int, lost: int, *, spare: bool) -> dict[str, Any]:
    """``first_word`` and ``end_after_kill`` count from the kill, or from the sending where that was later;
    ``end_after_ready`` from the moment at which the process was ready again. Seconds.

    Only messages that the kill concerned count: in flight at the kill, or sent before everything had settled. What was
    written to a person is answered by a person, so it has no time here.
    """
    concerned = [(result, m) for result in results for m in result.messages if m.end != "with_people"]
    return {
        "trials": len(results),
        "hit_in_flight": sum(result.in_flight for result in results),
        "messages": sum(len(result.messages) for result in results),
        "ends": dict(Counter(m.end or "none" for result in results for m in result.messages)),
        "acknowledged_lost": lost,
        "violations": violations,
        "ready_s": _spread(result.ready for result in results),
        "connected_s": _spread(result.connected for result in results if result.connected),
        "first_word_s": _spread(first_word(m) for _, m in concerned),
        "end_after_ready_s": _spread(end_after(m, result.ready) for result, m in concerned),
        "end_after_kill_s": _spread(end_after(m, 0.0) for _, m in concerned),
        "spare": spare,
    }


def first_word(message: Message) -> float | None:
    return None if message.first_word is None else max(0.0, message.first_word - max(0.0, message.sent))


def end_after(message: Message, moment: float) -> float | None:
    """From ``moment`` (seconds after the kill), or from the sending where that was later, to the message's end."""
    return None if message.ended is None else max(0.0, message.ended - max(moment, message.sent))


def limits(targets: dict[str, dict[str, Any]], trials: int) -> list[dict[str, Any]]:
    """What is wanted, what was measured, and whether that holds. ``trials`` were asked for of each target."""
    found = []
    for name, figures in targets.items():
        found.append(_at_least(f"{name}: trials carried out", trials, figures["trials"]))
        most = figures["trials"] // 2 + 1
        found.append(_at_least(f"{name}: trials that hit a turn in flight", most, figures["hit_in_flight"]))
        found.append(_limit(f"{name}: acknowledged messages lost", 0, figures["acknowledged_lost"]))
        found.append(_limit(f"{name}: violations of I1-I8, I11", 0, figures["violations"]))
        found.append(_limit(f"{name}: messages without an end", 0, figures["ends"].get("none", 0)))
        found.append(_limit(f"{name}: turns given up", 0, figures["ends"].get("failed", 0)))
        word = "an honest word to the customer, s after the kill"
        found.append(_limit(f"{name}: {word}", HONEST_WORD_S, figures["first_word_s"]["max"]))
        if figures["spare"]:
            wanted, measured = ANSWER_WITH_SPARE_S, figures["end_after_kill_s"]["max"]
            found.append(_limit(f"{name}: the answer, s after the kill", wanted, measured))
        else:
            wanted, measured = ANSWER_AFTER_READY_S, figures["end_after_ready_s"]["max"]
            found.append(_limit(f"{name}: the answer, s after the process is ready again", wanted, measured))
    return found


def table(targets: dict[str, dict[str, Any]]) -> str:
    head = f"{'killed':<14}{'trials':>7}{'in flight':>10}{'messages':>9}{'lost':>5}{'viol.':>6}"
    head += f"{'ready':>13}{'first word':>14}{'after ready':>14}{'after kill':>14}   (s, p50/max)"
    lines = [head]
    for name, figures in targets.items():
        times = ("ready_s", "first_word_s", "end_after_ready_s", "end_after_kill_s")
        ready, *others = (_pair(figures[key]) for key in times)
        lines.append(
            f"{name:<14}{figures['trials']:>7}{figures['hit_in_flight']:>10}{figures['messages']:>9}"
            f"{figures['acknowledged_lost']:>5}{figures['violations']:>6}{ready:>13}"
            + "".join(f"{other:>14}" for other in others)
        )
    return "\n".join(lines)


def limit_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{'ok    ' if each['holds'] else 'MISSED'} {each['what']}: wanted {each['bound']} {each['wanted']:g}, measured"
        f" {'nothing' if each['measured'] is None else format(each['measured'], 'g')}"
        for each in found
    ]


def _limit(what: str, wanted: float, measured: float | None) -> dict[str, Any]:
    """Where nothing was measured nothing was shown, so it does not hold."""
    holds = measured is not None and measured <= wanted
    return {"what": what, "bound": "≤", "wanted": wanted, "measured": measured, "holds": holds}


def _at_least(what: str, wanted: float, measured: float) -> dict[str, Any]:
    return {"what": what, "bound": "≥", "wanted": wanted, "measured": measured, "holds": measured >= wanted}


def _spread(values: Iterable[float | None]) -> dict[str, float | None]:
    there = [value for value in values if value is not None]
    high = max(there, default=None)
    middle, most = percentile(there, 50), percentile(there, 95)
    return {"p50": _round(middle), "p95": _round(most), "max": _round(high)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _pair(spread: dict[str, float | None]) -> str:
    return "-" if spread["p50"] is None else f"{spread['p50']:.2f}/{spread['max']:.2f}"
