"""Which model a bot loads when it starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.serve import CannotServe, archive_of

pytestmark = pytest.mark.unit


def trained(folder: Path, version: str) -> Path:
    """What a training leaves: one archive, the manifest that names it, and no older archive."""
    for old in folder.glob("*.tar.gz"):
        old.unlink()
    archive = folder / f"{version}.tar.gz"
    archive.write_bytes(b"")
    (folder / "manifest.json").write_text(json.dumps({"path": archive.name}))
    return archive


def test_of_a_folder_it_is_the_one_that_was_trained_last(tmp_path: Path) -> None:
    assert archive_of(tmp_path / "one.tar.gz") == tmp_path / "one.tar.gz"
    for version in ("first", "second"):
        archive = trained(tmp_path, version)
        assert archive_of(tmp_path) == archive


def test_a_folder_without_a_model_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match=r"\./frontdesk train"):
        archive_of(tmp_path)
    trained(tmp_path, "first").unlink()
    with pytest.raises(CannotServe, match=r"\./frontdesk train"):
        archive_of(tmp_path)
