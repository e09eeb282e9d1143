"""One-time codes: five tries, ten minutes, once, and no word about who exists."""

from __future__ import annotations

import pytest

from actions.assembly import OpenShop
from actions.backend.codes import MAX_TRIES
from actions.backend.mail import list_mails
from actions.errors import CodeRefused
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service


def newest_code(shop: OpenShop) -> str:
    return str(list_mails(shop.mailbox._directory)[-1]["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def refusal(shop: OpenShop, conversation: str, code: str) -> str:
    with pytest.raises(CodeRefused) as refused:
        await shop.verifier.check(conversation, code)
    return refused.value.reason


async def test_the_code_from_the_mail_names_the_customer_once(shop: OpenShop) -> None:
    await shop.verifier.send("con_1", "cus_mara")
    assert await shop.verifier.pending("con_1")
    assert await shop.verifier.check("con_1", newest_code(shop)) == "cus_mara"
    assert await refusal(shop, "con_1", newest_code(shop)) == "none"


async def test_a_code_of_another_conversation_is_worth_nothing(shop: OpenShop) -> None:
    await shop.verifier.send("con_1", "cus_mara")
    assert await refusal(shop, "con_2", newest_code(shop)) == "none"


async def test_after_five_tries_even_the_right_code_fails(shop: OpenShop) -> None:
    await shop.verifier.send("con_1", "cus_mara")
    code = newest_code(shop)
    reasons = [await refusal(shop, "con_1", wrong(code)) for _ in range(MAX_TRIES)]
    assert reasons == ["wrong"] * 4 + ["too_many"]
    assert await refusal(shop, "con_1", code) == "too_many"
    assert not await shop.verifier.pending("con_1")


async def test_a_code_is_good_for_ten_minutes(shop: OpenShop, clock: FakeClock) -> None:
    await shop.verifier.send("con_1", "cus_mara")
    clock.advance(600)
    assert await refusal(shop, "con_1", newest_code(shop)) == "expired"


async def test_a_new_code_ends_the_older_one(shop: OpenShop, clock: FakeClock) -> None:
    await shop.verifier.send("con_1", "cus_mara")
    older = newest_code(shop)
    clock.advance(5)
    await shop.verifier.send("con_1", "cus_mara")
    if older != newest_code(shop):
        assert await refusal(shop, "con_1", older) == "wrong"
    assert await shop.verifier.check("con_1", newest_code(shop)) == "cus_mara"


async def test_codes_are_not_sent_without_end(shop: OpenShop, clock: FakeClock) -> None:
    for _ in range(3):
        await shop.verifier.send("con_1", "cus_mara")
    with pytest.raises(CodeRefused):
        await shop.verifier.send("con_1", "cus_mara")
    for number in range(2, 8):
        await shop.verifier.send(f"con_{number}", "cus_mara")
    assert len(list_mails(shop.mailbox._directory)) == 6  # a mailbox cannot be flooded from many conversations
    clock.advance(3601)
    await shop.verifier.send("con_1", "cus_mara")


async def test_no_match_looks_the_same_and_no_code_can_be_right(shop: OpenShop) -> None:
    await shop.verifier.send("con_1", None)
    assert await shop.verifier.pending("con_1")
    assert list_mails(shop.mailbox._directory) == []
    assert await refusal(shop, "con_1", "000000") == "wrong"
