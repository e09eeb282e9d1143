"""Every transaction of the desk: each file in ``kinds`` declares one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from actions.errors import ActionsError
from actions.recovery import check_remedies
from actions.transactions import kinds
from actions.transactions.declaration import Transaction
from actions.words import known


class BadDeclaration(ActionsError):
    """A file in ``kinds`` declares nothing, a kind or intent that is taken, or something without words: a defect."""


def read_transactions(package: ModuleType = kinds) -> Mapping[str, Transaction]:
    """The declaration of every module in ``package``, by kind. Raises ``BadDeclaration``."""
    found: dict[str, Transaction] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        declared = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "TRANSACTION", None)
        if not isinstance(declared, Transaction):
            raise BadDeclaration("bad_declaration", f"{module.name} declares no transaction.")
        if declared.kind in found:
            raise BadDeclaration("bad_declaration", f"{declared.kind} is declared twice.")
        silent = sorted(part for part in declared.parts if not known(f"{declared.kind}_{part}"))
        if silent:
            raise BadDeclaration("bad_declaration", f"{declared.kind} has no words for {', '.join(silent)}.")
        found[declared.kind] = declared
    by_intent(found)
    return MappingProxyType(found)


def by_intent(transactions: Mapping[str, Transaction]) -> Mapping[str, str]:
    """Which transaction a customer's intent asks for. Raises ``BadDeclaration`` where two claim one intent."""
    claimed: dict[str, str] = {}
    for transaction in transactions.values():
        for intent in transaction.intents:
            if intent in claimed:
                raise BadDeclaration("bad_declaration", f"{intent} belongs to {claimed[intent]} already.")
            claimed[intent] = transaction.kind
    return MappingProxyType(claimed)


TRANSACTIONS: Mapping[str, Transaction] = read_transactions()
BY_INTENT: Mapping[str, str] = by_intent(TRANSACTIONS)
check_remedies(TRANSACTIONS)
