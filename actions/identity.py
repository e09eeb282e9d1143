"""Who somebody is when no signed token says so: order number, e-mail, and a code sent to that e-mail.

The words are the same whether order and e-mail belong together or not.
"""

from __future__ import annotations

from actions.backend.codes import Verifier
from actions.backend.port import Backend
from actions.context import Turn
from actions.errors import CodeRefused
from actions.reply import Reply, direct, say
from actions.transactions.declaration import PERSON
from handoff.contract.turn import VerifiedDirective

ASK_ORDER = "Happy to look. Which order is it about? The number stands in your confirmation mail and looks like A-1042."
ASK_EMAIL = "Thank you. So that only you can see your order: which e-mail address did you order with?"
CODE_SENT = (
    "If that order and that address belong together, a mail with a six-digit code is on its way there now. "
    "Please type the code here; it's good for 10 minutes."
)
ASK_CODE = (
    "I'm still waiting for the six-digit code from the mail. If you'd like a new one, just send me your e-mail again."
)
_REFUSED = {
    "wrong": "That code isn't the one I sent. Would you check the mail once more?",
    "expired": "That code is no longer good. Send me your e-mail address again, and I'll send a new one.",
    "none": "I have no code open for you. Send me your e-mail address, and I'll send one.",
    "too_many": "That was tried too often, so I've stopped it to protect the order. A colleague can check with you "
    "who you are.",
}


async def identify(turn: Turn, backend: Backend, verifier: Verifier) -> tuple[Turn, Reply]:
    """The turn with a customer in it, or the next question in the reply (``turn.verified`` tells which)."""
    if turn.verified:
        return turn, Reply()
    conversation = turn.context.conversation_id
    waiting = await verifier.pending(conversation)
    if "code" in turn.fresh and (waiting or turn.value("awaiting") == "code"):
        try:
            customer_id = await verifier.check(conversation, turn.fresh["code"])
        except CodeRefused as refused:
            return turn, _refused(refused)
        thanks = say("Thank you, that's you.", awaiting=None)
        return turn.as_customer(customer_id), direct(VerifiedDirective(customer_id)) + thanks
    number, email = turn.value("order_number"), turn.value("email")
    if not number:
        return turn, say(ASK_ORDER, awaiting="order_number")
    if not email:
        return turn, say(ASK_EMAIL, awaiting="email")
    if waiting and not {"email", "order_number"} & turn.fresh.keys():
        return turn, say(ASK_CODE, [PERSON], awaiting="code")
    try:
        await verifier.send(conversation, await backend.find_customer_by_order_and_email(number, email))
    except CodeRefused as refused:
        return turn, _refused(refused)
    return turn, say(CODE_SENT, awaiting="code")


def _refused(refused: CodeRefused) -> Reply:
    awaiting = "code" if refused.reason == "wrong" else "email"
    choices = [PERSON] if refused.reason in {"too_many", "wrong"} else []
    return say(_REFUSED[refused.reason], choices, awaiting=None if refused.reason == "too_many" else awaiting)
