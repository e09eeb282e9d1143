"""The turn in which an agent gives the conversation back."""

from __future__ import annotations

from actions.context import Turn
from actions.rasa_actions.base import DeskAction
from actions.reply import Reply, say
from actions.transactions.declaration import PERSON
from actions.transactions.texts import NOTHING_OPEN
from actions.words import words


class HandedBack(DeskAction):
    """The agent's note is for the record; it is not read out to the customer. What was open before is closed."""

    action_name = "action_handed_back"

    async def answer(self, turn: Turn) -> Reply:  # noqa: ARG002 - one signature for all
        return say(words("handed_back"), [PERSON], **NOTHING_OPEN)
