"""What outcomes read in plain words, where the log has no event for it. Rules err on the side of *not resolved*."""

from __future__ import annotations

import re
from typing import Final

from eval.outcomes.smalltalk import is_pleasantry

SMALL_TALK: Final = frozenset(
    {"greet", "thanks", "goodbye", "bot_challenge", "affirm", "deny", "inform", "solved_yes", "solved_no",
     "what_can_you_do"}
)  # fmt: skip
"""Intents that are no topic of their own."""
NOT_UNDERSTOOD: Final = frozenset({"out_of_scope", "nlu_fallback"})
COMPLAINTS: Final = frozenset({"complain"})
"""Topics that are about what came right before, where they name nothing else."""
SOLVED_YES, SOLVED_NO = "solved_yes", "solved_no"

_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_ENTITY = re.compile(r"(?<![\w-])#?([A-Za-z]{1,3})[- ]?(\d{4,8})(?![\w-])")
_WORDS = re.compile(r"[^\W\d_]{3,}|\d{3,}")
_LETTERS = re.compile(r"[^\W\d_]{2,}|\d{3,}")
_DENIES = re.compile(
    r"(?:^|[.,;!?]\s*|\b(?:but|no|sorry|still|hm+|well) )(?:(?:that|this|it|your answer)(?: still| really| just)? )?"
    r"(?:(?:did|does|do|is|was|has|had)(?: not|n't)|didnt|doesnt|isnt|wasnt|hasnt|not|still not|never)"
    r"(?: really| actually| quite| even| at all| be| been)*"
    r" (?:work\w*|help\w*|solv\w*|fix\w*|resolv\w*|settl\w*|done|correct|right|true|what i|an answer|my question"
    r"|happen\w*)"
    r"|\b(?:that|this|it)(?:'s| is| was) (?:still )?(?:wrong|no help|no answer|no use|useless|unsolved|not)\b"
    r"|\byou (?:did|have)(?:n't| not) (?:really )?(?:solve|answer|help|fix)"
    r"|\b(?:un|not )(?:solved|resolved)\b"
    r"|\bstill (?:(?:the )?same|broken|nothing|stuck|there|have th|don't have)"
    r"|\bproblem (?:still )?(?:remain|persist)"
    r"|\bnothing (?:of (?:that|it) )?(?:help|work)|\bno help\b|^no luck",
    re.IGNORECASE,
)
_ASKS_FOR: Final = (
    ("order", re.compile(r"\border (?:number|no\.?|id|reference)|which order|what order", re.IGNORECASE)),
    ("email", re.compile(r"\be-?mail(?: address)?\b", re.IGNORECASE)),
    ("problem", re.compile(r"\bhow (?:can|may) (?:i|we) help|what(?:'s| is| seems to be) the (?:problem|issue|matter)"
                           r"|what can i do for you", re.IGNORECASE)),
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


def states_need(text: str) -> bool:
    """Whether a message is more than a greeting, thanks or noise."""
    return not is_pleasantry(text) and not is_spam(text)


def is_spam(text: str) -> bool:
    """Nothing but links or signs."""
    return not _LETTERS.search(_LINK.sub(" ", text))


def entities(text: str) -> frozenset[str]:
    """Order and document numbers, in one spelling: ``A-1042``."""
    return frozenset(f"{letters.upper()}-{digits}" for letters, digits in _ENTITY.findall(text))


def words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORDS.findall(text))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words as a share of all words of both (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def denies(text: str) -> bool:
    """Whether a customer says that what we said or did is not right, or did not help."""
    return _DENIES.search(text.replace("’", "'")) is not None


def asks(text: str) -> bool:
    return text.rstrip().endswith("?")


def asks_again(text: str, known: str, known_entities: frozenset[str]) -> bool:
    """Whether a colleague asks for what the customer has told: an order number, an e-mail address, the problem."""
    if "?" not in text:
        return False
    for kind, pattern in _ASKS_FOR:
        if pattern.search(text):
            if kind == "order" and known_entities:
                return True
            if kind == "email" and _EMAIL.search(known):
                return True
            if kind == "problem" and known.strip():
                return True
    return False
