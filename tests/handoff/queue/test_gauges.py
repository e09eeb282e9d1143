"""The gauges count what waits."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from handoff.queue.gauges import measure
from tests.handoff.conftest import Desk

pytestmark = pytest.mark.service


async def test_what_waits_is_counted(desk: Desk) -> None:
    customer = await desk.open()
    await customer.post("handoff", {})
    await measure(desk.handoff.core.database, desk.handoff.core.clock.now())
    text = generate_latest().decode()
    assert 'frontdesk_queue_waiting{queue="support"} 1.0' in text
    assert "frontdesk_inbox 0.0" in text
