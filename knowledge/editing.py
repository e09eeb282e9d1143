"""What editors do: create, edit, submit, publish, roll back, archive. ``check_*`` refuses, ``do_*`` writes.

An edit names the version it was made from; when somebody saved in between it is refused with who and when, and
nothing is overwritten. Versions are immutable; taking an edit back publishes its content again as a new version.
Chunks and vectors are made between transactions and stored together with the new state.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from knowledge import content as contents
from knowledge import rules, store
from knowledge.clock import Clock, stamp
from knowledge.content import Content
from knowledge.database import Database
from knowledge.embeddings import Progress, Vectors
from knowledge.errors import EditConflict
from knowledge.ingest import Chunk
from knowledge.rules import Event
from knowledge.store import Article, Version


@dataclass(frozen=True)
class Prepared:
    """A version's chunks with their digests, and the vectors behind these; ``asked``: way to ask to digest."""

    chunks: list[tuple[Chunk, str, str]]
    vectors: dict[str, Vectors]
    asked: dict[str, str] = field(default_factory=dict)


Prepare = Callable[[str, int, Content, Progress | None], Awaitable[Prepared]]
"""(article id, version, content, progress) to chunks and vectors; slow, so called outside transactions."""


class Editing:
    """``changed`` is awaited after each commit that changes what is published."""

    def __init__(
        self, database: Database, clock: Clock, prepare: Prepare, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._database = database
        self._clock = clock
        self._prepare = prepare
        self._changed = changed

    async def find(self, **filters: str) -> list[Article]:
        """Articles by column values (state, audience, locale, owner), by id."""
        return await self._database.read(lambda connection: store.list_articles(connection, **filters))

    async def get(self, article_id: str) -> Article:
        return await self._database.read(lambda connection: store.get_article(connection, article_id))

    async def version(self, article_id: str, version: int) -> Version:
        return await self._database.read(lambda connection: store.get_version(connection, article_id, version))

    async def versions(self, article_id: str) -> list[Version]:
        return await self._database.read(lambda connection: store.list_versions(connection, article_id))

    async def published(self) -> list[Version]:
        """Every version that answers now, by article id."""
        return await self._database.read(store.published_content)

    async def history(self, article_id: str) -> list[dict[str, Any]]:
        return await self._database.read(lambda connection: store.history(connection, article_id))

    async def do_create(self, article_id: str, content: Content, author: str, note: str = "") -> Article:
        """A first draft. Raises ``BadArticle``, ``EditConflict`` when the id is taken."""
        contents.check_id(article_id)
        contents.check(content)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            if store.find_article(connection, article_id) is not None:
                raise _taken(article_id)
            store.insert_article(connection, article_id, now)
            version = Version(
                article_id, 1, None, content, note or "Created", author, now, _diff("", content.body, 0, 1)
            )
            store.insert_version(connection, version)
            store.move(connection, article_id, "draft", None, "edit", 1, author, version.note, now)
            return store.get_article(connection, article_id)

        try:
            return await self._database.write(work)
        except IntegrityError as exc:
            raise _taken(article_id) from exc

    async def do_edit(
        self, article_id: str, content: Content, base_version: int, author: str, note: str = ""
    ) -> Article:
        """A new draft version. Raises ``EditConflict`` when ``base_version`` is not the newest any more."""
        contents.check(content)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            base = check_base(connection, article, base_version)
            state = rules.after(article.state, "edit")
            number = article.latest_version + 1
            diff = _diff(base.content.body, content.body, base.version, number)
            store.insert_version(
                connection, Version(article_id, number, base.version, content, note, author, now, diff)
            )
            store.move(connection, article_id, state, article.published_version, "edit", number, author, note, now)
            return store.get_article(connection, article_id)

        return await self._database.write(work)

    async def do_submit(self, article_id: str, base_version: int, actor: str, note: str = "") -> Article:
        """Ask for review."""
        return await self._step(article_id, "submit", base_version, actor, note)

    async def do_return(self, article_id: str, base_version: int, actor: str, note: str = "") -> Article:
        """Send back from review."""
        return await self._step(article_id, "return", base_version, actor, note)

    async def do_restore(self, article_id: str, base_version: int, actor: str, note: str = "") -> Article:
        """Back from the archive, as a draft."""
        return await self._step(article_id, "restore", base_version, actor, note)

    async def do_archive(self, article_id: str, base_version: int, actor: str, note: str = "") -> Article:
        """Take it out of every answer, at once."""
        return await self._step(article_id, "archive", base_version, actor, note)

    async def do_publish(
        self, article_id: str, base_version: int, actor: str, note: str = "", progress: Progress | None = None
    ) -> Article:
        """Let the newest version answer. Raises ``EditConflict`` when somebody saved a newer one meanwhile."""
        version = await self.version(article_id, base_version)
        prepared = await self._prepare(article_id, base_version, version.content, progress)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            check_base(connection, article, base_version)
            state = rules.after(article.state, "publish")
            self._put_live(connection, article_id, base_version, prepared)
            store.move(connection, article_id, state, base_version, "publish", base_version, actor, note, now)
            return store.get_article(connection, article_id)

        article = await self._database.write(work)
        await self._changed()
        return article

    async def do_rollback(self, article_id: str, to_version: int, base_version: int, actor: str) -> Article:
        """Publish the content of an earlier version again, as a new version, whatever is drafted."""
        source = await self.version(article_id, to_version)
        number = base_version + 1
        prepared = await self._prepare(article_id, number, source.content, None)
        now = stamp(self._clock.now())
        note = f"Back to version {to_version}"

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            base = check_base(connection, article, base_version)
            state = rules.after(article.state, "rollback")
            diff = _diff(base.content.body, source.content.body, base.version, number)
            store.insert_version(
                connection, Version(article_id, number, base.version, source.content, note, actor, now, diff)
            )
            self._put_live(connection, article_id, number, prepared)
            store.move(connection, article_id, state, number, "rollback", number, actor, note, now)
            return store.get_article(connection, article_id)

        article = await self._database.write(work)
        await self._changed()
        return article

    async def _step(self, article_id: str, event: Event, base_version: int, actor: str, note: str) -> Article:
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> tuple[Article, bool]:
            article = store.get_article(connection, article_id, lock=True)
            check_base(connection, article, base_version)
            state = rules.after(article.state, event)
            live = None if state == "archived" else article.published_version
            withdrawn = live is None and article.published_version is not None
            if withdrawn:
                store.drop_chunks(connection, article_id)
                store.raise_generation(connection)
            store.move(connection, article_id, state, live, event, article.latest_version, actor, note, now)
            return store.get_article(connection, article_id), withdrawn

        article, withdrawn = await self._database.write(work)
        if withdrawn:
            await self._changed()
        return article

    @staticmethod
    def _put_live(connection: sa.Connection, article_id: str, version: int, prepared: Prepared) -> None:
        store.raise_generation(connection)
        store.put_vectors(connection, prepared.vectors)
        store.put_chunks(connection, article_id, version, prepared.chunks, prepared.asked)


def check_base(connection: sa.Connection, article: Article, base_version: int) -> Version:
    """The newest version, if it is the one that the caller knew. Raises ``EditConflict`` with the newer one."""
    newest = store.get_version(connection, article.id, article.latest_version)
    if base_version != article.latest_version:
        raise EditConflict(
            "edit_conflict",
            f"{newest.author} saved version {newest.version} meanwhile. Nothing of yours was overwritten or saved.",
            article_id=article.id,
            base_version=base_version,
            latest_version=newest.version,
            author=newest.author,
            saved_at=newest.created_at,
        )
    return newest


def _taken(article_id: str) -> EditConflict:
    return EditConflict("article_exists", "There is an article with this id already.", article_id=article_id)


def _diff(before: str, after: str, base: int, version: int) -> str:
    return "\n".join(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), f"version {base}", f"version {version}", lineterm=""
        )
    )
