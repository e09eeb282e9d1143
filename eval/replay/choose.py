"""Which stored episodes are replayed: those that failed, and a control sample of those that did not. Pure.

The outcome rules hold an answer that is followed by silence to be *assumed silent*, whatever it said. Where the record
shows that the last thing said was "I don't know", nobody was served: here that is ``unanswered``, and is replayed.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from eval.outcomes.model import Episode
from eval.replay.model import Chosen, Recorded, turns_of
from eval.replay.said import LOST

UNANSWERED: Final = "unanswered"
FAILED: Final = ("unresolved", "abandoned", "false_resolution", "repeat", UNANSWERED)
MAY_BE_CHOSEN: Final = (*FAILED, "declined_by_policy")


def outcome_of(episode: Episode, recorded: Mapping[str, Recorded]) -> str:
    """The status, or ``unanswered``; of one that has not matured, the status so far. ``open`` stays open."""
    status = episode.would_be if episode.status == "immature" else episode.status
    return UNANSWERED if may_be_unanswered(episode) and _ends_unanswered(episode, recorded) else status


def may_be_unanswered(episode: Episode) -> bool:
    """Whether its turns have to be looked at: an answer of the bot's own, from no article and with no effect."""
    silent = episode.would_be == "resolved" and episode.evidence == "assumed_silent" and episode.resolver == "bot"
    return silent and not any(contact.articles or contact.operations for contact in episode.contacts)


def _ends_unanswered(episode: Episode, recorded: Mapping[str, Recorded]) -> bool:
    parts = [recorded[name] for name in episode.conversation_ids if name in recorded]
    turns = [turn for part in parts for _, turn in turns_of(episode, part)]
    return bool(turns) and turns[-1].said.kind in LOST


def to_be_read(episodes: Sequence[Episode], outcomes: Collection[str]) -> set[str]:
    """Conversations whose turns ``choose`` has to know; those of the control sample are known after it."""
    wanted = [
        each for each in episodes if each.eligible and (may_be_unanswered(each) or outcome_of(each, {}) in outcomes)
    ]
    return {name for each in wanted for name in each.conversation_ids}


def choose(
    episodes: Sequence[Episode], recorded: Mapping[str, Recorded], outcomes: Collection[str], control: int, seed: int
) -> list[Chosen]:
    """All eligible episodes with these outcomes, then at most ``control`` of those that the bot resolved alone, drawn
    with ``seed``; each in the order of its beginning. The same call gives the same list."""
    eligible = sorted((each for each in episodes if each.eligible), key=lambda each: (each.opened_at, each.id))
    found = [(each, outcome_of(each, recorded)) for each in eligible]
    failed = [one for one in found if one[1] in outcomes]
    good = [one for one in found if one[1] == "resolved" and one[0].resolver == "bot"]
    drawn = random.Random(seed).sample(good, min(control, len(good)))  # noqa: S311 - repeatable, not secret
    drawn.sort(key=lambda one: (one[0].opened_at, one[0].id))
    return [_chosen(*one, recorded, control=False) for one in failed] + [
        _chosen(*one, recorded, control=True) for one in drawn
    ]


def _chosen(episode: Episode, outcome: str, recorded: Mapping[str, Recorded], *, control: bool) -> Chosen:
    parts = tuple(recorded[name] for name in episode.conversation_ids if name in recorded)
    return Chosen(episode, outcome, control, parts)
