"""Where a customer wants to be answered, checked as far as its form can be checked. Pure.

Whether an address is read, or a telephone answered, only its use shows: the event says how it was checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from handoff.contract.events import ContactKind
from handoff.errors import Unprocessable

LONGEST_ADDRESS = 254
LOCAL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}")
HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{0,58}[A-Za-z0-9])"
)


@dataclass(frozen=True)
class Contact:
    """``checked``: ``format`` (it can exist) or ``verified`` (on record for a customer who proved who they are)."""

    kind: ContactKind
    address: str
    checked: Literal["format", "verified"]


def check_address(address: str) -> str:
    """An e-mail address that can exist, as it was written. Raises ``Unprocessable`` (``bad_address``)."""
    address = address.strip()
    local = address.rpartition("@")[0]
    written = len(address) <= LONGEST_ADDRESS and address.isprintable() and LOCAL.fullmatch(local)
    if (
        not written
        or not HOST.fullmatch(_host(address))
        or ".." in address
        or address.startswith(".")
        or ".@" in address
    ):
        raise Unprocessable("bad_address", "That does not look like an e-mail address. Please check it once more.")
    return address


def deliverable(address: str) -> str:
    """The address as every mail server reads it: its host in ASCII."""
    return f"{address.rpartition('@')[0]}@{_host(address)}"


def _host(address: str) -> str:
    """As the name system knows it: ``müller.de`` is ``xn--mller-kva.de``. Empty where it can be no name."""
    try:
        return address.rpartition("@")[2].encode("idna").decode()
    except UnicodeError:
        return ""


def check_phone(number: str) -> str:
    """A telephone number that its country's plan knows, as ``+43 1 5850``. Raises ``Unprocessable`` (``bad_phone``).

    It must begin with the country (``+`` or ``00``): a customer's language does not tell where they are.
    """
    written = re.sub(r"^\s*00", "+", number)
    try:
        parsed = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise Unprocessable(
            "bad_phone", "That does not look like a telephone number. Please write it with its country, such as +43."
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def shortened(address: str) -> str:
    """Enough for its owner to know it again: ``m•••@example.com``."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"
