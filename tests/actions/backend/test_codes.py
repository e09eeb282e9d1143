"""One-time codes: five tries, ten minutes, once, and no word about who exists."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
import structlog

from actions.assembly import OpenShop
from actions.backend import tables
from actions.backend.code_mail import CodeMail
from actions.backend.codes import CODE_LIFE, MAX_TRIES, OneTimeCodes
from actions.backend.mail import list_mails
from actions.errors import BackendUnavailable, CodeRefused
from tests.support.clock import FakeClock
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@dataclass
class Codes:
    """The codes with their mail, which goes out as soon as one was asked for. Each call is a turn of its own, unless
    ``seq`` says which turn is tried again."""

    written: OneTimeCodes
    mail: CodeMail
    seq: int = 100

    async def send(self, conversation: str, customer: str | None, seq: int | None = None) -> None:
        await self.written.send(conversation, seq or self._next(), customer)
        await self.mail.deliver()

    async def pending(self, conversation: str, seq: int | None = None) -> bool:
        return await self.written.pending(conversation, seq or self._next())

    async def check(self, conversation: str, code: str, seq: int | None = None) -> str:
        return await self.written.check(conversation, seq or self._next(), code)

    def _next(self) -> int:
        self.seq += 1
        return self.seq


@pytest.fixture
def codes(shop: OpenShop, clock: FakeClock) -> Codes:
    return Codes(OneTimeCodes(shop.engine, clock.now), CodeMail(shop.engine, shop.backend, clock.now, 10))


def newest_code(shop: OpenShop) -> str:
    return str(list_mails(shop.mailbox._directory)[-1]["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def refusal(codes: Codes, conversation: str, code: str, seq: int | None = None) -> str:
    with pytest.raises(CodeRefused) as refused:
        await codes.check(conversation, code, seq)
    return refused.value.reason


async def test_the_code_from_the_mail_names_the_customer_once(codes: Codes, shop: OpenShop) -> None:
    await codes.send("con_1", "cus_mara")
    assert await codes.pending("con_1")
    assert await codes.check("con_1", newest_code(shop)) == "cus_mara"
    assert await refusal(codes, "con_1", newest_code(shop)) == "none"


async def test_a_turn_that_is_tried_again_sends_one_code(codes: Codes, shop: OpenShop, clock: FakeClock) -> None:
    for _ in range(4):
        await codes.send("con_1", "cus_mara", seq=3)
        assert not await codes.pending("con_1", seq=3)  # as the first try found it
        clock.advance(1)
    (mail,) = list_mails(shop.mailbox._directory)
    assert await codes.check("con_1", mail["code"]) == "cus_mara"
    await codes.send("con_1", "cus_mara", seq=7)
    await codes.send("con_2", "cus_mara", seq=7)
    assert len(list_mails(shop.mailbox._directory)) == 3


async def test_two_tries_of_a_turn_at_once_send_one_code(codes: Codes, shop: OpenShop) -> None:
    await asyncio.gather(*(codes.send("con_1", "cus_mara", seq=3) for _ in range(4)))
    assert len(list_mails(shop.mailbox._directory)) == 1


async def test_a_turn_that_is_tried_again_hears_the_same_of_its_code(
    codes: Codes, shop: OpenShop, clock: FakeClock
) -> None:
    await codes.send("con_1", "cus_mara")
    code = newest_code(shop)
    for _ in range(MAX_TRIES):  # one try that was wrong, however often it was asked
        assert await refusal(codes, "con_1", wrong(code), seq=3) == "wrong"
    for _ in range(3):
        assert await codes.pending("con_1", seq=5)
        assert await codes.check("con_1", code, seq=5) == "cus_mara"
        clock.advance(CODE_LIFE.seconds)
    assert await refusal(codes, "con_1", wrong(code), seq=5) == "none"
    assert await refusal(codes, "con_1", code, seq=7) == "none"


async def test_many_codes_in_one_turn_are_many_tries(codes: Codes, shop: OpenShop) -> None:
    """The text of a turn is not signed: a bot that was taken over must not guess without end."""
    await codes.send("con_1", "cus_mara")
    code = newest_code(shop)
    guesses = [f"{(int(code) + more) % 1_000_000:06d}" for more in range(1, MAX_TRIES + 1)]
    reasons = [await refusal(codes, "con_1", guess, seq=3) for guess in guesses]
    assert reasons == ["wrong"] * 4 + ["too_many"]
    assert await refusal(codes, "con_1", code, seq=3) == "too_many"


async def test_a_code_of_another_conversation_is_worth_nothing(codes: Codes, shop: OpenShop) -> None:
    await codes.send("con_1", "cus_mara")
    assert await refusal(codes, "con_2", newest_code(shop)) == "none"


async def test_after_five_tries_even_the_right_code_fails(codes: Codes, shop: OpenShop) -> None:
    await codes.send("con_1", "cus_mara")
    code = newest_code(shop)
    reasons = [await refusal(codes, "con_1", wrong(code)) for _ in range(MAX_TRIES)]
    assert reasons == ["wrong"] * 4 + ["too_many"]
    assert await refusal(codes, "con_1", code) == "too_many"
    assert not await codes.pending("con_1")


async def test_a_code_is_good_for_ten_minutes(codes: Codes, shop: OpenShop, clock: FakeClock) -> None:
    await codes.send("con_1", "cus_mara")
    clock.advance(600)
    assert await refusal(codes, "con_1", newest_code(shop)) == "expired"


async def test_a_new_code_ends_the_older_one(codes: Codes, shop: OpenShop, clock: FakeClock) -> None:
    await codes.send("con_1", "cus_mara")
    older = newest_code(shop)
    clock.advance(5)
    await codes.send("con_1", "cus_mara")
    if older != newest_code(shop):
        assert await refusal(codes, "con_1", older) == "wrong"
    assert await codes.check("con_1", newest_code(shop)) == "cus_mara"


async def test_codes_are_not_sent_without_end(codes: Codes, shop: OpenShop, clock: FakeClock) -> None:
    for _ in range(3):
        await codes.send("con_1", "cus_mara")
    with pytest.raises(CodeRefused):
        await codes.send("con_1", "cus_mara")
    for number in range(2, 8):
        await codes.send(f"con_{number}", "cus_mara")
    assert len(list_mails(shop.mailbox._directory)) == 6  # a mailbox cannot be flooded from many conversations
    clock.advance(3601)
    await codes.send("con_1", "cus_mara")


async def test_no_match_looks_the_same_and_no_code_can_be_right(codes: Codes, shop: OpenShop) -> None:
    await codes.send("con_1", None)
    assert await codes.pending("con_1")
    assert list_mails(shop.mailbox._directory) == []
    assert await refusal(codes, "con_1", "000000") == "wrong"


@dataclass
class SlowServer:
    """A mail server that answers when the test says so; where it is away, it says that."""

    away: bool = False
    free: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        await self.free.wait()
        if self.away:
            raise BackendUnavailable("the mail server is away")
        self.sent.append((customer_id, code, key))


def rows(shop: OpenShop, table: sa.Table) -> Sequence[sa.Row[tuple[object, ...]]]:
    with shop.engine.connect() as connection:
        return connection.execute(sa.select(table)).all()


async def test_the_answer_waits_for_no_mail_and_writes_the_same_with_a_customer_and_without(
    sqlite_shop: OpenShop, clock: FakeClock
) -> None:
    server = SlowServer()
    statements: list[list[str]] = []
    seen: list[str] = []
    sa.event.listen(sqlite_shop.engine, "before_cursor_execute", lambda *of: seen.append(of[2]))
    mail = CodeMail(sqlite_shop.engine, server, clock.now, 10)
    codes = OneTimeCodes(sqlite_shop.engine, clock.now, mail.wake)
    for conversation, customer in (("con_1", "cus_mara"), ("con_2", None)):
        seen.clear()
        await asyncio.wait_for(codes.send(conversation, 3, customer), 10)  # the server has not answered
        statements.append(list(seen))
    assert statements[0] == statements[1] != []
    assert server.sent == []
    assert [row.customer_id for row in rows(sqlite_shop, tables.code_mails)] == ["cus_mara", None]
    server.free.set()
    await mail.deliver()
    assert [customer for customer, _, _ in server.sent] == ["cus_mara"]
    assert rows(sqlite_shop, tables.code_mails) == []
    assert await codes.check("con_1", 5, server.sent[0][1]) == "cus_mara"


async def test_a_code_outlives_its_process_and_a_mail_server_that_is_away(
    sqlite_shop: OpenShop, clock: FakeClock
) -> None:
    server = SlowServer(away=True)
    server.free.set()
    await OneTimeCodes(sqlite_shop.engine, clock.now).send("con_1", 3, "cus_mara")
    await CodeMail(sqlite_shop.engine, server, clock.now, 10).deliver()
    assert len(rows(sqlite_shop, tables.code_mails)) == 1
    server.away = False
    another = CodeMail(sqlite_shop.engine, server, clock.now, 10)  # as after a restart: only the database is the same
    for _ in range(2):
        await another.deliver()
    ((_, code, _),) = server.sent
    assert await OneTimeCodes(sqlite_shop.engine, clock.now).check("con_1", 5, code) == "cus_mara"


async def test_one_that_fails_keeps_no_other_back_and_its_words_stay_unread(
    sqlite_shop: OpenShop, clock: FakeClock
) -> None:
    class Refusing(SlowServer):
        async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
            if customer_id == "cus_mara":
                raise UnicodeError(f"{code} cannot be sent")
            self.sent.append((customer_id, code, key))

    server = Refusing()
    for number, customer in enumerate(("cus_mara", "cus_theo")):
        await OneTimeCodes(sqlite_shop.engine, clock.now).send(f"con_{number}", 3, customer)
        clock.advance(1)
    with structlog.testing.capture_logs() as logged:
        await CodeMail(sqlite_shop.engine, server, clock.now, 10).deliver()
    assert [customer for customer, _, _ in server.sent] == ["cus_theo"]
    assert [row.customer_id for row in rows(sqlite_shop, tables.code_mails)] == ["cus_mara"]
    assert logged == [{"event": "code_mail.not_sent", "reason": "UnicodeError", "log_level": "warning"}]


async def test_a_code_that_is_over_is_not_mailed_any_more(sqlite_shop: OpenShop, clock: FakeClock) -> None:
    server = SlowServer()
    server.free.set()
    await OneTimeCodes(sqlite_shop.engine, clock.now).send("con_1", 3, "cus_mara")
    clock.advance(600)
    await CodeMail(sqlite_shop.engine, server, clock.now, 10).deliver()
    assert server.sent == []
    assert rows(sqlite_shop, tables.code_mails) == []


async def test_who_runs_it_hears_of_a_new_code_at_once(sqlite_shop: OpenShop, clock: FakeClock) -> None:
    server = SlowServer()
    server.free.set()
    mail = CodeMail(sqlite_shop.engine, server, clock.now, 10)
    running = asyncio.create_task(mail.run_forever())
    await OneTimeCodes(sqlite_shop.engine, clock.now, mail.wake).send("con_1", 3, "cus_mara")
    await eventually("the mail goes out", lambda: server.sent, within=4)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
