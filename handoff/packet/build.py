"""The packet, built from the log: a pure function, so that it can be rebuilt and checked at any time.

Every statement points at the event it came from; what the log does not show is named in ``missing``, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from handoff.clock import parse
from handoff.contract.events import Attachment, Evidence
from handoff.contract.next_action import DANGERS
from handoff.contract.packet import (
    Fact,
    Packet,
    PacketAdvice,
    PacketIds,
    PacketLine,
    PacketMood,
    PacketSummary,
    PacketWhy,
)
from handoff.contract.redact import PAYMENT, finds, hide
from handoff.conversations.log import Conversation, WireEvent
from handoff.packet import tried
from handoff.packet.advice import advise
from handoff.packet.customer import contacts, customer, topic_chosen
from handoff.packet.hide import hide_events
from handoff.packet.need import TurnRecord, need, questions
from handoff.packet.origins import origins
from handoff.packet.routing import Handoff, routing
from handoff.packet.summary import summarise
from handoff.packet.tried import LedgerRow
from handoff.packet.versions import knowledge_version, model, threshold

__all__ = ["Handoff", "LedgerRow", "TurnRecord", "build"]

LONGEST_LINE = 1_000
LONGEST_NOTE = 1_000
REPHRASED = frozenset({"rephrase", "rephrased"})
URGENCY: dict[int, Literal["urgent", "high", "normal"]] = {1: "urgent", 2: "high"}
KINDS: dict[str, Literal["message", "note", "draft", "failure"]] = {
    "message.sent": "message",
    "note.added": "note",
    "message.drafted": "draft",
    "turn.failed": "failure",
}


def build(
    conversation: Conversation,
    events: Sequence[WireEvent],
    turns: Sequence[TurnRecord],
    handoff: Handoff,
    prior_contacts: int = 0,
    ledger: Mapping[str, LedgerRow] | None = None,
    as_of: str | None = None,
    address: str | None = None,
) -> Packet:
    """The whole packet, before the size cap (``fit``).

    ``events``: the conversation's whole log, in order. ``turns``: its finished turns, in order. ``ledger``: its
    operations' rows by id. ``as_of``: the moment that decides what is overdue; the hand-over's, unless given.
    ``address``: the customer's e-mail on record.
    """
    events, redactions = hide_events(events)
    turns = [turn._replace(result=hide(turn.result)) for turn in turns]
    said = [e for e in events if e["type"] == "message.sent" and e["source"] == "customer"]
    triage = [e for e in events if e["type"] == "triage.decided" and e["seq"] <= handoff.seq]
    request = next(e for e in events if e["seq"] == handoff.seq)
    why = _why(request, triage, turns, handoff, prior_contacts)
    performed = [e for e in events if e["type"] == "action.performed"]
    note = Fact(why.note, "customer", handoff.seq) if why.note and request["source"] == "customer" else None
    where = contacts(conversation, events, turns, address)
    packet = Packet(
        ids=PacketIds(
            handoff_id=handoff.id,
            conversation_id=conversation.id,
            episode_id=conversation.episode_id or _last_episode(events),
            epoch=request["epoch"],
            created_at=handoff.requested_at,
            first_contact_at=conversation.opened_at,
            wait_started_at=_first_wait(events, handoff),
            bot_version=turns[-1].model_version if turns else None,
            knowledge_version=knowledge_version(events),
            model=model(turns),
        ),
        customer=customer(conversation, events, said, where),
        why=why,
        need=need(said, turns, why.evidence, performed, note, topic_chosen(events)),
        tried=tried.steps(events, turns, handoff.seq),
        operations=tried.operations(events, ledger or {}),
        articles=tried.articles(events),
        promises=tried.promises(events, as_of or handoff.requested_at),
        approvals=tried.approvals(events),
        mood=PacketMood(
            frustration=[e["data"]["frustration"] for e in triage],
            turns=len(triage),
            rephrasings=sum(1 for e in triage if _shows(e, REPHRASED)),
            minutes=round((parse(handoff.requested_at) - parse(conversation.opened_at)).total_seconds() / 60, 1),
            prior_contacts=prior_contacts,
            signs=[ground for e in triage for ground in _grounds(e) if e["data"]["frustration"] > 0],
        ),
        routing=routing(events, handoff),
        summary=PacketSummary("", "", "", ""),
        advice=PacketAdvice("ask_need", ""),
        completeness=0.0,
        questions=questions(events, handoff.seq),
        transcript=_transcript(events),
        redactions=redactions,
    )
    packet = replace(packet, origins=origins(packet, events, turns, where, handoff.seq))
    packet = replace(packet, advice=advise(packet))
    packet = replace(packet, origins=origins(packet, events, turns, where, handoff.seq))  # now with the advice's own
    missing = [name for name, known in _wanted(packet).items() if not known]
    share = round(1 - len(missing) / len(_wanted(packet)), 2)
    return replace(packet, summary=summarise(packet), completeness=share, missing=missing)


def _wanted(packet: Packet) -> dict[str, bool]:
    """What a person wants to know before the first word, and whether the packet knows it."""
    needed = packet.need
    return {
        "customer": packet.customer.customer_id is not None,
        "contact": bool(packet.customer.email or packet.customer.phone),
        "problem": needed.problem is not None,
        "wants": needed.wants is not None,
        "intent": bool(needed.intents),
        "reason": bool(packet.why.evidence or packet.why.note or packet.why.reason == "explicit_request"),
        "slots": bool(needed.slots),
        "tried": bool(packet.tried),
    }


def _first_wait(events: Sequence[WireEvent], handoff: Handoff) -> str:
    """The SLA clock runs from the first wait with people, also across a transfer and a hand-back."""
    if handoff.first_wait_at:
        return handoff.first_wait_at
    queued = [
        e["occurred_at"] for e in events if e["type"] == "handoff.queued" and e["data"]["handoff_id"] == handoff.id
    ]
    return queued[0] if queued else handoff.requested_at


def _last_episode(events: Sequence[WireEvent]) -> str | None:
    opened = [e["data"]["episode_id"] for e in events if e["type"] in ("episode.opened", "episode.linked")]
    return opened[-1] if opened else None


def _why(
    request: WireEvent,
    triage: Sequence[WireEvent],
    turns: Sequence[TurnRecord],
    handoff: Handoff,
    prior_contacts: int,
) -> PacketWhy:
    data = request["data"]
    last = triage[-1]["data"] if triage else {}
    evidence = [Evidence(**item) for item in data.get("evidence", [])]
    messages = [ground.seq for ground in evidence if ground.seq is not None] or last.get("reply_to", [])
    seen = {ground.kind for ground in evidence} | {ground.kind for e in triage for ground in _grounds(e)}
    flags = sorted(seen & (DANGERS | {"abuse"})) + (["repeat_contact"] if prior_contacts else [])
    return PacketWhy(
        reason=handoff.reason,
        rule=last.get("rule"),
        score=data.get("score"),
        threshold=threshold(turns, last) if data.get("score") is not None else None,
        evidence=evidence,
        messages=sorted(set(messages)),
        alternatives=[
            Fact(f"{e['data']['decision']} ({e['data']['rule']})", "tool", e["seq"])
            for e in triage[:-1]
            if e["data"].get("decision", "continue") != "continue"
        ],
        note=(data.get("note") or "")[:LONGEST_NOTE] or None,
        urgency=URGENCY.get(handoff.priority, "normal"),
        flags=flags,
    )


def _transcript(events: Sequence[WireEvent]) -> list[PacketLine]:
    return [
        PacketLine(
            e["seq"],
            e["occurred_at"],
            e["source"],
            _cut(text),
            KINDS[e["type"]],
            [Attachment(**each) for each in e["data"].get("attachments", [])],
            [label.strip("[]") for label in finds("", text) if label in PAYMENT],
        )
        for e in events
        if e["type"] in KINDS and ((text := e["data"].get("text", "")) or e["data"].get("attachments"))
    ]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


def _grounds(event: WireEvent) -> list[Evidence]:
    return [Evidence(**{"seq": event["seq"], **item}) for item in event["data"].get("evidence", [])]


def _shows(event: WireEvent, kinds: frozenset[str]) -> bool:
    return any(item["kind"] in kinds for item in event["data"].get("evidence", []))
