"""Customer effort: the survey's two forms, and an index of what the customer had to do *again*.

The number of turns says little about effort; rephrasing, repeating a fact, waiting, coming back and changing channel
do. The index is 0 (none) to 100 and is called uncalibrated until 200 real answers stand beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from eval.metrics.values import Metric, mean, share
from eval.outcomes.model import Episode

CALIBRATED_FROM: Final = 200
WEIGHTS: Final = {
    "rephrased": 2.0,
    "asked_again": 2.0,
    "failed_turns": 1.5,
    "not_understood": 1.0,
    "returns": 3.0,
    "channel_switches": 2.0,
}
WAIT_UNIT: Final = 300.0
"""Seconds of waiting that weigh 1."""
MOST_WAIT: Final = 4.0
HALF: Final = 6.0


def index(episode: Episode) -> float:
    """0..100 from the behaviour alone."""
    counts = {
        "rephrased": sum(contact.effort.rephrased for contact in episode.contacts),
        "asked_again": sum(contact.effort.asked_again for contact in episode.contacts),
        "failed_turns": sum(contact.effort.failed_turns for contact in episode.contacts),
        "not_understood": sum(contact.effort.not_understood for contact in episode.contacts),
        "returns": len(episode.contacts) - 1,
        "channel_switches": len({contact.channel for contact in episode.contacts}) - 1,
    }
    waited = sum(contact.effort.waited for contact in episode.contacts)
    return scale(sum(WEIGHTS[name] * count for name, count in counts.items()), waited)


def scale(weighed: float, waited: float) -> float:
    """``waited`` in seconds."""
    return 100.0 * (1.0 - math.exp(-(weighed + min(waited / WAIT_UNIT, MOST_WAIT)) / HALF))


def metrics(eligible: Sequence[Episode]) -> list[Metric]:
    """One answer an episode, its first; the denominator of the response rate is what was asked."""
    sevens, fives = _answers(eligible, "ces7"), _answers(eligible, "ces5")
    asked = [e.id for e in eligible if any(c.offered_survey or c.surveys for c in e.contacts)]
    answered = [e.id for e in eligible if any(c.surveys for c in e.contacts)]
    n = len(sevens) + len(fives)
    calibrated = "" if n >= CALIBRATED_FROM else f"uncalibrated: {n} of {CALIBRATED_FROM} answers"
    easy = [name for name, value in sevens if value >= 5]
    return [
        mean("ces7", "CES 2.0, mean", sevens, "points 1 to 7, 7 = easy", "eligible episodes that answered"),
        share(
            "ces7_easy", "CES 2.0, answered 5 to 7", easy, [name for name, _ in sevens],
            "eligible episodes that answered",
        ),
        share(
            "survey_response", "Surveys answered", answered, asked, "eligible episodes that were asked",
            "who does not answer may have found it harder than who does",
        ),
        mean("ces5", "CES, five points", fives, "points 1 to 5, 1 = easy", "eligible episodes that answered"),
        mean(
            "effort", "Effort index from behaviour", [(e.id, index(e)) for e in eligible], "0 to 100",
            "eligible episodes", calibrated,
        ),
    ]  # fmt: skip


def _answers(episodes: Sequence[Episode], form: str) -> list[tuple[str, float]]:
    found = []
    for episode in episodes:
        given = next((s.ces for c in episode.contacts for s in c.surveys if s.form == form and s.ces is not None), None)
        if given is not None:
            found.append((episode.id, float(given)))
    return found
