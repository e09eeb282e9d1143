"""What helps the person who takes over: a first reply, what closing asks for, what to tell the assistant afterwards."""

from __future__ import annotations

from handoff.contract.next_action import next_action
from handoff.contract.packet import CloseField, NextAction, Packet, PacketAdvice

CLOSE_FIELDS: list[CloseField] = ["outcome", "cause", "packet_enough", "article_missing"]

FIRST_REPLY: dict[NextAction, str] = {
    "protect": "I've read what happened. Your safety comes first: are you all right at this moment?",
    "change_speaker": "I'm getting you somebody who speaks your language; your place in line stays.",
    "check_effect": "I'm looking right now at what really happened, and I'll tell you as soon as I see it.",
    "decide_approval": "I have the change in front of me and I'm deciding on it now.",
    "follow_up_promise": "You were promised an answer that is overdue. I'm seeing to it now.",
    "verify_identity": "I'd like to take care of this. First I need to be sure that it's you.",
    "explain_refusal": "I've read why this was refused. Let me explain it, and what we can do instead.",
    "split_issues": "I've read everything: there is more than one matter here. Let's start with the first.",
    "confirm_done": "I've checked: it is done.",
    "ask_detail": "I have what you told us so far. One thing is still missing.",
    "carry_out": "I've read everything and I'm taking care of it now.",
    "answer_question": "I've read your question. Let me find the right answer for you.",
    "listen": "I've read what happened, and I understand that you're upset. What would make it right for you?",
    "clarify": "I've read what you wrote, and I want to be sure that I understand you.",
    "ask_need": "I'm here for you. What can I do?",
}
MACROS: dict[NextAction, list[str]] = {
    "decide_approval": ["decide_approval"],
    "answer_question": ["search_articles"],
    "verify_identity": ["send_code"],
    "change_speaker": ["transfer"],
    "confirm_done": ["close_resolved"],
}


def advise(packet: Packet) -> PacketAdvice:
    action = next_action(packet)
    return PacketAdvice(
        next_action=action,
        first_reply=_greeting(packet.customer.name) + FIRST_REPLY[action],
        macros=MACROS.get(action, []),
        policy=_policy(packet),
        hand_back=_hand_back(packet),
        close_fields=CLOSE_FIELDS,
    )


def _greeting(name: str | None) -> str:
    return f"Hello {name.split()[0]}, " if name and name.split() else "Hello, "


def _policy(packet: Packet) -> str | None:
    """The rule that stopped the assistant, as it stands in the structure."""
    limits = [approval for approval in packet.approvals if approval.limit]
    if limits:
        return f"The assistant may decide up to {limits[0].limit}; this is {limits[0].amount or 'more'}."
    refused = next((ground.text for ground in packet.why.evidence if ground.kind == "refused"), None)
    return f"Refused by rule: {refused.replace('_', ' ')}." if refused else None


def _hand_back(packet: Packet) -> str:
    open_question = packet.need.requested_slot
    waits = f" It still waits for: {open_question.replace('_', ' ')}." if open_question else ""
    return f"Tell the assistant what you did and what is left to do.{waits}"
