from __future__ import annotations

import pytest

from handoff.canned.rules import may_change, unknown_variables

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Hello {customer_name}, order {order_number} is on its way. {agent_name}", []),
        ("Hello {customer}, {customer} and {}", ["customer", ""]),
        ("A brace { alone, and {Not A Name} are only text", []),
    ],
)
def test_a_variable_that_nobody_can_fill_is_named(text: str, unknown: list[str]) -> None:
    assert unknown_variables(text) == unknown


@pytest.mark.parametrize(
    ("scope", "owner", "roles", "may"),
    [
        ("personal", "me", ["agent"], True),
        ("personal", "you", ["admin"], False),
        ("shared", "me", ["agent"], False),
        ("shared", "you", ["lead"], True),
        ("shared", "you", ["editor"], True),
    ],
)
def test_who_may_change(scope: str, owner: str, roles: list[str], may: bool) -> None:
    assert may_change(scope, owner, "me", roles) is may  # type: ignore[arg-type]
