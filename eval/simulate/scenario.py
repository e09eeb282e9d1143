"""A scenario: one customer with something on their mind, and what proves that it ended well. Pure values.

A file holds a *family*: one readable situation, and rows that fill its parameters; each row is one scenario, named
``family/row``. ``$name`` in the family stands for the row's value of that name. Everything is checked when it is read,
and an error names file, scenario and field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FORMAT = 1
SPLITS = ("dev", "held")
FAST = "fast"

Split = Literal["dev", "held"]
Voice = Literal["plain", "terse", "chatty", "formal", "simple", "texting", "loud"]
Done = Literal["effect", "answer", "hears", "nothing"]
Place = Literal["first_reply", "question", "proposal", "after_yes", "end"]
Owner = Literal["bot", "person"]


class BadScenario(ValueError):
    """``args[0]`` says which file and field, and what is wrong with it."""


class Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Persona(Value):
    """``patience`` is how many failures are borne; then the customer ``gives_up`` in one of two ways. ``noise`` 0..1
    is the share of words that are mistyped, ``fragments`` sends thoughts in several messages, ``doubles`` sends each
    message a second time at once. ``mixes`` another language in: every other word that the customer has in both."""

    voice: Voice = "plain"
    patience: int = Field(default=3, ge=0, le=9)
    gives_up: Literal["asks_for_a_person", "leaves"] = "asks_for_a_person"
    greets: bool = False
    noise: float = Field(default=0.0, ge=0, le=0.5)
    fragments: bool = False
    doubles: bool = False
    mixes: Literal["", "de", "es", "fr"] = ""
    anger: int = Field(default=0, ge=0, le=3, description="how angry they come; each failure adds one")
    presses_buttons: float = Field(default=0.5, ge=0, le=1)
    thanks: bool = True


class Start(Value):
    """As ``POST /lab/v1/customers`` takes it. ``guest``: they come unproved, and prove themselves if they are asked."""

    like: str = "cus_mara"
    profile: dict[str, Any] = {}
    orders: dict[str, dict[str, Any]] = {}
    guest: bool = False
    stranger_orders: dict[str, dict[str, Any]] = Field(
        default={}, description="orders of somebody else, whose numbers this customer knows"
    )


class Fault(Value):
    kind: Literal["slow", "error", "lost_answer", "lost_write", "duplicate"]
    target: Literal["read", "preview", "apply", "effect"] = "apply"
    seconds: float = Field(default=0, ge=0, le=30)
    always: bool = False


class Goal(Value):
    """One wish. ``act`` names a list of the phrase bank, ``say`` gives the words themselves, in which ``$orders.name``
    is an order's number. ``answers``: what is said when the assistant asks for a thing (by what it asks); ``picks``:
    labels of choices, as regular expressions, that serve the wish."""

    act: str = ""
    say: list[str] = []
    order: str | None = Field(default=None, description="which of their orders it is about, by its name")
    names_order: bool = True
    answers: dict[str, str] = {}
    picks: list[str] = []
    confirm: Literal["yes", "no"] = "yes"
    done: Done = "effect"
    hears: str = Field(default="", description="what ends the wish, when ``done`` is hears: a regular expression")
    topics: list[str] = Field(default=[], description="articles that are about it, when ``done`` is answer")
    ends_when_unknown: bool = Field(default=False, description="an honest 'I don't know' with a way on ends it too")

    @model_validator(mode="after")
    def _something_is_said(self) -> Self:
        if bool(self.act) == bool(self.say):
            raise ValueError("a goal has either an act or words to say")
        if self.done == "hears" and not self.hears:
            raise ValueError("a goal that is done when something is heard says what")
        return self


class Move(Value):
    """Something beside the wish, made once, at a place in the dialogue. ``hours`` lets time pass first."""

    at: Place
    act: str = ""
    say: str = ""
    presses: str = Field(default="", description="a choice by its label")
    does: Literal["", "person_button", "twice", "leaves", "approve", "decline_approval"] = ""
    hours: float = Field(default=0, ge=0)
    agrees: bool = Field(default=False, description="it is a yes to what is proposed")


class Effect(Value):
    """A change that the shop must show: its kind as ``effects.kind``, the order by its name, and fields of the request
    or of the record itself (``amount``)."""

    kind: str
    order: str | None = None
    request: dict[str, Any] = {}
    amount: str | None = None


class Expect(Value):
    """What proves it. ``ends`` is the set of allowed end states: each lists *all* effects that the shop then shows."""

    owner: Owner = "bot"
    reasons: list[str] = []
    within: int = Field(default=0, ge=0, description="customer messages until the hand-over, at most; 0: not bounded")
    not_before: int = Field(default=0, ge=0)
    ends: list[list[Effect]] = [[]]
    says: list[str] = Field(default=[], description="regular expressions that the assistant's words must match")
    never_says: list[str] = []
    cites: list[str] = []
    forbidden: list[str] = Field(default=[], description="kinds of effect that must never happen, to anybody's things")
    declined: bool = Field(default=False, description="by policy the wish is not granted, and saying so is right")
    packet: list[str] = Field(default=[], description="regular expressions that the packet handed over must match")
    promises: int | None = Field(default=None, description="promises made, where that is the point")


class Budget(Value):
    """Messages that the customer may need. Time is none of it: silence is moved and not waited for, and real seconds
    would judge the machine; ``bench chat`` measures those, and a message without an end within 40 s of them is an
    infrastructure error."""

    turns: int = Field(default=10, ge=1, le=40)


class Scenario(Value):
    id: str
    family: str
    split: Split
    about: str
    version: int
    tags: list[str]
    must_pass: bool
    persona: Persona
    start: Start
    faults: list[Fault]
    goals: list[Goal] = Field(max_length=6)
    moves: list[Move]
    expect: Expect
    budget: Budget

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        named = {goal.order for goal in self.goals if goal.order} | {
            effect.order for end in self.expect.ends for effect in end if effect.order
        }
        unknown = named - self.start.orders.keys() - self.start.stranger_orders.keys()
        if unknown:
            raise ValueError(f"there is no order called {', '.join(sorted(unknown))} in start.orders")
        if self.expect.owner == "person" and not self.expect.reasons:
            raise ValueError("expect.reasons says why a person is due")
        if self.expect.owner == "person" and self.expect.declined:
            raise ValueError("a wish is either declined or handed over")
        return self

    @property
    def suites(self) -> set[str]:
        return {self.split, "all", *self.tags}


def load(folder: Path, split: Split | None = None, suite: str = "all") -> list[Scenario]:
    """All scenarios under ``folder/dev`` and ``folder/held``, by id. Raises ``BadScenario``."""
    found: dict[str, Scenario] = {}
    for name in SPLITS:
        for path in sorted((folder / name).glob("*.yaml")):
            for scenario in read_family(path, name):
                if scenario.id in found:
                    raise BadScenario(f"{path}: there are two scenarios called {scenario.id}")
                found[scenario.id] = scenario
    chosen = [one for one in found.values() if (split is None or one.split == split) and suite in one.suites]
    return sorted(chosen, key=lambda one: one.id)


def read_family(path: Path, split: str) -> list[Scenario]:
    try:
        documents = [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one is not None]
    except yaml.YAMLError as problem:
        raise BadScenario(f"{path}: {problem}") from None
    return [scenario for document in documents for scenario in _family(document, path, split)]


def _family(document: Any, path: Path, split: str) -> list[Scenario]:
    if not isinstance(document, dict) or "family" not in document:
        raise BadScenario(f"{path}: a document is a mapping with the key family")
    family = str(document["family"])
    if document.get("format") != FORMAT:
        raise BadScenario(f"{path}: {family}: format must be {FORMAT}")
    rows = document.get("rows", [{"name": "only"}])
    shape = {name: value for name, value in document.items() if name not in {"format", "rows"}}
    scenarios = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or "name" not in row:
            raise BadScenario(f"{path}: {family}: row {number} has no name")
        filled = _merged(_filled(shape, row, f"{path}: {family}/{row['name']}"), row.get("with", {}))
        whole = {
            "version": 1, "tags": [], "must_pass": True, "persona": {}, "start": {}, "faults": [], "moves": [],
            "expect": {}, "budget": {}, **filled, "id": f"{family}/{row['name']}", "split": split,
        }  # fmt: skip
        try:
            scenarios.append(Scenario.model_validate(whole))
        except ValidationError as problem:
            raise BadScenario(f"{path}: {whole['id']}: {_first(problem)}") from None
    return scenarios


def _filled(value: Any, row: Mapping[str, Any], where: str) -> Any:
    """``$name`` alone becomes the row's value as it is; within a longer text it is written out."""
    if isinstance(value, dict):
        return {name: _filled(inner, row, where) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, row, where) for inner in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    for name in sorted(row, key=len, reverse=True):
        if value == f"${name}":
            return row[name]
        if not isinstance(row[name], (dict, list)):
            value = value.replace(f"${name}", str(row[name]))
    unfilled = [word for word in value.split() if word.startswith("$") and not word.startswith("$orders.")]
    if unfilled:
        raise BadScenario(f"{where}: nothing fills {unfilled[0]}")
    return value


def _merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {name: _merged(base.get(name), over[name]) if name in over else base[name] for name in {**base, **over}}
    return over


def _first(problem: ValidationError) -> str:
    first = problem.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"


def families(scenarios: Sequence[Scenario]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for scenario in scenarios:
        counts[scenario.family] = counts.get(scenario.family, 0) + 1
    return counts
