"""What every Rasa action of ours shares: the signed turn in, contract values and slots out."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Turn, read_turn
from actions.desk import Desk
from actions.errors import BackendUnavailable
from actions.recording import begin_turn
from actions.reply import Reply, hand_over
from actions.transactions.texts import NOTHING_OPEN, shop_away
from handoff.contract import wire
from handoff.contract.turn import ActionReturn, AskResolvedDirective


class DeskAction(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """One action: ``answer`` turns a turn into a reply. The base itself has no name and is never registered."""

    action_name = ""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def name(self) -> str:
        return self.action_name

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        turn = read_turn(tracker, self.desk.context_key, self.desk.now)
        begin_turn(turn.context)
        try:
            reply = await self.answer(turn)
        except BackendUnavailable:
            note = f"The shop did not answer while the assistant ran {self.action_name}. Nothing was changed."
            reply = Reply(slots=NOTHING_OPEN) + shop_away() + hand_over("tool_failure", note)
        return emit(reply, dispatcher, turn)

    async def answer(self, turn: Turn) -> Reply:
        raise NotImplementedError


def emit(reply: Reply, dispatcher: CollectingDispatcher, turn: Turn) -> list[dict[str, Any]]:
    """Send what the channel collects, and give Rasa the slots that its domain knows."""
    returns = list(reply.returns)
    if reply.complete:
        returns.append(ActionReturn(directive=AskResolvedDirective()))
    for item in returns:
        dispatcher.utter_message(json_message={"frontdesk": wire.dump(item)})
    return [SlotSet(name, value) for name, value in reply.slots.items() if name in turn.known_slots]
