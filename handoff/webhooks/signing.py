"""Signatures of Standard Webhooks 1.1: HMAC-SHA256 over ``id.timestamp.body``, two while a secret is replaced. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE = 300
"""Seconds by which a receiver's clock may differ."""
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def secret_from(random: bytes) -> str:
    """A secret in the form that receivers' libraries take; 24 to 64 bytes."""
    return PREFIX + base64.b64encode(random).decode()


def sign(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """One signature for each secret, separated by spaces."""
    return " ".join(f"{VERSION},{_mac(secret, message_id, timestamp, body)}" for secret in secrets)


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """What a receiver asks: signed with this secret, and not long ago. ``headers`` by lower-case name."""
    try:
        message_id, timestamp, signatures = (headers[name] for name in HEADERS)
        if abs(now - int(timestamp)) > TOLERANCE:
            return False
        expected = _mac(secret, message_id, int(timestamp), body)
    except (KeyError, ValueError, binascii.Error):
        return False
    given = [each.partition(",") for each in signatures.split(" ")]
    return any(version == VERSION and hmac.compare_digest(mac.encode(), expected.encode()) for version, _, mac in given)


def _mac(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
