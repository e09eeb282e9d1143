"""The replay: each turn of each chosen episode asked again with its own old history (teacher forcing)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eval.metrics.values import Metric, share
from eval.replay.difference import NO_CHANGE, TITLES, difference
from eval.replay.kept import Answered, Kept, Nothing
from eval.replay.model import Candidate, Chosen, Recorded, turns_of
from eval.replay.verdict import Judged, Step, judge
from handoff.contract.redact import redact

WINDOW: Final = 12
"""Turns whose tracker events are given, after the snapshot before them; the product's own default."""


@dataclass(frozen=True)
class Replayed:
    chosen: Chosen
    steps: Sequence[Step]
    judged: Judged


@dataclass(frozen=True)
class Outcome:
    """``newly_resolved`` is of the failed episodes, ``newly_broken`` of the control sample, each with its episodes."""

    replayed: Sequence[Replayed]
    newly_resolved: Metric
    newly_broken: Metric
    undetermined: Metric
    unchanged: Metric
    same_turns: Metric

    def document(self) -> dict[str, Any]:
        figures = (self.newly_resolved, self.newly_broken, self.unchanged, self.undetermined, self.same_turns)
        turns = [step for one in self.replayed for step in one.steps]
        return {
            "episodes": len(self.replayed),
            "control": sum(one.chosen.control for one in self.replayed),
            "chosen": _counted(one.chosen.outcome for one in self.replayed if not one.chosen.control),
            "metrics": {figure.name: figure.document(lists=figure.name != "same_turns") for figure in figures},
            "turns": len(turns),
            "differences": _counted(step.difference for step in turns),
            "results": [_document(one) for one in self.replayed],
        }


async def replay(
    chosen: Sequence[Chosen], candidate: Candidate, done: Callable[[], None] = lambda: None, kept: Kept | None = None
) -> Outcome:
    """Turns of a conversation that several episodes share are asked once, and none of one that is ``kept``. ``done`` is
    called after each episode."""
    kept = kept or Nothing()
    answered: dict[str, Sequence[Answered]] = {}
    replayed = []
    for one in chosen:
        steps: list[Step] = []
        for recorded in one.parts:
            name = recorded.conversation.id
            if name not in answered:
                answered[name] = kept.of(recorded) or await _ask(recorded, candidate, kept)
            for number, turn in turns_of(one.episode, recorded):
                found = answered[name][number]
                valid = not found.parted and all(step.difference in NO_CHANGE for step in steps)
                steps.append(Step(len(steps) + 1, name, turn, found.asked, found.difference, valid))
        replayed.append(Replayed(one, steps, judge(one.outcome, steps, control=one.control)))
        done()
    return _outcome(replayed)


async def _ask(recorded: Recorded, candidate: Candidate, kept: Kept) -> Sequence[Answered]:
    """Every turn of the conversation. Where the record holds no tracker the candidate's own stands in, and from the
    first difference on that is another conversation."""
    own: list[dict[str, Any]] = []
    parted = False
    answered = []
    for number, turn in enumerate(recorded.turns):
        history = own if turn.events is None else history_before(recorded, number)
        found = await candidate.turn(recorded, number, history)
        what = difference(turn.said, found)
        answered.append(Answered(found, what, turn.events is None and parted))
        if turn.events is None:
            own += found.events
            parted = parted or what not in NO_CHANGE
    kept.keep(recorded, answered)
    return answered


def history_before(recorded: Recorded, number: int) -> list[dict[str, Any]]:
    """As the gateway gives it to a bot that lost its tracker: a snapshot, then the newest turns' events."""
    stored = [turn for turn in recorded.turns[:number] if turn.events]
    window = stored[-WINDOW:]
    events: list[dict[str, Any]] = list(stored[-WINDOW - 1].snapshot) if len(stored) > WINDOW else []
    for turn in window:
        events += turn.events or ()
    return events


def _outcome(replayed: Sequence[Replayed]) -> Outcome:
    failed = [one.chosen.episode.id for one in replayed if not one.chosen.control]
    control = [one.chosen.episode.id for one in replayed if one.chosen.control]
    everyone = failed + control

    def names(verdict: str) -> list[str]:
        return [one.chosen.episode.id for one in replayed if one.judged.verdict == verdict]

    turns = [
        (f"{step.conversation_id}:{step.turn.seq}", step.difference in NO_CHANGE)
        for one in replayed
        for step in one.steps
    ]
    return Outcome(
        replayed,
        share("newly_resolved", "Newly resolved", names("newly_resolved"), failed, "episodes that failed on the record",
              "the cause is gone; no customer has said so"),
        share("newly_broken", "Newly broken", names("newly_broken"), control,
              "the control sample, resolved on the record"),
        share("undetermined", "Undetermined", names("undetermined"), everyone, "all replayed episodes"),
        share("unchanged", "Unchanged", names("unchanged"), everyone, "all replayed episodes"),
        share("same_turns", "Turns that came out the same", [n for n, same in turns if same], [n for n, _ in turns],
              "replayed turns"),
    )  # fmt: skip


def _document(one: Replayed) -> dict[str, Any]:
    episode = one.chosen.episode
    return {
        "episode_id": episode.id,
        "conversations": list(episode.conversation_ids),
        "control": one.chosen.control,
        "outcome": one.chosen.outcome,
        "verdict": one.judged.verdict,
        "why": one.judged.why,
        "turn": one.judged.turn,
        "turns": [_step(step) for step in one.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    before, now = step.turn.said, step.asked.said
    return {
        "turn": step.number,
        "conversation_id": step.conversation_id,
        "seq": step.turn.seq,
        "customer": redact(step.turn.text),
        "difference": step.difference,
        "told": TITLES[step.difference],
        "valid": step.valid,
        "before": {"kind": before.kind, "articles": list(before.articles), "text": redact(before.text)},
        "now": {"kind": now.kind, "articles": list(now.articles), "text": redact(now.text)} if now else None,
        "missed": list(step.asked.missed),
        "problem": step.asked.problem or step.asked.held_back,
    }


def _counted(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
