"""The assistant's words, from ``domain.yml``: one place for all that customers read, ready for translation.

Rasa says its own responses; what the actions say is read from the same list, by name and with variables, because it
travels with choices, operations and citations. A text of the actions has one variant: it states facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

import yaml

from actions.errors import ActionsError

DOMAIN = Path(__file__).resolve().parents[1] / "domain.yml"


class WordsMissing(ActionsError):
    """A response that the actions want is not in the domain, or has a variable that nobody fills: a defect."""


def words(name: str, /, **values: object) -> str:
    """The response ``utter_<name>`` with its variables filled. Raises ``WordsMissing``."""
    template = _responses().get(f"utter_{name}")
    if template is None:
        raise WordsMissing("words_missing", f"There is no response utter_{name}.")
    try:
        return template.format_map(values)
    except KeyError as missing:
        raise WordsMissing("words_missing", f"utter_{name} has the variable {missing}.") from None


def known(name: str) -> bool:
    return f"utter_{name}" in _responses()


def variables(name: str) -> set[str]:
    """The names in braces of ``utter_<name>``."""
    return {field for _, field, _, _ in Formatter().parse(_responses()[f"utter_{name}"]) if field}


@cache
def _responses() -> Mapping[str, str]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    domain = yaml.load(DOMAIN.read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader, the fast one
    return MappingProxyType({name: variants[0].get("text", "") for name, variants in domain["responses"].items()})
