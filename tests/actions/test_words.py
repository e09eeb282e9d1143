"""Every text of the actions is in the domain, with exactly the variables that its speaker fills."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions import words as module
from actions.words import WordsMissing, known, variables, words

pytestmark = pytest.mark.unit

ACTIONS = Path(module.__file__).parent


def spoken() -> Iterator[tuple[str, str, set[str] | None]]:
    """(place, name, variables) of every ``words("name", …)``; ``None`` where the variables come from a mapping."""
    for path in sorted(ACTIONS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "words"):
                continue
            first = node.args[0]
            names = [first.value] if isinstance(first, ast.Constant) else []
            if isinstance(first, ast.IfExp):
                names = [part.value for part in (first.body, first.orelse) if isinstance(part, ast.Constant)]
            given = {keyword.arg for keyword in node.keywords}
            for name in names:
                yield f"{path.name}:{node.lineno}", str(name), None if None in given else {str(arg) for arg in given}


def test_what_is_said_is_in_the_domain_with_its_variables() -> None:
    said = list(spoken())
    assert len(said) > 80
    assert [(place, name) for place, name, _ in said if not known(name)] == []
    wrong = [(place, name) for place, name, given in said if given is not None and given != variables(name)]
    assert wrong == []


def test_words_are_filled_and_a_gap_is_a_typed_error() -> None:
    assert words("refund_yes", amount="39.80 EUR") == "Yes, refund 39.80 EUR"
    with pytest.raises(WordsMissing, match="amount"):
        words("refund_yes")
    with pytest.raises(WordsMissing, match="utter_nothing_like_it"):
        words("nothing_like_it")
