"""The fuzz proof's own parts: its moves repeat for a seed, its faults come as drawn, and its audit finds each lie."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.backend import tables as shop
from actions.backend.seed import read_seed
from handoff.clock import stamp
from handoff.storage import tables as t
from handoff.storage.database import create_engine
from stack.prove.customers import Customer
from stack.prove.fuzz_audit import CLAIMS, audit
from stack.prove.fuzz_dialogue import Told
from stack.prove.fuzz_moves import Move, Person, Shown, agrees, draw, draw_identity
from stack.prove.fuzz_people import ChanceFaults, Known, order_number, populate

pytestmark = pytest.mark.service

PERSON = Person({"H-1000": "placed", "H-1001": "lost"}, ["H-2000"], "fuzz-9")
PROPOSED = Shown([("Yes, cancel it", "chc_1"), ("No, keep it", "chc_2")], ["chc_0"], "op_1")
NOW = "2026-03-02T09:00:00.000Z"
LATER = "2026-03-02T09:00:05.000Z"


def test_a_seed_draws_the_same_dialogue() -> None:
    def drawn(seed: int) -> list[Move]:
        chance = random.Random(seed)
        return [draw(chance, PERSON, PROPOSED, ["chc_x"]) for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_every_kind_of_move_and_customer_is_drawn() -> None:
    chance = random.Random(1)
    moves = [draw(chance, PERSON, PROPOSED, ["chc_x"]) for _ in range(2000)]
    assert {move.kind for move in moves} == {"text", "choice", "old_choice", "foreign_choice", "again", "person"}
    assert {draw_identity(chance) for _ in range(500)} == {
        "token",
        "code",
        "wrong_code",
        "wrong_mail",
        "forged",
        "none",
    }
    assert all("{" not in move.text.replace('{"', "") for move in moves)


def test_only_a_yes_is_consent() -> None:
    assert agrees("Yes, refund 39.80 EUR")
    assert not agrees("No, leave it")
    assert not agrees("Yes, that's solved")
    chance = random.Random(1)
    for move in (draw(chance, PERSON, PROPOSED, []) for _ in range(1000)):
        assert move.consents == (move.text.lower().startswith(("yes", "yep", "sure", "ok")))


def test_faults_come_as_often_as_wanted_and_the_same_for_a_seed() -> None:
    def drawn(seed: int) -> list[Any]:
        faults = ChanceFaults(seed)
        faults.on = True
        return [faults.take("apply") for _ in range(1000)]

    assert drawn(1) == drawn(1) != drawn(2)
    kinds = Counter(fault.kind for fault in drawn(1) if fault)
    assert set(kinds) == {"slow", "error", "lost_answer", "lost_write", "duplicate"}
    assert 250 < sum(kinds.values()) < 550
    assert ChanceFaults(1).take("apply") is None


@pytest.mark.parametrize(
    "text", ["Done: order A-1 is cancelled.", "The link is on its way to m…@example.com.", "Your reference is CN-1."]
)
def test_a_claim_is_known(text: str) -> None:
    assert CLAIMS.search(text)


@pytest.mark.parametrize(
    "text", ["That order is cancelled already.", "Shall I cancel it?", "Order A-1 is on its way with Talpost."]
)
def test_a_state_is_no_claim(text: str) -> None:
    assert not CLAIMS.search(text)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[sa.Engine, sa.Engine, list[Known]]]:
    front, business = create_engine(f"sqlite:///{tmp_path}/log.db"), shop.open_engine(f"sqlite:///{tmp_path}/shop.db")
    t.metadata.create_all(front)
    shop.metadata.create_all(business)
    people = populate(business, read_seed(), 2, random.Random(1))
    yield front, business, people
    front.dispose()
    business.dispose()


def write(
    stores: tuple[sa.Engine, sa.Engine, list[Known]], *, consents: bool = True, effect: bool = True, **changed: Any
) -> list[Told]:
    """One conversation in which an order was cancelled as it should be, but for what is ``changed``."""
    front, business, (known, _) = stores
    order = next(iter(known.orders))
    conversation = {
        "id": "con_1", "customer_id": known.id, "verification": "identity_token", "channel": "web", "locale": "en",
        "owner": "bot", "epoch": 1, "head_seq": 0, "state": "open", "tracker_version": 0, "opened_at": NOW,
        "last_event_at": NOW,
    }  # fmt: skip
    operation = {
        "id": "op_1", "conversation_id": "con_1", "customer_id": known.id, "kind": "cancel_order", "object_ref": order,
        "summary": "Cancel", "state": "verified", "prepared_seq": 2, "prepared_epoch": 1, "amount": None,
        "arguments": {}, "approval": "not_needed", "superseded": False, "started_at": LATER, "receipt": "CN-11111111",
    } | changed  # fmt: skip
    turn = {
        "id": "trn_1", "conversation_id": "con_1", "seq": 5, "reply_to": [4], "epoch": 1, "state": "done",
        "trigger": "message", "attempts": 1, "correlation_id": "", "started_at": NOW, "finished_at": LATER,
    }  # fmt: skip
    choice = {
        "id": "chc_1", "conversation_id": "con_1", "label": "Yes, cancel it", "state": "open",
        "payload": '/confirm_operation{"operation_id": "op_1"}',
    }  # fmt: skip
    with front.begin() as connection:
        connection.execute(sa.insert(t.conversations).values(conversation))
        connection.execute(sa.insert(t.operations).values(operation))
        connection.execute(sa.insert(t.turns).values(turn))
        connection.execute(sa.insert(t.choices).values(choice))
        proof = {
            "id": "evt_1", "conversation_id": "con_1", "seq": 1, "type": "customer.verified", "version": 1,
            "occurred_at": NOW, "source": "system", "epoch": 1, "visibility": "all", "author": "system",
            "data": {"customer_id": known.id, "method": "identity_token"},
        }  # fmt: skip
        connection.execute(sa.insert(t.events).values(proof))
    if effect:
        row = {
            "key": "op_1", "customer_id": operation["customer_id"], "kind": operation["kind"],
            "object_ref": operation["object_ref"], "request": {}, "receipt": "CN-11111111",
            "amount": Decimal(operation["amount"]) if operation["amount"] else None, "facts": {}, "mails": [],
            "at": datetime.now(UTC),
        }  # fmt: skip
        with business.execution_options(writes=True).begin() as connection:
            connection.execute(sa.insert(shop.effects).values(row))
    told = Told(0, "token", known.id, Customer(None, ""))  # type: ignore[arg-type]
    told.customer.id = "con_1"
    told.moves[4] = Move("text", "yes", consents=consents)
    told.heard = [
        said(3, "I can cancel it. Shall I?", [2], choices=[{"label": "Yes, cancel it", "choice": "chc_1"}]),
        said(5, "Done: it is cancelled. Your reference is CN-11111111.", [4], operations=["op_1"]),
    ]
    return [told]


def said(seq: int, text: str, reply_to: list[int], **more: Any) -> dict[str, Any]:
    data = {"text": text, "author": "bot", "reply_to": reply_to, **more}
    return {"seq": seq, "type": "message.sent", "source": "bot", "data": data, "occurred_at": stamp(datetime.now(UTC))}


def found(stores: Any, told: list[Told]) -> set[str]:
    front, business, _ = stores
    findings = audit(front, business, told)
    assert findings.claims == 1
    return {name for name in findings.violations if name != "history"}  # the log here is not a whole one


def test_what_was_agreed_and_happened_is_fine(stores: Any) -> None:
    assert found(stores, write(stores)) == set()


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("no fresh confirmation", {"consents": False}),
        ("no fresh confirmation", {"prepared_seq": 6}),
        ("claimed and not there", {"effect": False}),
        ("claimed and not there", {"receipt": "CN-22222222"}),
        ("not an owned object", {"object_ref": order_number(3)}),
        ("not a verified customer", {"customer_id": "fuzz-1"}),
        ("not a verified customer", {"started_at": "2026-03-02T08:00:00.000Z"}),
        ("over authority", {"kind": "refund", "amount": "400.00"}),
    ],
)
def test_each_lie_is_found(stores: Any, kind: str, changed: dict[str, Any]) -> None:
    assert kind in found(stores, write(stores, **changed))


PASSING = "I'm passing you to a colleague now."
QUEUED = {"type": "handoff.queued", "source": "system", "occurred_at": NOW}
REQUEST = {"handoff_id": "hnd_1", "queue": "support", "position": 1}


@pytest.mark.parametrize(
    ("row", "after", "lie"),
    [
        (True, [{**QUEUED, "seq": 7, "data": REQUEST}], False),
        (False, [{**QUEUED, "seq": 7, "data": REQUEST}], True),
        (True, [], True),
        (
            True,
            [
                {
                    "seq": 7,
                    "type": "message.sent",
                    "source": "customer",
                    "data": {"text": "Hello?"},
                    "occurred_at": NOW,
                },
                {**QUEUED, "seq": 8, "data": REQUEST},
            ],
            True,
        ),
    ],
    ids=["queued", "no row", "never", "too late"],
)
def test_a_hand_over_that_was_announced_is_looked_for_in_the_queue(
    stores: Any, row: bool, after: list[dict[str, Any]], lie: bool
) -> None:
    told = write(stores)
    told[0].heard += [said(6, PASSING, [4]), *after]
    handoff = {
        "id": "hnd_1", "conversation_id": "con_1", "seq": 6, "state": "queued", "reason": "explicit_request",
        "queue": "support", "priority": 3, "requested_at": NOW,
    }  # fmt: skip
    if row:
        with stores[0].begin() as connection:
            connection.execute(sa.insert(t.handoffs).values(handoff))
    assert ("announced and not queued" in found(stores, told)) == lie
