"""People's labels beside the judge's verdicts: which of them say something about the judge, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from eval.judge import strata
from eval.judge.calibration import Calibration, Counts
from eval.judge.model import SAID, VERSION, Said
from eval.quality.agreement import agreement
from eval.quality.report import Label

BY_CHANCE: Final = frozenset({"random", "disagreement"})
"""Rules that draw evenly from the band of silence: definitions disagree on just what ended in silence."""
DEFAULT_LANGUAGE: Final = "en"
"""What the assistant speaks, and most customers."""
OF_ABSTENTIONS: Final = "judge_abstained"


class Judged(NamedTuple):
    """An episode as it is kept: what the judge says of it, and whether it is in the band of silence."""

    episode_id: str
    silent: bool
    matured: bool
    assumed: bool
    said: Said | None
    judge: str | None
    version: str
    intent: str = ""


class Labels(NamedTuple):
    """``finished``: when a conversation was last reviewed, seconds since 1970; ``rules``: why it was drawn;
    ``languages``: of conversations that are not in ``DEFAULT_LANGUAGE``."""

    labels: Sequence[Label]
    rules: Mapping[str, str]
    finished: Mapping[str, float]
    episodes: Mapping[str, Sequence[Judged]]
    band: Mapping[Said, int]
    languages: Mapping[str, str] = MappingProxyType({})


def calibrate(found: Labels, now: float, by: str, valid_days: float) -> Calibration | None:
    """``None`` where no label says anything about the judge."""
    used: list[tuple[Label, Judged, Said]] = []
    left_out: Counter[str] = Counter()
    for label in found.labels:
        use = _use(label, found.rules.get(label.conversation_id, ""), found.episodes.get(label.conversation_id, ()))
        if isinstance(use, str):
            left_out[use] += 1
        else:
            used.append((label, *use))
    if not used:
        return None
    cells = Counter((said, label.outcome) for label, _, said in used)
    pairs = [
        (said, str(label.outcome)) if said != "abstains" and found.rules[label.conversation_id] in BY_CHANCE else None
        for label, _, said in used
    ]
    parts = [
        {
            strata.INTENT: episode.intent,
            strata.LANGUAGE: found.languages.get(label.conversation_id, DEFAULT_LANGUAGE),
        }
        for label, episode, _ in used
    ]
    return Calibration(
        made_at=now,
        made_by=by,
        judge=VERSION,
        versions=tuple(sorted({episode.version for _, episode, _ in used})),
        newest_label_at=max(found.finished[label.conversation_id] for label, _, _ in used),
        valid_days=valid_days,
        counts=Counts({s: (cells[(s, "resolved")], cells[(s, "not_resolved")]) for s in SAID}, dict(found.band)),
        agreement=agreement([pair for pair in pairs if pair]),
        left_out=dict(left_out),
        strata=strata.strata_of(zip(parts, pairs, strict=True)),
    )


def _use(label: Label, rule: str, episodes: Sequence[Judged]) -> tuple[Judged, Said] | str:
    """The episode and the verdict that a label is about; else why it cannot be used."""
    if label.outcome == "unclear":
        return "unclear"
    if rule not in BY_CHANCE and rule != OF_ABSTENTIONS:
        return "not drawn by chance"
    if not episodes:
        return "no episode in this time"
    if len(episodes) > 1:
        return "several issues in one conversation"
    (episode,) = episodes
    if not episode.assumed:
        return "state can tell"
    if not (episode.silent and episode.matured):
        return "not ripe yet"
    if episode.said is None or episode.judge != VERSION:
        return "not judged"
    if rule == OF_ABSTENTIONS and episode.said != "abstains":
        return "the judge thinks otherwise now"
    return episode, episode.said
