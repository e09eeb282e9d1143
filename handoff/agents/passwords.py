"""Password hashes: Argon2id with the library's defaults, which exceed OWASP's least (19 MiB, t = 2, p = 1)."""

from __future__ import annotations

import base64
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from handoff.errors import Unprocessable

FEWEST = 12
MOST = 256
FEWEST_DIFFERENT = 6
FEWEST_BESIDE_NAMES = 8
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("no account has this password")


def make(password: str) -> str:
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Takes as long for an account that is not there as for a wrong password."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def check_chosen(password: str, current: str, *others: str) -> None:
    """Whether somebody may have this password: its length counts, not which signs are in it (NIST SP 800-63B). Not one
    of ``others`` (name, e-mail), nor hardly more than it, nor the ``current`` one.

    Raises ``Unprocessable`` with ``field``.
    """
    if len(password) < FEWEST:
        raise _wrong("password_too_short", f"At least {FEWEST} letters, please. A few words together are easy to keep.")
    if len(password) > MOST:
        raise _wrong("password_too_long", f"At most {MOST} letters, please.")
    if password == current:
        raise _wrong("password_unchanged", "That is the password you have.")
    if len(set(password.casefold())) < FEWEST_DIFFERENT:
        raise _wrong("password_too_simple", "That repeats a few letters. Take some that differ.")
    left = password.casefold()
    for word in sorted({part for other in others for part in _words(other)}, key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < FEWEST_BESIDE_NAMES:
        raise _wrong("password_too_simple", "That is hardly more than your name or e-mail.")


def invented() -> str:
    """A new one for somebody else: four groups of four characters, 80 bits, easy to type."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _words(text: str) -> set[str]:
    whole = text.casefold()
    return {word for word in (whole, *re.split(r"[\W_]+", whole)) if len(word) > 2}


def _wrong(code: str, message: str) -> Unprocessable:
    return Unprocessable(code, message, field="new")
