"""The recovery protocols: complete, strict, and used where the failure is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
import yaml

from actions.authority import FREE, MONEY_OUT
from actions.backend.faults import Fault
from actions.recovery import FILE, BadProtocols, Due, RecoveryCode, protocols, read_protocols
from actions.transactions.catalogue import TRANSACTIONS
from actions.words import words
from tests.actions.conftest import Front
from tests.actions.transactions.cases import HAPPY

pytestmark = pytest.mark.service


def test_the_ten_commonest_failures_have_a_protocol_that_the_assistant_can_carry_out() -> None:
    assert len(protocols()) == 10
    for code, protocol in protocols().items():
        assert set(protocol.remedies) <= set(TRANSACTIONS)
        assert set(protocol.remedies) <= FREE | MONEY_OUT, "a remedy is within authority or asks for a person"
        assert words(f"recovery_{code}_own")


def test_every_protocol_is_used() -> None:
    refusing = {code for transaction in TRANSACTIONS.values() for code in transaction.recoveries.values()}
    changing = {"late_parcel", "lost_parcel", "damaged_item", "wrong_item", "double_charge", "refund_not_arrived"}
    changing |= {"account_locked", "charged_after_cancel"}
    assert refusing | changing == set(get_args(RecoveryCode))


def written(tmp_path: Path, **changes: object) -> Path:
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    for path, value in changes.items():
        code, _, name = path.partition("__")
        if value is None:
            del raw[code]
        elif name:
            raw[code][name] = value
        else:
            raw[code] = value
    (tmp_path / "recovery.yaml").write_text(yaml.safe_dump(raw), "utf-8")
    return tmp_path / "recovery.yaml"


@pytest.mark.parametrize(
    "changes",
    [
        {"late_parcel": None},
        {"meteorite": {"failure": "A meteorite hit the warehouse."}},
        {"late_parcel__cause": "bad luck"},
        {"late_parcel__remedies": []},
        {"late_parcel__goodwill": "5.00"},
        {"late_parcel__person": ""},
        {"late_parcel__follow_up": {"what": "Tell the customer more.", "owner": "parcels", "due": {}}},
        {
            "late_parcel__follow_up": {
                "what": "Tell the customer more.",
                "owner": "parcels",
                "due": {"working_days": 90},
            }
        },
        {"late_parcel__follow_up": {"what": "Tell them.", "owner": "parcels", "due": {"fact": "a", "working_days": 1}}},
    ],
)
def test_a_protocol_that_does_not_hold_stops_the_start(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(BadProtocols):
        read_protocols(written(tmp_path, **changes))


def test_a_due_day_is_the_shops_or_counts_working_days() -> None:
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert Due(working_days=1).at({}, friday) == datetime(2026, 3, 9, 23, 59, tzinfo=UTC)
    assert Due(fact="by").at({"by": "2026-03-12"}, friday) == datetime(2026, 3, 12, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("customer", "intent", "said", "code"),
    [
        ("cus_theo", "missing_parcel", "A-1044 is late", "late_parcel"),
        ("cus_theo", "missing_parcel", "A-1044 never arrived", "lost_parcel"),
        ("cus_paul", "damaged_or_wrong_item", "B-2016 is damaged", "damaged_item"),
        ("cus_paul", "damaged_or_wrong_item", "B-2016 is the wrong one", "wrong_item"),
        ("cus_nadia", "double_charge", "charged twice", "double_charge"),
        ("cus_wanda", "refund_not_arrived", "my refund never came", "refund_not_arrived"),
        ("cus_kit", "unlock_account", "my account is locked", "account_locked"),
        ("cus_nadia", "charged_after_cancel", "charged after I cancelled", "charged_after_cancel"),
    ],
)
async def test_it_is_owned_put_right_told_and_followed_up(
    front: Front, customer: str, intent: str, said: str, code: RecoveryCode
) -> None:
    front.context = replace(front.context, customer_id=customer)
    asked = await front.run("action_prepare", said, intent)
    assert words(f"recovery_{code}_own") in asked.text
    done = await front.run("action_confirm", "yes", "affirm")
    assert done.operations[0]["state"] == "verified"
    step = words(f"recovery_{code}_next", day="@").split("@")
    assert all(part in done.text for part in step)
    protocol, promise = protocols()[code], done.directive("promise")
    assert (promise is None) == (protocol.follow_up is None)
    if promise is not None and protocol.follow_up is not None:
        assert promise["owner"] == protocol.follow_up.owner
        assert protocol.follow_up.what in promise["text"]
        assert code in promise["text"]
    operation = await front.desk.engine._ledger.get(front.context, front.effects()[0].key)
    assert operation.result is not None
    assert (operation.result["recovery"], operation.result["cause"]) == (code, protocol.cause)


@pytest.mark.parametrize(
    ("intent", "said", "code"),
    [("cancel_order", "cancel A-1042", "cancel_too_late"), ("return_item", "return A-0987", "return_refused")],
)
async def test_a_no_of_ours_is_owned_and_known_to_the_person_who_takes_over(
    front: Front, intent: str, said: str, code: RecoveryCode
) -> None:
    outcome = await front.run("action_prepare", said, intent)
    assert outcome.text.startswith(words(f"recovery_{code}_own"))
    assert outcome.text.endswith(words(f"recovery_{code}_next"))
    assert front.slots["recovery"] == code
    await front.run("action_prepare", "invoice for A-1018", "invoice_copy")
    await front.run("action_confirm", "yes", "affirm")
    assert front.slots["recovery"] is None


async def test_the_person_who_takes_over_reads_the_protocols_next_step(front: Front) -> None:
    case = HAPPY["double_charge"]
    front.context = replace(front.context, customer_id=case.customer)
    await front.run("action_prepare", case.said, case.intent)
    front.faults.always("apply", Fault("lost_write"))
    handoff = (await front.run("action_confirm", "yes", "affirm")).directive("handoff")
    assert handoff is not None
    steps = [item["text"] for item in handoff["evidence"] if item["kind"] == "recovery"]
    assert steps == [f"double_charge (cause: payment_provider). Next: {protocols()['double_charge'].person}"]
