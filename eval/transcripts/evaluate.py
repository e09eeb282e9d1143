"""From transcripts to one document: outcomes, effort, vendors' definitions, triage, gaps, and what the file says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from eval.metrics import effort
from eval.metrics.figures import Figures, figures
from eval.metrics.values import share
from eval.outcomes import texts
from eval.outcomes.classify import Rules, episodes_of
from eval.outcomes.model import DAY, STANDS_FOR, Episode, told
from eval.rosetta import Panel, panel
from eval.transcripts.model import Reading, Transcript
from eval.transcripts.triage import Triaged

ALIKE = 0.5
"""Share of words from which two questions are one gap."""


@dataclass(frozen=True)
class Evaluation:
    """``episodes`` and ``figures`` as of ``as_of``. ``assumed_quiet``: nobody said when the file was made, so it is
    judged as if nobody came back after its newest event."""

    reading: Reading
    as_of: float
    assumed_quiet: bool
    episodes: list[Episode]
    figures: Figures
    panel: Panel
    triaged: list[Triaged]
    gaps: list[dict[str, Any]]
    stored: dict[str, Any] | None

    def document(self) -> dict[str, Any]:
        reading = self.reading
        return {
            "format": reading.format,
            "records": reading.records,
            "conversations": len(reading.transcripts),
            "episodes": len(self.episodes),
            "lost": reading.lost,
            "problems": [
                {"unit": p.unit, "line": p.line, "message": p.message, "lost": p.lost} for p in reading.problems
            ],
            "as_of": told(self.as_of),
            "assumed_quiet": self.assumed_quiet,
            **self.figures.document(),
            "rosetta": self.panel.document(lists=True),
            "outcomes": [_outcome(episode) for episode in self.episodes],
            "triage": triage_document(self.triaged),
            "knowledge_gaps": self.gaps,
            "stored": self.stored,
        }


def evaluate(
    reading: Reading, as_of: float | None = None, rules: Rules | None = None, triaged: Sequence[Triaged] = ()
) -> Evaluation:
    """``as_of``: when the file was made, in seconds since 1970; ``None``: nobody came back afterwards."""
    conversations = [transcript.conversation for transcript in reading.transcripts]
    newest = max((event.at for each in conversations for event in each.events), default=0.0)
    moment = as_of if as_of is not None else newest + STANDS_FOR + DAY
    episodes = episodes_of(conversations, moment, rules)
    return Evaluation(
        reading, moment, as_of is None, episodes, figures(episodes, moment), panel(episodes, moment), list(triaged),
        gaps(triaged), stored(reading.transcripts),
    )  # fmt: skip


def _outcome(episode: Episode) -> dict[str, Any]:
    return {
        "episode_id": episode.id,
        "conversations": list(episode.conversation_ids),
        "status": episode.status,
        "would_be": episode.would_be,
        "evidence": episode.evidence,
        "resolver": episode.resolver,
        "excluded": episode.exclusion,
        "why": episode.why,
        "refs": [list(ref) for ref in episode.refs],
        "effort": round(effort.index(episode), 1),
    }


def stored(transcripts: Sequence[Transcript]) -> dict[str, Any] | None:
    """The figures that a harness stored with its trajectories, as they are: pass^k, resolution, deflection."""
    scored = [each for each in transcripts if "task_id" in each.stored]
    if not scored:
        return None
    names = [each.conversation.id for each in scored]
    resolved = [each.conversation.id for each in scored if each.stored["resolved"]]
    kept = [each.conversation.id for each in scored if not each.stored["handed_off"]]
    trials: dict[int, list[int]] = defaultdict(list)
    for each in scored:
        trials[each.stored["task_id"]].append(each.stored["resolved"])
    return {
        "tasks": len(trials),
        "trials": len(scored),
        "pass_k": pass_k(trials),
        "resolution": share("resolution", "Rewarded", resolved, names, "trajectories").document(),
        "deflection": share("deflection", "Not handed off", kept, names, "trajectories").document(),
    }


def pass_k(trials: Mapping[Any, Sequence[int]]) -> dict[str, float]:
    """pass^k = mean over tasks of C(c, k) / C(n, k): the chance that k trials of a task all pass (τ-bench)."""
    most = min(len(results) for results in trials.values())
    return {
        str(k): sum(comb(sum(results), k) / comb(len(results), k) for results in trials.values()) / len(trials)
        for k in range(1, most + 1)
    }


def triage_document(triaged: Sequence[Triaged]) -> dict[str, Any] | None:
    if not triaged:
        return None
    both = [one for one in triaged if one.ours is not None and one.theirs is not None]
    rules: dict[str, int] = defaultdict(int)
    for one in triaged:
        if one.rule:
            rules[one.rule] += 1
    return {
        "conversations": len(triaged),
        "would_hand_over": sum(one.ours is not None for one in triaged),
        "handed_over": sum(one.theirs is not None for one in triaged),
        "both": len(both),
        "earlier_than_done": sum((one.ours or 0) < (one.theirs or 0) for one in both),
        "rules": dict(sorted(rules.items(), key=lambda item: -item[1])),
        "turns": [one.document() for one in triaged],
    }


def gaps(triaged: Sequence[Triaged]) -> list[dict[str, Any]]:
    """Questions that the shipped pipeline would not understand, alike ones together, the most asked first."""
    found: list[tuple[str, frozenset[str], list[str]]] = []
    for one in triaged:
        for turn in one.turns:
            if not turn.not_understood or not texts.states_need(turn.text):
                continue
            said = texts.words(turn.text)
            near = next((gap for gap in found if texts.overlap(gap[1], said) >= ALIKE), None)
            if near is None:
                found.append((turn.text[:200], said, [one.conversation_id]))
            else:
                near[2].append(one.conversation_id)
    found.sort(key=lambda gap: -len(gap[2]))
    return [{"question": text, "n": len(names), "conversations": names} for text, _, names in found]
