"""The shop of a proof, on the shop's real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.assembly import make_code_mail, open_shop
from actions.backend.codes import OneTimeCodes
from actions.backend.port import CancelOrder
from handoff.conversations.identity import verify_identity
from stack import secrets
from stack.parts_settings import actions_settings
from stack.prove.people import Shop, newcomers
from stack.settings import Settings, load

pytestmark = pytest.mark.service


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load({}, env_file=tmp_path / "none", var_dir=tmp_path / "var")
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    open_shop(actions_settings(settings)).engine.dispose()
    return settings


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    shop = Shop(settings)
    yield shop
    shop.close()


def test_a_newcomer_has_an_order_to_cancel_and_one_on_its_way(shop: Shop, settings: Settings) -> None:
    newcomer = newcomers(shop, "trial")
    (token, placed, moving), (_, other, _) = newcomer(), newcomer()

    secret = secrets.read(settings.paths.secrets, "identity_secret").get_secret_value()
    assert verify_identity(token, secret).id == "trial-0"
    assert shop.statuses()[placed] == "placed"
    assert shop.statuses()[moving] == "in_transit"
    assert other not in (placed, moving)


async def test_an_effect_is_counted_by_its_key_and_by_its_order(shop: Shop, settings: Settings) -> None:
    _, placed, _ = newcomers(shop, "trial")()
    demo = open_shop(actions_settings(settings), now=lambda: datetime.now(UTC))
    before = shop.cancellations().get(placed, 0)

    await demo.backend.apply("trial-0", CancelOrder(placed), "op_1")
    await demo.backend.apply("trial-0", CancelOrder(placed), "op_1")  # the same key again is the same effect
    demo.engine.dispose()

    assert before == 0
    assert shop.effects()["op_1"] == 1
    assert shop.cancellations()[placed] == 1
    assert shop.statuses()[placed] == "cancelled"


async def test_a_code_is_counted_and_read_from_its_mail(shop: Shop, settings: Settings) -> None:
    _, _, moving = newcomers(shop, "trial")()
    email = shop.email_of(moving)
    demo = open_shop(actions_settings(settings), now=lambda: datetime.now(UTC))
    codes = OneTimeCodes(demo.engine, lambda: datetime.now(UTC))
    for _ in range(2):  # the same turn again sends none
        await codes.send("cnv_1", 3, "trial-0")
    await make_code_mail(demo, demo.backend).deliver()
    demo.engine.dispose()

    (code,) = shop.mailed_codes(email)
    assert (email, len(code), shop.codes()) == ("trial-0@example.com", 6, {"cnv_1": 1})
