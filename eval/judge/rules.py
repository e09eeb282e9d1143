"""From what was read to a verdict: points for and against, added up. Readable on purpose, so that it can be argued.

The points are log-odds by judgement, not fitted: there are no labels from before the first installation. What the
verdicts are worth is found out afterwards, by people who read (``eval.judge.calibration``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from eval.judge.model import Reading, Said, Verdict
from eval.judge.reading import read
from eval.outcomes.linking import Similarity
from eval.outcomes.model import Conversation, Episode

RESOLVED_FROM, NOT_RESOLVED_TO = 0.65, 0.35
"""Between the two the judge abstains."""
REASONS: Final = 3
ABOUT: Final = 0.45
"""Likeness of question and answer at which it says nothing either way."""
NEAR: Final = 0.45
"""From this likeness a later contact may be the same trouble, though it is not linked."""
SURE: Final = 0.5
SHORT: Final = 3
"""Customer's turns from which an exchange is long."""


class Point(NamedTuple):
    """``weight`` in log-odds: above 0 it speaks for resolved."""

    weight: float
    words: str


def points(reading: Reading) -> list[Point]:
    """What speaks for and against, in the order in which it is looked at."""
    nearness = max(-1.5, min(1.5, 6 * (reading.likeness - ABOUT)))
    about = "is about what was asked" if nearness > 0 else "is beside what was asked"
    found = [Point(nearness, f"the nearest answer {about} (likeness {reading.likeness:.2f})")]
    if reading.cited:
        found.append(Point(0.6, "it rests on an article"))
    if reading.closed_by_person:
        found.append(Point(0.9, "a colleague closed it as resolved"))
    if reading.thanked:
        found.append(Point(1.6, "the customer thanked or took leave after an answer"))
    if reading.again:
        found.append(Point(-1.3 * min(reading.again, 2), f"the same was asked again after an answer ({reading.again})"))
    if reading.same_answer:
        found.append(Point(-1.2, "the same answer was given twice"))
    if reading.trouble and not reading.closed_by_person:
        found.append(Point(-0.9, "the customer reported trouble, and was told something"))
    if reading.objected:
        found.append(Point(-2.0, "the customer objected to an answer"))
    if reading.hedged:
        found.append(Point(-1.8, "the answer says that it does not know, or puts it off"))
    if reading.asked_back:
        found.append(Point(-1.8, "the last word is a question to the customer"))
    if reading.frustration > 0.2:
        found.append(Point(-3 * (reading.frustration - 0.2), f"the customer was tense ({reading.frustration:.2f})"))
    if reading.not_understood:
        found.append(Point(-0.7 * min(reading.not_understood, 2), "a message was not understood"))
    if reading.failed:
        found.append(Point(-1.0, "a turn failed"))
    if reading.certainty is not None and reading.certainty < SURE:
        found.append(Point(-0.5, f"the need was understood with little certainty ({reading.certainty:.2f})"))
    if reading.turns > SHORT:
        found.append(Point(-0.25 * min(reading.turns - SHORT, 4), f"it took many turns ({reading.turns})"))
    if reading.person_offered:
        found.append(Point(-0.6, "a person was offered, and not taken"))
    if reading.nearest_return is not None and reading.nearest_return >= NEAR:
        close = f"the customer came back with something close (likeness {reading.nearest_return:.2f})"
        found.append(Point(-1.3, close))
    return found


def verdict_of(reading: Reading) -> Verdict:
    found = points(reading)
    score = round(1 / (1 + math.exp(-sum(point.weight for point in found))), 4)
    said: Said = "abstains"
    if score >= RESOLVED_FROM:
        said = "resolved"
    elif score <= NOT_RESOLVED_TO:
        said = "not_resolved"
    weighty = sorted(found, key=lambda point: -abs(point.weight))[:REASONS]
    return Verdict(said, score, tuple(point.words for point in weighty))


Judge = Callable[[Sequence[Episode], Sequence[Conversation]], Mapping[str, Verdict]]
"""All episodes and conversations of one person to the verdicts on those where state cannot tell, by episode."""


def judge_by(likeness: Similarity) -> Judge:
    def judge(episodes: Sequence[Episode], conversations: Sequence[Conversation]) -> Mapping[str, Verdict]:
        by_id = {each.id: each for each in conversations}
        contacts = [contact for episode in episodes for contact in episode.contacts]
        found = {}
        for episode in episodes:
            if not state_cannot_tell(episode):
                continue
            mine = {contact.id for contact in episode.contacts}
            others = [contact for contact in contacts if contact.id not in mine]
            reading = read(episode, by_id, others, likeness)
            if reading is not None:
                found[episode.id] = verdict_of(reading)
        return found

    return judge


def state_cannot_tell(episode: Episode) -> bool:
    """An answer, then nothing; or a colleague's own "resolved"."""
    return episode.eligible and episode.would_be == "resolved" and episode.evidence == "assumed_silent"
