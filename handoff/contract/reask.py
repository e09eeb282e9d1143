"""Does a person ask again for what the customer has already said? A pure rule, for the desk and for the figures alike.

    known = said_already(events)          # what the customer told, and where
    asked_again("What is your order number?", known)   # → [Asked("order_number", "OB-1042", 7)]

English, German and Spanish. It errs on the quiet side: a warning that is wrong teaches people not to read warnings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Subject = str
"""``order_number``, ``email``, ``phone``, ``name``, ``address`` or ``problem``."""


class Known(NamedTuple):
    """Something the customer has told: its ``value`` and the event ``seq`` (0: on record, or from the sign-in)."""

    subject: Subject
    value: str
    seq: int


_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ORDER = re.compile(r"\b[A-Z]{1,4}-?\d{3,10}\b|#\d{4,10}\b", re.I)
_PHONE = re.compile(r"(?<![\w-])(?:\+|00)\d(?:[ /-]?\d){7,13}(?!\w)")
_WORD = re.compile(r"\w+")
FEWEST_WORDS_OF_A_PROBLEM = 5
LONGEST_VALUE = 80

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_ASKS = re.compile(
    r"\?|\b(?:please|could you|can you|may i|i need|we need|send|tell|give|share|provide|confirm|let me know"
    r"|bitte|brauche|benötige|könnten|nennen|schicken|teilen"
    r"|por favor|necesito|podr[ií]a|puede|dígame|env[ií]e(?:me)?|indique)\b",
    re.I,
)
_SUBJECTS: dict[Subject, re.Pattern[str]] = {
    "order_number": re.compile(
        r"\border\s*(?:number|no\b|nr\b|id\b|#)|\bwhich order\b|\bbestell(?:ung(?:s)?)?-?\s*nummer"
        r"|\bwelche bestellung\b|\bn[uú]mero de (?:pedido|orden)|\bqu[eé] pedido\b",
        re.I,
    ),
    "email": re.compile(r"\be-?mail(?:[- ]?address|[- ]?adresse)?\b|\bcorreo(?: electr[oó]nico)?\b", re.I),
    "phone": re.compile(
        r"\b(?:phone|mobile)(?: number)?\b|\btelephone\b|\btelefon(?:nummer)?\b|\bn[uú]mero de tel[eé]fono\b", re.I
    ),
    "name": re.compile(
        r"\byour (?:full |first |last )?name\b|\b(?:ihr|ihren|dein|deinen) (?:vollen )?namen?\b|\bsu nombre\b", re.I
    ),
    "problem": re.compile(
        r"\bwhat (?:exactly )?(?:happened|went wrong|is the (?:problem|issue|matter))\b|\bwhat seems to be\b"
        r"|\b(?:describe|explain|tell me (?:more )?about) (?:the|your) (?:problem|issue)\b|\bhow (?:can|may) i help\b"
        r"|\bwas (?:genau )?ist (?:passiert|das problem)\b|\bwie kann ich (?:ihnen|dir) helfen\b"
        r"|\bqu[eé] (?:pas[oó]|ha pasado|ocurri[oó])\b|\bc[oó]mo puedo ayudar",
        re.I,
    ),
}
_OTHERS = re.compile(r"\b(?:another|other|different|new|second|andere[nrs]?|neue[nrs]?|otr[oa]|nuev[oa])\b", re.I)
"""“Do you have another order number?” asks for something else."""
_TELLS = re.compile(
    r"\b(?:we|i)(?:'ll| will| have|'ve)? (?:e-?mail|send|sent|write|call|phone)\b|\bby e-?mail\b|\bper e-?mail\b", re.I
)
"""“I'll send you an e-mail” asks for nothing."""


def said_already(
    events: Sequence[Mapping[str, Any]], *, email: str | None = None, name: str | None = None
) -> list[Known]:
    """What the customer told in the log, the newest of each subject. ``email``, ``name``: on record, or known from
    their sign-in."""
    known: dict[Subject, Known] = {}
    if email:
        known["email"] = Known("email", email, 0)
    if name:
        known["name"] = Known("name", name, 0)
    for event in events:
        if event["type"] == "conversation.opened":  # the form before the chat
            form = event["data"]
            known |= {
                subject: Known(subject, str(form[subject]), int(event["seq"]))
                for subject in ("email", "name")
                if form.get(subject) and (subject not in known or known[subject].value == form[subject])
            }
        elif event["type"] == "contact.given" and event["data"].get("address"):
            subject = str(event["data"]["kind"])
            known[subject] = Known(subject, str(event["data"]["address"]), int(event["seq"]))
        if event["type"] != "message.sent" or event["source"] != "customer":
            continue
        text, seq = str(event["data"].get("text") or ""), int(event["seq"])
        for subject, pattern in (("email", _EMAIL), ("order_number", _ORDER), ("phone", _PHONE)):
            if found := pattern.search(text):
                known[subject] = Known(subject, found.group(0), seq)
        if "problem" not in known and len(_WORD.findall(text)) >= FEWEST_WORDS_OF_A_PROBLEM:
            known["problem"] = Known("problem", text[:LONGEST_VALUE], seq)
    return list(known.values())


def asked_again(text: str, known: Sequence[Known]) -> list[Known]:
    """What ``text`` asks for although it is known, in the order of ``known``."""
    wanted: set[Subject] = set()
    for sentence in _SENTENCE.findall(text):
        if not _ASKS.search(sentence) or _OTHERS.search(sentence):
            continue
        wanted |= {subject for subject, pattern in _SUBJECTS.items() if pattern.search(sentence)}
        if _TELLS.search(sentence):
            wanted.discard("email")
            wanted.discard("phone")
    # Somebody who repeats the value to have it confirmed is not asking for it.
    return [each for each in known if each.subject in wanted and each.value.casefold() not in text.casefold()]
