"""Customer effort: the survey's two forms, and an index of what the customer had to do *again*.

The number of turns says little about effort; rephrasing, repeating a fact, waiting, coming back and changing channel
do. The index is 0 (none) to 100 and is called uncalibrated until 200 real answers stand beside it.
"""

from __future__ import annotations

import math
from typing import Final

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
