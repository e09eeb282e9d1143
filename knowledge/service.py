"""The knowledge part opened as one: store, index, search, answers, editing and pages.

    async with open_knowledge(settings, clock, encoder) as knowledge:
        answer = await knowledge.answerer.answer("How long does delivery take?", audience="public", locale="en")

Opening migrates the store, ingests again what an older model or chunking made, loads what is live and opens the index.
A missing or damaged index does not delay it: answers come from exact search until the rebuild is swapped in.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.routing import APIRoute

from knowledge import folder as folders
from knowledge import ingest, store
from knowledge.answer import Answerer
from knowledge.build import IndexBroken
from knowledge.catalogue import Catalogue, Live
from knowledge.clock import Clock
from knowledge.composer import make_composer
from knowledge.content import Content
from knowledge.database import Database
from knowledge.desk.desk import EditorsDesk
from knowledge.desk.routes import create_router as create_desk_router
from knowledge.editing import Editing, Prepared
from knowledge.embeddings import Encoder, Progress, SentenceEmbeddings, Vectors, details_digest
from knowledge.engines import make_engine
from knowledge.errors import KnowledgeError
from knowledge.help_centre import create_help_router
from knowledge.index import VectorIndex
from knowledge.kept_vectors import KeptVectors
from knowledge.retrieve import Retriever
from knowledge.rounds import Rounds
from knowledge.routes import create_router
from knowledge.scope import Examples, Scope, read_examples
from knowledge.settings import KnowledgeSettings

SEARCHERS = 2
NO_VECTORS: Vectors = np.zeros((0, 0), dtype=np.float32)
FOLLOW = "follow"
WITHDRAW = "withdraw"
"""The loop without which an article that was archived elsewhere keeps answering here."""


class Knowledge:
    """Made by ``open_knowledge``."""

    def __init__(
        self,
        settings: KnowledgeSettings,
        clock: Clock,
        encoder: Encoder,
        model: str,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._database = Database(settings.database_url)
        self._embeddings = SentenceEmbeddings(encoder, model)
        self._kept = KeptVectors(settings.kept_vectors)
        self._catalogue = Catalogue(self._database)
        owner = settings.index_role == "owner"
        self._index = VectorIndex(settings.index_dir, make_engine(settings.chroma_url)) if owner else None
        self._searchers = ThreadPoolExecutor(SEARCHERS, thread_name_prefix="knowledge-search")
        # Of their own: an editor who looks at an effect does not keep customers waiting.
        self._editors = ThreadPoolExecutor(1, thread_name_prefix="knowledge-desk")
        self._workers = ThreadPoolExecutor(1, thread_name_prefix="knowledge-index")
        # Of its own: loading and building may hold the others for long.
        self._withdrawer = ThreadPoolExecutor(1, thread_name_prefix="knowledge-withdraw")
        self._wake = asyncio.Event()
        self._imports = 0
        self._examples = Examples()
        self._tasks: list[asyncio.Task[None]] = []
        self._built = 0
        self._audit_at = 0.0
        self.rounds = Rounds(clock.monotonic)
        self.retriever = Retriever(self._catalogue, self._index, self._embeddings, settings, clock)
        self.composer = make_composer(settings, clock.monotonic)
        self.answerer = Answerer(
            self.retriever, self._catalogue, self._embeddings, settings, self._searchers, self.composer
        )
        self.editing = Editing(self._database, clock, self._prepare, self._changed, settings.zone)
        self.desk = EditorsDesk(
            self._database,
            clock,
            settings,
            self._catalogue,
            self._embeddings,
            self.retriever,
            self.answerer,
            self.editing,
            self._prepare,
            self.search_in_thread,
            self.desk_in_thread,
            self._ingest_changed,
        )

    @property
    def version(self) -> str:
        """Names what is live: the store's generation and the recipe that made its chunks."""
        return f"kb{self._catalogue.live.generation}-{self._recipe}"

    @property
    def index_trouble(self) -> str | None:
        """Why answers come from exact search now; None when the index serves."""
        return "this process reads from SQL" if self._index is None else self._index.trouble

    @property
    def follows(self) -> bool:
        """Whether what is published here is what SQL says; False when looking has failed for long."""
        return not {FOLLOW, WITHDRAW}.intersection(self.rounds.failing())

    @property
    def embeddings(self) -> SentenceEmbeddings:
        return self._embeddings

    @property
    def passages(self) -> int:
        return len(self._catalogue.live.passages)

    @property
    def live(self) -> Live:
        """What is published now."""
        return self._catalogue.live

    def searching(self, live: Live) -> Retriever:
        """The same search over another live set, exactly: for measuring."""
        return self.retriever.over(self._catalogue.holding(live))

    async def import_folder(
        self, path: Path, progress: Progress | None = None, actor: str = "import"
    ) -> folders.ImportReport:
        """Bring in every article below ``path``; bad files are named in the report, the rest is live."""
        return await self._import(folders.import_folder(self.editing, path, actor, progress))

    async def import_files(self, files: Sequence[tuple[str, bytes]], actor: str) -> folders.ImportReport:
        """The same with files that were sent, as (name, content), or with one zip of them."""
        return await self._import(folders.import_files(self.editing, files, actor))

    async def _import(self, work: Awaitable[folders.ImportReport]) -> folders.ImportReport:
        self._imports += 1
        try:
            return await work
        finally:
            self._imports -= 1
            await self._changed()
            await asyncio.to_thread(self._kept.save)

    async def export_folder(self, path: Path) -> list[str]:
        """Write every article below ``path``; returns the file names."""
        return await folders.export_folder(self.editing, path)

    async def reindex(self, progress: Progress | None = None) -> None:
        """Chunks and vectors of every published article anew, then a full build beside the served one.

        Raises ``KnowledgeError`` (``index_build_failed``) when the build did not pass; the old one goes on serving.
        """
        await self._ingest_again(progress)
        await asyncio.to_thread(self._catalogue.refresh)
        examples = {self._embeddings.digest(text) for text in self._examples.texts}
        await self._database.write(lambda connection: store.sweep_vectors(connection, examples))
        if self._index is not None:
            await self._rebuild(progress)

    def forget_texts(self) -> None:
        """Empty the memory of encoded texts, so that what is timed next pays for its own."""
        self._embeddings.forget()

    def search_in_thread(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        """Run a blocking search beside the event loop."""
        return asyncio.get_running_loop().run_in_executor(self._searchers, work)

    def desk_in_thread(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        """The same for editors, one at a time."""
        return asyncio.get_running_loop().run_in_executor(self._editors, work)

    def router(self, require: Callable[..., Any], route_class: type[APIRoute] = APIRoute) -> APIRouter:
        """Routes of the editors' side, to be mounted under ``/api/v1``; ``require(*roles)`` is a dependency, and the
        routes are of ``route_class``."""
        hosts = self.settings.link_hosts
        router = create_router(
            self.editing,
            self.import_files,
            self.desk.listing,
            self.retriever,
            self.answerer.working_in(self._editors),
            hosts,
            require,
            self.desk_in_thread,
            route_class,
        )
        router.routes.extend(create_desk_router(self.desk, require, route_class).routes)
        return router

    def help_router(self) -> APIRouter:
        """The public pages under ``/help/``."""
        return create_help_router(
            self.editing,
            self.retriever,
            self.desk.usage,
            self.desk.readers,
            self.settings,
            self._clock,
            self.search_in_thread,
        )

    @property
    def _recipe(self) -> str:
        return f"{self._embeddings.name}-i{ingest.INGEST_VERSION}"

    async def _open(self) -> None:
        await asyncio.to_thread(self._database.open)
        if self._index is not None:
            self._index.take()
            # Chroma opens beside the rest; a process that comes back after a kill is waited for.
            opening = self._in_worker(self._index.open)
        before = await self._database.read(store.state)
        self._built = before.ingested
        if before.recipe != self._recipe and self._index is not None:
            await self._ingest_again(None)
        await asyncio.to_thread(self._catalogue.refresh)
        self.retriever.scope = await asyncio.to_thread(self._scope)
        if self._index is not None:
            await opening
            self._audit_at = self._clock.monotonic() + self.settings.audit_every.total_seconds()
            self._start("index", self._keep_index)
            self._start("publish", self.desk.publish_due)
            self._start("desk", self.desk.round)
            self._start("mend", self._mend)
        self._start(FOLLOW, self._follow)
        self._start(WITHDRAW, self._withdraw)

    def _start(self, name: str, one_round: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.create_task(self.rounds.forever(name, one_round), name=f"knowledge-{name}")
        self._tasks.append(task)

    async def _close(self) -> None:
        await self.desk.usage.settle()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._searchers.shutdown()
        self._editors.shutdown()
        self._withdrawer.shutdown()
        if self._index is not None:
            await self._in_worker(self._index.close)
        self._workers.shutdown()
        await asyncio.to_thread(self._database.close)

    def _scope(self) -> Scope:
        examples = self._examples = read_examples(self.settings.examples)
        return Scope(examples, self._stored_vectors(examples.texts))

    def _stored_vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors that SQL keeps from one start to the next; blocking."""
        texts_by_digest = {self._embeddings.digest(text): text for text in texts}
        found = self._database.read_now(lambda connection: store.load_vectors(connection, texts_by_digest))
        missing = [digest for digest in texts_by_digest if digest not in found]
        if missing:
            fresh = self._kept.find(missing)
            unknown = [digest for digest in missing if digest not in fresh]
            made = self._embeddings.vectors([texts_by_digest[digest] for digest in unknown])
            fresh |= dict(zip(unknown, made, strict=True))
            self._kept.add(fresh)
            self._kept.save()
            self._database.write_now(lambda connection: store.put_vectors(connection, fresh))
            found.update(fresh)
        return np.stack([found[self._embeddings.digest(text)] for text in texts]) if texts else NO_VECTORS

    async def _prepare(self, article_id: str, version: int, content: Content, progress: Progress | None) -> Prepared:
        """Chunks and the vectors that SQL does not hold yet."""

        def work() -> Prepared:
            chunks = [
                (chunk, self._embeddings.digest(chunk.body_text), self._embeddings.digest(chunk.head_text))
                for chunk in ingest.split(article_id, version, content, self.settings.link_hosts)
            ]
            asked = {text: self._embeddings.digest(text) for chunk, _, _ in chunks for text in chunk.asked}
            texts: dict[str, tuple[str, ...]] = {digest: (text,) for text, digest in asked.items()}
            for chunk, body, head in chunks:
                texts[body], texts[head] = (chunk.body_text,), (chunk.head_text,)
                texts[details_digest(body)] = chunk.detail_texts
            known = self._database.read_now(lambda connection: store.load_vectors(connection, texts))
            known |= self._kept.find(digest for digest in texts if digest not in known)
            missing = {digest: group for digest, group in texts.items() if digest not in known}
            vectors = iter(self._embeddings.vectors([text for group in missing.values() for text in group], progress))
            fresh = {digest: np.concatenate([next(vectors) for _ in group]) for digest, group in missing.items()}
            self._kept.add(fresh)
            # Known vectors travel along: a sweep may remove them before this is published.
            return Prepared(chunks, {**known, **fresh}, asked)

        return await asyncio.to_thread(work)

    async def _ingest_again(self, progress: Progress | None) -> None:
        """Every published article anew; each process then loads all of them, and the owner builds its index anew."""
        await self._ingest(None, progress)
        recipe = self._recipe
        await self._database.write(lambda connection: store.raise_generation(connection, recipe))

    async def _ingest_changed(self, articles: Collection[str]) -> None:
        """Published articles whose versions lost lines: under the same numbers, so that everything is loaded anew."""
        published = await self._database.read(store.published_versions)
        if published.keys().isdisjoint(articles):
            return
        await self._ingest(articles, None)
        recipe = self._recipe
        await self._database.write(lambda connection: store.raise_generation(connection, recipe))
        await self._changed()

    async def _ingest(self, only: Container[str] | None, progress: Progress | None) -> None:
        """Chunks and vectors of the published articles, or of some, from their texts."""
        published = await self._database.read(store.published_content)
        wanted = [version for version in published if only is None or version.article_id in only]
        for done, version in enumerate(wanted, start=1):
            prepared = await self._prepare(version.article_id, version.version, version.content, None)

            def work(
                connection: sa.Connection, version: store.Version = version, prepared: Prepared = prepared
            ) -> None:
                article = store.get_article(connection, version.article_id, lock=True)
                if article.published_version == version.version:
                    store.put_vectors(connection, prepared.vectors)
                    store.put_chunks(connection, version.article_id, version.version, prepared.chunks, prepared.asked)
                    if only is not None:
                        store.raise_generation(connection)

            await self._database.write(work)
            if progress is not None:
                progress(done, len(wanted))

    async def _changed(self) -> None:
        """After an edit was committed: the live set at once, the index in its own time (it is searched beside).

        A folder's articles arrive together: ``_follow`` takes them as they come, not shelf by shelf for each.
        """
        if self._imports:
            await self._take_away()
            return
        await asyncio.to_thread(self._catalogue.refresh)
        self._wake.set()

    async def settle(self) -> None:
        """Return when the index holds exactly what is live. For tests, imports and tidy endings."""
        index = self._index
        if index is None:
            return
        await self._in_worker(lambda: index.sync(self._catalogue.live.shelves))
        if index.trouble is not None or self._built != self._catalogue.live.ingested:
            await self._rebuild(None)

    async def _follow(self) -> None:
        """Notice edits of other processes, and a broken index, within ``refresh_every``."""
        await self._clock.sleep(self.settings.refresh_every.total_seconds())
        if self._index is not None and self._index.trouble is not None:
            self._wake.set()
        if await asyncio.to_thread(self._catalogue.refresh):
            self._wake.set()

    async def _withdraw(self) -> None:
        """What other processes took away is gone within ``refresh_every``, however long ``_follow`` loads."""
        await self._clock.sleep(self.settings.refresh_every.total_seconds())
        await self._take_away()

    def _take_away(self) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._withdrawer, self._catalogue.withdraw)

    async def _mend(self) -> None:
        """Make the vectors again that were lost. Beside ``_follow``: what is withdrawn goes meanwhile."""
        await self._clock.sleep(self.settings.refresh_every.total_seconds())
        if self._catalogue.incomplete:
            await self._ingest(self._catalogue.incomplete, None)

    async def _keep_index(self) -> None:
        """Bring edits into the index, audit it now and then, and rebuild it when it is missing or damaged."""
        index = self._index
        assert index is not None
        every = self.settings.audit_every.total_seconds()
        await self.settle()
        if self._clock.monotonic() >= self._audit_at:
            await self._in_worker(index.audit)
            self._audit_at = self._clock.monotonic() + every
        if index.trouble is not None:
            return
        # Not wait_for: in Python 3.11 it can swallow the cancellation that ends this loop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every):
                await self._wake.wait()
        self._wake.clear()

    async def _rebuild(self, progress: Progress | None) -> None:
        index = self._index
        assert index is not None
        live = self._catalogue.live
        try:
            await self._in_worker(lambda: index.build(live.shelves, progress))
        except IndexBroken as exc:
            raise KnowledgeError("index_build_failed", f"The index could not be built: {exc}.") from exc
        self._built = live.ingested

    def _in_worker(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().run_in_executor(self._workers, work)


@asynccontextmanager
async def open_knowledge(
    settings: KnowledgeSettings,
    clock: Clock,
    encoder: Encoder,
    *,
    model: str | None = None,
) -> AsyncIterator[Knowledge]:
    """Open everything, close it in reverse. ``model`` names the encoder's vectors (default: its file's hash).

    Raises ``IndexOwned`` when another process owns the index, ``Unavailable`` when the database cannot be reached.
    """
    name = model or str(getattr(encoder, "model_sha256", type(encoder).__name__))[:16]
    knowledge = Knowledge(settings, clock, encoder, name)
    try:
        await knowledge._open()
        yield knowledge
    finally:
        await knowledge._close()
