"""The index directory: who owns it, which build is current, and whether its files are as we left them.

    <index_dir>/owner.lock      held by the one process that writes
    <index_dir>/current         name of the build that is served
    <index_dir>/previous        name of the build before it: the last good one
    <index_dir>/builds/<name>/  one Chroma directory
    <index_dir>/seals/<name>    digests of that directory's files after our last write

Only the owner writes, so a file that differs from its seal is damage, and a build without a seal was cut off in the
middle of a write. What cannot be read, or is of another kind than we made, is damage as well. The answer is always the
same: build again from SQL.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import IO

from knowledge.errors import IndexOwned


class IndexHome:
    """Blocking file work. ``take`` before anything else, ``release`` at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: IO[str] | None = None

    def take(self) -> None:
        """Become the owner. Raises ``IndexOwned`` when another process is."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (self.folder / "owner.lock").open("a+", encoding="ascii", errors="replace")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            lock.seek(0)
            number = lock.read(32).strip()
            owner = number if number.isdigit() else "unknown"
            lock.close()
            raise IndexOwned(
                "index_owned",
                f"The knowledge index in {self.folder} is in use by process {owner}. "
                "Only one process may write it: stop that one first, or work through it.",
                owner=owner,
            ) from exc
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def current(self) -> str | None:
        """Name of the served build, None when there is none."""
        try:
            name = (self.folder / "current").read_text(encoding="ascii").strip()
            return name if name.isalnum() and self.build(name).is_dir() else None
        except (OSError, ValueError):
            return None

    def build(self, name: str) -> Path:
        return self.folder / "builds" / name

    def start_build(self, name: str) -> Path:
        """An empty directory for a new build."""
        path = self.build(name)
        _clear(path)
        _folder(path.parent)
        path.mkdir()
        return path

    def swap(self, name: str, *, keep: str | None) -> list[str]:
        """Serve build ``name`` from now on, in one step; ``keep`` is the last good one, all others are removed.

        Returns the names of the removed ones.
        """
        if keep is not None:
            self._write_whole(self.folder / "previous", keep)
        self._write_whole(self.folder / "current", name)
        there = {path.name for place in ("builds", "seals") for path in (self.folder / place).glob("*")}
        removed = sorted(there - {name, keep})
        for other in removed:
            self.discard(other)
        return removed

    def discard(self, name: str) -> None:
        """Remove what there is of a build; what cannot be removed stays, and nothing points to it."""
        with contextlib.suppress(OSError):
            _clear(self.build(name))
        with contextlib.suppress(OSError):
            self.unseal(name)

    def seal(self, name: str) -> None:
        """Note the digests of the build's files, after a write."""
        seals = self.folder / "seals"
        _folder(seals)
        self._write_whole(seals / name, json.dumps(self._digests(name), sort_keys=True))

    def unseal(self, name: str) -> None:
        """Before a write: until the next seal the build counts as unfinished."""
        _clear(self.folder / "seals" / name)

    def damage(self, name: str) -> str | None:
        """What is wrong with the files of a build, or None."""
        try:
            sealed = json.loads((self.folder / "seals" / name).read_text())
        except (OSError, ValueError):
            return "it was not finished"
        if not isinstance(sealed, dict):
            return "its seal cannot be read"
        try:
            found = self._digests(name)
        except OSError as exc:
            return f"its files cannot be read ({type(exc).__name__})"
        if found == sealed:
            return None
        differing = sorted(path for path in {*found, *sealed} if found.get(path) != sealed.get(path))
        return f"{len(differing)} of its files are not as they were written ({differing[0]})"

    def _digests(self, name: str) -> dict[str, str]:
        root, found = self.build(name), {}
        for place, _, names in os.walk(root):
            for file in names:
                path = Path(place) / file
                with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
                    found[path.relative_to(root).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
        return found

    @staticmethod
    def _write_whole(path: Path, text: str) -> None:
        scratch = path.with_name(path.name + ".new")
        for place in (scratch, path):
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
        with scratch.open("w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(scratch, path)


def _clear(path: Path) -> None:
    """Remove whatever stands there, if anything."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _folder(path: Path) -> None:
    """A directory, in place of anything else that stands there."""
    if not path.is_dir():
        _clear(path)
        path.mkdir(parents=True)
