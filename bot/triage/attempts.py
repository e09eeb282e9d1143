"""Does the customer say that what the bot gave them did not help? Read from the words; input is cleaned text."""

from __future__ import annotations

import re

_I = re.IGNORECASE
_REPORTS = re.compile(
    r"\bstill (?:no|not|nothing|dead|broken|blank|empty|wrong|the same|refused|invalid|missing|can't|cannot|doesn't|"
    r"isn't|won't|hasn't|haven't|says|shows)\b|\bsame (?:error|thing|problem|message|result|page|again|here|issue)\b|"
    r"\b(?:did|does|do|would|will|is|has|have|was|could|can)(?:n't| not|nt) (?:\w+ )?(?:work|help|come|coming|arrive|"
    r"load|open|go through|there|exist|receive|reach|got|get|anything|appear|show|let me|accept|find|log|change)\w*|"
    r"\bwon't (?:\w+ )?(?:work|load|open|let|accept|go)\b|\b(?:not|isn't) (?:working|coming|loading|opening|there|found|"
    r"accepted|valid|helpful)\b|\bno (?:code|e?-?mail|message|link|sms|text|luck|change|difference|success|letter|joy)\b|"
    r"\b(?:does|did|do) nothing\b|\bwrong (?:code|again)\b|\b(?:link|page|button) (?:is )?(?:still )?(?:dead|broken)\b|"
    r"\b(?:refused|rejected|invalid|expired|error)\b|\b(?:not|failed|wrong|nothing|no) again\b|\bnothing (?:came|comes|"
    r"happens|happened|changed|arrived|there|yet|in)\b|\b(?:tried|did|done) (?:that|this|both|all that|it) (?:already|"
    r"twice|before|again|and|too)\b",
    _I,
)
_MISSED = re.compile(
    r"\bnot what i (?:asked|meant|said|wanted|want|mean)\b|\bi (?:already )?asked (?:whether|if|about|for|how|when|why|you)\b|"
    r"\bthat(?:'s| is) (?:about|for) \w+.{0,30}\bi (?:mean|meant|want|asked)\b|\bmy question (?:was|is)\b|\byou "
    r"(?:misunderst\w+|didn't answer|haven't answered|are not answering|don't understand)\b|\bno,? not that\b|"
    r"\bthat (?:doesn't|didn't|does not|did not) answer\b|\bthat (?:wasn't|isn't|was not|is not) (?:my|the) question\b",
    _I,
)
_RETRIES = re.compile(r"\b(?:again|once more|one more time|retry|another (?:try|go)|and now|did it work)\b", _I)


def tells_of_failure(text: str) -> bool:
    """Whether the last answer did not help, or missed the question."""
    return _REPORTS.search(text) is not None or _MISSED.search(text) is not None


def tries_again(text: str) -> bool:
    return _RETRIES.search(text) is not None
