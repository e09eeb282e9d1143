"""A customer reads what the system says in the language in which the widget opened the conversation."""

from __future__ import annotations

import pytest

from handoff.notices.catalogue import LANGUAGES
from tests.handoff.conftest import Customer, Desk

pytestmark = pytest.mark.service


@pytest.mark.parametrize("locale", ["en", "de", "es"])
async def test_a_waiting_customer_reads_their_own_language(desk: Desk, locale: str) -> None:
    opened = (await desk.client.post("/api/v1/conversations", json={"locale": locale})).json()
    customer = Customer(desk, opened["conversation_id"], opened["token"])
    await customer.post("handoff", {})
    left = await customer.post("leave_message", {"email": "mara@example.com", "text": "…", "client_message_id": "m1"})
    assert left.status_code == 201
    said = [e["data"]["text"] for e in await customer.events() if e["type"] == "message.sent"]
    notices = LANGUAGES[locale]
    assert said[0] == notices.queued(1, "explicit_request", None)
    assert said[-1].startswith(notices.left_email.partition("{when}")[0])
