"""Every figure of a set of episodes. The denominators are spelled out in each and explained in ``eval/README.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics import effort, survival
from eval.metrics.survival import Point
from eval.metrics.values import Metric, mean, median, share
from eval.outcomes.model import DAY, RETURN_DAYS, Contact, Episode

MATURED = "eligible episodes whose time to stand (7 days) is over"
ENDED = "eligible episodes that have ended"
RESOLVERS = ("bot", "assisted", "human")
WAIT_TARGET = 120.0
"""Seconds within which a colleague's first word is expected."""


@dataclass(frozen=True)
class Figures:
    """``counts``: how many episodes there are of each status and evidence, and of each reason for not counting."""

    metrics: dict[str, Metric]
    repeat_curve: list[Point]
    counts: dict[str, int]
    excluded: dict[str, int]
    reasons: dict[str, int]

    def document(self, *, lists: bool = False) -> dict[str, Any]:
        return {
            "metrics": {name: metric.document(lists=lists) for name, metric in self.metrics.items()},
            "repeat_curve": [point._asdict() for point in self.repeat_curve],
            "counts": self.counts,
            "excluded": self.excluded,
            "handover_reasons": self.reasons,
        }


def figures(episodes: Sequence[Episode], as_of: float) -> Figures:
    eligible = [episode for episode in episodes if episode.eligible]
    matured = [episode for episode in eligible if episode.matured]
    points, repeats = _repeats(eligible, as_of)
    found = [
        *_resolution(matured),
        *_human(eligible, as_of),
        *repeats,
        *effort.metrics(eligible),
        *_satisfaction(eligible),
        *_speed(matured),
    ]
    return Figures(
        metrics={metric.name: metric for metric in found},
        repeat_curve=points,
        counts=dict(sorted(Counter(f"{e.status}/{e.evidence}" for e in eligible).items())),
        excluded=dict(sorted(Counter(str(e.exclusion) for e in episodes if not e.eligible).items())),
        reasons=dict(Counter(h.reason for e in eligible for h in e.handoffs).most_common()),
    )


def resolution(matured: Sequence[Episode], name: str = "resolution", title: str = "Resolution rate") -> Metric:
    """The headline, of episodes that are eligible and matured."""
    hits = [episode.id for episode in matured if episode.proven]
    return share(name, title, hits, _ids(matured), MATURED)


def _resolution(matured: Sequence[Episode]) -> list[Metric]:
    names = _ids(matured)

    def of(name: str, title: str, hits: list[Episode], note: str = "") -> Metric:
        return share(name, title, _ids(hits), names, MATURED, note)

    proven = [episode for episode in matured if episode.proven]
    reached = [e for e in matured if any(c.bot_answers or c.agent_messages for c in e.contacts)]
    confirmed = [e for e in reached if any(c.said_solved is not None for c in e.contacts)]
    split = [
        of(f"resolution_{who}", f"Resolved by {who}", [e for e in proven if e.resolver == who]) for who in RESOLVERS
    ]
    return [
        resolution(matured),
        *split,
        of("silence", "Band of silence", [e for e in matured if e.silent], "silence after an answer; never counted"),
        share(
            "confirmation", "Confirmation rate", _ids(confirmed), _ids(reached),
            "matured eligible episodes in which somebody answered", "the customer said that it is solved",
        ),
        of("fcr", "First contact resolution", [e for e in proven if len(e.contacts) == 1]),
        of("repeat", "Claimed, and came back within 7 days", [e for e in matured if e.status == "repeat"]),
        of("false_resolution", "False resolutions", [e for e in matured if e.status == "false_resolution"]),
        of("unresolved", "Unresolved", [e for e in matured if e.status == "unresolved"]),
        of("abandonment", "Abandoned", [e for e in matured if e.status == "abandoned"]),
        of("declined", "Declined by policy", [e for e in matured if e.status == "declined_by_policy"]),
    ]  # fmt: skip


def _human(eligible: Sequence[Episode], as_of: float) -> list[Metric]:
    ended = [episode for episode in eligible if episode.status != "open"]
    alone = [e for e in ended if not any(contact.person_took_part for contact in e.contacts)]
    contained = [e for e in ended if not any(c.person_took_part or c.person_asked for c in e.contacts)]
    asked = [e for e in eligible if e.handoffs]
    left = [e for e in asked if _left_the_queue(e, as_of)]
    served = [e for e in asked if any(h.answered_at is not None for h in e.handoffs)]
    again = [e for e in served if any(contact.effort.asked_again for contact in e.contacts)]
    judged = [e for e in served if any(contact.packet_enough is not None for contact in e.contacts)]
    enough = [e for e in judged if all(contact.packet_enough is not False for contact in e.contacts)]
    waits = [
        (e.id, h.answered_at - h.requested_at) for e in served for h in e.handoffs[:1] if h.answered_at is not None
    ]
    quick = [name for name, wait in waits if wait <= WAIT_TARGET]
    return [
        share("deflection", "Deflection", _ids(alone), _ids(ended), ENDED, "no person took part, for whatever reason"),
        share("containment", "Containment", _ids(contained), _ids(ended), ENDED, "nobody even asked for a person"),
        share("handover", "Handed over", _ids(asked), _ids(eligible), "eligible episodes"),
        share(
            "queue_abandonment", "Left before a person came", _ids(left), _ids(asked),
            "eligible episodes that were handed over",
        ),
        share(
            "reask", "Asked again for what they had told", _ids(again), _ids(served),
            "handed over and answered by a colleague",
        ),
        share(
            "packet_enough", "The packet was enough", _ids(enough), _ids(judged),
            "handed over, and the colleague said whether it was",
        ),
        median("wait", "Wait for a colleague, median", waits, "seconds", "handed over and answered by a colleague"),
        share(
            "answered_in_time", f"Answered within {WAIT_TARGET:.0f} s", quick, [name for name, _ in waits],
            "handed over and answered by a colleague",
        ),
    ]  # fmt: skip


def _left_the_queue(episode: Episode, as_of: float) -> bool:
    last = episode.contacts[-1]
    waits = last.handoffs and last.handoffs[-1].accepted_at is None and not last.handoffs[-1].returned
    return bool(waits) and (last.closed or as_of - last.ended_at >= DAY)


def _repeats(eligible: Sequence[Episode], as_of: float) -> tuple[list[Point], list[Metric]]:
    """From the end of the first contact to the next one on the issue; what is not known yet is censored."""
    followers = {episode.follows: episode for episode in eligible if episode.follows is not None}
    names: list[str] = []
    durations: list[float] = []
    returned: list[bool] = []
    for episode in eligible:
        if episode.status == "open":
            continue
        following = _next_contact(episode, followers)
        names.append(episode.id)
        end = min(following.opened_at, as_of) if following is not None else as_of
        durations.append(max(0.0, end - episode.contacts[0].ended_at) / DAY)
        returned.append(following is not None)
    points = survival.curve(durations, returned)
    found = []
    for days in RETURN_DAYS:
        point = survival.at(points, days)
        back = tuple(n for n, d, r in zip(names, durations, returned, strict=True) if r and d <= days)
        known = bool(names)
        found.append(
            Metric(
                f"repeat_{days}d", f"Came back within {days} day{'s' if days > 1 else ''}",
                1 - point.kept if known else None, (1 - point.high, 1 - point.low) if known else None, "greenwood",
                "share", "eligible episodes that have ended; watched until now (Kaplan–Meier)", tuple(names), back,
            )
        )  # fmt: skip
    return points, found


def _next_contact(episode: Episode, followers: dict[str, Episode]) -> Contact | None:
    for contact in episode.contacts[1:]:
        if contact.exclusion is None:
            return contact
    following = followers.get(episode.id)
    return following.contacts[0] if following is not None else None


def _satisfaction(eligible: Sequence[Episode]) -> list[Metric]:
    found = []
    for who in (None, *RESOLVERS):
        given = [
            (e.id, float(answer))
            for e in eligible
            if who in (None, e.resolver)
            for answer in [next((s.csat for c in e.contacts for s in c.surveys if s.csat is not None), None)]
            if answer is not None
        ]
        of = f"eligible episodes that answered{f', resolver {who}' if who else ''}"
        name = f"csat_{who}" if who else "csat"
        good = [name for name, value in given if value >= 4]
        found.append(share(name, f"CSAT, 4 or 5{f', {who}' if who else ''}", good, [n for n, _ in given], of))
        if who is None:
            found.append(mean("csat_mean", "CSAT, mean", given, "points 1 to 5", of))
    return found


def _speed(matured: Sequence[Episode]) -> list[Metric]:
    took = []
    for episode in matured:
        began = episode.contacts[0].first_need_at
        if episode.proven and episode.claimed_at is not None and began is not None:
            took.append((episode.id, episode.claimed_at - began))
    return [
        median(
            "time_to_resolution", "Time to resolution, median", took, "seconds",
            "matured episodes resolved on proof, from the first need to the proof",
        )
    ]  # fmt: skip


def _ids(episodes: Sequence[Episode]) -> list[str]:
    return [episode.id for episode in episodes]
