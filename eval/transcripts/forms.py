"""Trajectories of τ-bench and trackers of Rasa, told in our events. Each function makes one transcript of one record,
or raises ``Unusable``.

What a system does not record is left out, never guessed: a transcript without receipts has no ``verified_state``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from eval.transcripts.model import Transcript, Unusable
from eval.transcripts.own import Tell
from eval.transcripts.teller import Teller, how_many, time_of

STEP: Final = 30.0
"""Seconds between two messages of a file without times."""
EPOCH: Final = 1_700_000_000.0
RASA_SPEAKERS: Final = {"user": "customer", "bot": "bot", "agent": "agent"}
RASA_WORDLESS: Final = frozenset(
    {
        "action", "pause", "resume", "slot", "reset_slots", "session_started", "session_ended", "restart", "rewind",
        "undo", "followup", "reminder", "cancel_reminder", "export", "form", "active_loop", "form_validation",
        "loop_interrupted", "action_execution_rejected", "user_featurization", "entities", "stack", "flow_started",
        "flow_interrupted", "flow_resumed", "flow_completed", "flow_cancelled", "routing_session_ended",
    }
)  # fmt: skip
"""Rasa's own events in which nobody says anything; only those that call people are read."""
_CALLS_PEOPLE = re.compile(r"hand_?o(?:ff|ver)|human")


def tau(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A trajectory of τ-bench with its stored reward. Trials of one task are not one customer."""
    try:
        name = f"task{int(record['task_id'])}-trial{int(record['trial'])}"
        stored = {key: int(record[key]) for key in ("task_id", "trial", "resolved", "handed_off", "gold_transfer")}
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Unusable("wants task_id, trial, resolved, handed_off and gold_transfer") from None
    messages = record.get("messages")
    if not isinstance(messages, list):
        raise Unusable(f"{name} has no messages")
    teller = Teller(name, "tau", None, tell)
    for number, message in enumerate(messages, start=1):
        place = f"{name}, message {number}"
        if not isinstance(message, dict):
            tell(f"{place}: not an object; not counted", True)
            continue
        at, role, content = EPOCH + (number - 1) * STEP, message.get("role"), message.get("content")
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if not isinstance(call, dict):
                tell(f"{place}: a tool call that is not an object; not counted", True)
            elif call.get("name") == "transfer_to_human_agents":
                teller.add(at, "bot", "handoff.requested", reason="complexity")
                teller.add(at, "agent", "handoff.accepted", handoff_id=name, agent_id="agent", agent_name="")
        if role in ("tool", "system") or (role == "assistant" and "tool_calls" in message and content in (None, "")):
            continue
        if role not in ("user", "assistant"):
            tell(f"{place}: unknown role {role!r}; not counted", True)
        elif not (role == "user" and "###STOP###" in str(content)):
            teller.message(at, "customer" if role == "user" else "bot", content, place)
    end = EPOCH + len(messages) * STEP
    if stored["resolved"]:
        teller.add(
            end, "system", "action.performed", operation_id=name, kind="end_state_check", state="verified",
            summary="", receipt="stored reward",
        )  # fmt: skip
    teller.add(end, "system", "conversation.closed", by="system")
    return teller.transcript(line, **stored)


def rasa(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A tracker as Rasa dumps it: ``sender_id`` and ``events``."""
    name, events = record.get("sender_id"), record.get("events")
    if not isinstance(name, str) or not isinstance(events, list):
        raise Unusable("wants sender_id and events")
    teller = Teller(name, "rasa", None, tell)
    for number, event in enumerate(events, start=1):
        place = f"conversation {name}, event {number}"
        kind = event.get("event") if isinstance(event, dict) else None
        if not isinstance(kind, str):
            tell(f"{place}: no event name; not counted", True)
            continue
        source = RASA_SPEAKERS.get(kind)
        if source is None and kind not in RASA_WORDLESS:
            tell(f"{place}: unknown event {kind!r}; not counted", True)
            continue
        called = kind == "pause" or (kind == "action" and _CALLS_PEOPLE.search(str(event.get("name"))))
        if source is None and not called:
            continue
        if teller.is_again(event.get("message_id"), event, "event"):
            continue
        try:
            at = time_of(event.get("timestamp"))
        except ValueError:
            tell(f"{place}: no timestamp; not counted", True)
            continue
        if source is None:
            teller.add(at, "bot", "handoff.requested", reason="business_rule")
        else:
            teller.message(at, source, event.get("text"), place, _rasa_files(event))
    return teller.transcript(line)


def _rasa_files(event: Mapping[str, Any]) -> int:
    """Of what a message holds beside its words: buttons, pictures, cards; ``data`` has a null for each that is not."""
    data = event.get("data")
    return sum(bool(each) for each in data.values()) if isinstance(data, dict) else how_many(event, "attachments")
