"""The long proofs. ``PROOFS`` maps the name that is typed to what is proved and the module that does it.

A module has ``run(settings, tell, extent) -> dict``: the figures, ``"passed"``, and ``"people"``, the figures as a
person reads them. ``tell`` takes a line for people.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extent:
    """How long a proof goes on, and the seed from which everything that looks like chance is drawn."""

    trials: int = 20
    seed: int = 1
    dialogues: int = 200
    steps: int = 10_000
    seeds: int = 200


@dataclass(frozen=True)
class Proof:
    title: str
    module: str


PROOFS: dict[str, Proof] = {
    "kills": Proof("kill -9 of every process in the middle of a turn", "stack.prove.kills"),
    "fuzz": Proof("random customers against a shop that fails", "stack.prove.fuzz"),
    "attacks": Proof("what strangers try at the public port", "stack.prove.attacks"),
    "load": Proof("turns, acknowledgements and memory against their limits", "stack.prove.load"),
    "soak": Proof("a long time at a low rate, in which nothing may grow", "stack.prove.soak"),
    "outcomes": Proof("sixty synthetic days a seed, whose true figures are known", "stack.prove.outcomes"),
    "judge": Proof("bands of silence whose true share is known to the judge's correction", "stack.prove.judge"),
    "regressions": Proof("deliberate regressions, and a gate that names them", "stack.prove.regressions"),
    "knowledge": Proof("random edits and questions against an exact oracle", "stack.prove.knowledge"),
    "rebuild": Proof("Redis loses everything under a thousand waiting conversations", "stack.prove.rebuild"),
    "accepts": Proof("many who accept at once, and agents in a rush", "stack.prove.accepts"),
}
