"""Who the customer is and where they can be answered, each with the place it was learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from handoff.contract.packet import Fact, Origin, PacketCustomer
from handoff.conversations.log import Conversation, WireEvent
from handoff.packet.need import LONGEST_QUOTE, TurnRecord, accessibility

KINDS = ("email", "phone")
LONGEST_URL = 500


class Contact(NamedTuple):
    """``checked`` says where it was confirmed that this is theirs; ``None``: nowhere."""

    address: str
    origin: Origin
    checked: Origin | None = None


def contacts(
    conversation: Conversation, events: Sequence[WireEvent], turns: Sequence[TurnRecord], on_record: str | None
) -> dict[str, Contact]:
    """By kind. What they left to be answered at counts first, then what is ``on_record`` for who proved who they are,
    then what they mentioned, then what stands in the form before the chat."""
    found: dict[str, Contact] = {}
    form = opening(events)
    if form.get("email"):
        found["email"] = Contact(str(form["email"])[:LONGEST_QUOTE], Origin("pre_chat", 1))
    by_code = conversation.verification == "one_time_code"
    for turn in turns:
        triage = turn.result["triage"]
        told = {**(triage.get("slots") or {}), **(triage.get("entities") or {})}
        for kind in KINDS:
            if told.get(kind):
                proof = Origin("tool", verified_at(events)) if by_code and kind == "email" else None
                found[kind] = Contact(str(told[kind])[:LONGEST_QUOTE], Origin("customer", turn.seq), proof)
    if on_record and conversation.verification != "none":
        found["email"] = Contact(on_record[:LONGEST_QUOTE], Origin("tool"), Origin("tool"))
    for event in events:
        if event["type"] == "contact.given" and event["data"].get("address"):
            left = event["data"]
            proof = Origin("tool", event["seq"]) if left["checked"] == "verified" else None
            found[left["kind"]] = Contact(str(left["address"]), Origin("customer", event["seq"]), proof)
    return found


def customer(
    conversation: Conversation,
    events: Sequence[WireEvent],
    said: Sequence[WireEvent],
    where: Mapping[str, Contact],
) -> PacketCustomer:
    """``said``: the customer's messages. ``where``: their ``contacts``."""
    proven = verified_at(events)
    vouched = vouched_for(events)
    moments = [e["occurred_at"] for e in events if e["seq"] == proven]
    return PacketCustomer(
        customer_id=conversation.customer_id,
        name=conversation.customer_name,
        verification=conversation.verification,  # type: ignore[arg-type]
        verified_at=moments[0] if moments else None,
        email=where["email"].address if "email" in where else None,
        phone=where["phone"].address if "phone" in where else None,
        confirmed_contacts=[kind for kind in KINDS if kind in where and where[kind].checked],
        tier=vouched.get("tier"),
        locale=conversation.locale,
        timezone=opening(events).get("timezone"),
        page_url=(opening(events).get("page_url") or "")[:LONGEST_URL] or None,
        device=opening(events).get("device"),
        consent=vouched.get("consent") or [],
        accessibility=accessibility(said),
    )


def topic_chosen(events: Sequence[WireEvent]) -> Fact | None:
    """The topic that they chose in the form before the chat."""
    chosen = opening(events).get("topic")
    return Fact(str(chosen)[:LONGEST_QUOTE], "pre_chat", 1) if chosen else None


def opening(events: Sequence[WireEvent]) -> dict[str, Any]:
    return next((e["data"] for e in events if e["type"] == "conversation.opened"), {})


def vouched_for(events: Sequence[WireEvent]) -> dict[str, Any]:
    """What the host site's newest token says of them, with the ``seq`` at which it was shown."""
    by_site = [e for e in events if e["type"] == "customer.verified" and e["data"].get("method") == "identity_token"]
    return {**by_site[-1]["data"], "seq": by_site[-1]["seq"]} if by_site else {}


def verified_at(events: Sequence[WireEvent]) -> int | None:
    """The ``seq`` at which they last proved who they are."""
    return max((int(e["seq"]) for e in events if e["type"] == "customer.verified"), default=None)
