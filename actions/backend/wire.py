"""The shapes of the HTTP contract between Frontdesk and a company's business system. Both sides are built from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from actions.backend.port import Change, Effect

IDEMPOTENCY_KEY = "Idempotency-Key"
Wanted = Annotated[Change, Field(discriminator="kind")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PreviewBody(_Body):
    change: Wanted


class ChangeBody(_Body):
    """``confirmed`` is the amount that the customer agreed to: with another amount the change is refused."""

    change: Wanted
    confirmed: Decimal | None = None


class LookupBody(_Body):
    order_id: str = Field(max_length=64)
    email: str = Field(max_length=254)


class CodeBody(_Body):
    """``key`` names this code: the same key is never mailed twice."""

    code: str = Field(pattern=r"^\d{6}$")
    minutes: int = Field(ge=1, le=60)
    key: str = Field(max_length=128)


class LookupAnswer(BaseModel):
    customer_id: str | None


class EffectAnswer(BaseModel):
    """``null`` where nothing happened under that key."""

    effect: Effect | None


class GivenAnswer(BaseModel):
    amount: Decimal


class MailAnswer(BaseModel):
    sent: bool


class Refused(BaseModel):
    """Every answer that is not 200. ``data.rule`` names the rule of a 409 ``not_allowed``."""

    code: str
    message: str
    data: dict[str, Any] = Field(default_factory=dict)
