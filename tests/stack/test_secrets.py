"""Secrets on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack import secrets
from stack.errors import StackError
from stack.paths import Paths

pytestmark = pytest.mark.service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    paths = Paths(tmp_path)
    paths.create()
    return paths.secrets


def test_made_once_and_readable_by_their_owner_alone(folder: Path) -> None:
    assert secrets.create_missing(folder) == list(secrets.NAMES)
    before = {name: secrets.read(folder, name).get_secret_value() for name in secrets.NAMES}
    assert len(set(before.values())) == len(secrets.NAMES)
    assert {(folder / name).stat().st_mode & 0o777 for name in secrets.NAMES} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert secrets.create_missing(folder) == []
    assert {name: secrets.read(folder, name).get_secret_value() for name in secrets.NAMES} == before


def test_an_interrupted_writing_leaves_no_half_secret(folder: Path) -> None:
    (folder / ".door_secret.draft").write_text("half")
    assert "door_secret" in secrets.create_missing(folder)
    assert len(secrets.read(folder, "door_secret").get_secret_value()) >= 32


def test_a_secret_that_others_can_read_is_refused(folder: Path) -> None:
    secrets.create_missing(folder)
    (folder / "door_secret").chmod(0o644)
    with pytest.raises(StackError, match="chmod 600"):
        secrets.read(folder, "door_secret")


def test_a_missing_or_placeholder_secret_is_refused(folder: Path) -> None:
    with pytest.raises(StackError, match="missing"):
        secrets.read(folder, "door_secret")
    (folder / "door_secret").write_text("changeme")
    (folder / "door_secret").chmod(0o600)
    with pytest.raises(StackError, match="too short"):
        secrets.read(folder, "door_secret")


def test_a_secret_does_not_show_itself(folder: Path) -> None:
    secrets.create_missing(folder)
    secret = secrets.read(folder, "session_secret")
    assert secret.get_secret_value() not in repr(secret)
