"""When does a person take over? Pure rules over what the last turns showed, in the order of the design:

explicit request, safety, frustration, repeated failure, abuse (a boundary), complexity (an offer first), else go on.
Authority over amounts is not decided here: the action that prepares an operation asks for the approval.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import FrozenSet, List, Optional, Sequence, Tuple

from bot.text.normalise import words
from bot.triage import language
from bot.triage.attempts import denies, tells_of_failure, tries_again
from bot.triage.favours import asks_favour
from bot.triage.frustration import log_odds, logistic
from bot.triage.lowered import lowered
from bot.triage.needs import need_of
from bot.triage.person import hints_at_person
from bot.triage.seen import Seen as Seen
from bot.triage.thresholds import Thresholds
from bot.triage.wishes import FAVOUR, MATTERS, PERSON

PERSON_INTENT = "talk_to_person"
CALLBACK_INTENT = "request_callback"
_AT_A_TIME = re.compile(
    r"\b(?:today|tomorrow|tonight|later|morning|noon|afternoon|evening|week|mon|tues|wednes|thurs|fri|satur|sun"
    r"|at \d|after \d|around \d|\d ?(?:am|pm))",
    re.IGNORECASE,
)
CALM_INTENTS = frozenset(
    {
        "greet",
        "thanks",
        "goodbye",
        "affirm",
        "solved_yes",
        "bot_challenge",
        "what_can_you_do",
        "inform",
        "needs_a_moment",
    }
)
_NUMBERED = re.compile(r"\ba[- ]?\d{4}\b")
_SAYS = re.compile(
    r"\b(?:mail|email|app|site|website|page|tracking|invoice|bank|account|courier|driver|shop|store|colleague|"
    r"chat|letter|receipt|statement|"
    r"confirmation|system|you|one|other|agent|order|neighbou?r|warehouse|label|card company|paypal|post office|"
    r"carrier) (?:still |now |also |clearly |both |page |company )*(?:says?|said|"
    r"shows?|showed|claims?|claimed|told|lists?|"
    r"states?|confirms?|confirmed|insists?)\b"
)
_WISHES = re.compile(
    r"\b(?:refund|return|cancel|exchang|replac|address|invoice|charged|subscription|box|voucher|gift card|"
    r"points|password|broken|damaged|"
    r"missing|lost|wrong|delivered|warranty|repair|account|discount|credit|merged|billed|twice|gone|incomplete|"
    r"voucher|"
    r"came|exchange|mistake)\w*"
)
TANGLED = {3: 0.25, 4: 0.7, 5: 0.9}
"""What so many different matters in one message weigh."""
_PARTS = re.compile(
    r"\b(?:one|ones|another|both|first|second|third|fourth|next|other|half|rest|parts?|each|two|"
    r"three|all of them)\b(?![- ](?:way|stop|time|name|class|to|adults?|people|persons?|passengers?))"
)
SHORT_NO = 3
"""Words of a no that declines what was offered and tells nothing of an earlier answer."""
SAME_QUESTION = 3
REASONS = {"safety": "safety", "legal": "safety", "vulnerable": "safety"}


@dataclass(frozen=True)
class Ground:
    """One observation behind a decision; ``weight`` is its share of the score."""

    kind: str
    text: str
    weight: float
    seq: Optional[int] = None


@dataclass(frozen=True)
class Decision:
    decision: str
    rule: str
    frustration: float
    complexity: float
    abuse: float
    reason: Optional[str] = None
    language: str = "en"
    evidence: List[Ground] = field(default_factory=list)
    about: Optional[str] = None
    """The grave matter that was written of: it chooses the words of a hand-over."""


def decide(turns: Sequence[Seen], limits: Thresholds) -> Decision:
    """The decision for the last of ``turns``. ``turns`` is not empty and read back ``lookback_turns``."""
    window = list(turns)[-limits.lookback_turns :]
    now, before = window[-1], window[:-1]
    combined, mood = frustration_of(window, limits)
    frustration = round(combined, 4)
    complexity, knots = complexity_of(window)
    offered = any(turn.offered for turn in before)

    matter = _matter(now, limits)
    about = _about(now, matter)

    def made(do: str, rule: str, reason: Optional[str], why: List[Ground]) -> Decision:
        scores = (frustration, round(complexity, 4), now.abuse)
        return Decision(do, rule, *scores, reason, now.language, why, about)

    asked = _explicit(now, before, limits)
    if asked:
        grave = [matter] if matter else []
        return made("hand_over", "explicit_request", "explicit_request", [asked, *grave, *mood])
    if matter:
        return made("hand_over", f"{matter.kind}_matter", REASONS[matter.kind], [matter, *mood])
    favour = _wish(now, FAVOUR, asks_favour(now.text), limits) if now.written else None
    if favour:
        return made("hand_over", "beyond_rules", "policy_limit", [favour, *mood])
    if frustration >= limits.frustration_hand_over and now.abuse < limits.abuse_boundary:
        return made("hand_over", "frustration", "frustration", mood)
    failure = _failure(now, before, offered, limits)
    if failure:
        decision, rule, grounds = failure
        return made(decision, rule, "repeated_failure", [*grounds, *mood])
    if now.abuse >= limits.abuse_boundary:
        ground = Ground("abuse", "hostile words at the reader", now.abuse, now.seq)
        if any(turn.bounded for turn in before):
            return made("hand_over" if offered else "offer", "abuse_repeated", "frustration", [ground, *mood])
        return made("boundary", "abuse", None, [ground, *mood])
    if complexity >= limits.complexity_at_once and now.language == "en":
        return made("hand_over", "complexity_high", "complexity", knots)
    # A reading that is not sure: one offer first. Of another language than ours it is no reading at all.
    if now.intent == PERSON_INTENT and not now.rejected and now.language == "en":
        guess = Ground("person_guessed", now.text[:120], now.confidence, now.seq)
        return made("hand_over" if offered else "offer", "person_guessed", "explicit_request", [guess, *mood])
    if frustration >= limits.frustration_offer and not offered:
        return made("offer", "frustration_rising", "frustration", mood)
    if now.language != "en" and now.written:
        ground = Ground("language", f"written in another language ({now.language})", 1.0, now.seq)
        return made("hand_over" if offered else "offer", "other_language", "complexity", [ground])
    if complexity >= limits.complexity_hand_over and offered:
        return made("hand_over", "complexity", "complexity", knots)
    if complexity >= limits.complexity_offer and not offered:
        return made("offer", "complexity", "complexity", knots)
    return made("continue", "none", None, mood)


def _explicit(now: Seen, before: Sequence[Seen], limits: Thresholds) -> Optional[Ground]:
    if now.intent == CALLBACK_INTENT and now.confidence >= limits.explicit_intent_alone and _AT_A_TIME.search(now.text):
        return None  # "can somebody phone me tomorrow?": an appointment, which the engine makes
    wish = _wish(now, PERSON, now.person, limits)
    if wish:
        return replace(wish, kind="explicit_request")
    worded = limits.explicit_intent_confidence if hints_at_person(lowered(now.text)) else limits.explicit_intent_alone
    agreed = now.wishes.get(PERSON, 1.0) >= limits.explicit_intent_learnt
    if now.intent == PERSON_INTENT and now.confidence >= worded and agreed and not now.rejected:
        return Ground("explicit_request", now.text[:120], now.confidence, now.seq)
    stands = before and before[-1].offered and not before[-1].overtaken
    if stands and (now.intent == "affirm" or language.says_yes(now.text)):
        return Ground("accepted_offer", now.text[:120], 1.0, now.seq)
    return None


def _matter(now: Seen, limits: Thresholds) -> Optional[Ground]:
    kind, shown = now.matter or (None, None)
    found = [_wish(now, each, shown if each == kind else None, limits) for each in MATTERS]
    return max((ground for ground in found if ground), key=lambda ground: ground.weight, default=None)


def _about(now: Seen, matter: Optional[Ground]) -> Optional[str]:
    """``safety``, ``legal``, or which need it is of somebody in need."""
    if matter is None or matter.kind != "vulnerable":
        return matter.kind if matter else None
    return need_of(now.text) or matter.kind


def _wish(now: Seen, kind: str, words_found: Optional[str], limits: Thresholds) -> Optional[Ground]:
    """A wish stands where its words are found and the learnt reading does not speak against it, or where that reading
    is sure by itself."""
    learnt = now.wishes.get(kind, 1.0 if words_found else 0.0)
    if words_found and learnt >= limits.wish_worded[kind]:
        return Ground(kind, words_found, 1.0, now.seq)
    if learnt >= limits.wish_alone[kind]:
        return Ground(kind, now.text[:120], learnt, now.seq)
    return None


def _failure(
    now: Seen, before: Sequence[Seen], offered: bool, limits: Thresholds
) -> Optional[Tuple[str, str, List[Ground]]]:
    told = _disappointed(now)
    answered = list(zip(before, [*before, now][1:], strict=True))[-limits.failures_back :]
    failed = [turn for turn, after in answered if turn.tool_failed or turn.fallback or _disappointed(after)]
    unclear = now.rejected or now.confidence < limits.unclear_confidence
    lost_again = _in_a_row(before) >= limits.failures_hand_over and unclear
    tried = tries_again(now.text) or now.intent not in CALM_INTENTS
    goes_on = told or (tried and (now.rejected or lost_again or any(turn.tool_failed for turn in failed)))
    if len(failed) >= limits.failures_hand_over and goes_on:
        grounds = [Ground("failed", turn.text[:120], 0.5, turn.seq) for turn in failed]
        return "hand_over", "failed_again", grounds
    fallbacks = _in_a_row(before)
    lost = now.rejected and not now.in_form
    if lost and fallbacks >= limits.fallbacks_offer - 1:
        grounds = [Ground("fallback", turn.text[:120], 0.5, turn.seq) for turn in [*before[-fallbacks:], now]]
        if offered or fallbacks + 1 >= limits.fallbacks_hand_over:
            return "hand_over", "not_understood_again", grounds
        return "offer", "not_understood_twice", grounds
    unsolved = [turn for turn in [*before, now] if turn.intent == "solved_no"]
    if now.intent == "solved_no" and unsolved:
        grounds = [Ground("not_solved", turn.text[:120], 0.5, turn.seq) for turn in unsolved]
        if len(unsolved) >= limits.not_solved_hand_over:
            return "hand_over", "not_solved_again", grounds
        if len(unsolved) >= limits.not_solved_offer and not offered:
            return "offer", "not_solved", grounds
    return None


def _disappointed(turn: Seen) -> bool:
    if turn.intent == "deny" and len(words(turn.text)) <= SHORT_NO:
        return False  # an answer to what was proposed
    return tells_of_failure(turn.text) or (turn.rejected and denies(turn.text))


def _in_a_row(before: Sequence[Seen]) -> int:
    count = 0
    for turn in reversed(before):
        if not (turn.fallback or (turn.rejected and turn.offered)):
            break
        count += 1
    return count


def frustration_of(turns: Sequence[Seen], limits: Thresholds) -> Tuple[float, List[Ground]]:
    """The combined score of the last turn and what made it; calm small talk is taken for what it says."""
    combined = 0.0
    grounds: List[Ground] = []
    for at, turn in enumerate(turns):
        combined, grounds = _step(turns, at, combined, limits)
        if not turn.written:
            combined *= limits.frustration_carry
    return combined, grounds


def _step(turns: Sequence[Seen], at: int, previous: float, limits: Thresholds) -> Tuple[float, List[Ground]]:
    now, before = turns[at], turns[:at]
    if not now.written or not words(now.text):
        return previous * limits.frustration_carry, []  # "??" says that somebody waits, not how they feel
    # The rest of the log-odds is the message as a whole; a cue's share of the score is its share of what speaks for it.
    whole = max(sum(weight for _, _, weight in now.cues), abs(log_odds(now.frustration)), 1e-6)
    grounds = [
        Ground(kind, shown, round(now.frustration * weight / whole, 4), now.seq) for kind, shown, weight in now.cues
    ]
    if not grounds and now.frustration >= 0.3:
        grounds.append(Ground("tone", "the message as a whole", round(now.frustration, 4), now.seq))
    score = log_odds(now.frustration)
    if now.intent in CALM_INTENTS and now.frustration < 0.5:
        return logistic(score), grounds
    for kind, shown, amount in _history(now, before):
        weight = limits.weights[kind] * amount
        score += weight
        grounds.append(Ground(kind, shown, round(weight, 4), now.seq))
    if previous > 0.25 and now.frustration > 0.25:
        score += limits.weights["earlier_turns"] * previous
        grounds.append(Ground("earlier_turns", "displeasure in the turns before", round(previous, 4)))
    return logistic(score), grounds


def _history(now: Seen, before: Sequence[Seen]) -> List[Tuple[str, str, float]]:
    shown: List[Tuple[str, str, float]] = []
    again = next((turn for turn in reversed(before[-3:]) if rephrased(turn, now)), None)
    if again is not None:
        shown.append(("rephrased", again.text[:120], 1.0))
    fallbacks = _in_a_row(before)
    if fallbacks:
        shown.append(("fallbacks", f"not understood {fallbacks} time(s)", float(min(fallbacks, 3))))
    unsolved = sum(turn.intent == "solved_no" for turn in before)
    if unsolved:
        shown.append(("not_solved", f"said {unsolved} time(s) that it is not solved", float(min(unsolved, 2))))
    if before and before[-1].intent == "deny" and now.frustration > 0.2:
        shown.append(("declined_answer", before[-1].text[:120], 1.0))
    failed = sum(turn.tool_failed for turn in before)
    if failed:
        shown.append(("tool_failures", f"{failed} failed action(s)", float(min(failed, 2))))
    return shown


def rephrased(earlier: Seen, now: Seen) -> bool:
    """The same wish in other words: same intent and much the same vocabulary, in two written messages."""
    if not (earlier.written and now.written) or len(now.text) < 12 or earlier.in_form or now.in_form:
        return False
    overlap, alike = _likeness(earlier.text, now.text)
    return alike or (overlap > 0.6 and earlier.intent == now.intent)


@lru_cache(maxsize=1024)
def _likeness(earlier: str, now: str) -> Tuple[float, bool]:
    """Share of words in common, and whether the texts are alike letter by letter. Kept between turns, because the same
    earlier messages are compared again each time."""
    one, two = _vocabulary(earlier), _vocabulary(now)
    if len(one) < 3 or len(two) < 3 or _numbers(one) != _numbers(two):
        return 0.0, False
    overlap = len(one & two) / min(len(one), len(two))
    # Texts without a third of their words in common are not nearly the same letters.
    return overlap, overlap > 0.3 and _alike(earlier.lower(), now.lower())


@lru_cache(maxsize=512)
def _vocabulary(text: str) -> FrozenSet[str]:
    return frozenset(words(text))


KEPT = (_likeness, _vocabulary)
"""Caches that hold customers' words; see ``kept``."""


def _alike(one: str, two: str) -> bool:
    if 2 * min(len(one), len(two)) <= 0.8 * (len(one) + len(two)):
        return False
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    # The quick ratio is an upper bound: most pairs are told apart without the slow one.
    return matcher.quick_ratio() > 0.8 and matcher.ratio() > 0.8


def _numbers(said: FrozenSet[str]) -> FrozenSet[str]:
    """Two messages that name different things by number are two wishes, not one said twice."""
    return frozenset(word for word in said if any(map(str.isdigit, word)))


def complexity_of(turns: Sequence[Seen]) -> Tuple[float, List[Ground]]:
    """0..1 for the last turn: what makes this more than a bot's matter."""
    now, before = turns[-1], turns[:-1]
    if not now.written:
        return 0.0, []
    low = lowered(now.text)
    length = len(words(now.text))
    knots: List[Ground] = []

    def knot(kind: str, shown: str, weight: float, holds: bool) -> None:
        if holds:
            knots.append(Ground(kind, shown, weight, now.seq))

    knot("out_of_scope", "not one of the subjects the bot knows", 0.3, now.rejected)
    knot("unsure", "two readings are nearly as likely", 0.15, now.margin < 0.08 and not now.rejected)
    knot("long", f"{length} words", 0.25, length > 60)
    knot("several", "several questions at once", 0.2, now.text.count("?") >= 3)
    numbers = {number.replace(" ", "") for number in _NUMBERED.findall(low)}
    knot("things", f"{len(numbers)} orders in one message", 0.3, len(numbers) >= 3)
    sides = [match.group() for match in _SAYS.finditer(low)]
    knot("conflict", ", ".join(sides[:4]), 0.8, len({side.lower() for side in sides}) >= 2)
    wishes = {match.group()[:5] for match in _WISHES.finditer(low)}
    knot(
        "tangled",
        f"{len(wishes)} matters at once",
        TANGLED[min(len(wishes), 5)] if len(wishes) >= 3 else 0.0,
        len(wishes) >= 3,
    )
    parts = _PARTS.findall(low)
    knot("parts", f"{len(parts)} parts told apart", 0.55, len(parts) >= 4)
    fallbacks = _in_a_row(before)
    knot("fallbacks", f"not understood {fallbacks} time(s)", min(0.25 * fallbacks, 0.5), fallbacks > 0)
    stuck = now.same_question
    knot("form", f"{stuck} answers to one question that did not fill it", 0.6, stuck >= SAME_QUESTION)
    return min(sum(ground.weight for ground in knots), 1.0), knots
