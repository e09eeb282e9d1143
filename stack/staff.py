"""The first people who may sign in: the demo company's, or one administrator of an installation of its own.

Their passwords are derived from a secret of this installation, so that no two installations share one and nothing has
to be written down: ``./frontdesk demo --json`` shows the demo's, ``./frontdesk up`` says where the administrator's is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any

import yaml

from stack import secrets
from stack.paths import ROOT, Paths

DEMO_STAFF = ROOT / "handoff" / "demo" / "staff.yaml"
PORTRAITS = ROOT / "handoff" / "demo" / "portraits"
"""Pictures of the demo company's people, drawn for it, by the name in their e-mail."""
ADMINISTRATOR = "admin@frontdesk.invalid"
EVERY_ROLE = ["agent", "senior", "lead", "editor", "qa", "admin"]


def demo_staff(secrets_folder: Path) -> list[dict[str, Any]]:
    """The demo company's people, as ``StaffService.seed`` takes them."""
    people = yaml.safe_load(DEMO_STAFF.read_text())
    return [{**person, "password": password_of(secrets_folder, person["email"])} for person in people]


def first_administrator(secrets_folder: Path) -> list[dict[str, Any]]:
    password = password_of(secrets_folder, ADMINISTRATOR)
    return [{"email": ADMINISTRATOR, "name": "Administrator", "roles": EVERY_ROLE, "password": password}]


def demo_addresses() -> set[str]:
    return {person["email"] for person in yaml.safe_load(DEMO_STAFF.read_text())}


def write_administrators_password(paths: Paths) -> Path:
    """A file, readable by its owner alone, with the e-mail and the first password."""
    path = paths.first_sign_in
    path.touch(mode=0o600)
    path.write_text(f"{ADMINISTRATOR} {password_of(paths.secrets, ADMINISTRATOR)}\n")
    return path


def password_of(secrets_folder: Path, email: str) -> str:
    """Four groups of four characters: 80 bits, easy to type."""
    secret = secrets.read(secrets_folder, "staff_secret").get_secret_value().encode()
    digest = hmac.new(secret, f"staff password of {email.lower()}".encode(), hashlib.sha256).digest()
    text = base64.b32encode(digest).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))
