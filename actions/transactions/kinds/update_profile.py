"""Change name, phone or e-mail address. A new e-mail address counts after its own mailbox has confirmed it."""

from __future__ import annotations

import re
from typing import get_args

from actions.backend.account import ChangeProfile, ProfileField
from actions.backend.port import Backend
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction, veiled
from actions.transactions.orders import payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_INTENT = "update_profile"
_ABOUT: tuple[tuple[ProfileField, str], ...] = (
    ("email", r"\be-?mail\b|\bmail address\b|@"),
    ("phone", r"\b(?:phone|mobile|cell|telephone|number)\b|\+\d{6,}"),
    ("name", r"\b(?:name|surname|married|divorced)\b"),
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w])\+?\d(?:[ /()-]*\d){5,14}")
_NAME = re.compile(
    r"\b(?:name\b[^.]{0,30}?\b(?:is(?: now)?|to|now)|called|I am|I'm|to)\s*:?\s+(?P<name>[^\W\d_][^\d,.!?]{1,79})", re.I
)

_CORRECTING = re.compile(
    r"^(?:\W*\b(?:oh|no|nope|sorry|actually|rather|wait|hmm|i mean|i meant|it'?s|it is|make it)\b)+\W*", re.IGNORECASE
)


async def prepare(request: Request) -> Prepared:
    field = _field(request)
    if field is None:
        choices = [
            ChoiceOffer(words(f"update_profile_label_{name}"), payload(_INTENT, profile_field=name))
            for name in get_args(ProfileField)
        ]
        return Ask("profile_field", words("update_profile_ask_profile_field"), choices)
    text = _CORRECTING.sub("", request.text) if request.corrects else request.text
    value = read_value(field, text, asked=request.corrects or request.slot("awaiting") == f"new_{field}")
    if value is None:
        return Ask(f"new_{field}", words(f"update_profile_ask_new_{field}"), known={"profile_field": field})
    change = ChangeProfile(field, value)
    try:
        facts = (await request.backend.preview(request.customer_id, change)).facts
    except NotAllowed as refused:
        if refused.rule in {"bad_name", "bad_phone", "bad_email"}:
            text = words(f"update_profile_{refused.rule}")
            return Ask(f"new_{field}", text, known={"profile_field": field})
        return TRANSACTION.refuse(refused, [PERSON])
    return Proposal(
        ChangeProfile(field, facts["value"]),
        request.customer_id,
        summary=f"Change the {field} in the account",
        question=words(f"update_profile_question_{field}", value=facts["value"], old=veiled(facts["email"])),
    )


def _field(request: Request) -> ProfileField | None:
    before = request.before
    named = before.field if isinstance(before, ChangeProfile) else request.slot("profile_field").lower()
    if named in get_args(ProfileField):
        return named  # type: ignore[return-value]
    return next((field for field, about in _ABOUT if re.search(about, request.text, re.IGNORECASE)), None)


def read_value(field: ProfileField, text: str, *, asked: bool) -> str | None:
    """The new value in the customer's words. A name stands alone only where it was asked for."""
    if field == "email":
        found = _EMAIL.findall(text)
        return found[-1] if found else None
    if field == "phone":
        number = _PHONE.search(text)
        return number.group(0).strip() if number else None
    named = _NAME.search(text)
    if named:
        return named["name"].strip()
    return text.strip() or None if asked else None


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    customer, change = await backend.customer(customer_id), happened.change
    if not isinstance(change, ChangeProfile):
        return False
    if change.field == "email":
        return customer.pending_email == change.value and await backend.mail_was_sent(customer_id, happened.effect.key)
    return bool(getattr(customer, change.field) == change.value)


def done(happened: Happened) -> str:
    effect, facts = happened.effect, happened.effect.facts
    if facts["field"] == "email":
        old = veiled(facts["email"])
        return words(
            "update_profile_done_email", value=facts["value"], old=old, hours=facts["hours"], receipt=effect.receipt
        )
    field = words(f"update_profile_label_{facts['field']}").lower()
    return words("update_profile_done", field=field, value=facts["value"], receipt=effect.receipt)


TRANSACTION = Transaction(
    kind="update_profile",
    title="Change the profile",
    intents=(_INTENT,),
    slots=("profile_field",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"same_value"}),
)
