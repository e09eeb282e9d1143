"""The vector index: Chroma behind LangChain, one collection per audience and locale, our own vectors.

SQL is the truth and this a cache. ``sync`` makes the collections hold exactly the wanted pieces; ``build`` makes a new
directory beside the served one, tries it with canary queries and swaps the pointer. When Chroma fails in any way the
index says so (``candidates`` answers None), the caller searches exactly meanwhile, and a rebuild is due.

Embedded Chroma is not safe for two writers, so one process owns the directory and one thread here does all writing.
Where Chroma runs, here or as a server, is the engine's business.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog

from knowledge.build import Build, IndexBroken, Key
from knowledge.embeddings import Progress, Vectors
from knowledge.engines import EmbeddedChroma, Engine
from knowledge.home import IndexHome
from knowledge.ranker import Shelf

log = structlog.get_logger(__name__)

T = TypeVar("T")

BATCH = 500
CANARIES = 20
LOST_CANARIES = 0.1
"""Share of them that an approximate search may miss; of fewer than ten, none."""
NEAR = 1e-3
"""Cosine distance within which a piece must find its own vector."""
MANY = 2_000
"""Pieces not indexed yet from which one exact search is quicker than two ways at once."""


class VectorIndex:
    """Opened by ``open``, closed by ``close``. Searching is safe from many threads; writing is one at a time."""

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        self._home = IndexHome(folder)
        self._engine = engine or EmbeddedChroma()
        self._served: Build | None = None
        self._writing = threading.Lock()
        self._synced: Mapping[Key, Shelf] = {}
        self.trouble: str | None = "it was not opened"

    @property
    def ready(self) -> bool:
        return self._served is not None and self.trouble is None

    def take(self) -> None:
        """Become the one process that writes the directory, before ``open``. Raises ``IndexOwned``."""
        self._home.take()

    def open(self) -> None:
        """Open the current build; a damaged one is only noted."""
        name = self._home.current()
        if name is None:
            self.trouble = "there is none yet"
            return
        self.trouble = self._home.damage(name)
        if self.trouble is not None:
            log.warning("knowledge.index_damaged", trouble=self.trouble)
            return
        try:
            opened = _guard(lambda: self._open_build(name))
            # Chroma writes a little when it opens, and at the first query of a collection: seal what that left.
            self._home.seal(name)
            self._served = opened
        except (IndexBroken, OSError) as exc:
            self._note(exc)

    def look_over(self) -> str | None:
        """What is wrong with a directory that no process serves, or None: its files against their seal, and of each
        collection a piece that must find its own vector. Raises ``IndexOwned``."""
        self.take()
        try:
            self.open()
            served = self._served
            if served is None or self.trouble is not None:
                return self.trouble
            try:
                _guard(lambda: _find_themselves(served))
            except IndexBroken as exc:
                return str(exc)
            return None
        finally:
            self.close()

    def close(self) -> None:
        with self._writing:
            self._close(self._served)
            self._served = None
            self._home.release()

    def candidates(self, key: Key, shelf: Shelf, vectors: Vectors, count: int) -> list[list[str]] | None:
        """For each row of ``vectors`` the ids of the nearest pieces, nearest first, then those not indexed yet.

        None = the index cannot answer now: search exactly. Pieces that left the shelf may be among the ids.
        """
        served = self._served
        if served is None or self.trouble is not None:
            return None
        if not self._engine.there(self._home.build(served.name)):
            self._note(IndexBroken("its directory is gone"))
            return None
        try:
            waiting = [] if self._synced.get(key) is shelf else served.missing(key, shelf)
            if len(waiting) > MANY:
                return None
            near = _guard(lambda: served.nearest_all(key, vectors, count))
            return [[piece for piece, _ in one] + waiting for one in near]
        except IndexBroken as exc:
            self._note(exc)
            return None

    def sync(self, shelves: Mapping[Key, Shelf]) -> None:
        """Make every collection hold exactly its shelf's pieces. A failure is noted, never raised."""
        with self._writing:
            served = self._served
            if served is None or self.trouble is not None:
                return
            changes = _changes(served.held, shelves)
            try:
                if any(add or remove for add, remove in changes.values()):
                    self._home.unseal(served.name)
                    _guard(lambda: _apply(served, changes, shelves, None))
                    _guard(lambda: _try_canaries(served, shelves))
                    self._home.seal(served.name)
                self._synced = dict(shelves)
            except (IndexBroken, OSError) as exc:
                self._note(exc)

    def build(self, shelves: Mapping[Key, Shelf], progress: Progress | None = None) -> None:
        """A new build beside the served one, tried and swapped in. Raises ``IndexBroken`` and keeps the old one."""
        with self._writing:
            name = uuid.uuid4().hex
            fresh: Build | None = None
            try:
                path = self._home.start_build(name)
                fresh = _guard(lambda: Build(name, self._engine.open(path)))
                made = fresh
                _guard(lambda: _apply(made, _changes({}, shelves), shelves, progress))
                _guard(lambda: _try_canaries(made, shelves))
                self._home.seal(name)
                before = self._served
                keep = before.name if before is not None and self.trouble is None else None
                removed = self._home.swap(name, keep=keep)
            except (IndexBroken, OSError) as exc:
                self._close(fresh)
                self._home.discard(name)
                self._remove(name)
                raise IndexBroken(str(exc)) from exc
            self._served, self._synced, self.trouble = fresh, dict(shelves), None
            self._close(before)
            for other in removed:
                self._remove(other)
            log.info("knowledge.index_built", pieces=sum(len(held) for held in made.held.values()))

    def audit(self) -> str | None:
        """Compare files with their seal and pieces with canary queries. Returns what is wrong, or None."""
        with self._writing:
            served = self._served
            if served is None or self.trouble is not None:
                return self.trouble
            trouble = self._home.damage(served.name)
            if trouble is None:
                try:
                    _guard(lambda: _try_canaries(served, self._synced))
                except IndexBroken as exc:
                    trouble = str(exc)
            if trouble is not None:
                self._note(IndexBroken(trouble))
            return trouble

    def _open_build(self, name: str) -> Build:
        build = Build(name, self._engine.open(self._home.build(name)))
        build.load_held()
        for key, held in build.held.items():
            if held:
                build.collection(key).similarity_search_by_vector(build.any_vector(key), k=1)
        return build

    def _note(self, trouble: Exception) -> None:
        self.trouble = str(trouble) or type(trouble).__name__
        log.warning("knowledge.index_damaged", trouble=self.trouble)

    def _remove(self, name: str) -> None:
        """What the engine still holds of a build that is no longer wanted; it may stay when the engine is away."""
        try:
            _guard(lambda: self._engine.remove(name))
        except IndexBroken as exc:
            log.warning("knowledge.index_remains", build=name, trouble=str(exc))

    @staticmethod
    def _close(build: Build | None) -> None:
        if build is not None:
            try:
                _guard(build.client.close)  # type: ignore[attr-defined]
            except IndexBroken as exc:
                log.warning("knowledge.index_close_failed", trouble=str(exc))


def _guard(work: Callable[[], T]) -> T:
    """Run a call into Chroma. Whatever it throws becomes ``IndexBroken``."""
    try:
        return work()
    except IndexBroken:
        raise
    except Exception as exc:
        raise IndexBroken(f"Chroma failed ({type(exc).__name__})") from exc
    except BaseException as exc:
        # A panic of Chroma's Rust core is a BaseException; it is no request to stop.
        if type(exc).__name__ == "PanicException":
            raise IndexBroken("Chroma's core failed") from exc
        raise


def _changes(
    held: Mapping[Key, frozenset[str]], shelves: Mapping[Key, Shelf]
) -> dict[Key, tuple[list[str], list[str]]]:
    """Per collection the pieces to add and to remove, in a stable order."""
    found: dict[Key, tuple[list[str], list[str]]] = {}
    for key in sorted({*held, *shelves}):
        there, wanted = held.get(key, frozenset()), set(shelves[key].rows) if key in shelves else set()
        found[key] = (sorted(wanted - there), sorted(there - wanted))
    return found


def _apply(
    build: Build,
    changes: Mapping[Key, tuple[list[str], list[str]]],
    shelves: Mapping[Key, Shelf],
    progress: Progress | None,
) -> None:
    everything, done = sum(len(add) for add, _ in changes.values()), 0
    for key, (add, remove) in changes.items():
        for start in range(0, len(remove), BATCH):
            build.remove(key, remove[start : start + BATCH])
        for start in range(0, len(add), BATCH):
            batch = add[start : start + BATCH]
            build.add(key, batch, shelves[key])
            done += len(batch)
            if progress is not None:
                progress(done, everything)


def _find_themselves(build: Build) -> None:
    for key, held in build.held.items():
        if held and build.nearest(key, np.asarray(build.any_vector(key), dtype=np.float32), 1)[0][1] > NEAR:
            raise IndexBroken(f"a canary of collection {'-'.join(key)} was not found")


def _try_canaries(build: Build, shelves: Mapping[Key, Shelf]) -> None:
    """Each collection must hold what it should, and nearly all of some pieces, evenly taken, must find their own
    vectors. Nearly: the graph is approximate, and among very many vectors it misses one now and then."""
    for key, shelf in shelves.items():
        if build.held.get(key, frozenset()) != set(shelf.rows) or not build.complete(key):
            raise IndexBroken(f"collection {'-'.join(key)} does not hold what it must")
        rows = range(0, len(shelf), max(1, len(shelf) // CANARIES))
        near = [build.nearest(key, shelf.bodies[row], 5) for row in rows]
        lost = sum(not found or found[0][1] > NEAR for found in near)
        if lost > LOST_CANARIES * len(rows):
            raise IndexBroken(f"{lost} of {len(rows)} canaries of collection {'-'.join(key)} were not found")
