"""What customers say while something is awaited that is neither an answer nor another wish. Pure rules.

They look for the mail with the code, want a new one, or see that it went to the wrong address.
"""

from __future__ import annotations

import re
from typing import Optional

from bot.text.normalise import words

CODE = "code"
_MOST_WORDS = 14
_FILLER = (
    r"(?:ok|okay|sure|yes|yeah|yep|alright|right|fine|great|good|thanks|thank you|please|pls|oh|er|erm|um|uh|hmm?|and|"
    r"then|sorry|so|well|just|now|it's|its|here|there|will do|while i do(?: that)?|quick(?:ly)?)"
)
_THING = (
    r"(?: (?:it|that|this|them|up|out|in|for|through|around|first|there|a|the|my|our|your|old|right|order|confirmation|"
    r"code|number|mails?|e-?mails?|inbox|mailbox|spam|folder|junk|phone|papers|receipt|invoice|address))*"
)
_SEEK = rf"(?:check|look|find|search|open|dig|go|have a look|take a look){_THING}"
_SEEKING = rf"(?:checking|looking|searching|opening|digging|trying to find|going){_THING}"
_MOMENT = (
    r"(?:(?:(?:give|gimme|need|i need|i'll need|take)(?: me)? )?(?:just )?(?:one|a|1|half a|a few|two|2|five|5|some)"
    r"(?: more| little| quick)? (?:moments?|secs?|seconds?|minutes?|mins?|mo|ticks?|time)"
    r"|hang on|hold on|wait(?: up| a bit)?|bear with me|brb|(?:i'll |i will )?be (?:right )?back(?: soon)?"
    rf"|(?:let me|lemme|i'll|i will|i need to|i have to|i must|i've got to|gonna) (?:just |quickly )?{_SEEK}"
    rf"|(?:(?:i'm|i am|im) )?(?:just |still )?{_SEEKING})"
)
_WAITS = re.compile(rf"(?:{_FILLER} )*{_MOMENT}(?: (?:{_FILLER}|{_MOMENT}))*")
_ANEW = re.compile(
    r"\bre-?send\b|\b(?:send|sent|mail|get|need|want|give|try)\b.{0,25}\b(?:again|once more|another|new|fresh)\b"
    r"|\b(?:new|another|fresh|different) (?:one|code|mail|e-?mail with)\b"
    r"|\bcode\b.{0,25}\b(?:expired|invalid|incorrect|too old|wrong|no longer|not (?:valid|accepted|right))\b"
    r"|\b(?:expired|invalid|old|wrong) code\b|^\W*(?:it(?:'s| has| is)? )?(?:just )?expired\b"
    r"|\b(?:code|it)\b.{0,25}\b(?:doesn't|didn't|isn't|won't|not) (?:work\w*|accepted|valid|right)\b"
    r"|\b(?:timed|ran) out\b|\btoo late for (?:it|the code)\b",
    re.IGNORECASE,
)
_ADDRESS = r"\b(?:e-?mail|mail|mailbox|address)\b"
_WRONG_ADDRESS = re.compile(
    rf"\b(?:wrong|other|another|different|old|mistyped|misspel\w+|typo)\b.{{0,20}}{_ADDRESS}"
    rf"|{_ADDRESS}.{{0,20}}\b(?:(?:was|is) (?:\w+ )?(?:wrong|mistyped|misspel\w+)|(?:is not|isn't|wasn't) right)\b",
    re.IGNORECASE,
)


def needs_a_moment(text: str) -> bool:
    """ "Hang on, I'm looking": the question may wait. Whatever says more than that is none."""
    said = words(text)
    return 0 < len(said) <= _MOST_WORDS and _WAITS.fullmatch(" ".join(said)) is not None


def wants_new_code(awaited: Optional[str], text: str) -> bool:
    """The code has run out, does not work, or is simply wanted once more."""
    return awaited == CODE and len(words(text)) <= _MOST_WORDS and _ANEW.search(text) is not None


def names_wrong_address(awaited: Optional[str], text: str) -> bool:
    """The code went to an address that is not the one, and the right one is not named."""
    return awaited == CODE and len(words(text)) <= _MOST_WORDS and _WRONG_ADDRESS.search(text) is not None
