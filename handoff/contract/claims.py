"""What a text claims or promises to this customer, and whether anything backs it. Pure.

``done`` says that we did something, ``state`` how things stand with the customer's order or money, ``promise`` that
somebody will act, ``hand_over`` that a person comes. General statements ("refunds take five days"), questions, offers
("I can cancel it") and conditions ("if it isn't there by then") are none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

ClaimKind = Literal["done", "state", "promise", "hand_over"]

_THING = (
    r"(?:(?:your|the|that) (?:[\w’'-]+ ){0,3}?(?:order|refund|return|money|amount|charge|subscription|account|address|"
    r"password|invoice|link|label|mail|e-?mail|code|copy|data|replacement|parcel|request|appointment|call|profile|"
    r"box|plan|card)|order [a-z]-\d{4}|everything|it|that)"
)
_DONE_VERB = (
    r"(?:cancell?ed|refunded|sent|mailed|e-?mailed|changed|updated|booked|scheduled|reported|unlocked|paused|resumed|"
    r"reset|deleted|erased|reversed|issued|processed|arranged|registered|credited|transferred|submitted|filed|"
    r"reimbursed|returned|redirected|reordered|approved|removed|replaced|confirmed|initiated|triggered|completed)"
)
_OWN_VERB = _DONE_VERB[:-1] + r"|opened|started|created|requested|put in|placed|raised|logged)"
_DOING = (
    r"(?:cancell?ing|refunding|sending you|mailing you|changing|updating|booking|unlocking|pausing|deleting|reversing|"
    r"crediting|reimbursing|redirecting|replacing|processing|transferring (?:the|your) (?:money|refund|amount))"
)
_REACH = (
    r"(?:call|ring|phone|contact|write|e-?mail|mail|notify|inform|update|text|message|reach out|get back|get in touch|"
    r"be in touch|let you know|keep you|follow up)"
)
_ACT = (
    r"(?:check|look into|investigate|find out|arrange|send you|refund|credit|reimburse|process|escalate|chase|"
    r"take care of|sort|fix|handle|cancel|replace|review|approve|answer you|decide|see to|make sure|ensure)"
)
_SOMEBODY = (
    r"(?:someone|somebody|(?:a|another|one of our|our|my) (?:[\w-]+ ){0,2}?(?:colleagues?|person|people|team|agents?|"
    r"specialists?|seniors?|managers?|experts?)|the (?:[\w-]+ )?(?:team|bank|carrier|warehouse|shop|driver)|they)"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|tonight|the \d|\d"
_ALREADY = r"(?: (?:just|already|now|also|successfully|personally|then|soon|went ahead and|gone ahead and))*"
_PATTERNS: tuple[tuple[ClaimKind, str], ...] = (
    ("done", r"(?:^|[.!?\n] *)(?:all )?done\b(?! yet)"),
    ("done", rf"\bconsider (?:it|that|this|{_THING}) (?:all )?(?:done|sorted|handled|fixed|settled|{_DONE_VERB})\b"),
    ("done", rf"\bi(?:'ve| have)?{_ALREADY} {_OWN_VERB}\b(?! your request)"),
    ("done", rf"\bwe(?:'ve| have){_ALREADY} {_OWN_VERB}\b"),
    ("done", r"\b(?:it's|that's|it is|that is) (?:all )?(?:booked|taken care of|sorted|written down)\b"),
    ("done", r"\b(?:you're|you are) (?:all set|booked)\b|\byour request is in\b"),
    ("done", r"\b(?:it|that|that one) is (?:already |now )?done\b"),
    ("done", r"\b(?:return|search|case|report|ticket)\b[^.!?\n;]{0,60}? is (?:now )?open (?:under|for)\b"),
    ("promise", rf"\b(?:i|we)(?:'ll| will|(?:'m|'re| am| are) going to){_ALREADY} (?:{_REACH}|{_ACT})\b"),
    (
        "promise",
        rf"\b{_SOMEBODY}(?:'ll| will| (?:is|are) going to){_ALREADY} be (?:right )?(?:with|in touch|calling|there)\b",
    ),
    ("promise", rf"\b{_SOMEBODY}(?:'ll| will| (?:is|are) going to){_ALREADY} (?:{_REACH}|{_ACT}|look)\b"),
    (
        "promise",
        r"\byou(?:'ll| will)?(?: soon)? hear (?:back )?from (?:us|me|someone|somebody|a colleague)\b(?! only| even)",
    ),
    ("promise", r"\byou(?:'ll| will)(?: soon)? be (?:contacted|called|notified|refunded|informed|updated)\b"),
    ("promise", r"\byou(?:'ll| will)(?: soon)? (?:read the answer|(?:get|receive|have) (?:a|an|your|the|it|our)\b)"),
    ("promise", rf"\bwe (?:call|phone|write to) you (?:back )?(?:(?:on|by) (?:{_DAY})|between|tomorrow|today|within)"),
    ("promise", r"\b(?:expect|look out for) (?:a|an|our) (?:call|e-?mail|mail|message|answer|reply)\b"),
    ("promise", r"\byour (?:[\w-]+ )?(?:refund|money|replacement|parcel|call|answer|order|label|credit) will\b"),
    ("state", rf"\bwe{_ALREADY} {_DONE_VERB}\b"),
    ("state", rf"\b(?:i'm|we're|i am|we are){_ALREADY} {_DOING}\b"),
    ("state", rf"\byou(?:'ve| have)(?: been)?{_ALREADY} (?:been )?(?:refunded|credited|reimbursed)\b"),
    ("state", rf"\b{_THING} (?:is|are|has been|have been|'s been){_ALREADY} {_DONE_VERB}\b"),
    ("state", rf"\b(?:your (?:[\w'-]+ ){{0,3}}?\w+|order [a-z]-\d{{4}}) (?:was|were){_ALREADY} {_DONE_VERB}\b"),
    ("state", rf"\b{_THING}[^.!?\n;]{{0,60}}? (?:is|are){_ALREADY} on (?:its|their|the) way\b"),
    ("state", rf"\b{_THING}[^.!?\n;]{{0,60}}? (?:is|are){_ALREADY} (?:going|coming) back to you\b"),
    ("state", rf"\b{_THING} (?:has|have){_ALREADY} (?:gone (?:out|back)|left)\b"),
    ("hand_over", r"\bi(?:'m| am)(?: now)? (?:passing|transferring|connecting|handing|forwarding|bringing in)\b"),
    (
        "hand_over",
        rf"\bi(?:'ve| have){_ALREADY} (?:passed|transferred|forwarded|escalated|handed) (?:you|this|it|your)\b",
    ),
    ("hand_over", r"\byou(?:'re| are)(?: now)? (?:in the queue|next in line|being connected)\b"),
    ("hand_over", r"\ba (?:[\w-]+ )?colleague (?:is (?:checking|looking|taking|on it)|takes over)\b"),
)
_CLAIMS = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_ANY = re.compile("|".join(f"(?:{pattern})" for _, pattern in _PATTERNS))
_WHEN = r"(?:if|when|whenever|while|once|after|unless|until|should|as soon as)\b"
_WHO = r"(?:i|you|we|they|it|he|she|your|the|a|somebody|someone)\b"
_SENTENCES = re.compile(r"[^.!?\n;]+[.!?\n;]*")
_CLAUSES = re.compile(rf",|:|—|–| - | but | so | because | and (?={_WHO})| (?={_WHEN})")
_OPEN = re.compile(rf"\?\W*$|^\W*{_WHEN}")
_DENIED = re.compile(
    r"\b(?:not|nothing|never|nobody|none|no|cannot|can|could|would|might|may|shall|only if|even if)\b|n't\b|'d\b"
)


class Claim(NamedTuple):
    """``sentence`` is in small letters."""

    kind: ClaimKind
    sentence: str


@dataclass(frozen=True)
class Backing:
    """What stands behind a text beside promises (``promised``): an operation that was ``verified``, statements ``read``
    from the business system in this turn, the hand-over of this very turn.

    ``quoted``: the text is the words of published articles, with their citations, so it says what the company promises
    everybody; it never says what was done for this customer. ``headings`` of theirs may be in the customers' words.
    """

    verified: bool = False
    read: bool = False
    handed_over: bool = False
    quoted: bool = False
    headings: frozenset[str] = frozenset()

    def holds(self, claim: Claim) -> bool:
        match claim.kind:
            case "done":
                return self.verified
            case "state":
                return self.verified or self.read or self.quoted
            case "promise":
                return self.handed_over or self.quoted
            case "hand_over":
                return self.handed_over

    def lacking(self, text: str) -> Iterator[Claim]:
        """The claims of ``text`` that nothing here backs, in order."""
        if self.headings:
            text = "\n".join(line for line in text.split("\n") if line not in self.headings)
        return (claim for claim in claims(text) if not self.holds(claim))


def claims(text: str) -> Iterator[Claim]:
    """What the sentences of ``text`` claim or promise, in order; at most one claim a clause."""
    plain = text.lower().replace("’", "'")
    if _ANY.search(plain) is None:  # nearly every text ends here
        return
    for found in _SENTENCES.finditer(plain):
        sentence = found.group(0).strip()
        if _OPEN.search(sentence):
            continue
        for clause in _CLAUSES.split(sentence):
            kind = None if _OPEN.search(clause) else _kind(clause.strip())
            if kind is not None:
                yield Claim(kind, sentence)


def _kind(clause: str) -> ClaimKind | None:
    """What the clause shows, unless something before it takes it back."""
    for kind, pattern in _CLAIMS:
        shown = pattern.search(clause)
        if shown is not None and _DENIED.search(clause[: shown.end()]) is None:
            return kind
    return None


def unbacked(text: str, backing: Backing) -> Claim | None:
    """The first claim that nothing backs."""
    return next(backing.lacking(text), None)


def quoting(sections: Iterable[str], worded_by: str | None = None) -> Backing:
    """What stands behind an answer that cites these sections; nothing does where a chat model worded it."""
    named = frozenset(sections)
    return Backing() if worded_by is not None or not named else Backing(quoted=True, headings=named)
