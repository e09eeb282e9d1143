"""The next transaction is one file and its texts; what is wrong with it is found at start."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actions import words as words_module
from actions.transactions.catalogue import BadDeclaration, read_transactions
from actions.transactions.engine import TransactionEngine
from tests.actions.conftest import Front
from tests.support.asked import put_question

pytestmark = pytest.mark.service

TOY = """
from actions.backend.port import SendInvoice
from actions.transactions.declaration import Proposal, Transaction
from actions.words import words


async def prepare(request):
    order = request.slot("order_number")
    return Proposal(SendInvoice(order), order, summary="Warranty card", question=words("warranty_card_question"))


async def verify(backend, customer_id, happened):
    return await backend.mail_was_sent(customer_id, happened.effect.key)


def done(happened):
    return words("warranty_card_done", receipt=happened.effect.receipt)


TRANSACTION = Transaction(
    kind="warranty_card", title="Warranty card", intents=("warranty_card",), slots=("order_number",),
    prepare=prepare, verify=verify, done=done,
)
"""
TEXTS = """
  utter_warranty_card_question:
    - text: "Shall I mail you the warranty card?"
  utter_warranty_card_done:
    - text: "It's in your mail: {receipt}."
  utter_warranty_card_declined:
    - text: "All right."
"""


@pytest.fixture
def kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package for declarations, and a domain that may have more texts."""
    folder = tmp_path / "toy_kinds"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (tmp_path / "domain.yml").write_text(words_module.DOMAIN.read_text("utf-8") + TEXTS, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(words_module, "DOMAIN", tmp_path / "domain.yml")
    words_module._responses.cache_clear()
    yield folder
    words_module._responses.cache_clear()
    for name in [name for name in sys.modules if name.startswith("toy_kinds")]:
        del sys.modules[name]


async def test_one_file_and_its_texts_are_enough(front: Front, kinds: Path) -> None:
    (kinds / "warranty_card.py").write_text(TOY)
    transactions = read_transactions(importlib.import_module("toy_kinds"))
    engine = TransactionEngine(front.desk.backend, front.desk.engine._ledger, transactions, front.clock.now, 5.0, 5.0)
    asked = await engine.prepare(front.context, "warranty_card", "", {"order_number": "A-1018"})
    assert not any(item.directive for item in asked.returns)
    put = [name for item in asked.returns if item.message for name in item.message.operations]
    await front.database.write(lambda c: put_question(c, front.context.conversation_id, front.context.seq + 1, put))
    replaced = TransactionEngine(front.desk.backend, front.desk.engine._ledger, transactions, front.clock.now, 5.0, 5.0)
    context = replace(front.context, seq=front.context.seq + 2)
    reply = await replaced.confirm(context, str(asked.slots["operation_id"]))
    assert any(item.directive for item in reply.returns), "nobody has placed it in authority.py: a person decides"
    assert front.effects() == []


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"empty": "x = 1"}, "declares no transaction"),
        ({"one": TOY, "two": TOY}, "declared twice"),
        ({"one": TOY, "two": TOY.replace('kind="warranty_card"', 'kind="refund"')}, "belongs to"),
        ({"mute": TOY.replace('kind="warranty_card"', 'kind="mute"')}, "no words for declined, done"),
    ],
)
def test_a_declaration_that_does_not_hold_stops_the_start(kinds: Path, files: dict[str, str], complaint: str) -> None:
    for name, text in files.items():
        (kinds / f"{name}.py").write_text(text)
    with pytest.raises(BadDeclaration, match=complaint):
        read_transactions(importlib.import_module("toy_kinds"))
