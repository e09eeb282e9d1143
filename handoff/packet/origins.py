"""Where the plain fields of a packet's groups come from: source and event, by ``group.field``."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from handoff.contract.packet import Fact, FactSource, Origin, Packet
from handoff.conversations.log import WireEvent
from handoff.packet.need import TurnRecord

GROUPS = ("ids", "customer", "why", "need", "mood", "routing", "advice")


def origins(
    packet: Packet, events: Sequence[WireEvent], turns: Sequence[TurnRecord], request: int
) -> dict[str, Origin]:
    """One entry for each plain field that says something. ``request``: the seq of ``handoff.requested``."""
    names = [
        f"{group}.{field.name}"
        for group in GROUPS
        for field in dataclasses.fields(getattr(packet, group))
        if _is_plain(getattr(getattr(packet, group), field.name))
    ]
    known = _known(packet, events, turns, request)
    return {name: known.get(name) or known[name.partition(".")[0]] for name in names}


def _is_plain(value: object) -> bool:
    """Says something, and does not carry its own origin."""
    if value is None or value in ("", []) or value == {} or isinstance(value, Fact):
        return False
    if isinstance(value, dict):
        value = list(value.values())
    return not (isinstance(value, list) and dataclasses.is_dataclass(value[0]))


def _known(packet: Packet, events: Sequence[WireEvent], turns: Sequence[TurnRecord], request: int) -> dict[str, Origin]:
    """By field, and by group for those that a field does not name."""
    asked = next(e for e in events if e["seq"] == request)
    by_customer = asked["source"] == "customer"
    verified = _last(events, "customer.verified")
    left = {e["data"]["kind"]: e["seq"] for e in events if e["type"] == "contact.given"}
    proof: FactSource = "host_site" if packet.customer.verification == "identity_token" else "customer"
    proven = Origin(proof, verified or 1)  # proven as it opened: the first event says so
    triage = max((e["seq"] for e in events if e["type"] == "triage.decided" and e["seq"] <= request), default=request)
    turn = turns[-1].seq if turns else None
    queued = next((e["seq"] for e in events if e["type"] == "handoff.queued" and e["seq"] > request), request)
    shown = next(
        (e["seq"] for e in events if e["seq"] > request and e["type"] == "message.sent" and e["source"] == "system"),
        request,
    )
    return {
        "ids": Origin("tool", request),
        "ids.conversation_id": Origin("tool", 1),
        "ids.first_contact_at": Origin("tool", 1),
        "ids.episode_id": Origin("tool", _last(events, "episode.opened") or 1),
        "ids.wait_started_at": Origin("tool", queued),
        "ids.bot_version": Origin("tool", turn),
        "customer": Origin("host_site", 1),
        "customer.customer_id": proven,
        "customer.name": proven,
        "customer.verification": Origin("tool", verified or 1),
        "customer.verified_at": Origin("tool", verified),
        "customer.email": Origin("customer", left.get("email") or _told(turns, "email")),
        "customer.phone": Origin("customer", left.get("phone") or _told(turns, "phone")),
        "customer.confirmed_contacts": Origin("tool", left.get("email") or verified or 1),
        "why": Origin("inferred", triage),
        "why.reason": Origin("customer" if by_customer else "inferred", request),
        "why.score": Origin("inferred", request),
        "why.note": Origin("customer" if by_customer else "inferred", request),
        "why.urgency": Origin("tool", queued),
        "need": Origin("inferred", turn),
        "mood": Origin("tool", request),
        "mood.frustration": Origin("inferred", triage),
        "mood.prior_contacts": Origin("tool"),
        "routing": Origin("tool", queued),
        "routing.text_shown": Origin("tool", shown),
        "advice": Origin("inferred", request),
    }


def _last(events: Sequence[WireEvent], kind: str) -> int | None:
    seqs = [int(e["seq"]) for e in events if e["type"] == kind]
    return max(seqs, default=None)


def _told(turns: Sequence[TurnRecord], name: str) -> int | None:
    for turn in reversed(turns):
        triage = turn.result["triage"]
        if (triage.get("entities") or {}).get(name) or (triage.get("slots") or {}).get(name):
            return int(turn.seq)
    return None
