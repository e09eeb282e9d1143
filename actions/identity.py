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
from actions.transactions.orders import payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer, VerifiedDirective


async def identify(turn: Turn, backend: Backend, verifier: Verifier) -> tuple[Turn, Reply]:
    """The turn with a customer in it, or the next question in the reply (``turn.verified`` tells which)."""
    if turn.verified:
        return turn, Reply()
    conversation, seq = turn.context.conversation_id, turn.context.seq
    waiting = await verifier.pending(conversation, seq)
    if "code" in turn.fresh and (waiting or turn.value("awaiting") == "code"):
        try:
            customer_id = await verifier.check(conversation, seq, turn.fresh["code"])
        except CodeRefused as refused:
            if refused.reason == "expired" and turn.value("order_number") and turn.value("email"):
                return turn, say(words("code_expired_anew")) + await _send(turn, backend, verifier)
            return turn, _refused(refused)
        thanks = say(words("verified"), awaiting=None)
        return turn.as_customer(customer_id), direct(VerifiedDirective(customer_id)) + thanks
    number, email = turn.value("order_number"), turn.value("email")
    if not number:
        return turn, say(words("ask_order"), awaiting="order_number")
    if not email:
        return turn, say(words("ask_email"), awaiting="email")
    if waiting and not {"email", "order_number"} & turn.fresh.keys():
        anew = ChoiceOffer(words("label_new_code"), payload("inform", email=email))
        return turn, say(words("ask_code"), [anew, PERSON], awaiting="code")
    return turn, await _send(turn, backend, verifier)


async def _send(turn: Turn, backend: Backend, verifier: Verifier) -> Reply:
    customer_id = await backend.find_customer_by_order_and_email(turn.value("order_number"), turn.value("email"))
    try:
        await verifier.send(turn.context.conversation_id, turn.context.seq, customer_id)
    except CodeRefused as refused:
        return _refused(refused)
    return say(words("code_sent_again" if turn.value("awaiting") == "code" else "code_sent"), awaiting="code")


def _refused(refused: CodeRefused) -> Reply:
    awaiting = "code" if refused.reason == "wrong" else "email"
    choices = [PERSON] if refused.reason in {"too_many", "wrong"} else []
    return say(words(f"code_{refused.reason}"), choices, awaiting=None if refused.reason == "too_many" else awaiting)
