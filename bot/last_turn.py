"""What the assistant last said and asked, read off the tracker: an answer only means something beside its question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List

from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.collect import PAYLOAD, unpack


@dataclass
class LastTurn:
    """``text`` and ``choices`` (``{"title", "payload"}``) of the newest message that has any; ``responses`` are the
    domain's names of what was said. ``asked_solved``: it ended in "did this solve it?". ``spoke_of_approval``: of
    something that waits for a person, or was set in motion before."""

    text: str = ""
    choices: List[Dict[str, str]] = field(default_factory=list)
    responses: List[str] = field(default_factory=list)
    asked_solved: bool = False
    spoke_of_approval: bool = False


def last_turn(tracker: DialogueStateTracker) -> LastTurn:
    """Everything since the customer's newest message on the tracker."""
    said: List[BotUttered] = []
    turn = LastTurn()
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said.append(event)
        elif isinstance(event, ActionExecuted):
            turn.spoke_of_approval |= event.action_name == "action_what_became"
    for event in reversed(said):
        _take(turn, event)
    return turn


def _take(turn: LastTurn, event: BotUttered) -> None:
    data = event.data or {}
    custom = data.get("custom")
    if isinstance(custom, dict) and PAYLOAD in custom:
        for kind, value in unpack(custom[PAYLOAD]):
            if kind == "message":
                _say(turn, value["text"], of_contract(value.get("choices")))
            elif kind == "directive":
                turn.asked_solved |= value.get("directive") == "ask_resolved"
                turn.spoke_of_approval |= value.get("directive") == "approval"
        return
    name = event.metadata.get("utter_action")
    if name:
        turn.responses.append(name)
    if event.text:
        _say(turn, event.text, list(data.get("buttons") or ()))


def _say(turn: LastTurn, text: str, choices: List[Dict[str, str]]) -> None:
    turn.text = text
    if choices:
        turn.choices = choices


def of_contract(choices: Any) -> List[Dict[str, str]]:
    """A contract message's choices as Rasa's buttons."""
    return [{"title": choice["label"], "payload": choice["payload"]} for choice in choices or ()]


def done_in_turn(tracker: DialogueStateTracker) -> List[str]:
    """The actions of the running turn so far, newest first."""
    done: List[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted):
            done.append(event.action_name)
    return done
