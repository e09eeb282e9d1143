"""Node is found, on the machine or in the wheel, and its npm works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from stack import node
from stack.errors import StackError

pytestmark = pytest.mark.service


def test_the_wheels_npm_works_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_on_the_machine", lambda: [])
    found = node.find_node()
    assert found.version >= node.LEAST
    done = subprocess.run(found.npm("--version"), env=found.environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout[:1].isdigit()) == (0, True), done.stderr


def test_a_node_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, said in (("node", "v18.20.4"), ("npm", "10")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert node.find_node().folder != tmp_path


def test_nowhere_at_all_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_on_the_machine", lambda: [])
    monkeypatch.setattr(node, "_in_the_wheel", lambda: [])
    with pytest.raises(StackError, match=r"Node 20.19 or newer"):
        node.find_node()
