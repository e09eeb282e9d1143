"""Two signatures: the context token (who speaks) and the body of a request through the bot's door.

A context token is ``base64url(json) + "." + base64url(HMAC-SHA256(key, first half))`` without padding. Only the app
holds the context key: the bot reads a token and hands it on, it cannot make one. Python 3.10 syntax, standard library
alone (see ``events``). No clock is read here: whoever acts compares ``TurnContext.deadline`` with its own clock.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import json
from typing import Any

from handoff.contract.turn import TurnContext

_MAX_TOKEN = 4096
_FIELDS = {field.name: field for field in dataclasses.fields(TurnContext)}
_REQUIRED = frozenset(name for name, field in _FIELDS.items() if field.default is dataclasses.MISSING)
_INTEGERS = frozenset({"seq", "epoch"})
_VERIFICATIONS = frozenset({"none", "identity_token", "one_time_code"})


class BadToken(Exception):
    """The token is malformed or was not signed with this key. The message never holds the token itself."""


def sign_context(context: TurnContext, key: bytes) -> str:
    """The token of ``context``; the same context and key always give the same token."""
    payload = json.dumps(dataclasses.asdict(context), separators=(",", ":"), sort_keys=True).encode()
    head = _encode(payload)
    return head + "." + _encode(_mac(head, key))


def read_context(token: str) -> TurnContext:
    """What the token says, with no proof of who said it. Raises ``BadToken`` when it has not the form of one."""
    head, _ = _split(token)
    return _parse(head)


def verify_context(token: str, key: bytes) -> TurnContext:
    """What the token says, once its signature has been found good. Raises ``BadToken``."""
    head, signature = _split(token)
    if not hmac.compare_digest(_decode(signature), _mac(head, key)):
        raise BadToken("the signature does not match")
    return _parse(head)


def sign_body(body: bytes, secret: bytes) -> str:
    """Hex HMAC-SHA256 of a whole request body."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def body_is_signed(body: bytes, signature: str, secret: bytes) -> bool:
    """Whether ``signature`` is the one of ``body``; compared in constant time."""
    return hmac.compare_digest(sign_body(body, secret).encode(), signature.encode("utf-8", "replace"))


def _mac(head: str, key: bytes) -> bytes:
    return hmac.new(key, head.encode(), hashlib.sha256).digest()


def _split(token: str) -> tuple[str, str]:
    if not isinstance(token, str) or len(token) > _MAX_TOKEN or not token.isascii():
        raise BadToken("not a context token")
    head, dot, signature = token.partition(".")
    if not (head and dot and signature):
        raise BadToken("not a context token")
    return head, signature


def _parse(head: str) -> TurnContext:
    try:
        data = json.loads(_decode(head))
    except ValueError:  # UnicodeDecodeError and JSONDecodeError are both ValueErrors
        raise BadToken("the payload is not JSON") from None
    if not isinstance(data, dict) or not _well_shaped(data):
        raise BadToken("the payload is not a turn's context")
    return TurnContext(**data)


def _well_shaped(data: dict[str, Any]) -> bool:
    if not data.keys() >= _REQUIRED or not data.keys() <= _FIELDS.keys():
        return False
    for name, value in data.items():
        if name in _INTEGERS:
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                return False
        elif not (isinstance(value, str) or (name == "customer_id" and value is None)):
            return False
    return data.get("verification", "none") in _VERIFICATIONS


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadToken("not base64url") from None
    if _encode(raw) != text:  # another spelling of the same bytes is another token
        raise BadToken("not base64url")
    return raw
