"""Password hashes: Argon2id with the library's defaults, which exceed OWASP's least (19 MiB, t = 2, p = 1)."""

from __future__ import annotations

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

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


def invented() -> str:
    """A new one for somebody else: four groups of four characters, 80 bits, easy to type."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))
