"""Whether the packet alone is enough, on cases that were written before the code; and that a wrong line is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.packets import ACTIONS, BadCase, Case, evaluate, read_cases
from handoff.contract.packet import MOST_BYTES, PacketNeed
from handoff.packet.fit import size
from stack.eval_packets_command import HELD, packet_of
from stack.paths import ROOT

pytestmark = pytest.mark.unit

DEV = ROOT / "eval" / "sets" / "dev" / "packet_cases.jsonl"


def test_the_next_right_action_is_named_from_the_packet_alone() -> None:
    held = evaluate(read_cases(HELD), packet_of)
    assert held["n"] >= 60
    assert held["sufficiency"] >= 0.95
    assert set(held["by_action"]) == ACTIONS


def test_development_cases_are_all_named() -> None:
    assert evaluate(read_cases(DEV), packet_of)["misses"] == []


def test_every_packet_keeps_its_size() -> None:
    assert all(size(packet_of(case)) <= MOST_BYTES for case in read_cases(HELD))


def test_a_packet_without_what_is_needed_is_not_enough() -> None:
    """The figure falls when the packet says less: it measures the packet, not the rules."""

    def poorer(case: Case) -> object:
        return replace(packet_of(case), need=PacketNeed(), operations=[], approvals=[], promises=[])

    assert evaluate(read_cases(HELD), poorer)["sufficiency"] < 0.6  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: a case has the fields"),
        (json.dumps({"id": "x"}), "line 2: a case has the fields"),
        ("again", "line 2: the id"),
        ("gold", "line 2: 'dance' is no next action"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    first = DEV.read_text().splitlines()[0]
    if line == "gold":
        line = json.dumps(json.loads(first) | {"id": "other", "gold": "dance"})
    (tmp_path / "cases.jsonl").write_text(f"{first}\n{first if line == 'again' else line}\n")
    with pytest.raises(BadCase, match=problem):
        read_cases(tmp_path / "cases.jsonl")
