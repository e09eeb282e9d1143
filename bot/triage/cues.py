"""What a text shows on its face: plain features of mood, each explainable by the words that made it.

All functions take text as ``bot.text.normalise.clean`` leaves it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Dict, List, Tuple

from bot.triage.lowered import lowered

CUES: Dict[str, re.Pattern[str]] = {
    "repeat": re.compile(
        r"\b(?:again and again|over and over|yet again|(?:second|third|fourth|fifth|2nd|3rd|4th|5th|[3-9]th) time|"
        r"(?:two|three|four|five|six|ten|several|many|countless|a dozen|\d+) times|how many times|how often do i|"
        r"already (?:told|said|explained|wrote|written|asked|sent|gave|given|tried|called|answered)|"
        r"(?:told|asked|explained|said|wrote|emailed|called) (?:you|them|this|it )?(?:\w+ )?(?:before|already|twice)|"
        r"keep(?:s)? (?:asking|telling|saying|sending|getting|giving|repeating)|same (?:answer|question|thing|"
        r"problem|"
        r"response|message|reply|link|page)|going (?:round|around) in circles|back and forth|repeat(?:ing)? "
        r"myself)\b"
    ),
    "still": re.compile(
        r"\bstill\b(?=.{0,40}\b(?:not|no|nothing|isn't|hasn't|haven't|waiting|broken|wrong|missing|don't|doesn't|"
        r"didn't|never|without|unanswered|unresolved)\b)|\b(?:is|are|am|have|has|it's|i'm) still (?:not|no|waiting|"
        r"without|broken|missing|nothing)\b|\b(?:i'm|am|been|be) (?:still )?waiting\b|\bstill nothing\b"
    ),
    "waiting": re.compile(
        r"\b(?:waited|waiting)\b.{0,20}\b(?:\d+|two|three|four|five|six|weeks?|months?|days|hours?|ages|forever|"
        r"long)\b|"
        r"\bfor (?:weeks|months|ages|days|hours)\b|\b(?:no(?:body|t| one)|never) (?:answers?|replies|replied|"
        r"responds?|"
        r"responded|called back|got back|cares?|helps?|hear(?:d|ing)? back|listens?)\b|\bignor(?:ed|ing)\b"
    ),
    "unhelpful": re.compile(
        r"\b(?:useless|pointless|hopeless|worthless|incompetent|unacceptable|ridiculous|outrageous|disgrace(?:ful)?|"
        r"disgusting|appalling|pathetic|shambles|a joke|laughable|nonsense|rubbish|garbage|crap|terrible|horrible|"
        r"awful|atrocious|dreadful|worst|joke of|waste of (?:time|money)|wasting my time|wasted|fed up|sick of|"
        r"tired of|"
        r"sick and tired|had enough|lost (?:all )?patience|had it with|at my wits|(?:absolute|complete|utter) "
        r"(?:joke|"
        r"mess|farce|chaos)|makes no sense|not (?:helping|helpful|listening|good enough)|(?<!i )(?<!we )(?:don't|"
        r"doesn't|didn't|not) (?:help|understand|listen|listening|reading|get it|answer (?:me|my))|annoy(?:ed|"
        r"ing)|frustrat\w+|furious|"
        r"angry|livid|fuming|upset|infuriating|maddening|exhausting|disappointed|let down|unbelievable|"
        r"seriously\?)\b"
    ),
    "leaving": re.compile(
        r"\b(?:never (?:again|(?:order|buy|shop)\w*)|last time i|cancel (?:everything|all of it|my account)|take my "
        r"(?:business|money|custom) (?:else|to)|(?:go|going|switch\w*|shop\w*) (?:to (?:a )?(?:competitor|"
        r"someone else)|"
        r"elsewhere)|close my account|(?:bad|1[- ]star|one[- ]star|zero star\w*|negative) review|tell everyone|"
        r"trustpilot|chargeback|dispute (?:the|this) (?:charge|payment)|lost (?:me as )?a customer|done with (?:you|"
        r"this)|warn (?:others|people|everyone)|i give up|giving up|forget it|never mind then)\b"
    ),
    "accusing": re.compile(
        r"\b(?:scam(?:mers?)?|thie(?:f|ves)|stole|stealing|steal|robbed|rip[- ]?off|ripped off|liars?|lied|"
        r"lying|fraud|"
        r"cheat(?:ed|ing|s)?|con artists|you people|you (?:lot|guys) (?:are|have|never|don't)|broken promises?|"
        r"promised)\b"
    ),
    "profanity": re.compile(
        r"\b(?:f+u+c+k+\w*|f\*+\w*|wtf|ffs|sh[i1*]t\w*|bullsh\w*|bloody|damn\w*|goddamn|hell|crap\w*|bollocks|"
        r"arse\w*|"
        r"ass(?:hole)?|piss(?:ed)?|bastards?|b[i*]tch\w*|screw (?:you|this)|sod (?:it|off|this))\b"
    ),
    "despair": re.compile(
        r"\b(?:please just|just (?:want|need)|can (?:somebody|someone|anybody|anyone) (?:please|just|finally|"
        r"actually)|"
        r"(?:somebody|someone|anyone) (?:please )?help|don't know what (?:else|more) to|what (?:more|else) do "
        r"(?:you|i)|"
        r"i(?:'m| am) (?:begging|desperate|at a loss|lost)|is (?:anyone|anybody|someone) (?:there|even|actually)|"
        r"why is (?:it|this) so (?:hard|difficult|complicated)|how hard can it be|for the love of|out of ideas|"
        r"finally)\b"
    ),
    "sarcasm": re.compile(
        r"\b(?:(?:oh |well |how |just |simply )(?:great|wonderful|brilliant|fantastic|lovely|perfect|marvellous|"
        r"helpful)"
        r"(?:,|\.| job| another| now)|thanks? (?:a lot )?for nothing|great job|nice (?:job|try|one, )|brilliant "
        r"service|"
        r"what a (?:service|surprise|joke)|of course it (?:is|did|didn't|hasn't)|slow clap|good luck with that|"
        r"bravo|so much for)\b"
    ),
    "praise": re.compile(
        r"\b(?:thank(?:s| you)|cheers|appreciate|love(?:ly)?|awesome|amazing|excellent|perfect|great|happy|glad|"
        r"fantastic|brilliant|wonderful|no (?:rush|worries|hurry|problem)|all good|not bad|pleased|excited|"
        r"can't wait)\b"
    ),
    "polite": re.compile(r"\b(?:please|could you|would you|kindly|may i|sorry to|excuse me|if possible|hello|hi)\b"),
    "negation": re.compile(
        r"\b(?:not|no|never|nothing|nobody|none|n't|without|can't|won't|don't|doesn't|didn't|isn't|hasn't|haven't)\b"
    ),
    "intensity": re.compile(
        r"\b(?:so|very|really|absolutely|completely|totally|utterly|extremely|every single|at all|whatsoever|"
        r"ever|literally)\b"
    ),
}

_MARKS = re.compile(r"[!?]{2,}")
_WORD = re.compile(r"[A-Za-z']{2,}")
_ABBREVIATIONS = frozenset({"OK", "ID", "US", "UK", "EU", "PDF", "XL", "XXL", "USA", "DHL", "UPS"})
_STRETCHED = re.compile(r"([a-zA-Z])\1{3,}")

SHAPES = ("capitals", "marks", "exclamation", "question", "length")
FEATURES: Tuple[str, ...] = tuple(CUES) + SHAPES


@lru_cache(maxsize=8)
def _shown(text: str) -> Dict[str, List[str]]:
    """The words that show each cue; both readers of a message ask for them one after the other."""
    low = lowered(text)
    return {
        name: [text[match.start() : match.end()] for match in pattern.finditer(low)] for name, pattern in CUES.items()
    }


KEPT = (_shown,)
"""Caches that hold customers' words; see ``kept``."""


def features(text: str) -> List[float]:
    """Values in the order of ``FEATURES``, each 0..1."""
    values = [min(len(said), 3) / 3 for said in _shown(text).values()]
    return [*values, capitals(text), *_shape(text)]


def capitals(text: str) -> float:
    """Share of words in capitals, where there are enough words to call it shouting."""
    spoken = [word for word in _WORD.findall(text) if word not in _ABBREVIATIONS]
    if len(spoken) < 2:
        return 0.0
    return len([word for word in spoken if word.isupper()]) / len(spoken)


def _shape(text: str) -> List[float]:
    marks = min(len(_MARKS.findall(text)) + len(_STRETCHED.findall(text)), 3) / 3
    return [marks, min(text.count("!"), 4) / 4, min(text.count("?"), 4) / 4, min(len(text.split()), 60) / 60]


def evidence(text: str) -> List[Tuple[str, str]]:
    """(cue, the words that show it) for every cue of displeasure in ``text``."""
    quiet = {"praise", "polite", "negation", "intensity"}
    shown = [(name, said[0].strip()) for name, said in _shown(text).items() if name not in quiet and said]
    if capitals(text) > 0.5:
        shown.append(("capitals", "written in capitals"))
    marks = _MARKS.search(text)
    if marks:
        shown.append(("marks", marks.group()))
    return shown
