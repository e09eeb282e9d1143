"""Canned replies: who may change which, and the variables in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Scope = Literal["personal", "shared"]

VARIABLES = ("customer_name", "order_number", "agent_name")
SHARERS = frozenset({"lead", "admin", "editor"})
"""Roles that may write what everybody uses."""

_VARIABLE = re.compile(r"\{([a-z_]*)\}")


def unknown_variables(text: str) -> list[str]:
    """Names in braces that no reply can fill, in order: a typing error would reach a customer."""
    return [name for name in dict.fromkeys(_VARIABLE.findall(text)) if name not in VARIABLES]


def may_change(scope: Scope, owner_id: str, me: str, roles: Sequence[str]) -> bool:
    return owner_id == me if scope == "personal" else bool(SHARERS & set(roles))
