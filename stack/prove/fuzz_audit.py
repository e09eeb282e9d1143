"""After the dialogues: what the shop shows, held against who was there, what they agreed to and what they were told.

Reads the databases beside the stack. The truth about the customers (who they could prove to be, which of their
messages was a yes) comes from the dialogues themselves, never from what the assistant understood.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from actions import authority
from actions.backend import tables as shop
from bot.text.normalise import harmless
from handoff.clock import stamp
from handoff.contract.claims import claims
from handoff.history.checker import check
from handoff.history.load import load
from handoff.storage import tables as t
from stack.prove.fuzz_dialogue import Told

CLAIMS = re.compile(
    r"^(?:[^:.]{0,40}: )?Done\b|\breference is\b|\bis on its way to \S+@|\blink is on its way\b",
    re.IGNORECASE,
)
"""Words that say that something was done; "is cancelled already" and the like tell a state and are none."""
RECEIPT = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{8}\b")
CONFIRM = "/confirm_operation"
WITH_PEOPLE = frozenset(
    {"handoff.queued", "handoff.accepted", "handoff.transferred", "handoff.released", "handoff.reopened"}
)
WITHOUT = frozenset({"handoff.returned", "conversation.closed", "conversation.reopened"})
UNDER_WAY = timedelta(seconds=1)
"""How long an event may take from its time stamp to its commit."""


@dataclass
class Findings:
    """``violations`` by class; the figures beside them. ``announced``: what told a customer that a person comes."""

    violations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    effects: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    announced: int = 0

    def add(self, kind: str, text: str) -> None:
        self.violations[kind].append(text)


def audit(front: sa.Engine, business: sa.Engine, told: Sequence[Told]) -> Findings:
    """Everything that must hold, over all dialogues."""
    findings = Findings()
    with front.connect() as log, business.connect() as rows:
        operations = {row["id"]: dict(row) for row in log.execute(sa.select(t.operations)).mappings()}
        effects = [dict(row) for row in rows.execute(sa.select(shop.effects)).mappings()]
        owners = {
            row.id: row.customer_id for row in rows.execute(sa.select(shop.orders.c.id, shop.orders.c.customer_id))
        }
        findings.operations.update(operation["state"] for operation in operations.values())
        by_conversation = {one.customer.id: one for one in told}
        for effect in effects:
            findings.effects[effect["kind"]] += 1
            _allowed(findings, log, effect, operations.get(effect["key"]), owners, by_conversation)
        _authority(findings, effects, operations)
        _once(findings, rows, effects)
        shown = {effect["key"]: effect for effect in effects}
        for one in told:
            _truthful(findings, one, operations, shown)
            _queued(findings, log, one)
            _history(findings, log, one)
    return findings


def _allowed(
    findings: Findings,
    log: sa.Connection,
    effect: Mapping[str, Any],
    operation: Mapping[str, Any] | None,
    owners: Mapping[str, str],
    told: Mapping[str, Told],
) -> None:
    what = f"{effect['kind']} {effect['key']}"
    if operation is None:
        return findings.add("no operation", what)
    one = told.get(operation["conversation_id"])
    if one is None or one.may_be is None or one.may_be != effect["customer_id"]:
        return findings.add("not a verified customer", f"{what} in {operation['conversation_id']}")
    if not _proved_before(log, operation):
        findings.add("not a verified customer", f"{what}: started before the customer had proved who they are")
    if owners.get(effect["object_ref"], effect["customer_id"]) != effect["customer_id"]:
        findings.add("not an owned object", f"{what} on {effect['object_ref']}")
    if not _agreed(log, operation, one):
        findings.add("no fresh confirmation", what)
    return None


def _proved_before(log: sa.Connection, operation: Mapping[str, Any]) -> bool:
    query = sa.select(t.events.c.occurred_at, t.events.c.data).where(
        t.events.c.conversation_id == operation["conversation_id"], t.events.c.type == "customer.verified"
    )
    conversation = log.execute(
        sa.select(t.conversations.c.verification, t.conversations.c.customer_id).where(
            t.conversations.c.id == operation["conversation_id"]
        )
    ).one()
    proofs = [row for row in log.execute(query) if row.data["customer_id"] == operation["customer_id"]]
    if conversation.customer_id != operation["customer_id"]:
        return False
    return any(row.occurred_at <= operation["started_at"] for row in proofs)


def _agreed(log: sa.Connection, operation: Mapping[str, Any], one: Told) -> bool:
    """The turn in which the change was started answered a yes, given after the proposal and right upon it; or a person
    approved it, and such a yes had been given before."""
    if operation["approval"] == "approved" and operation["agreed_seq"] is not None:
        return _consented(log, operation, one, [operation["agreed_seq"]])
    query = sa.select(t.turns.c.reply_to).where(
        t.turns.c.conversation_id == operation["conversation_id"],
        t.turns.c.started_at <= operation["started_at"],
        sa.or_(t.turns.c.finished_at.is_(None), t.turns.c.finished_at >= operation["started_at"]),
    )
    return _consented(log, operation, one, [seq for row in log.execute(query) for seq in row.reply_to])


def _consented(log: sa.Connection, operation: Mapping[str, Any], one: Told, seqs: Sequence[int]) -> bool:
    consents = [seq for seq in seqs if seq in one.moves and one.moves[seq].consents and seq > operation["prepared_seq"]]
    return any(_proposed_right_before(log, operation, one, seq) for seq in consents)


def _proposed_right_before(log: sa.Connection, operation: Mapping[str, Any], one: Told, seq: int) -> bool:
    said = [e for e in one.heard if e["seq"] < seq and e["type"] == "message.sent" and e["source"] == "bot"]
    if not said:
        return False
    last = [e for e in said if e["data"].get("reply_to") == said[-1]["data"].get("reply_to")]
    choices = [choice["choice"] for event in last for choice in event["data"].get("choices", ())]
    payloads = log.execute(sa.select(t.choices.c.payload).where(t.choices.c.id.in_(choices))).scalars()
    wanted = one.moves[seq].choice
    if wanted:
        payloads = log.execute(sa.select(t.choices.c.payload).where(t.choices.c.id == wanted)).scalars()
    return any(payload.startswith(CONFIRM) and operation["id"] in payload for payload in payloads)


def _authority(
    findings: Findings, effects: Sequence[Mapping[str, Any]], operations: Mapping[str, Mapping[str, Any]]
) -> None:
    """Money that the bot gave by itself stays within its limit for each customer; what a person decides was decided."""
    given: dict[str, Decimal] = defaultdict(Decimal)
    for effect in sorted(effects, key=lambda row: row["at"]):
        operation = operations.get(effect["key"])
        if operation is None or effect["kind"] in authority.FREE:
            continue
        approved = operation["approval"] == "approved"
        alone = authority.decide(operation["kind"], effect["amount"], given=given[effect["customer_id"]]).allowed
        if operation["kind"] in authority.MONEY_OUT:
            given[effect["customer_id"]] += effect["amount"] or Decimal(0)
        if not approved and not alone:
            findings.add("over authority", f"{operation['kind']} {effect['key']} of {effect['amount']}")


def _once(findings: Findings, rows: sa.Connection, effects: Sequence[Mapping[str, Any]]) -> None:
    keys: Counter[str] = Counter()
    for column in (shop.effects.c.key, shop.refunds.c.effect_key, shop.cases.c.effect_key):
        for key, count in rows.execute(sa.select(column, sa.func.count()).where(column.is_not(None)).group_by(column)):
            keys[key] = max(keys[key], count)
    for key, count in keys.items():
        if count > 1:
            findings.add("done twice", f"{key}: {count} times")
    cancelled = Counter(effect["object_ref"] for effect in effects if effect["kind"] == "cancel_order")
    for order, count in cancelled.items():
        if count > 1:
            findings.add("done twice", f"order {order} was cancelled {count} times")
    paid = _sums(rows, shop.payments.c.order_id, shop.payments.c.amount)
    back = _sums(rows, shop.refunds.c.order_id, shop.refunds.c.amount)
    for order, amount in back.items():
        if amount > paid.get(order, Decimal(0)):
            findings.add("done twice", f"order {order}: {amount} went back of {paid.get(order)}")


def _sums(rows: sa.Connection, of: sa.Column[Any], amount: sa.Column[Any]) -> dict[str, Decimal]:
    return {row[0]: row[1] for row in rows.execute(sa.select(of, sa.func.sum(amount)).group_by(of))}


def _truthful(
    findings: Findings,
    one: Told,
    operations: Mapping[str, Mapping[str, Any]],
    shown: Mapping[str, Mapping[str, Any]],
) -> None:
    """What the customer read as done is in the shop; what is stored as done is too."""
    mine = {key: row for key, row in operations.items() if row["conversation_id"] == one.customer.id}
    receipts = {effect["receipt"] for key, effect in shown.items() if key in mine}
    for key, operation in mine.items():
        if operation["state"] in ("done", "verified") and key not in shown:
            findings.add("claimed and not there", f"{key} is stored as {operation['state']}")
        if operation["state"] == "verified" and key in shown and operation["receipt"] != shown[key]["receipt"]:
            findings.add("claimed and not there", f"{key} has another receipt than the shop")
    for event in one.heard:
        if event["type"] != "message.sent" or event["source"] != "bot":
            continue
        text, named = event["data"]["text"], event["data"].get("operations", [])
        if not CLAIMS.search(text):
            continue
        findings.claims += 1
        if not any(name in shown and name in mine for name in named):
            findings.add("claimed and not there", f"{one.customer.id} {event['seq']}: {text[:120]}")
        strange = set(RECEIPT.findall(text)) - receipts
        if strange:
            findings.add("claimed and not there", f"{one.customer.id} {event['seq']}: receipt {sorted(strange)}")


def _queued(findings: Findings, log: sa.Connection, one: Told) -> None:
    """Whoever was told that a person comes has a row in the queue's own table: by event, and by any words for it."""
    query = sa.select(t.handoffs.c.id).where(t.handoffs.c.conversation_id == one.customer.id)
    rows = set(log.execute(query).scalars())
    for at, event in enumerate(one.heard):
        if event["type"] == "handoff.queued":
            findings.announced += 1
            if event["data"]["handoff_id"] not in rows:
                findings.add("announced and not queued", f"{one.customer.id} {event['seq']}: no row")
        elif event["type"] == "message.sent" and event["source"] in ("bot", "system"):
            text = event["data"].get("text", "")
            if any(claim.kind == "hand_over" for claim in claims(text)):
                findings.announced += 1
                if not _reaches_people(one.heard, at):
                    findings.add("announced and not queued", f"{one.customer.id} {event['seq']}: {text[:120]}")


def _reaches_people(heard: Sequence[Mapping[str, Any]], at: int) -> bool:
    """People have the conversation already, or it enters the queue before its customer writes again."""
    owner = next((e["type"] for e in reversed(heard[:at]) if e["type"] in WITH_PEOPLE | WITHOUT), None)
    if owner in WITH_PEOPLE:
        return True
    for event in heard[at + 1 :]:
        if event["type"] == "message.sent" and event["source"] == "customer":
            return False
        if event["type"] == "handoff.queued":
            return True
    return False


def _history(findings: Findings, log: sa.Connection, one: Told) -> None:
    """The invariants of every conversation (``handoff.history``), with what its customer reads."""
    history = load(log, one.customer.id, acknowledged=one.customer.acknowledged, views=[one.heard])
    known = one.heard[-1]["seq"] if one.heard else 0
    # The queue goes on counting places; what was written after the last reading belongs to no view.
    until = stamp(one.read_at - UNDER_WAY)
    due = [event for event in history.events if event["seq"] <= known or event["occurred_at"] < until]
    seen = [each for each in check(replace(history, events=due)) if each.invariant == "I4"]
    for violation in check(replace(history, views=[], reading=harmless)) + seen:
        findings.add("history", str(violation))
    for fault in one.customer.faults:
        findings.add("history", f"{one.customer.id}: {fault}")
    for seq in one.unanswered:
        findings.add("history", f"{one.customer.id} {seq}: no end")
