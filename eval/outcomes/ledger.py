"""The evidence ledger: what was held of an episode, since when, and why. Entries are added, never changed.

An episode's newest entry at a moment is what was known at that moment, so a figure of last week can be shown as it was
then and as it is now: a repeat, a reopening or a reading that finds nothing *downgrades* by a further entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eval.outcomes.model import Episode, Ref


class Entry(NamedTuple):
    """``kind``: ``opened`` for the first entry of an episode, ``revised`` for a later one, ``merged`` where the episode
    turned out to be part of ``into``. ``at`` is when it became known."""

    episode_id: str
    at: float
    kind: str
    status: str
    evidence: str
    resolver: str
    eligible: bool
    why: str
    refs: tuple[Ref, ...]
    into: str | None = None

    @property
    def headline(self) -> bool:
        return self.eligible and self.status == "resolved" and self.evidence in ("verified_state", "confirmed")


def revise(known: Mapping[str, Entry], episodes: Iterable[Episode], at: float) -> list[Entry]:
    """The entries to add so that the ledger says what ``episodes`` say. ``known`` is the newest entry of each episode.

    Run twice with the same episodes, it adds nothing the second time.
    """
    added = []
    for episode in episodes:
        entry = _entry(episode, at, "revised" if episode.id in known else "opened")
        before = known.get(episode.id)
        if before is None or _meaning(before) != _meaning(entry):
            added.append(entry)
        for alias in episode.aliases:
            old = known.get(alias)
            if old is not None and old.kind != "merged":
                added.append(old._replace(at=at, kind="merged", into=episode.id, why="the same issue"))
    return added


def replay(entries: Iterable[Entry], as_of: float) -> dict[str, Entry]:
    """The newest entry of each episode at ``as_of``, in the order in which the entries were added."""
    standing: dict[str, Entry] = {}
    for entry in entries:
        if entry.at <= as_of:
            standing[entry.episode_id] = entry
    return {name: entry for name, entry in standing.items() if entry.kind != "merged"}


def counts(standing: Iterable[Entry]) -> Counter[str]:
    """How many episodes stand at each ``status/evidence``; the excluded under ``excluded``."""
    return Counter(f"{entry.status}/{entry.evidence}" if entry.eligible else "excluded" for entry in standing)


def _entry(episode: Episode, at: float, kind: str) -> Entry:
    return Entry(
        episode.id, at, kind, episode.status, episode.evidence, episode.resolver, episode.eligible,
        episode.why if episode.eligible else f"not counted: {episode.exclusion}", episode.refs,
    )  # fmt: skip


def _meaning(entry: Entry) -> tuple[object, ...]:
    return (entry.kind == "merged", entry.status, entry.evidence, entry.resolver, entry.eligible, entry.refs)
