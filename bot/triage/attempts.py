"""Does the customer say that what the bot gave them did not help? Read from the words; input is cleaned text."""

from __future__ import annotations

import re

from bot.triage.lowered import lowered

_REPORTS = re.compile(
    r"\bstill (?:no|not|nothing|dead|broken|blank|empty|wrong|the same|refused|invalid|missing|can't|cannot|doesn't|"
    r"isn't|won't|hasn't|haven't|says|shows)\b|\bsame (?:error|thing|problem|message|result|page|again|here|issue)\b|"
    r"\b(?:did|does|do|would|will|is|has|have|was|could|can)(?:n't| not|nt) (?:\w+ )?(?:work|help|come|coming|arrive|"
    r"load|open|go through|there|exist|receive|reach|got|get|anything|appear|show|let me|accept|find|log|change)\w*|"
    r"\bwon't (?:\w+ )?(?:work|load|open|let|accept|go)\b|\b(?:not|isn't) (?:working|coming|loading|opening|"
    r"there|found|"
    r"accepted|valid|helpful)\b|\bno (?:code|e?-?mail|message|link|sms|text|luck|change|difference|success|"
    r"letter|joy)\b|"
    r"\b(?:does|did|do) nothing\b|\bwrong (?:code|again)\b|\b(?:link|page|button) (?:is )?(?:still )?(?:dead|"
    r"broken)\b|"
    r"\b(?:refused|rejected|invalid|expired|error)\b|\b(?:not|failed|wrong|nothing|no) again\b|"
    r"\bnothing (?:came|comes|"
    r"happens|happened|changed|arrived|there|yet|in)\b|\b(?:blank|empty|dead|broken|locked|stuck|gone|zero) "
    r"again\b|\b(?:is|was|stays|are|remains|it's) (?:blank|empty|dead|stuck|frozen|greyed out|unavailable)\b|"
    r"\b(?:there is|there's|"
    r"i see|i have|i get|i find|shows?) (?:no|none|nothing)\b|\bno such\b|\bthat (?:tip|advice|trick|link|"
    r"page)\b.{0,20}(?:n't|not)\b|"
    r"\b(?:as|like) i said\b|\b(?:nope|negative)\b|\b(?:tried|did|done) (?:that|this|both|all that|"
    r"it) (?:already|"
    r"twice|before|again|and|too)\b"
)
_MISSED = re.compile(
    r"\bnot what i (?:asked|meant|said|wanted|want|mean)\b|\bi (?:already )?asked (?:whether|if|about|for|how|"
    r"when|why|you)\b|"
    r"\bthat(?:'s| is) (?:about|for) \w+.{0,30}\bi (?:mean|meant|want|asked)\b|\bmy question (?:was|is)\b|\byou "
    r"(?:misunderst\w+|didn't answer|haven't answered|are not answering|don't understand)\b|\bno,? not that\b|"
    r"\bthat (?:doesn't|didn't|does not|did not) answer\b|\bthat (?:wasn't|isn't|was not|is not) (?:my|"
    r"the) question\b"
)
_RETRIES = re.compile(r"\b(?:again|once more|one more time|retry|another (?:try|go)|and now|did it work)\b")

_DENIES = re.compile(
    r"\b(?:no|not|none|nothing|never|neither|nowhere)\b(?! (?:thanks?|thank you|problem|"
    r"worries|rush))|n't\b"
)
_OWN_LACK = re.compile(
    r"\b(?:i|we) (?:do not|don't|didn't|can't|cannot|couldn't|could not|won't|would not|wouldn't) (?:\w+ )?"
    r"(?:have|know|remember|recall|find|want|need|mind|care|like|wish)\b|"
    r"\bnot (?:\w+ )?(?:sure|certain|necessary|needed|yet)\b|"
    r"\bno,? (?:i|it's|that's|not|the|thanks?|thank|just|please|on|at|in|for|from|to)\b|\bi(?:'m| am) not\b|"
    r"\bif\b.{0,40}\b(?:n't|not)\b"
)
_LONGEST_NO = 15
"""Words. Who says that an answer did not do says it briefly; a long message tells something of its own."""


def denies(text: str) -> bool:
    """Whether there is a no in it, of the answer and not of the customer's own matters ("I don't have the number"): of
    a message that makes no request, that the answer did not do."""
    low = lowered(text)
    return len(low.split()) <= _LONGEST_NO and _DENIES.search(_OWN_LACK.sub(" ", low)) is not None


def tells_of_failure(text: str) -> bool:
    """Whether the last answer did not help, or missed the question."""
    low = lowered(text)
    return _REPORTS.search(low) is not None or _MISSED.search(low) is not None


def tries_again(text: str) -> bool:
    return _RETRIES.search(lowered(text)) is not None
