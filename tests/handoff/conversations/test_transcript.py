"""A conversation as a file: what is in it, in which form, and who may have it."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from handoff.conversations.transcript import Line, as_csv, as_text, lines
from tests.handoff.conftest import Customer, Desk
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service
CARD = "4111 1111 1111 1111"


async def fetch(desk: Desk, path: str, headers: dict[str, str], form: str = "text") -> httpx.Response:
    return await desk.client.get(f"/api/v1{path}", params={"format": form}, headers=headers)


async def told(desk: Desk) -> tuple[Customer, Agent]:
    """A conversation with the assistant and a person, and a note of the staff that is nobody else's."""
    customer, ana = await desk.open(), await Agent.sign_in(desk)
    await customer.say(f'=HYPERLINK("http://x.example") my card is {CARD}')
    await customer.until_text("You said")
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/notes", {"text": "sounds upset"})
    await ana.post(f"/handoffs/{handoff}/messages", {"text": "Hello, I'm on it.", "client_message_id": "a1"})
    await customer.until_text("on it")
    return customer, ana


async def test_only_the_own_conversation_and_only_who_may(desk: Desk) -> None:
    customer, other = await desk.open(), await desk.open()
    own = f"/conversations/{customer.id}/transcript"
    assert (await fetch(desk, own, {})).status_code == 401
    assert (await fetch(desk, own, other.headers)).status_code == 404
    assert (await fetch(desk, own, customer.headers, "pdf")).status_code == 422
    assert (await fetch(desk, f"/transcripts/{customer.id}", customer.headers)).status_code == 401
    ana = await Agent.sign_in(desk)
    assert (await fetch(desk, own, ana.headers)).status_code == 401
    assert (await fetch(desk, "/transcripts/cnv_nobody", ana.headers)).status_code == 404


async def test_each_form_holds_the_words_and_nothing_of_the_staffs(desk: Desk) -> None:
    customer, ana = await told(desk)
    own = f"/conversations/{customer.id}/transcript"
    text = await fetch(desk, own, customer.headers)
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.headers["content-disposition"] == f'attachment; filename="{customer.id}.txt"'
    assert CARD in text.text
    assert "Ana" in text.text
    as_object = (await fetch(desk, own, customer.headers, "json")).json()
    said = [line for line in as_object["lines"] if line["speaker"] == "agent"]
    assert [line["text"] for line in said] == ["Hello, I'm on it."]
    table = (await fetch(desk, own, customer.headers, "csv")).text
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert [row["seq"] for row in rows] == [str(line["seq"]) for line in as_object["lines"]]
    assert next(row for row in rows if "HYPERLINK" in row["text"])["text"].startswith("'=")
    staff = await fetch(desk, f"/transcripts/{customer.id}", ana.headers)
    assert CARD not in staff.text
    assert "[card]" in staff.text
    for answer in (text.text, table, staff.text, str(as_object)):
        assert "sounds upset" not in answer


def line(text: str, **more: str) -> Line:
    return Line(1, "2026-01-05T09:00:00Z", "customer", more.get("name", "Customer"), text)


@pytest.mark.parametrize("cell", ["=1+1", "+43 1", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(as_csv([line(cell, name=cell)]), newline=""))
    assert row["text"] == f"'{cell}"
    assert row["name"] == f"'{cell}"


def test_quotes_and_lines_stay_in_their_cell() -> None:
    (row,) = csv.DictReader(io.StringIO(as_csv([line('He said "no",\nthen left; a=b')]), newline=""))
    assert row["text"] == 'He said "no",\nthen left; a=b'


def test_what_was_erased_is_said_and_a_long_text_is_set_in() -> None:
    event = {"seq": 2, "occurred_at": "2026-01-05T09:00:00Z", "source": "customer"}
    erased = {**event, "type": "message.sent", "data": {"author": "customer"}}
    assert [one.text for one in lines([{"seq": 1, "type": "hidden"}, erased])] == ["(erased)"]
    assert as_text([line("one\ntwo")]).endswith("2026-01-05 09:00  Customer: one\n    two\n")
