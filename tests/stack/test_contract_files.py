"""The contract's files say what the code says, and TypeScript's types are made from them."""

from __future__ import annotations

import subprocess

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
