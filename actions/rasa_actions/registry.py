"""The one explicit list of what the webhook can run. Nothing is found by scanning for subclasses."""

from __future__ import annotations

from rasa_sdk import Action

from actions.desk import Desk
from actions.rasa_actions.knowledge import AnswerQuestion
from actions.rasa_actions.orders import OrderStatus
from actions.rasa_actions.returned import HandedBack
from actions.rasa_actions.transactions import Confirm, Decline, OperationSettled, Prepare


def all_actions(desk: Desk) -> list[Action]:
    return [
        OrderStatus(desk),
        AnswerQuestion(desk),
        Prepare(desk),
        Confirm(desk),
        Decline(desk),
        OperationSettled(desk),
        HandedBack(desk),
    ]
