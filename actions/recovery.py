"""The recovery protocols: what we do when we failed somebody, read from ``recovery.yaml`` and checked at start.

A protocol is data. The transactions name the one that concerns them; the engine says its words, makes its promise,
logs its cause, and hands its next step to the person who takes over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from actions.backend.policy import add_working_days
from actions.errors import ActionsError
from actions.words import known

FILE = Path(__file__).with_name("recovery.yaml")
RecoveryCode = Literal[
    "late_parcel",
    "lost_parcel",
    "damaged_item",
    "wrong_item",
    "double_charge",
    "refund_not_arrived",
    "cancel_too_late",
    "return_refused",
    "account_locked",
    "charged_after_cancel",
]
Cause = Literal[
    "carrier", "transport", "warehouse", "payment_provider", "bank", "billing", "timing", "policy", "sign_in"
]


class BadProtocols(ActionsError):
    """``recovery.yaml`` does not hold: a defect, found before anybody is served."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Due(_Strict):
    """A day that the effect's facts name, or a number of working days from now."""

    fact: str | None = None
    working_days: int | None = Field(default=None, ge=1, le=30)

    @model_validator(mode="after")
    def _one(self) -> Due:
        if (self.fact is None) == (self.working_days is None):
            raise ValueError("name either a fact or working days")
        return self

    def at(self, facts: Mapping[str, str], now: datetime) -> datetime:
        """The end of that day. Raises ``KeyError`` where the facts do not name it."""
        if self.fact is None:
            return _end_of_day(add_working_days(now, self.working_days or 1))
        return _end_of_day(datetime.fromisoformat(facts[self.fact]).replace(tzinfo=now.tzinfo))


class FollowUp(_Strict):
    what: str = Field(min_length=10)
    owner: str = Field(pattern=r"^[a-z_]+$")
    due: Due


class Protocol(_Strict):
    failure: str = Field(min_length=10)
    remedies: list[str] = Field(min_length=1)
    follow_up: FollowUp | None = None
    cause: Cause
    person: str = Field(min_length=10)


def read_protocols(path: Path = FILE) -> Mapping[RecoveryCode, Protocol]:
    """Every protocol by its code. Raises ``BadProtocols`` where one is missing, unknown or not in its form."""
    raw: Any = yaml.safe_load(path.read_text("utf-8"))
    wanted = set(get_args(RecoveryCode))
    if not isinstance(raw, dict) or set(raw) != wanted:
        given = set(raw) if isinstance(raw, dict) else set()
        raise BadProtocols("bad_protocols", f"Protocols missing or unknown: {sorted(wanted ^ given)}.")
    try:
        protocols = {code: Protocol.model_validate(raw[code]) for code in wanted}
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadProtocols("bad_protocols", f"A protocol does not hold: {place}: {first['msg']}.") from None
    silent = [code for code in wanted for part in ("own", "next") if not known(f"recovery_{code}_{part}")]
    if silent:
        raise BadProtocols("bad_protocols", f"Protocols without words: {sorted(set(silent))}.")
    return protocols


@cache
def protocols() -> Mapping[RecoveryCode, Protocol]:
    return read_protocols()


def check_remedies(kinds: Collection[str]) -> None:
    """Raises ``BadProtocols`` where a protocol names a remedy that no transaction carries out."""
    unknown = {remedy for protocol in protocols().values() for remedy in protocol.remedies} - set(kinds)
    if unknown:
        raise BadProtocols("bad_protocols", f"Remedies that nobody carries out: {sorted(unknown)}.")


def _end_of_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(23, 59), moment.tzinfo)
