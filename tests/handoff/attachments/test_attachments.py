"""Files through HTTP: who may not, what is refused with nothing kept, and how a file comes back."""

from __future__ import annotations

import asyncio
import os
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from handoff.attachments import service as attachment_service
from handoff.privacy.service import Whose
from handoff.settings import HandoffSettings
from tests.handoff.agents.test_sessions import StillClock
from tests.handoff.conftest import Customer, Desk, ScriptedBot, running

pytestmark = pytest.mark.service

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


async def upload(customer: Customer, content: bytes, name: str = "photo.png", **headers: str) -> httpx.Response:
    return await customer.desk.client.post(
        f"/api/v1/conversations/{customer.id}/attachments",
        params={"name": name},
        content=content,
        headers=customer.headers | headers,
    )


async def send(customer: Customer, text: str | None, *files: str, message: str = "m1") -> httpx.Response:
    body = {"client_message_id": message, "attachments": list(files)}
    return await customer.post("messages", body if text is None else body | {"text": text})


def kept(desk: Desk) -> list[str]:
    folder = desk.handoff.attachments.uploads.folder
    return sorted(os.listdir(folder)) if folder.exists() else []


async def test_who_may_not(desk: Desk) -> None:
    mine, other = await desk.open("mara"), await desk.open("noor")
    sent = (await upload(mine, PNG)).json()
    at = f"/api/v1/conversations/{mine.id}/attachments"
    assert (await desk.client.post(at, params={"name": "x"}, content=PNG)).status_code == 401
    assert (await desk.client.post(at, params={"name": "x"}, content=PNG, headers=other.headers)).status_code == 404
    assert (await desk.client.get(f"{at}/{sent['id']}")).status_code == 401
    assert (await desk.client.get(f"{at}/{sent['id']}", headers=other.headers)).status_code == 404
    # Within a minute the same refusal is written once.
    assert await written(desk, other) == [("conversation.foreign", "conversation_not_found")]
    # An own conversation in the address does not open another's file.
    of_other = f"/api/v1/conversations/{other.id}/attachments/{sent['id']}"
    refused = await desk.client.get(of_other, headers=other.headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "attachment_not_found")
    staff = f"/api/v1/attachments/{sent['id']}"
    assert (await desk.client.get(staff)).status_code == 401
    assert (await desk.client.get(staff, headers=mine.headers)).status_code == 401
    editor = await desk.sign_in("eva@example.com")
    assert (await desk.client.get(staff, headers=editor)).status_code == 403


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.svg", 422, "type"),
        (b"<svg onload='alert(1)'/>", "photo.png", 422, "type"),
        (b"<html><script>alert(1)</script>", "page.txt", 422, "type"),
        (b"MZ\x90\0" * 9, "setup.exe", 422, "type"),
        (b"", "empty.png", 422, "type"),
        (PNG, "../../x", 422, "name"),
        (PNG, "..\\x.png", 422, "name"),
    ],
)
async def test_what_is_refused_leaves_nothing(desk: Desk, content: bytes, name: str, status: int, code: str) -> None:
    customer = await desk.open()
    refused = await upload(customer, content, name)
    assert (refused.status_code, refused.json()["code"]) == (status, f"attachment_{code}_refused")
    assert kept(desk) == []
    assert await written(desk, customer) == [("attachment.upload", f"attachment_{code}_refused")]


async def written(desk: Desk, customer: Customer) -> list[tuple[str, str]]:
    """What the audit trail has of this conversation: the action and the refusal's code."""
    entries = await desk.handoff.trail.read(conversation_id=customer.id, outcome="refused")
    assert all(entry["detail"] == {} for entry in entries)
    return [(entry["action"], entry["code"]) for entry in entries]


async def test_fifty_megabytes_are_refused_declared_or_not(desk: Desk) -> None:
    customer = await desk.open()
    big = PNG + b"\0" * (50 * 1024**2)
    declared = await upload(customer, big)
    assert (declared.status_code, declared.json()["code"]) == (413, "attachment_too_large")

    async def pieces() -> object:
        for at in range(0, 2 * 1024**2, 65536):
            yield big[at : at + 65536]

    streamed = await desk.client.post(
        f"/api/v1/conversations/{customer.id}/attachments",
        params={"name": "big.png"},
        content=pieces(),  # type: ignore[arg-type]
        headers=customer.headers,
    )
    assert (streamed.status_code, streamed.json()["code"]) == (413, "attachment_too_large")
    assert kept(desk) == []
    assert await written(desk, customer) == [("attachment.upload", "attachment_too_large")] * 2


async def test_a_file_travels_with_its_message_to_people(desk: Desk) -> None:
    customer = await desk.open("mara")
    await customer.post("handoff", {})
    picture = (await upload(customer, PNG, "Foto März.png")).json()
    assert picture == {"id": picture["id"], "name": "Foto März.png", "media_type": "image/png", "size": len(PNG)}
    paper = (await upload(customer, b"%PDF-1.7 ...", "invoice")).json()
    answer = await send(customer, "Look at this", picture["id"], paper["id"])
    assert answer.status_code == 202, answer.text
    assert (await send(customer, "Look at this", picture["id"], paper["id"])).json() == answer.json()
    other_files = await send(customer, "Look at this", picture["id"])
    assert other_files.json()["code"] == "client_message_id_reused"
    message = (await customer.until_text("Look at this"))[-1]
    assert message["data"]["attachments"] == [picture, paper]

    at = f"/api/v1/conversations/{customer.id}/attachments"
    shown = await desk.client.get(f"{at}/{picture['id']}", headers=customer.headers)
    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith('inline; filename="Foto Mrz.png"')
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    agent = await desk.sign_in()
    saved = await desk.client.get(f"/api/v1/attachments/{paper['id']}", headers=agent)
    assert saved.headers["content-disposition"] == "attachment; filename=\"invoice.pdf\"; filename*=UTF-8''invoice.pdf"


async def test_a_file_with_words_is_said_to_be_unseen_and_the_words_are_answered(desk: Desk) -> None:
    customer = await desk.open("mara")
    picture = (await upload(customer, PNG)).json()
    await send(customer, "Look at this", picture["id"])
    events = await customer.until_text("You said: Look at this")
    [unseen] = [e["data"] for e in events if "can't look into your file" in e.get("data", {}).get("text", "")]
    assert (unseen["author"], unseen["reply_to"]) == ("system", [])
    await send(customer, "Thank you", message="m2")
    events = await customer.until_text("You said: Thank you")
    assert sum("can't look into" in e.get("data", {}).get("text", "") for e in events) == 1
    assert await desk.violations(customer.id) == []


async def test_a_message_takes_only_unsent_files_of_its_own_conversation(desk: Desk) -> None:
    mine, other = await desk.open(), await desk.open()
    file = (await upload(mine, PNG)).json()["id"]
    for customer, files in ((other, [file]), (mine, [file, file]), (mine, ["att_nothing"])):
        refused = await send(customer, "take this", *files)
        assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")
    assert (await send(mine, "first", file)).status_code == 202
    assert (await send(mine, "second", file, message="m2")).json()["code"] == "attachment_unknown"
    assert [e["type"] for e in await other.events()] == ["conversation.opened"]


async def test_a_file_alone_is_answered_honestly_and_not_shown_to_rasa(desk: Desk) -> None:
    customer = await desk.open()
    file = (await upload(customer, PNG)).json()["id"]
    sent = await send(customer, None, file)
    assert sent.status_code == 202, sent.text
    answer = (await customer.until_text("I have your file"))[-1]
    assert answer["data"]["reply_to"] == [sent.json()["seq"]]
    assert desk.bot.requests == []
    assert await desk.violations(customer.id) == []
    nothing = await send(customer, None, message="m2")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "invalid")


async def test_unsent_uploads_and_stray_files_go_after_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = await desk.open()
    sent, _unsent = [(await upload(customer, PNG)).json()["id"] for _ in range(2)]
    await send(customer, "keep this", sent)
    service = desk.handoff.attachments
    stray = Path(service.uploads.folder) / ".part-left"
    stray.write_bytes(b"x")
    assert await service.sweep() == 0
    monkeypatch.setattr(attachment_service, "KEEP_UNSENT", timedelta(seconds=-1))
    assert await service.sweep() == 2
    assert kept(desk) == [sent]
    assert await service.erase([customer.id]) == 1
    assert kept(desk) == []
    gone = await desk.client.get(f"/api/v1/conversations/{customer.id}/attachments/{sent}", headers=customer.headers)
    assert gone.status_code == 404


async def test_one_conversation_does_not_fill_the_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = await desk.open()
    monkeypatch.setattr(attachment_service, "MOST_IN_A_CONVERSATION", 20)
    assert (await upload(customer, b"twelve bytes", "a.txt")).status_code == 201
    more = await upload(customer, b"twelve bytes", "b.txt")
    assert (more.status_code, more.json()["code"]) == (413, "attachments_too_much")
    assert len(kept(desk)) == 1
    monkeypatch.setattr(attachment_service, "LEFT_FREE", 2**62)
    full = await upload(customer, b"x", "c.txt")
    assert (full.status_code, full.json()["code"]) == (503, "attachments_full")


async def test_uploads_are_limited_by_the_minute(settings: HandoffSettings, bot: ScriptedBot) -> None:
    async with running(settings, bot, StillClock()) as desk:
        customer = await desk.open()
        answers = await asyncio.gather(*(upload(customer, PNG, f"{uuid4().hex}.png") for _ in range(25)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 5
    assert all(answer.json()["code"] == "too_many" for answer in refused)


async def test_nothing_is_uploaded_into_what_was_erased(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither afterwards nor while the erasure is on its way: nobody would look for it there any more."""
    before, meanwhile = await desk.open("mara"), await desk.open("noor")
    await desk.handoff.privacy.erase(Whose("customer", "mara"))
    keep, began, go_on = desk.handoff.attachments.uploads.keep, asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slowly(part: Path, attachment_id: str) -> None:
        loop.call_soon_threadsafe(began.set)
        go_on.wait(10)
        keep(part, attachment_id)

    late = await upload(before, PNG)
    assert (late.status_code, late.json()["code"]) == (409, "conversation_erased")
    monkeypatch.setattr(desk.handoff.attachments.uploads, "keep", slowly)
    uploading = asyncio.create_task(upload(meanwhile, PNG))
    await began.wait()
    await desk.handoff.privacy.erase(Whose("customer", "noor"))
    go_on.set()
    answer = await uploading
    assert (answer.status_code, answer.json()["code"]) == (409, "conversation_erased")
    assert kept(desk) == []


async def test_stray_files_are_found_among_however_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    customer, service = await desk.open(), desk.handoff.attachments
    sent = [(await upload(customer, PNG)).json()["id"] for _ in range(3)]
    await send(customer, "look", *sent)
    stray = service.uploads.folder / ".part-0"
    stray.write_bytes(b"left by a crash")
    monkeypatch.setattr(service.uploads, "older_than", lambda _moment: [*sent, stray.name])
    monkeypatch.setattr(attachment_service, "MOST_AT_ONCE", 2)
    assert await service.sweep() == 1
    assert kept(desk) == sorted(sent)
