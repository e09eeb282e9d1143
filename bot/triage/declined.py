"""Words with which a person is declined: "no agent please, just tell me", "don't transfer me". Pure.

They are taken out before a wish for a person is looked for, so what stands beside them is read alone: "I don't want an
agent, I want the manager" still asks. Complaints that nobody is there ("you never connect me to anyone", "no agent has
helped me", "why don't you let me talk to a human") decline nobody.
"""

from __future__ import annotations

import re
from typing import List, Optional

from bot.text.courtesy import COURTESIES
from bot.triage.lowered import lowered
from bot.triage.person import spelt

_WHO = (
    r"(?:(?:a|an|any|the|your|some|another|real|live|human|actual|customer|support|service|single|more|other) )*"
    r"(?:humans?|human beings?|persons?|people|agents?|advis[oe]rs?|representatives?|reps?|operators?|employees?|staff|"
    r"colleagues?|managers?|supervisors?|someone|somebody|anyone|anybody|team)\b"
)
_NOT = r"(?:don'?t|do not|never)"
_BEGINS = r"(?:(?:^|(?<=[,.;:!?\n]))\W*|(?:^|(?<=\W))(?:please|pls|and|but|so|just|ok|okay|no|also) +)"
_ASIDE = r"(?:(?:please|pls|just|even|really|actually|ever|you|try to|trying to) +)*"
_GOES_ON = (
    r"(?=(?: (?:please|pls|plz))?[\s,.;:!-]+(?:just|only|simply|tell|give|send|show|where|what|when|how|can|could|is|"
    r"order|cancel|track|status|refund|return|i (?:just|only|want to know|need to know)|i'd just|thanks|thank you)\b"
    r"(?!.{0,16}\b(?:bots?|robots?|machines?|computers?|automat\w+|answer\w* machine)\b))"
)
_PATTERNS = (
    # "I don't want (to talk to) an agent"
    rf"(?<!you )(?<!they )\b(?:{_NOT}|wouldn'?t|would not) (?:(?:really|even|actually|ever) )*"
    rf"(?:want|need|wish|like|care|wanna|ask|have(?= (?:to|2) ))(?:ed)?(?: for)?(?: you)?(?: (?:to|2))?"
    rf"(?: (?:be|get|speak|talk|chat|write|wait|deal|call|connected|transferred|put|passed|speaking|talking))*"
    rf"(?: (?:to|2|with|for|through))* {_WHO}",
    # "please don't transfer me", "you don't have to get me an agent"
    rf"(?:{_BEGINS}(?:please )?(?:{_NOT}|stop|no need to)|\byou (?:(?:{_NOT}) (?:have|need) to|needn'?t)) +{_ASIDE}"
    rf"(?:(?:transfer|connect|redirect|escalat|forward)\w*(?: (?:me|us|this|it))?(?: (?:to|with))?(?: {_WHO})?"
    rf"(?!.{{0,16}}\b(?:bots?|robots?|machines?)\b)"
    rf"|(?:put|pass|hand)\w* (?:me|us|this|it) (?:(?:over|through)(?: (?:to|with))?(?: {_WHO})?|on to {_WHO})"
    rf"|(?:get|giv|bring|call|fetch|offer|suggest)\w*(?: (?:me|us|up))? {_WHO})",
    # "I'd rather not speak to anyone", "I hate talking to people"
    rf"\b(?:prefer|rather|like|want) not (?:to )?(?:be )?(?:speak|talk|chat|deal|write|call|connect|transfer)\w*"
    rf"(?: (?:to|with|over))*(?: {_WHO})?",
    rf"\b(?:hate|dislike) (?:talking|speaking|chatting|dealing) (?:to|with) {_WHO}",
    # "no need for a person", "never mind the agent", "can we do this without a person?"
    rf"\bno (?:need|reason) (?:for|to (?:involve|bother|have)) {_WHO}|\bnever ?mind {_WHO}",
    rf"\b(?:can|could) (?:we|you|i)\b(?:(?!n't|not)[^,.;!?]){{0,40}}\bwithout {_WHO}",
    rf"{_BEGINS}without {_WHO}(?= (?:please|pls))",
    # "no agent please, just tell me", "I want an answer, not a person"
    rf"{_BEGINS}(?:please )?(?:no|not) {_WHO}(?:{_GOES_ON}| (?:needed|required|necessary)\b)",
    rf"(?:\bno thanks?\b|\bno thank you\b)\W+no {_WHO}(?=\W*$)",
    rf"^\W*(?:no|nope|nah)\W+no {_WHO}(?=(?:\W+(?:please|pls|plz|thanks|thank you))?\W*$)",
    rf"\b(?:want|need|give me|asked for) (?:an? |the )?(?:answers?|information|info|facts?|link|number|status|refund)"
    rf"\W+(?:and )?not {_WHO}(?=\W*$)",
)
_DECLINED = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))
_REFUSED = re.compile(
    r"\b(?:don't|do not|dont|didn't|no need to|not necessary to|rather not|wouldn't|needn't|without having to|"
    r"instead of|"
    r"before i) (?:want |need |have |like |wish |ask |asking |talk |having )*(?:to )?(?:(?:speak|talk|"
    r"chat)(?:ing)?|be (?:"
    r"transferred|connected)|call|(?:a |an )?(?:human|person|agent|operator))\b"
)
"""Beside these a wish for a person is none, though nobody is declined outright: "before I call", "without having to
speak to someone"."""
_REACH = 12
"""So many characters may stand between the refusal and what it refuses."""
_WORTH = re.compile(
    r"\b(?:no|not|don'?t|do not|never|stop|without|hate|dislike|needn'?t|wouldn'?t|would not|never ?mind)\b"
)
_ENDS = re.compile(r"^(?:[\s,.;:!-]+|(?:please|pls|plz|just|only|and|but|so)\b)+|[\s,.;:!-]+$")
_NOTHING = "i i'd i've we said say told tell you that again now really no not ok okay"
_EMPTY = COURTESIES | frozenset(_NOTHING.split())


def declined(low: str) -> List[re.Match[str]]:
    """Where a person is declined. ``low``: small letters, slips put right."""
    return list(_DECLINED.finditer(low)) if _WORTH.search(low) else []


def declines_only_a_person(text: str) -> bool:
    """ "No, no agent please", as it was written: a person is declined, and nothing else is said."""
    return beside_declined(spelt(lowered(text))) == ""


def refuses(low: str) -> bool:
    """Whether a person is declined, or a talk with one refused."""
    return bool(_REFUSED.search(low) or declined(low))


def is_refused(low: str, at: int) -> bool:
    """Whether what begins ``at`` stands right behind a refusal."""
    return any(no.start() <= at <= no.end() + _REACH for no in _REFUSED.finditer(low))


def without_declined(low: str) -> str:
    """The same text with these words blanked, so that places in it stay what they were."""
    for found in declined(low):
        low = low[: found.start()] + " " * len(found.group()) + low[found.end() :]
    return low


def beside_declined(low: str) -> Optional[str]:
    """What is said beside these words; empty where nothing is; ``None`` where nobody is declined."""
    spans = declined(low)
    if not spans:
        return None
    edges = [0, *(edge for found in spans for edge in found.span()), len(low)]
    parts = [_ENDS.sub("", low[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    beside = " ".join(part for part in parts if part)
    return "" if _EMPTY.issuperset(re.findall(r"[a-z']+", beside)) else beside
