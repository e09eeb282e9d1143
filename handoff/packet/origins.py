"""Where the plain fields of a packet's groups come from: source and event, by ``group.field``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from handoff.contract.packet import Fact, FactSource, Origin, Packet
from handoff.conversations.log import WireEvent
from handoff.packet.customer import Contact, opening, verified_at, vouched_for
from handoff.packet.need import TurnRecord
from handoff.packet.routing import routing_origins
from handoff.packet.versions import version_origins

BROWSERS = ("locale", "timezone", "page_url", "device")
"""Of the customer: what their browser sends as the conversation opens. Nobody vouches for it."""
GROUPS = ("ids", "customer", "why", "need", "mood", "routing", "advice")


def origins(
    packet: Packet,
    events: Sequence[WireEvent],
    turns: Sequence[TurnRecord],
    where: Mapping[str, Contact],
    request: int,
) -> dict[str, Origin]:
    """One entry for each plain field that says something. ``where``: the customer's contacts. ``request``: the seq of
    ``handoff.requested``."""
    names = [
        f"{group}.{field.name}"
        for group in GROUPS
        for field in dataclasses.fields(getattr(packet, group))
        if _is_plain(getattr(getattr(packet, group), field.name))
    ]
    known = {
        **_known(events, turns, request),
        **_of_customer(packet, events, where),
        **routing_origins(events, packet.ids.handoff_id, request),
        **version_origins(events, turns),
    }
    return {name: known.get(name) or known[name.partition(".")[0]] for name in names}


def _is_plain(value: object) -> bool:
    """Says something, and does not carry its own origin."""
    if value is None or value in ("", []) or value == {} or isinstance(value, Fact):
        return False
    if isinstance(value, dict):
        value = list(value.values())
    return not (isinstance(value, list) and dataclasses.is_dataclass(value[0]))


def _known(events: Sequence[WireEvent], turns: Sequence[TurnRecord], request: int) -> dict[str, Origin]:
    """By field, and by group for those that a field does not name."""
    asked = next(e for e in events if e["seq"] == request)
    by_customer = asked["source"] == "customer"
    triage = max((e["seq"] for e in events if e["type"] == "triage.decided" and e["seq"] <= request), default=request)
    turn = turns[-1].seq if turns else None
    queued = next((e["seq"] for e in events if e["type"] == "handoff.queued" and e["seq"] > request), request)
    return {
        "ids": Origin("tool", request),
        "ids.conversation_id": Origin("tool", 1),
        "ids.first_contact_at": Origin("tool", 1),
        "ids.episode_id": Origin("tool", _last(events, "episode.opened") or 1),
        "ids.wait_started_at": Origin("tool", queued),
        "why": Origin("inferred", triage),
        "why.reason": Origin("customer" if by_customer else "inferred", request),
        "why.score": Origin("inferred", request),
        "why.threshold": Origin("tool", triage),
        "why.note": Origin("customer" if by_customer else "inferred", request),
        "why.urgency": Origin("tool", queued),
        "need": Origin("inferred", turn),
        "mood": Origin("tool", request),
        "mood.frustration": Origin("inferred", triage),
        "mood.prior_contacts": Origin("tool"),
        "advice": Origin("inferred", request),
    }


def _of_customer(packet: Packet, events: Sequence[WireEvent], where: Mapping[str, Contact]) -> dict[str, Origin]:
    verified = verified_at(events)
    proof: FactSource = "host_site" if packet.customer.verification == "identity_token" else "customer"
    proven = Origin(proof, verified or 1)  # proven as it opened: the first event says so
    named = packet.customer.name
    from_form = named and named == opening(events).get("name") and packet.customer.verification != "identity_token"
    confirmed = next((each.checked for each in where.values() if each.checked), None)
    return {
        "customer": Origin("host_site", 1),
        "customer.customer_id": proven,
        **{f"customer.{each}": Origin("host_site", vouched_for(events).get("seq")) for each in ("tier", "consent")},
        "customer.name": Origin("pre_chat", 1) if from_form else proven,
        "customer.verification": Origin("tool", verified or 1),
        "customer.verified_at": Origin("tool", verified),
        **{f"customer.{name}": Origin("browser", 1) for name in BROWSERS},
        **{f"customer.{kind}": contact.origin for kind, contact in where.items()},
        "customer.confirmed_contacts": confirmed or Origin("tool", verified),
    }


def _last(events: Sequence[WireEvent], kind: str) -> int | None:
    seqs = [int(e["seq"]) for e in events if e["type"] == kind]
    return max(seqs, default=None)
