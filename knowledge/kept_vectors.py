"""Vectors kept in a file from one database to the next: a cache of the encoder, named by digests.

A fresh installation, a test's stack and a measurement all embed the same articles; the second one need not. Whatever
is wrong with the file, it is as if it were not there.
"""

from __future__ import annotations

import os
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from knowledge.embeddings import Vectors


class KeptVectors:
    """Safe to call from several threads; processes that write at once leave the file of the last one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, Vectors] | None = None
        self._fresh = False

    def find(self, digests: Iterable[str]) -> dict[str, Vectors]:
        """What is kept of these; flat float32, as ``chunk_vectors`` holds them."""
        with self._lock:
            if self._known is None:
                self._known = _read(self._path)
            return {digest: self._known[digest] for digest in digests if digest in self._known}

    def add(self, vectors: Mapping[str, Vectors]) -> None:
        with self._lock:
            if self._path is None or not vectors:
                return
            self._known = {**(_read(self._path) if self._known is None else self._known), **vectors}
            self._fresh = True

    def save(self) -> None:
        """Write what was added, whole or not at all, and let go of the memory."""
        with self._lock:
            known, self._known = self._known, None
            if self._path is None or not self._fresh or not known:
                return
            self._fresh = False
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._path.parent, prefix=".vectors-", delete=False) as scratch:
                np.savez(
                    scratch,
                    digests=np.array(list(known), dtype="U64"),
                    lengths=np.array([vector.size for vector in known.values()]),
                    floats=np.concatenate([vector.ravel() for vector in known.values()]).astype("<f4"),
                )
            os.chmod(scratch.name, 0o644)
            os.replace(scratch.name, self._path)


def _read(path: Path | None) -> dict[str, Vectors]:
    if path is None or not path.is_file():
        return {}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            ends = np.cumsum(held["lengths"])
            if len(ends) != len(held["digests"]) or (len(ends) and ends[-1] != len(held["floats"])):
                return {}
            parts = np.split(held["floats"], ends[:-1])
            return dict(zip(map(str, held["digests"]), parts, strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
