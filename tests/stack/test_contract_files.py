"""The contract's files say what the code says, and TypeScript's types are made from them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from typing import Any

import pytest

from stack import contract_files
from stack.node import WEB, find_node

pytestmark = pytest.mark.contract


def test_the_schemas_are_those_of_the_code() -> None:
    assert contract_files.stale() == [], "python -m stack.contract_files --write, then npm run generate in web/"


def test_the_types_are_made_from_the_schemas() -> None:
    node = find_node()
    done = subprocess.run(
        [*node.npm("run", "generate", "--", "--check")],
        cwd=WEB,
        env=node.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


PUBLIC = {
    "GET /api/v1/agents/{agent_id}/picture",
    "GET /api/v1/demo/customers",
    "GET /api/v1/demo/identity",
    "GET /api/v1/help/search",
    "GET /api/v1/widget",
    "POST /api/v1/conversations",
    "POST /api/v1/session",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
}
"""What anybody may ask. The lab, which is there with ``--demo`` alone, is open too."""
KEYS = {
    frozenset({"conversation_token"}),
    frozenset({"identity_token"}),
    frozenset({"staff_token", "staff_cookie"}),
}


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """Method and path of every route → what the document says of it."""
    paths = contract_files.documents()["openapi.json"]["paths"]
    return {f"{method.upper()} {path}": operation for path, item in paths.items() for method, operation in item.items()}


def test_every_operation_has_a_short_name_of_its_own(operations: dict[str, dict[str, Any]]) -> None:
    names = Counter(operation["operationId"] for operation in operations.values())
    assert [name for name, times in names.items() if times > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+){0,3}", name)] == []


def test_every_operation_names_its_key_or_is_public(operations: dict[str, dict[str, Any]]) -> None:
    keys = {
        route: frozenset(name for alternative in operation.get("security", []) for name in alternative)
        for route, operation in operations.items()
        if "/lab/v1/" not in route
    }
    assert {route for route, names in keys.items() if not names} == PUBLIC
    assert {names for names in keys.values() if names} == KEYS
    assert {route for route, names in keys.items() if "identity_token" in names} == {
        route for route in keys if "/customers/me/" in route
    }
