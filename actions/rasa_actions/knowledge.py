"""Questions that the published knowledge answers, with the passage it rests on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from actions.context import Turn
from actions.rasa_actions.base import DeskAction
from actions.reply import Reply, direct, say
from actions.transactions.declaration import PERSON
from actions.words import words
from handoff.contract.turn import ChoiceOffer, HandoffDirective

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 4.0
ANOTHER = ChoiceOffer(words("label_ask_another"), "/what_can_you_do")
BEHIND_A_CHOICE: Mapping[str, str] = {
    "ask_howto": "How does it work?",
    "return_item": "How do I return something?",
    "refund_status": "How long does a refund take?",
    "refund_request": "When do I get my money back?",
    "invoice_copy": "Where do I find my invoice?",
    "password_reset": "I can't sign in. How do I reset my password?",
    "subscription_change": "How do I pause, change or cancel my subscription?",
    "change_address": "How do I change the delivery address of an order?",
    "missing_parcel": "My parcel is late or lost. What happens now?",
    "damaged_or_wrong_item": "My item arrived damaged or wrong. What can I do?",
    "double_charge": "I was charged twice. What should I do?",
}
"""The question that a button stands for: a choice has no words of its own."""


class AnswerQuestion(DeskAction):
    action_name = "action_answer_question"

    async def answer(self, turn: Turn) -> Reply:
        question = turn.text or BEHIND_A_CHOICE.get(turn.intent, "")
        if not question:
            return say(words("no_answer"), [PERSON, ANOTHER])
        audience = "customer" if turn.verified else "public"
        ask = self.desk.answerer.answer(
            question, audience=audience, locale=turn.context.locale, history=list(turn.history), turn=turn.context
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await ask
        except TimeoutError:
            log.warning("knowledge_too_slow", seconds=PATIENCE_SECONDS)
            return say(words("answers_away")) + direct(
                HandoffDirective("tool_failure", note="The knowledge base did not answer in time.")
            )
        if not answer.found:
            return say(words("no_answer"), [PERSON, ANOTHER])
        return say(answer.text, citations=answer.citations, worded_by=answer.worded_by, complete=True)
