"""What the human side asks of others, as it sees them. The stack fills these in; until then nobody knows anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Recovery:
    """What is done when somebody was failed in this way; ``person`` is the next step of the colleague who helps.
    ``named``: the customer or an operation tells of the failure; else the wish only makes it likely."""

    code: str
    failure: str
    named: bool
    person: str
    remedies: list[str]
    follow_up: str | None
    owner: str | None


@dataclass(frozen=True)
class Worded:
    """Lines of a summary in the words of ``model``: ``problem``, ``tried``, ``wants``; the unproved are missing."""

    model: str | None
    lines: Mapping[str, str]


class NotTranslated(Exception):
    """No translation: the model took too long, or it could not."""

    def __init__(self, state: Literal["late", "failed"]) -> None:
        super().__init__(state)
        self.state = state


class Translator(Protocol):
    """A language model as a translator; what it says is still to be checked."""

    @property
    def name(self) -> str: ...

    async def translate(self, text: str, language: str | None, into: str) -> str:
        """``language`` of the text, where it is known. Raises ``NotTranslated``."""
        ...


async def _not_worded(_packet: Mapping[str, Any]) -> Worded:
    return Worded(None, {})


def _english(_text: str) -> str:
    return "en"


async def _no_address(_customer_id: str) -> str | None:
    return None


def _no_recovery(_signs: Sequence[str]) -> list[Recovery]:
    return []


Paid = Sequence[tuple[str, str]]


def _lead_decides(_kind: str, _amount: str | None, _earlier: Paid, roles: Sequence[str]) -> str | None:
    return None if {"lead", "admin"} & set(roles) else "lead"


@dataclass
class Ports:
    """``address_of``: a verified customer's e-mail on record. ``recovery_for``: the protocols that these intents,
    operation kinds and facts call for, best first. ``missing_role``: the role that deciding on this kind and amount
    needs, after what the customer was paid before (kind, amount), and none of ``roles`` has; ``None``: they may.
    ``word_summary``: a packet, as it is sent, in a language model's words. ``language_of``: the code of the language
    that a text is in, ``en`` when in doubt. ``translator``: ``None`` where there is no language model."""

    address_of: Callable[[str], Awaitable[str | None]] = field(default=_no_address)
    recovery_for: Callable[[Sequence[str]], list[Recovery]] = field(default=_no_recovery)
    missing_role: Callable[[str, str | None, Paid, Sequence[str]], str | None] = field(default=_lead_decides)
    word_summary: Callable[[Mapping[str, Any]], Awaitable[Worded]] = field(default=_not_worded)
    language_of: Callable[[str], str] = field(default=_english)
    translator: Translator | None = None

    async def address_on_record(self, customer_id: str | None, verification: str) -> str | None:
        """Only of a customer who proved who they are."""
        return await self.address_of(customer_id) if customer_id is not None and verification != "none" else None


def recovery_signs(packet: dict[str, Any]) -> list[str]:
    """What a packet says about what went wrong: intents newest first, then kinds of operations."""
    intents = [item["name"] for item in packet.get("need", {}).get("intents", [])][::-1]
    kinds = [item["kind"] for item in packet.get("operations", [])][::-1]
    return list(dict.fromkeys([*intents, *kinds]))
