from __future__ import annotations

import pytest

from handoff.history.checker import History
from stack.prove.evidence import lies

pytestmark = pytest.mark.unit

HISTORY = History("cnv_1", [])


@pytest.mark.parametrize(
    ("state", "effects", "lie"),
    [
        ("verified", 1, False),
        ("unknown", 1, False),
        ("unknown", 0, False),
        ("intended", 0, False),
        ("failed", 0, False),
        ("verified", 0, True),
        ("done", 0, True),
        ("intended", 1, True),
        ("failed", 1, True),
    ],
)
def test_an_operation_says_what_the_shop_shows(state: str, effects: int, lie: bool) -> None:
    assert bool(lies(HISTORY, {"op_1": state}, {"op_1": effects})) is lie
