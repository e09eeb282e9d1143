"""Tokens of customers: the host site's proof of who they are, and our own key to one conversation.

Identity tokens are JSON Web Tokens (RFC 7519) signed with HS256 by the host site. Only that algorithm is accepted,
``iss``, ``aud``, ``sub``, ``iat`` and ``exp`` are demanded. ``name``, ``tier`` and ``consent`` (what they agreed
to, short words) are shown to whoever helps them, and nothing is decided by them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from handoff.clock import SystemClock
from handoff.errors import Unauthorised

ISSUER = "host-site"
IDENTITY_AUDIENCE = "frontdesk-widget"
CONVERSATION_AUDIENCE = "frontdesk-conversation"
LONGEST_LIFE = timedelta(hours=24)
LEEWAY = timedelta(seconds=10)
"""By how much a clock that wrote ``iat`` or ``nbf`` may be ahead of ours. What has expired has no grace."""
LAST_MOMENT = 253_402_300_799  # the end of the year 9999; it keeps out what is no number, too
LONGEST_ID = 128
LONGEST_NAME = 200
LONGEST_WORD = 40
MOST_CONSENTS = 10
DEMANDED = ["iss", "aud", "sub", "iat", "exp"]


@dataclass(frozen=True)
class Customer:
    """A customer as the host site vouches for them."""

    id: str
    name: str | None
    tier: str | None = None
    consent: list[str] = field(default_factory=list)


def issue_identity(
    secret: str, customer_id: str, now: datetime, life: timedelta, *, jti: str, **said: str | list[str] | None
) -> str:
    """The token that the host site would make. Its life is cut to ``LONGEST_LIFE``. ``said``: ``name``, ``tier``,
    ``consent``."""
    claims = {
        "iss": ISSUER,
        "aud": IDENTITY_AUDIENCE,
        "sub": customer_id,
        "iat": now,
        "exp": now + min(life, LONGEST_LIFE),
        "jti": jti,
    }
    return jwt.encode(claims | {key: each for key, each in said.items() if each}, secret, algorithm="HS256")


def verify_identity(token: str, secret: str) -> Customer:
    """Raises ``Unauthorised`` (``token_expired``, ``token_invalid``).

    Who the token is for and how long it lives must be said well, or the token is refused; what else it says is shown
    to people and left out where it is not what it should be.
    """
    claims = _decode(token, secret, IDENTITY_AUDIENCE)
    moments = (claims["iat"], claims["exp"], claims.get("nbf", 0))
    if not is_customer_id(claims["sub"]) or not all(_is_moment(each) for each in moments):
        raise _invalid()
    if claims["exp"] - claims["iat"] > LONGEST_LIFE.total_seconds():
        raise Unauthorised("token_invalid", "This identity token lives longer than is allowed.")
    consent = claims.get("consent")
    agreed = [_word(each, LONGEST_WORD) for each in consent[:MOST_CONSENTS]] if isinstance(consent, list) else []
    return Customer(
        claims["sub"],
        _word(claims.get("name"), LONGEST_NAME),
        _word(claims.get("tier"), LONGEST_WORD),
        [each for each in agreed if each],
    )


def is_customer_id(value: object) -> bool:
    """An empty one would be shared by everybody who has it; the limit is that of the tables."""
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID:
        return False
    return value.isprintable() and value == value.strip()


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LAST_MOMENT


def _word(said: object, longest: int) -> str | None:
    """What can be stored and shown of it: NUL and lone surrogates cannot."""
    if not isinstance(said, str):
        return None
    return "".join(each for each in said[: 2 * longest] if each.isprintable()).strip()[:longest] or None


def _invalid() -> Unauthorised:
    return Unauthorised("token_invalid", "This token is not valid.")


def issue_conversation_token(secret: str, conversation_id: str, now: datetime, life: timedelta) -> str:
    claims = {"iss": "frontdesk", "aud": CONVERSATION_AUDIENCE, "sub": conversation_id, "iat": now, "exp": now + life}
    return jwt.encode(claims, secret, algorithm="HS256")


def conversation_of(token: str, secret: str) -> str:
    """The conversation that the bearer may read and write. Raises ``Unauthorised``."""
    return str(_decode(token, secret, CONVERSATION_AUDIENCE)["sub"])


def _decode(token: str, secret: str, audience: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=audience,
            issuer="frontdesk" if audience == CONVERSATION_AUDIENCE else ISSUER,
            leeway=LEEWAY,
            options={"require": DEMANDED, "verify_exp": False},
        )
    except (
        jwt.InvalidTokenError,
        ValueError,
        TypeError,
        OverflowError,
    ):  # the library calls int() on what is no number
        raise _invalid() from None
    if not _is_moment(claims["exp"]):
        raise _invalid()
    if claims["exp"] <= SystemClock().now().timestamp():
        raise Unauthorised("token_expired", "This token has expired. Ask for a new one.")
    return claims
