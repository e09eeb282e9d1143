"""The editing service over each kind of database."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from knowledge import content as contents
from knowledge import ingest, schedule, store
from knowledge.content import Content
from knowledge.database import Database
from knowledge.editing import Editing, Prepared
from knowledge.embeddings import Progress, SentenceEmbeddings
from knowledge.errors import BadArticle, EditConflict, NotFound, Unavailable, WrongState
from knowledge.store import Version
from knowledge.tables import chunk_vectors, metadata
from tests.knowledge.conftest import HandClock, WordEncoder, page, step_back
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.service

ED, LIZ = "ed@example.test", "liz@example.test"


@pytest.fixture
def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    database.open()
    yield database
    database.close()


@pytest.fixture
def changes() -> list[str]:
    return []


@pytest.fixture
def editing(database: Database, clock: HandClock, changes: list[str]) -> Editing:
    embeddings = SentenceEmbeddings(WordEncoder(), "words")

    async def prepare(article_id: str, version: int, content: Content, progress: Progress | None) -> Prepared:
        chunks = ingest.split(article_id, version, content)
        texts = {embeddings.digest(text): text for chunk in chunks for text in (chunk.body_text, chunk.head_text)}
        vectors = dict(zip(texts, embeddings.vectors(list(texts.values())), strict=True))
        named = [(chunk, embeddings.digest(chunk.body_text), embeddings.digest(chunk.head_text)) for chunk in chunks]
        return Prepared(named, vectors)

    async def changed() -> None:
        changes.append("changed")

    return Editing(database, clock, prepare, changed, ZoneInfo("UTC"))


def test_the_migrated_schema_is_the_one_in_tables(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        ours = set(metadata.tables)
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in ours},
        )
        return list(compare_metadata(context, metadata))

    assert database.read_now(differences) == []


def test_an_unreachable_database_is_named_as_such() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1")
    with pytest.raises(Unavailable) as refused:
        database.open()
    assert refused.value.retryable


def test_a_file_that_is_no_database_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "knowledge.db"
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(Unavailable):
        Database(f"sqlite:///{path}").open()


async def test_days_of_before_are_written_anew(database_url: str) -> None:
    database = Database(database_url)
    database.open()

    def back(connection: sa.Connection) -> None:
        store.insert_article(connection, "parcels", "")
        days = {"review_by": "20270131", "effective_until": "20260101"}
        store.insert_version(connection, Version("parcels", 1, None, page(**days), "", ED, "", ""))
        step_back(connection, "0004")

    database.write_now(back)
    database.close()
    database.open()
    found = database.read_now(lambda connection: store.get_version(connection, "parcels", 1)).content
    assert (found.review_by, found.effective_from, found.effective_until) == ("2027-01-31", None, "2026-01-01")
    assert database.read_now(lambda connection: store.get_article(connection, "parcels")).review_by == "2027-01-31"
    database.close()


async def test_vectors_that_are_being_published_are_not_swept_away(database: Database, editing: Editing) -> None:
    await editing.do_create("parcels", page(), ED)
    await editing.do_publish("parcels", 1, ED)
    await editing.do_archive("parcels", 1, ED)
    chunk = ingest.split("parcels", 1, page())[0]
    names = database.read_now(lambda connection: set(connection.scalars(sa.select(chunk_vectors.c.digest))))
    body, head = sorted(names)
    vector = np.ones(4, dtype=np.float32)
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    other = asyncio.get_running_loop()

    def publish(connection: sa.Connection) -> list[asyncio.Future[Any]]:
        store.raise_generation(connection)
        store.put_vectors(connection, {body: vector, head: vector, "new": vector})
        sweep = asyncio.run_coroutine_threadsafe(database.write(store.sweep_vectors), other)
        put = asyncio.run_coroutine_threadsafe(
            database.write(lambda own: store.put_vectors(own, {"new": vector})), other
        )
        # Row locks are waited for as transactions, which belong to no database: who waits for one does.
        waiting = sa.text(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )

        def wait_or_are_done() -> bool:
            connection.execute(sa.text("SELECT pg_stat_clear_snapshot()"))  # who connects later is seen, too
            return (connection.scalar(waiting) or 0) + sweep.done() + put.done() >= 2

        eventually_now("the others wait, or are done", wait_or_are_done)
        store.put_chunks(connection, "parcels", 1, [(chunk, body, head)], {})
        return [asyncio.wrap_future(sweep, loop=other), asyncio.wrap_future(put, loop=other)]

    await asyncio.gather(*await database.write(publish))
    there = database.read_now(lambda connection: set(connection.scalars(sa.select(chunk_vectors.c.digest))))
    assert {body, head} <= there


@pytest.mark.parametrize("to", ["nothing", "later"])
async def test_a_plan_that_was_changed_while_it_was_carried_out_is_not(
    database: Database, editing: Editing, clock: HandClock, to: str
) -> None:
    prepare = editing._prepare

    async def meanwhile(article_id: str, version: int, content: Content, progress: Progress | None) -> Prepared:
        await editing.do_unschedule("parcels", LIZ)
        if to == "later":
            await editing.do_schedule("parcels", 1, "2026-05-05T12:00:00Z", LIZ)
        return await prepare(article_id, version, content, progress)

    await editing.do_create("parcels", page(), ED)
    await editing.do_schedule("parcels", 1, "2026-05-04T14:00:00Z", ED)
    clock.moment = datetime(2026, 5, 4, 15, tzinfo=UTC)
    late = Editing(database, clock, meanwhile, editing._changed, ZoneInfo("UTC"))
    assert await late.publish_due() == []
    assert (await editing.get("parcels")).published_version is None
    planned = database.read_now(lambda connection: schedule.find(connection, "parcels"))
    assert (planned is not None and planned.actor == LIZ) == (to == "later")


async def test_an_expired_article_is_known_by_a_day_without_hyphens(editing: Editing, database: Database) -> None:
    await editing.do_create("parcels", page(effective_until="20260101"), ED)
    await editing.do_publish("parcels", 1, ED)
    (chunk,) = database.read_now(lambda connection: store.load_chunks(connection, ["parcels"]))
    assert chunk.effective_until == "2026-01-01"


async def test_rolling_back_refuses_what_publishing_refuses(editing: Editing) -> None:
    await editing.do_create("parcels", page(body='Two days.\n\n[open]: # "which days?"'), ED)
    await editing.do_edit("parcels", page(redirect_from=("post",)), 1, ED)
    await editing.do_edit("parcels", page(), 2, ED)
    await editing.do_publish("parcels", 3, ED)
    await editing.do_create("post", page("Post"), ED)
    for version, problem in ((1, "still open"), (2, "an article of its own")):
        with pytest.raises(BadArticle, match=problem):
            await editing.do_rollback("parcels", version, 3, ED)
    article = await editing.get("parcels")
    assert (article.latest_version, article.published_version) == (3, 3)


async def test_rolling_back_to_what_is_not_true_yet_leaves_the_one_that_answers(
    editing: Editing, database: Database, clock: HandClock
) -> None:
    await editing.do_create("parcels", page(body="Three days.", effective_from="2026-06-01"), ED)
    await editing.do_edit("parcels", page(body="Two days."), 1, ED)
    await editing.do_publish("parcels", 2, ED)
    back = await editing.do_rollback("parcels", 1, 2, LIZ)
    assert (back.state, back.latest_version, back.published_version) == ("draft", 3, 2)
    planned = database.read_now(lambda connection: schedule.find(connection, "parcels"))
    assert planned is not None
    assert planned.publish_at == "2026-06-01T00:00:00.000Z"
    clock.moment = datetime(2026, 6, 1, tzinfo=UTC)
    assert [article.published_version for article in await editing.publish_due()] == [3]


async def test_a_life_of_an_article(editing: Editing, changes: list[str], database: Database) -> None:
    made = await editing.do_create("parcels", page(), ED)
    assert (made.state, made.latest_version, made.published_version) == ("draft", 1, None)
    assert (await editing.do_submit("parcels", 1, ED)).state == "in_review"
    assert (await editing.do_return("parcels", 1, LIZ, "say more")).state == "draft"
    edited = await editing.do_edit("parcels", page(body="Parcels travel for three days."), 1, LIZ, "slower")
    assert (edited.state, edited.latest_version) == ("draft", 2)
    assert changes == []
    assert (await editing.do_publish("parcels", 2, LIZ)).published_version == 2
    assert changes == ["changed"]

    drafted = await editing.do_edit("parcels", page(body="Parcels fly."), 2, ED)
    assert (drafted.state, drafted.published_version) == ("draft", 2)
    back = await editing.do_rollback("parcels", 1, 3, ED)
    assert (back.state, back.latest_version, back.published_version) == ("published", 4, 4)
    newest = await editing.version("parcels", 4)
    assert newest.content == page()
    assert newest.note == "Back to version 1"
    assert "-Parcels fly." in newest.diff
    assert "+Parcels travel for two days." in newest.diff

    gone = await editing.do_archive("parcels", 4, LIZ)
    assert (gone.state, gone.published_version) == ("archived", None)
    assert database.read_now(lambda connection: store.load_chunks(connection, ["parcels"])) == []
    assert (await editing.do_restore("parcels", 4, LIZ)).state == "draft"
    assert [line["event"] for line in await editing.history("parcels")] == [
        "edit", "submit", "return", "edit", "publish", "edit", "rollback", "archive", "restore",
    ]  # fmt: skip


async def test_versions_never_change(editing: Editing) -> None:
    await editing.do_create("parcels", page(), ED)
    before = await editing.version("parcels", 1)
    await editing.do_edit("parcels", page(body="Else."), 1, ED)
    await editing.do_publish("parcels", 2, ED)
    assert await editing.version("parcels", 1) == before


async def test_the_second_editor_is_told_who_was_first(editing: Editing) -> None:
    await editing.do_create("parcels", page(), ED)
    await editing.do_edit("parcels", page(body="Liz was here."), 1, LIZ)
    for attempt in (
        editing.do_edit("parcels", page(body="Ed was here."), 1, ED),
        editing.do_publish("parcels", 1, ED),
        editing.do_archive("parcels", 1, ED),
        editing.do_rollback("parcels", 1, 1, ED),
    ):
        with pytest.raises(EditConflict) as refused:
            await attempt
        assert refused.value.status == 409
        assert refused.value.data["author"] == LIZ
        assert refused.value.data["latest_version"] == 2
    assert (await editing.version("parcels", 2)).content.body == "Liz was here."
    assert (await editing.get("parcels")).latest_version == 2


async def test_of_many_editors_at_once_exactly_one_wins(editing: Editing) -> None:
    await editing.do_create("parcels", page(), ED)
    attempts = [editing.do_edit("parcels", page(body=f"Edit {n}."), 1, ED) for n in range(12)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, EditConflict) for result in results if isinstance(result, BaseException))
    assert (await editing.get("parcels")).latest_version == 2


async def test_of_many_creators_at_once_exactly_one_wins(editing: Editing) -> None:
    results = await asyncio.gather(
        *(editing.do_create("parcels", page(), ED) for _ in range(8)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, EditConflict) for result in results if isinstance(result, BaseException))


async def test_what_cannot_be_is_refused_and_leaves_nothing(editing: Editing, changes: list[str]) -> None:
    with pytest.raises(BadArticle):
        await editing.do_create("Bad Id", page(), ED)
    with pytest.raises(BadArticle):
        await editing.do_create("parcels", page(body="<script>x</script>"), ED)
    assert await editing.find() == []
    with pytest.raises(NotFound):
        await editing.do_publish("nothing", 1, ED)
    await editing.do_create("parcels", page(), ED)
    with pytest.raises(WrongState):
        await editing.do_restore("parcels", 1, ED)
    await editing.do_archive("parcels", 1, ED)
    with pytest.raises(WrongState):
        await editing.do_publish("parcels", 1, ED)
    with pytest.raises(WrongState):
        await editing.do_edit("parcels", page(), 1, ED)
    assert changes == []


async def test_the_list_is_filtered(editing: Editing) -> None:
    await editing.do_create("a", page(audience="agent"), ED)
    await editing.do_create("b", page(), ED)
    await editing.do_publish("b", 1, ED)
    assert [article.id for article in await editing.find()] == ["a", "b"]
    assert [article.id for article in await editing.find(state="published")] == ["b"]
    assert [article.id for article in await editing.find(audience="agent")] == ["a"]


async def test_a_long_text_is_read_beside_the_event_loop(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte of Markdown takes half a second to read: nobody's question waits for it."""
    readers: set[int] = set()
    check = contents.check

    def seen(content: Content) -> None:
        readers.add(threading.get_ident())
        check(content)

    monkeypatch.setattr(contents, "check", seen)
    await editing.do_create("parcels", page(), ED)
    await editing.do_edit("parcels", page(body="Other words."), 1, ED)
    await editing.do_publish("parcels", 2, ED)
    await editing.do_rollback("parcels", 1, 2, ED)
    assert readers
    assert threading.get_ident() not in readers
