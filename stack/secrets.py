"""The installation's secrets: one file each under ``var/secrets``, made once, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from stack.errors import StackError

NAMES = ("door_secret", "context_key", "action_secret", "identity_secret", "session_secret", "staff_secret")
_LEAST_CHARACTERS = 32


def create_missing(folder: Path) -> list[str]:
    """Write the secrets that are not there yet; their names. A half-written one cannot be seen by anybody."""
    made = []
    for name in NAMES:
        path = folder / name
        if path.exists():
            path.chmod(0o600)
            continue
        draft = folder / f".{name}.draft"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        made.append(name)
    return made


def read(folder: Path, name: str) -> SecretStr:
    """One secret. Raises ``StackError`` when it is missing, too short, or readable by others."""
    path = folder / name
    try:
        text = path.read_text().strip()
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise StackError(f"The secret {path} is missing. ./frontdesk up makes it.") from None
    if mode & 0o077:
        raise StackError(f"The secret {path} can be read by others. Run: chmod 600 {path}")
    if len(text) < _LEAST_CHARACTERS:
        raise StackError(f"The secret {path} is too short to be one. Remove it; ./frontdesk up makes a new one.")
    return SecretStr(text)
