"""The desk's plan, read from ``plan.yaml`` (or a company's own file) and checked at start: queues, departments with
their hours, what is routed where, and the causes that a closing may name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from handoff.contract.events import HandoffReason
from handoff.queue.hours import BadHours, Hours, parse_hours

FILE = Path(__file__).with_name("plan.yaml")
Queue = Literal["support", "specialist", "senior"]


class BadPlan(ValueError):
    """The plan does not hold: found at start, before anybody is served."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QueueTarget(_Strict):
    """``answer_within``: seconds of business hours from the first wait to the first answer."""

    answer_within: int = Field(ge=10)
    senior: bool = False


class Department(_Strict):
    timezone: str | None = None
    hours: Literal["always"] | dict[str, list[str]] = "always"
    holidays: list[date] = []


class ReasonRule(_Strict):
    queue: Queue
    priority: int = Field(ge=1, le=9)
    weight: int = Field(default=1, ge=1, le=9)


class Topic(_Strict):
    """``labels``: words of the form before the chat that mean it, beside its own name."""

    department: str | None = None
    skills: list[str] = []
    labels: list[str] = []


class DeskPlan(_Strict):
    timezone: str
    age_step: int = Field(ge=1, description="minutes of waiting that weigh as much as one step of priority")
    message_within: int = Field(default=4 * 3600, ge=60)
    """Seconds of business hours within which a message that was left is answered: nobody was there to read it."""
    queues: dict[Queue, QueueTarget]
    departments: dict[str, Department]
    reasons: dict[HandoffReason, ReasonRule]
    topics: dict[str, Topic]
    intents: dict[str, str]
    causes: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> DeskPlan:
        _complete("queues", self.queues, get_args(Queue))
        _complete("reasons", self.reasons, get_args(HandoffReason))
        strange = {topic.department for topic in self.topics.values()} - {None, *self.departments}
        strange |= set(self.intents.values()) - set(self.topics)
        if strange:
            raise ValueError(f"named and not described: {', '.join(sorted(map(str, strange)))}")
        if "other" not in self.causes:
            raise ValueError("causes need an 'other'")
        labels = [label.casefold() for name, topic in self.topics.items() for label in {name, *topic.labels}]
        if doubled := {label for label in labels if labels.count(label) > 1}:
            raise ValueError(f"a label of two topics: {', '.join(sorted(doubled))}")
        assert self.calendars is not None  # read here, so that hours that do not hold are found at start
        assert self.zone is not None
        return self

    @cached_property
    def calendars(self) -> Mapping[str | None, Hours]:
        """Hours by department. ``None``: what belongs to no department is open whenever any of them is."""
        try:
            return {
                name: parse_hours(
                    one.timezone or self.timezone, None if one.hours == "always" else one.hours, one.holidays
                )
                for name, one in self.departments.items()
            }
        except (BadHours, ZoneInfoNotFoundError) as problem:
            raise ValueError(str(problem)) from problem

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's: its days are those of articles and of what is promised."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise ValueError(f"no such time zone: {self.timezone}") from problem

    def topic_of(self, intent: str | None) -> str | None:
        return self.intents.get(intent) if intent else None

    def topic_called(self, label: str | None) -> str | None:
        """The topic that a customer chose in the form before the chat."""
        chosen = (label or "").strip().casefold()
        named = ((name, {name, *topic.labels}) for name, topic in self.topics.items())
        return next((name for name, labels in named if chosen in map(str.casefold, labels)), None)


def _complete(what: str, given: Mapping[Any, Any], wanted: tuple[Any, ...]) -> None:
    if missing := set(wanted) - set(given):
        raise ValueError(f"{what} missing: {', '.join(sorted(missing))}")


def read_plan(path: Path = FILE) -> DeskPlan:
    """Raises ``BadPlan`` with the first thing that does not hold."""
    try:
        return DeskPlan.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError) as problem:
        raise BadPlan(f"{path.name} cannot be read: {problem}") from problem
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the plan"
        raise BadPlan(f"{path.name}: {place}: {first['msg']}") from None


@cache
def default_plan() -> DeskPlan:
    return read_plan()


def chosen_plan(own: Path | None) -> DeskPlan:
    """The company's own, or the one that ships. Raises ``BadPlan``."""
    return read_plan(own) if own else default_plan()
