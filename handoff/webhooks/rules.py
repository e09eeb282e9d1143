"""Which addresses may be called, what is sent, and when it is tried again. Pure."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from handoff.contract.redact import hide
from handoff.contract.visibility import PRIVATE_FIELDS
from handoff.conversations.log import WireEvent
from handoff.errors import Unprocessable

MOST_ATTEMPTS = 16
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
TEST = "webhook.test"


def pause_after(attempts: int, chance: random.Random, first: timedelta = FIRST_PAUSE) -> timedelta:
    """Twice as long each time, up to two hours, less up to a half by chance, so that callers do not come together."""
    full: timedelta = min(first * float(2 ** min(attempts - 1, 20)), LONGEST_PAUSE)
    return full * (0.5 + chance.random() / 2)


def check_url(url: str, *, private_targets: bool) -> str:
    """Raises ``Unprocessable`` (``bad_target``) for what is never called. Where a name leads is asked at every call."""
    parts = urlsplit(url)
    try:
        port_holds = parts.port is None or parts.port > 0
    except ValueError:
        port_holds = False
    schemes = ("https", "http") if private_targets else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.fragment or not port_holds:
        raise Unprocessable("bad_target", "Give an https address without a user name or a fragment.")
    try:
        literal = is_public(parts.hostname)
    except ValueError:
        return url
    if not literal and not private_targets:
        raise Unprocessable("bad_target", "That address is inside a private network.")
    return url


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet. Raises ``ValueError`` for a name."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner:
            ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def wants(events: Sequence[str], event_type: str) -> bool:
    return not events or event_type in events


def payload(event: WireEvent, *, texts: bool) -> dict[str, Any]:
    """The body: ``type``, ``timestamp`` and the event. People's words travel only where that was asked for, and never
    with payment data in them."""
    data = event["data"]
    if texts:
        data = hide(data)
    else:
        private = set(PRIVATE_FIELDS.get(event["type"], ()))
        data = {key: value for key, value in data.items() if key not in private}
    return {"type": event["type"], "timestamp": event["occurred_at"], "data": {**event, "data": data}}


def test_payload(webhook_id: str, now: str) -> dict[str, Any]:
    return {"type": TEST, "timestamp": now, "data": {"webhook_id": webhook_id}}
