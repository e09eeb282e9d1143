"""What editors do: create, edit, submit, publish, roll back, archive. ``check_*`` refuses, ``do_*`` writes.

An edit names the version it was made from; when somebody saved in between it is refused with who and when, and
nothing is overwritten. Versions are immutable; taking an edit back publishes its content again as a new version.
A version may wait for its hour; an edit, another publish or an archive until then takes the plan back.
Chunks and vectors are made between transactions and stored together with the new state.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from knowledge import content as contents
from knowledge import rules, schedule, store
from knowledge.clock import Clock, stamp, today
from knowledge.content import Content
from knowledge.database import Database
from knowledge.embeddings import Progress, Vectors
from knowledge.errors import BadArticle, EditConflict, KnowledgeError, WrongState
from knowledge.ingest import Chunk
from knowledge.rules import Event
from knowledge.schedule import Planned
from knowledge.store import Article, Titled, Version


@dataclass(frozen=True)
class Prepared:
    """A version's chunks with their digests, and the vectors behind these; ``asked``: way to ask to digest."""

    chunks: list[tuple[Chunk, str, str]]
    vectors: dict[str, Vectors]
    asked: dict[str, str] = field(default_factory=dict)


Prepare = Callable[[str, int, Content, Progress | None], Awaitable[Prepared]]
"""(article id, version, content, progress) to chunks and vectors; slow, so called outside transactions."""


class Editing:
    """``changed`` is awaited after each commit that changes what is published; ``zone``: that of the articles' days."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        prepare: Prepare,
        changed: Callable[[], Awaitable[None]],
        zone: ZoneInfo,
    ) -> None:
        self._zone = zone
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

    async def titles(self, audience: str, day: str) -> list[Titled]:
        """What is published for these readers and true on that day, by article id."""
        return await self._database.read(lambda connection: store.titles(connection, audience, day))

    async def history(self, article_id: str) -> list[dict[str, Any]]:
        return await self._database.read(lambda connection: store.history(connection, article_id))

    async def former_ids(self) -> set[str]:
        """Ids whose addresses lead to an article: no new one can have them."""
        return {former for former, _ in await self._database.read(_claims)}

    async def do_create(
        self,
        article_id: str,
        content: Content,
        author: str,
        note: str = "",
        first: Callable[[sa.Connection], None] | None = None,
    ) -> Article:
        """A first draft. Raises ``BadArticle``, ``EditConflict`` when the id is taken.

        ``first`` runs in the same transaction: what it raises leaves no article behind.
        """
        contents.check_id(article_id)
        content = await asyncio.to_thread(_checked, content)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            if first is not None:
                first(connection)
            if store.find_article(connection, article_id) is not None:
                raise _taken(article_id)
            _check_redirects(connection, article_id, content)
            _check_not_former(connection, article_id)
            store.insert_article(connection, article_id, now)
            version = Version(
                article_id, 1, None, content, note or "Created", author, now, unified_diff("", content.body, 0, 1)
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
        """A new draft version. Raises ``EditConflict`` when ``base_version`` is not the newest any more: its ``data``
        has who and when, their content and yours."""
        content = await asyncio.to_thread(_checked, content)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            base = check_base(connection, article, base_version, content)
            state = rules.after(article.state, "edit")
            _check_redirects(connection, article_id, content)
            _unplan(connection, article, author, "An edit was saved.", now)
            number = article.latest_version + 1
            diff = unified_diff(base.content.body, content.body, base.version, number)
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
        """Let the newest version answer. Raises ``EditConflict`` when somebody saved a newer one meanwhile.

        A version that becomes true on a later day waits for it while an earlier one answers.
        """
        return await self._publish(article_id, base_version, actor, note, progress)

    async def _publish(
        self,
        article_id: str,
        base_version: int,
        actor: str,
        note: str,
        progress: Progress | None = None,
        planned: Planned | None = None,
    ) -> Article:
        """``planned`` is the plan that is carried out. Raises ``_PlanGone`` when it does not stand any more."""
        version = await self.version(article_id, base_version)
        contents.check_finished(version.content)
        if (day := self._waits_for(version.content)) is not None:
            article = await self.get(article_id)
            if article.published_version not in (None, base_version):
                return await self._schedule(article_id, base_version, day, actor, note, planned)
        prepared = await self._prepare(article_id, base_version, version.content, progress)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            _check_plan(connection, planned)
            check_base(connection, article, base_version)
            state = rules.after(article.state, "publish")
            _check_redirects(connection, article_id, version.content)
            self._put_live(connection, article_id, base_version, prepared)
            store.move(connection, article_id, state, base_version, "publish", base_version, actor, note, now)
            return store.get_article(connection, article_id)

        article = await self._database.write(work)
        await self._changed()
        return article

    def _waits_for(self, content: Content) -> str | None:
        """The moment from which the content is true, where that lies ahead."""
        day = content.effective_from
        if day is None or rules.reach(day, None, today(self._clock, self._zone).isoformat()) != "later":
            return None
        return stamp(datetime.combine(datetime.fromisoformat(day), time(), self._zone))

    async def do_schedule(
        self, article_id: str, base_version: int, publish_at: str, actor: str, note: str = ""
    ) -> Article:
        """Publish the newest version at a later moment. Raises ``BadArticle`` for one that is not in the future."""
        return await self._schedule(article_id, base_version, publish_at, actor, note)

    async def _schedule(
        self,
        article_id: str,
        base_version: int,
        publish_at: str,
        actor: str,
        note: str,
        planned: Planned | None = None,
    ) -> Article:
        moment = _moment(publish_at, self._clock.now())
        version = await self.version(article_id, base_version)
        contents.check_finished(version.content)
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            _check_plan(connection, planned)
            check_base(connection, article, base_version)
            rules.after(article.state, "publish")
            _plan(connection, article, Planned(article_id, base_version, moment, actor, note), now)
            return article

        return await self._database.write(work)

    async def do_unschedule(self, article_id: str, actor: str) -> Article:
        """Take a planned publish back. Raises ``WrongState`` where none is planned."""
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            if not _unplan(connection, article, actor, "", now):
                raise WrongState("nothing_planned", "No publish is planned for this article.", state=article.state)
            return article

        return await self._database.write(work)

    async def planned(self, article_id: str) -> Planned | None:
        """What waits for its hour."""
        return await self._database.read(lambda connection: schedule.find(connection, article_id))

    async def publish_due(self) -> list[Article]:
        """Publish what has waited for its hour. What cannot be published any more is taken off the plan, and the
        article's history says why."""
        now = stamp(self._clock.now())
        done: list[Article] = []
        for planned in await self._database.read(lambda connection: schedule.due(connection, now)):
            try:
                article = await self._publish(
                    planned.article_id, planned.version, planned.actor, planned.note, planned=planned
                )
            except _PlanGone:
                continue
            except KnowledgeError as exc:
                if exc.retryable:
                    raise
                await self._give_up(planned, exc.message)
            else:
                done.append(article)
        return done

    async def redirect_target(self, former: str) -> str | None:
        """The published article that a former id leads to."""
        return await self._database.read(lambda connection: schedule.redirect_target(connection, former))

    async def _give_up(self, planned: Planned, why: str) -> None:
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> None:
            article = store.get_article(connection, planned.article_id, lock=True)
            if schedule.find(connection, planned.article_id) == planned:
                _unplan(connection, article, planned.actor, f"Not published: {why}", now)

        await self._database.write(work)

    async def do_rollback(self, article_id: str, to_version: int, base_version: int, actor: str) -> Article:
        """Publish the content of an earlier version again, as a new version, whatever is drafted.

        What publishing would refuse is refused. Content that becomes true on a later day waits for it, as there.
        """
        source = await self.version(article_id, to_version)
        content = await asyncio.to_thread(_checked, source.content)
        contents.check_finished(content)
        number = base_version + 1
        prepared = await self._prepare(article_id, number, content, None)
        now = stamp(self._clock.now())
        note = f"Back to version {to_version}"
        day = self._waits_for(content)

        def work(connection: sa.Connection) -> Article:
            article = store.get_article(connection, article_id, lock=True)
            base = check_base(connection, article, base_version)
            state = rules.after(article.state, "rollback")
            _check_redirects(connection, article_id, content)
            diff = unified_diff(base.content.body, content.body, base.version, number)
            store.insert_version(connection, Version(article_id, number, base.version, content, note, actor, now, diff))
            live = article.published_version
            if day is not None and live is not None:
                draft = rules.after(article.state, "edit")
                _unplan(connection, article, actor, "An edit was saved.", now)
                store.move(connection, article_id, draft, live, "edit", number, actor, note, now)
                waiting = store.get_article(connection, article_id)
                _plan(connection, waiting, Planned(article_id, number, day, actor, note), now)
                return waiting
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
            if event == "restore":
                _check_not_former(connection, article_id)
            live = None if state == "archived" else article.published_version
            withdrawn = live is None and article.published_version is not None
            if withdrawn:
                store.drop_chunks(connection, article_id)
                store.raise_generation(connection)
            if state == "archived":
                _unplan(connection, article, actor, "The article was archived.", now)
            store.move(connection, article_id, state, live, event, article.latest_version, actor, note, now)
            return store.get_article(connection, article_id), withdrawn

        article, withdrawn = await self._database.write(work)
        if withdrawn:
            await self._changed()
        return article

    @staticmethod
    def _put_live(connection: sa.Connection, article_id: str, version: int, prepared: Prepared) -> None:
        schedule.drop(connection, article_id)
        store.raise_generation(connection)
        store.put_vectors(connection, prepared.vectors)
        store.put_chunks(connection, article_id, version, prepared.chunks, prepared.asked)


def _checked(content: Content) -> Content:
    """Blocking: a long text is read as Markdown for half a second. Raises ``BadArticle``."""
    content = contents.normal(content)
    contents.check(content)
    return content


def check_base(connection: sa.Connection, article: Article, base_version: int, yours: Content | None = None) -> Version:
    """The newest version, if it is the one that the caller knew. Raises ``EditConflict`` with the newer one."""
    newest = store.get_version(connection, article.id, article.latest_version)
    if base_version != article.latest_version:
        texts = {"theirs": newest.content.as_dict(), "yours": yours.as_dict()} if yours is not None else {}
        raise EditConflict(
            "edit_conflict",
            f"{newest.author} saved version {newest.version} meanwhile. Nothing of yours was overwritten or saved.",
            article_id=article.id,
            base_version=base_version,
            latest_version=newest.version,
            author=newest.author,
            saved_at=newest.created_at,
            **texts,
        )
    return newest


def _check_redirects(connection: sa.Connection, article_id: str, content: Content) -> None:
    """A former id leads to one article, and no article that is there is anybody's former self."""
    if not content.redirect_from:
        return
    claimed = {name: owner for name, owner in _claims(connection) if owner != article_id}
    for former in content.redirect_from:
        other = store.find_article(connection, former)
        if former == article_id:
            raise _bad_redirect(f"{former} is the article itself")
        if former in claimed:
            raise _bad_redirect(f"{former} leads to {claimed[former]} already")
        if other is not None and other.state != "archived":
            circle = " and leads back here: a circle" if claimed.get(article_id) == former else ""
            raise _bad_redirect(f"{former} is an article of its own{circle}")


def _check_not_former(connection: sa.Connection, article_id: str) -> None:
    """An id that leads to another article would be hidden by a new one of its own."""
    owner = next((owner for former, owner in _claims(connection) if former == article_id), None)
    if owner is not None:
        why = f"{article_id} is a former id of {owner}, and its address leads there"
        raise BadArticle("bad_article", f"id: {why}", problems=[{"field": "id", "problem": why}])


def _claims(connection: sa.Connection) -> list[tuple[str, str]]:
    """(former id, article) of what is published and of what may be published next."""
    return [pair for published in (True, False) for pair in schedule.redirects(connection, published=published)]


def _bad_redirect(why: str) -> BadArticle:
    problem = {"field": "redirect_from", "problem": why}
    return BadArticle("bad_article", f"redirect_from: {why}", problems=[problem])


class _PlanGone(WrongState):
    """The plan that was to be carried out was taken back or changed meanwhile."""


def _check_plan(connection: sa.Connection, planned: Planned | None) -> None:
    """Raises ``_PlanGone`` unless ``planned``, if there is one, still stands."""
    if planned is not None and schedule.find(connection, planned.article_id) != planned:
        raise _PlanGone("plan_gone", "The plan to publish was taken back meanwhile.", article_id=planned.article_id)


def _plan(connection: sa.Connection, article: Article, planned: Planned, now: str) -> None:
    schedule.put(connection, planned)
    note = f"For {planned.publish_at}. {planned.note}".strip()
    _write_down(connection, article, "schedule", planned.actor, note, now)


def _unplan(connection: sa.Connection, article: Article, actor: str, why: str, now: str) -> bool:
    """Take what is planned off, and write it down; whether anything was planned."""
    planned = schedule.drop(connection, article.id)
    if planned:
        _write_down(connection, article, "unschedule", actor, why, now)
    return planned


def _write_down(connection: sa.Connection, article: Article, event: Event, actor: str, note: str, now: str) -> None:
    version, state, live = article.latest_version, article.state, article.published_version
    store.move(connection, article.id, state, live, event, version, actor, note, now)


def _moment(text: str, now: datetime) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        why = "must be a moment with its offset, such as 2027-01-31T09:00:00+01:00"
    elif moment <= now:
        why = "lies in the past"
    else:
        return stamp(moment)
    raise BadArticle("bad_moment", f"publish_at: {why}", problems=[{"field": "publish_at", "problem": why}])


def _taken(article_id: str) -> EditConflict:
    return EditConflict("article_exists", "There is an article with this id already.", article_id=article_id)


def unified_diff(before: str, after: str, base: int, version: int) -> str:
    """The unified diff of two bodies, named by their versions."""
    return "\n".join(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), f"version {base}", f"version {version}", lineterm=""
        )
    )
