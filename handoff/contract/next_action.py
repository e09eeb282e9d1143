"""What a good colleague does first, read from the packet alone: one list of rules in order, the first that holds wins.

The desk shows it as the next best action; ``frontdesk eval packets`` measures how often it is the right one, so it also
says whether the packet holds enough to tell. Python 3.10 syntax, standard library alone (see ``events``).
"""

from __future__ import annotations

from typing import Callable, List, Tuple

from handoff.contract.packet import NextAction, Packet

COURTESIES = frozenset(
    {
        "greet",
        "thanks",
        "goodbye",
        "affirm",
        "deny",
        "inform",
        "bot_challenge",
        "what_can_you_do",
        "talk_to_person",
        "solved_yes",
        "solved_no",
        "start_over",
        "cannot_give",
        "handed_back",
        "approval_decided",
        "confirm_operation",
        "decline_operation",
        "operation_settled",
    }
)
"""What is said beside the matter itself."""
QUESTIONS = frozenset({"ask_howto", "out_of_scope"})
FEELINGS = frozenset({"complain"})
IDENTITY_SLOTS = frozenset({"email", "code"})
DANGERS = frozenset({"safety", "legal", "vulnerable"})


def next_action(packet: Packet) -> NextAction:
    return next(action for action, holds in RULES if holds(packet))


def wishes(packet: Packet) -> List[str]:
    """The intents that ask for something to be done or looked up for this customer, oldest first."""
    return [i.name for i in packet.need.intents if i.name not in COURTESIES | QUESTIONS | FEELINGS]


def asks(packet: Packet) -> bool:
    """Whether what they want is an answer: a question understood, or one written on the button."""
    understood = any(i.name in QUESTIONS for i in packet.need.intents)
    return understood or packet.why.reason == "missing_knowledge" or _note(packet).endswith("?")


def _wishes(packet: Packet) -> bool:
    note = _note(packet)
    return bool(wishes(packet)) or (bool(note) and not note.endswith("?"))


def _note(packet: Packet) -> str:
    """What the customer wrote on the button; the assistant's own notes are no wish."""
    origin = packet.origins.get("why.note")
    return (packet.why.note or "").strip() if origin is not None and origin.source == "customer" else ""


def _endangered(packet: Packet) -> bool:
    return packet.why.reason == "safety" or bool(DANGERS.intersection(packet.why.flags))


def _speaks_another_language(packet: Packet) -> bool:
    return any(ground.kind == "language" for ground in packet.why.evidence)


def _effect_unknown(packet: Packet) -> bool:
    return any(o.effect == "unknown" for o in packet.operations)


def _unproven(packet: Packet) -> bool:
    asked = packet.need.requested_slot in IDENTITY_SLOTS
    return packet.customer.verification == "none" and (asked or _wishes(packet))


def _refused(packet: Packet) -> bool:
    refused = any(ground.kind == "refused" for ground in packet.why.evidence)
    declined = any(o.approval == "declined" for o in packet.operations)
    return packet.why.reason == "business_rule" or refused or declined


def _tangled(packet: Packet) -> bool:
    return packet.why.reason == "complexity" and len(packet.need.issues) > 1


def _all_done(packet: Packet) -> bool:
    """The newest attempt of each kind of change is verified."""
    latest = {o.kind: o.effect for o in packet.operations}
    return bool(latest) and all(effect == "done" for effect in latest.values())


def _upset(packet: Packet) -> bool:
    return packet.why.reason == "frustration" or any(i.name in FEELINGS for i in packet.need.intents)


def _said_something(packet: Packet) -> bool:
    """Beyond courtesies: a message that was not understood leaves no intent."""
    understood = {i.seq for i in packet.need.intents if i.name in COURTESIES}
    return any(line.who == "customer" and line.seq not in understood for line in packet.transcript)


RULES: Tuple[Tuple[NextAction, Callable[[Packet], bool]], ...] = (
    ("protect", _endangered),
    ("change_speaker", _speaks_another_language),
    ("check_effect", _effect_unknown),
    ("decide_approval", lambda packet: bool(packet.approvals)),
    ("follow_up_promise", lambda packet: any(promise.overdue for promise in packet.promises)),
    ("verify_identity", _unproven),
    ("explain_refusal", _refused),
    ("split_issues", _tangled),
    ("confirm_done", _all_done),
    ("ask_detail", lambda packet: packet.need.requested_slot is not None),
    ("carry_out", _wishes),
    ("answer_question", asks),
    ("listen", _upset),
    ("clarify", _said_something),
    ("ask_need", lambda _packet: True),
)
