"""``./frontdesk demo`` as another program reads it, without a running stack."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.backend.mail import Mailbox
from stack import demo_command, secrets
from stack.settings import Settings, load

pytestmark = pytest.mark.service


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(var_dir=tmp_path)


def test_the_company_as_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    demo_command.company(settings, as_json=True)
    company = json.loads(capsys.readouterr().out)
    assert set(company) == {"customers", "agents"}
    assert len(company["customers"]) >= 15
    orders = [order for customer in company["customers"] for order in customer["orders"]]
    assert len(orders) >= 40
    assert {frozenset(customer) for customer in company["customers"]} == {frozenset({"id", "name", "email", "orders"})}
    assert {frozenset(order) for order in orders} == {frozenset({"id", "status", "total", "currency"})}
    assert all(re.fullmatch(r"\d+\.\d\d", order["total"]) for order in orders)
    assert len(company["agents"]) >= 6
    assert {frozenset(agent) for agent in company["agents"]} == {frozenset({"email", "password", "name", "roles"})}


def test_it_says_the_same_twice(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    demo_command.company(settings, as_json=True)
    first = capsys.readouterr().out
    demo_command.company(settings, as_json=True)
    assert capsys.readouterr().out == first


def test_people_can_read_it_too(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    demo_command.company(settings, as_json=False)
    said = capsys.readouterr().out
    assert said.startswith("Customers\n")
    assert "\nStaff\n" in said


def test_mails_and_codes(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    demo_command.mail(settings, as_json=True)
    assert json.loads(capsys.readouterr().out) == []
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    Mailbox(settings.paths.mail).send(
        key="k", kind="one_time_code", to="ada@example.org", subject="Your code", text="It is 123456.",
        at=datetime(2026, 3, 2, tzinfo=UTC), code="123456",
    )  # fmt: skip
    demo_command.mail(settings, as_json=True)
    (mail,) = json.loads(capsys.readouterr().out)
    assert (mail["to"], mail["code"], mail["sent_at"]) == ("ada@example.org", "123456", "2026-03-02T00:00:00.000Z")
