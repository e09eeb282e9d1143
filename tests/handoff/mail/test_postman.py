"""From a message that was left to the answer in a mailbox: real SQL, a real mail server that fails, crashes between."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from actions.backend.mail import Mailbox, list_mails
from handoff.clock import RandomIds, SystemClock
from handoff.conversations.here import Here
from handoff.mail.letter import Letter, Post
from handoff.mail.postman import LONGEST_FOR_READER, READER_LOOKED_AFTER, Postman
from handoff.mail.server import Server
from handoff.mail.smtp import Smtp
from handoff.mail.store import LEASE
from handoff.privacy.service import Whose
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from stack.mail_port import Folder
from tests.handoff.conftest import Customer, Desk
from tests.handoff.queue.desk import Agent
from tests.support.smtp import MailServer, mail_server

pytestmark = pytest.mark.service

ADDRESS = "mara@example.com"
LEFT = "It never came, says kanarienvogel."
ANSWER = "It comes on Friday, I have spoken to the carrier."


@pytest.fixture
def mail_after() -> timedelta:
    return timedelta(0)


@pytest.fixture
def settings(settings: HandoffSettings, mail_after: timedelta) -> HandoffSettings:
    return settings.model_copy(update={"mail_after": mail_after, "company_name": "Oberlarn"})


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as made:
        yield made


class Ahead(SystemClock):
    step = timedelta(0)

    def now(self) -> Any:
        return super().now() + self.step

    def on(self, by: timedelta) -> None:
        self.step += by


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Cut:
    """A post after whose work the worker dies, before it says so."""

    inner: Post

    async def send(self, letter: Letter, /) -> None:
        await self.inner.send(letter)
        raise Killed

    async def withdraw(self, letter_id: str, /) -> bool:
        return await self.inner.withdraw(letter_id)


def smtp(server: MailServer) -> Smtp:
    return Smtp(Server("smtp+plain", "127.0.0.1", server.port), "answers@shop.example", "Oberlarn", step=0.5, whole=1)


def postman(desk: Desk, post: Post, clock: SystemClock | None = None, most: int = 12) -> Postman:
    core = desk.handoff.core
    here = Here(desk.handoff.redis)
    address = "https://shop.example"
    return Postman(
        core.database,
        post,
        here.is_here,
        clock or SystemClock(),
        RandomIds(),
        random.Random(1),
        core.settings,
        address,
        most_attempts=most,
    )


@dataclass
class Case:
    customer: Customer
    ana: Agent
    handoff: str

    async def answer(self, text: str = ANSWER, number: str = "1") -> None:
        body = {"client_message_id": f"a{number}", "text": text}
        said = await self.ana.post(f"/handoffs/{self.handoff}/messages", body)
        assert said.status_code == 202, said.text

    async def mails(self) -> list[dict[str, Any]]:
        return (await self.ana.get(f"/handoffs/{self.handoff}")).json()["mails"]

    async def mail(self) -> dict[str, Any]:
        (mail,) = await self.mails()
        return mail

    async def promise(self) -> Any:
        query = sa.select(t.promises).where(t.promises.c.conversation_id == self.customer.id)
        return await self.customer.desk.handoff.core.database.read(lambda c: c.execute(query).mappings().first())

    async def close(self) -> tuple[int, str]:
        closing = {"outcome": "resolved", "cause": "found"}
        answer = await self.ana.post(f"/handoffs/{self.handoff}/close", closing)
        return answer.status_code, answer.json()["message"] if answer.content else ""


async def left(desk: Desk, contact: dict[str, str] | None = None, locale: str = "en") -> Case:
    """A customer who was left a message, has gone, and is taken up by Ana."""
    opened = (await desk.client.post("/api/v1/conversations", json={"locale": locale})).json()
    customer = Customer(desk, opened["conversation_id"], opened["token"])
    await customer.post("handoff", {})
    said = await customer.post("leave_message", {**(contact or {"email": ADDRESS}), "text": LEFT})
    assert said.status_code == 201, said.text
    ana = await Agent.sign_in(desk)
    return Case(customer, ana, await ana.take(customer))


async def test_an_answer_leaves_by_mail_and_the_mail_is_the_proof(desk: Desk, server: MailServer) -> None:
    case = await left(desk, locale="de")
    await case.answer()
    mail = await case.mail()
    assert (mail["state"], mail["told"], mail["attempts"]) == ("waiting", "Leaves by e-mail.", 0)
    status, why = await case.close()
    assert (status, "has not left by e-mail yet" in why) == (409, True)
    assert (await case.promise())["kept_at"] is None

    with capture_logs() as logs:
        await postman(desk, smtp(server)).step()
    [taken] = server.taken
    assert (taken.to, taken.message["Subject"]) == (ADDRESS, "Ihre Antwort von Oberlarn")
    assert "Ana von Oberlarn antwortet Ihnen" in taken.text
    assert ANSWER in taken.text
    assert "https://shop.example" in taken.text
    assert "kanarienvogel" not in taken.text  # nobody has us mail their words to anybody
    assert not any(word in str(logs) for word in (ADDRESS, "carrier"))

    mail = await case.mail()
    assert (mail["state"], mail["told"], mail["error"]) == ("sent", "Sent by e-mail.", None)
    assert taken.message["Message-ID"] == f"<{mail['mail_id']}@shop.example>"
    promise = await case.promise()
    assert (promise["proof"], promise["kept_by"]) == (
        mail["mail_id"],
        f"{(await case.ana.get('/session')).json()['id']}",
    )
    kept = next(e for e in await desk.log(case.customer.id) if e["type"] == "promise.kept")
    assert (kept["source"], kept["data"]["proof"]) == ("system", mail["mail_id"])
    await postman(desk, smtp(server)).step()
    assert server.callers == 1
    assert (await case.close())[0] == 204
    assert await desk.violations(case.customer.id) == []


@pytest.mark.parametrize("how", ["returned", "closed", "reopened"])
async def test_the_answer_leaves_from_the_next_hand_over_of_the_issue_too(
    desk: Desk, server: MailServer, how: str
) -> None:
    case = await left(desk)
    if how == "returned":
        assert (await case.ana.post(f"/handoffs/{case.handoff}/return", {})).status_code == 204
        case.handoff = await case.ana.take(case.customer)
    else:
        closing = {"outcome": "unresolved", "cause": "later"}
        assert (await case.ana.post(f"/handoffs/{case.handoff}/close", closing)).status_code == 204
    if how == "closed":
        await case.customer.post("feedback", {"kind": "not_solved"})
        case.handoff = await case.ana.take(case.customer)
    if how == "reopened":
        case.handoff = (await case.ana.post(f"/handoffs/{case.handoff}/reopen")).json()["handoff_id"]
        await case.ana.post(f"/handoffs/{case.handoff}/accept")
    await case.answer()
    await postman(desk, smtp(server)).step()
    [taken] = server.taken
    assert ANSWER in taken.text
    assert (await case.promise())["kept_at"] is not None
    assert (await case.close())[0] == 204


async def test_what_is_added_after_a_reopening_leaves_by_mail_and_another_issue_does_not(
    desk: Desk, server: MailServer
) -> None:
    case = await left(desk)
    await case.answer()
    await postman(desk, smtp(server)).step()
    assert (await case.close())[0] == 204
    case.handoff = (await case.ana.post(f"/handoffs/{case.handoff}/reopen")).json()["handoff_id"]
    await case.ana.post(f"/handoffs/{case.handoff}/accept")
    await case.answer("It is Saturday after all.", "2")
    await postman(desk, smtp(server)).step()
    assert [("Saturday" in mail.text) for mail in server.taken] == [False, True]
    assert (await case.close())[0] == 204
    case.handoff = await case.ana.take(case.customer)  # another issue: the button after a closing
    await case.answer("What else can I do?", "3")
    assert await case.mails() == []


async def test_a_call_that_was_promised_stays_the_colleagues(desk: Desk, server: MailServer) -> None:
    called = await left(desk, {"phone": "+43 1 58058"})
    await called.answer()
    chatting = await desk.open()
    mine = Case(chatting, called.ana, await called.ana.take(chatting))
    await mine.answer()
    await postman(desk, smtp(server)).step()
    assert await called.mails() == await mine.mails() == server.taken == []
    status, why = await called.close()
    assert (status, "Keep it first" in why) == (409, True)


@pytest.mark.parametrize("mail_after", [timedelta(minutes=1)])
async def test_several_words_go_in_one_mail(desk: Desk, server: MailServer, mail_after: timedelta) -> None:
    case, clock = await left(desk), Ahead()
    for number in ("1", "2"):
        await case.answer(f"Part {number}.", number)
        await case.answer(f"Part {number}.", number)  # its answer was lost on the way
    post = postman(desk, smtp(server), clock)
    await post.step()
    assert server.taken == []
    clock.on(mail_after)
    await asyncio.gather(post.step(), postman(desk, smtp(server), clock).step())  # two workers
    [taken] = server.taken
    assert "Part 1.\n\nPart 2." in taken.text
    await case.answer("Part 3.", "3")
    clock.on(mail_after)
    await post.step()
    assert ["Part 3." in each.text for each in server.taken] == [False, True]
    assert [mail["state"] for mail in await case.mails()] == ["sent", "sent"]


async def test_who_is_here_may_answer_here_and_is_mailed_when_they_do_not(desk: Desk, server: MailServer) -> None:
    clock = Ahead()
    post = postman(desk, smtp(server), clock)
    reads, silent = await left(desk), await left(desk, {"email": "jonas@example.com"})
    for case in (reads, silent):
        await case.answer()
        poll = asyncio.create_task(case.customer.events(after=(await desk.log(case.customer.id))[-1]["seq"], wait=0.1))
        await poll
    await post.step()
    clock.on(READER_LOOKED_AFTER)
    await reads.customer.say("Thank you!")
    await post.step()
    assert server.taken == []
    assert ((await reads.mail())["state"], (await silent.mail())["state"]) == ("not_needed", "waiting")
    assert (await reads.promise())["kept_at"] is None  # a colleague says with what it was kept
    await reads.answer("Anything else?", "2")
    here = Here(desk.handoff.redis)
    await here.note(reads.customer.id, timedelta(minutes=1))
    clock.on(LONGEST_FOR_READER)
    await post.step()
    assert [each.to for each in server.taken] == ["jonas@example.com"]
    await here.left(reads.customer.id)  # in a talk nobody is mailed each time that they think, but when they go
    clock.on(READER_LOOKED_AFTER)
    await post.step()
    assert [each.to for each in server.taken] == ["jonas@example.com", ADDRESS]
    assert [mail["state"] for mail in await reads.mails()] == ["not_needed", "sent"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_the_server_does_it_is_sent_under_one_id_and_the_promise_tells_the_truth(
    desk: Desk, server: MailServer, seed: int
) -> None:
    case, clock, chance = await left(desk), Ahead(), random.Random(seed)
    await case.answer()
    post, cut = postman(desk, smtp(server), clock), postman(desk, Cut(smtp(server)), clock)
    faults = ["busy", "reset", "drop", "full", "closed", "silent", "not_your_address", "crash"]
    for fault in chance.sample(faults, 4):
        server.plan = [fault] if fault != "crash" else []
        if fault == "crash":
            with pytest.raises(Killed):
                await cut.step()
        else:
            await post.step()
        callers = server.callers
        await post.step()
        assert server.callers == callers  # not again before its time
        mail = await case.mail()
        assert mail["state"] == "waiting"
        assert fault == "crash" or "It is tried again by itself." in mail["told"]
        assert (await case.promise())["kept_at"] is None
        clock.on(LEASE)
    await post.step()
    assert (await case.mail())["state"] == "sent"
    assert (await case.promise())["proof"] == (await case.mail())["mail_id"]
    assert len({each.message["Message-ID"] for each in server.taken}) == 1
    assert len({each.raw for each in server.taken}) == 1


async def test_what_failed_says_what_to_do_and_may_be_sent_again(desk: Desk, server: MailServer) -> None:
    case = await left(desk)
    await case.answer()
    server.plan = ["no_such_address"]
    post = postman(desk, smtp(server), most=1)
    with capture_logs() as logs:
        await post.step()
    assert ADDRESS not in str(logs)
    mail = await case.mail()
    assert (mail["state"], mail["error"], mail["next_at"]) == ("failed", "address_refused", None)
    assert "refuses the customer's address" in mail["told"]
    note = next(e for e in await desk.log(case.customer.id) if e["type"] == "note.added")
    assert (note["visibility"], note["data"]) == ("staff", {"text": mail["told"], "author": "system"})
    assert (await case.promise())["kept_at"] is None

    again = f"/handoffs/{case.handoff}/mails/{mail['mail_id']}/again"
    assert (await case.ana.post(again.replace(mail["mail_id"], "mail_none"))).json()["code"] == "mail_not_found"
    assert (await case.ana.post(again)).status_code == 204
    assert (await case.ana.post(again)).json()["code"] == "mail_not_failed"
    server.plan = ["busy"]
    await post.step()
    assert "Tell an operator" in (await case.mail())["told"]
    assert (await case.ana.post(again)).status_code == 204
    await post.step()
    assert ((await case.mail())["state"], len(server.taken)) == ("sent", 1)


async def test_a_folder_takes_a_mail_once_and_gives_an_erased_customers_back(desk: Desk, tmp_path: Path) -> None:
    folder, clock = Folder(Mailbox(tmp_path)), Ahead()
    case = await left(desk)
    await case.answer()
    with pytest.raises(Killed):
        await postman(desk, Cut(folder), clock).step()
    assert (await case.mail())["state"] == "waiting"
    clock.on(LEASE)
    await postman(desk, folder, clock).step()
    [mail] = list_mails(tmp_path)
    assert (mail["kind"], mail["to"]) == ("answer", ADDRESS)
    assert (await case.mail())["state"] == "sent"
    Mailbox(tmp_path).remove((await case.mail())["mail_id"])

    class Erases(Folder):
        async def send(self, letter: Letter, /) -> None:
            await desk.handoff.privacy.erase(Whose("conversation", case.customer.id))
            await super().send(letter)

    await case.answer("One more thing.", "2")
    await postman(desk, Erases(Mailbox(tmp_path)), clock).step()
    assert list_mails(tmp_path) == []
    rows = await desk.handoff.core.database.read(lambda c: c.execute(sa.select(t.mails)).all())
    assert rows == []
    assert await desk.violations(case.customer.id) == []
