"""What one episode contributes to the figures: read once, by the same rules, for a report and for the live dashboard.

The live part keeps these facts in SQL (``eval.live.store``), a report holds them in memory; the figures
(``eval.metrics.catalogue``) are conditions on them and nothing else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eval.metrics import effort
from eval.outcomes.model import DAY, Contact, Episode, Handoff, Resolver, Status, TransferLabel

STEP: Final = DAY / 10
"""How exactly the time until a return is told."""
WAIT_TARGET: Final = 120.0
"""Seconds within which a colleague's first word is expected where the hand-over's queue names no time."""
ROUTINE: Final = 2 * DAY
"""Seconds within which a routine issue is to be settled."""

DUE: Final[tuple[TransferLabel, ...]] = ("right", "late")
MADE: Final[tuple[TransferLabel, ...]] = (*DUE, "needless")
"""Labels of a hand-over that was made; the first two where it was due as well."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Seconds and points; ``None`` where there is none. Times until something are told to three digits, ``effort`` to a
    tenth, so that many episodes share a value; ``in_time`` and ``routine`` are held against the exact times.

    ``wait`` is the longest of the hand-overs that a colleague answered. ``first_ended_at`` and ``back_after`` lie on a
    grid of ``STEP``. ``handover``: what reviewers said of its hand-over or of there being none. ``reasons`` and
    ``queues``: those of its hand-overs, each once.
    """

    id: str
    status: Status
    resolver: Resolver
    eligible: bool
    matured: bool
    ended: bool
    proven: bool
    silent: bool
    reached: bool
    confirmed: bool
    one_contact: bool
    person_took_part: bool
    person_asked: bool
    left_queue: bool
    served: bool
    in_time: bool
    asked_again: bool
    packet_judged: bool
    packet_enough: bool
    survey_offered: bool
    survey_answered: bool
    routine: bool
    returned: bool
    first_ended_at: float
    back_after: float | None
    wait: float | None
    to_resolution: float | None
    ces7: float | None
    ces5: float | None
    csat: float | None
    effort: float
    handover: TransferLabel | None
    reasons: tuple[str, ...]
    queues: tuple[str, ...]


def facts_of(
    episodes: Sequence[Episode], as_of: float, labels: Mapping[str, TransferLabel] | None = None
) -> list[Facts]:
    """The facts of each episode, in order; ``episodes`` are all that their customers have, ``labels`` what reviewers
    said, by conversation."""
    followers = {each.follows: each for each in episodes if each.eligible and each.follows is not None}
    named = labels_of_episodes(episodes, labels) if labels else {}
    return [_facts(each, _next_contact(each, followers.get(each.id)), named.get(each.id), as_of) for each in episodes]


def labels_of_episodes(episodes: Sequence[Episode], labels: Mapping[str, TransferLabel]) -> dict[str, TransferLabel]:
    """What a label of a conversation says of an episode. Nothing where the conversation holds several issues, where two
    labels differ, or where the log knows of no hand-over that a label speaks of, or of one that it denies."""
    issues = Counter(name for each in episodes if each.eligible for name in each.conversation_ids)
    found: dict[str, TransferLabel] = {}
    for each in episodes:
        said = {labels[name] for name in each.conversation_ids if name in labels and issues[name] == 1}
        said = {label for label in said if (label in MADE) == bool(each.handoffs)}
        if each.eligible and len(said) == 1:
            found[each.id] = said.pop()
    return found


def grid(at: float) -> float:
    """The moment of the grid that ``at`` belongs to."""
    return math.floor(at / STEP) * STEP


def _facts(episode: Episode, following: Contact | None, label: TransferLabel | None, as_of: float) -> Facts:
    contacts, handoffs = episode.contacts, episode.handoffs
    waits = [each.answered_at - each.requested_at for each in handoffs if each.answered_at is not None]
    enough = [each.packet_enough for each in contacts if each.packet_enough is not None] if waits else []
    surveys = [survey for contact in contacts for survey in contact.surveys]
    reached = any(contact.bot_answers or contact.agent_messages for contact in contacts)
    took, first_end = _time_to_proof(episode), grid(contacts[0].ended_at)
    return Facts(
        id=episode.id,
        status=episode.status,
        resolver=episode.resolver,
        eligible=episode.eligible,
        matured=episode.matured,
        ended=episode.status != "open",
        proven=episode.proven and episode.matured,
        silent=episode.silent and episode.matured,
        reached=reached,
        confirmed=reached and any(contact.said_solved is not None for contact in contacts),
        one_contact=len(contacts) == 1,
        person_took_part=any(contact.person_took_part for contact in contacts),
        person_asked=any(contact.person_asked for contact in contacts),
        left_queue=_left_the_queue(contacts, as_of),
        served=bool(waits),
        in_time=bool(waits) and all(_in_time(each) for each in handoffs),
        asked_again=bool(waits) and any(contact.effort.asked_again for contact in contacts),
        packet_judged=bool(enough),
        packet_enough=bool(enough) and all(enough),
        survey_offered=any(contact.offered_survey or contact.surveys for contact in contacts),
        survey_answered=bool(surveys),
        routine=took is not None and took <= ROUTINE,
        returned=following is not None,
        first_ended_at=first_end,
        back_after=max(0.0, grid(following.opened_at) - first_end) if following is not None else None,
        wait=_three_digits(max(waits)) if waits else None,
        to_resolution=_three_digits(took) if took is not None else None,
        ces7=_point(next((s.ces for s in surveys if s.form == "ces7" and s.ces is not None), None)),
        ces5=_point(next((s.ces for s in surveys if s.form == "ces5" and s.ces is not None), None)),
        csat=_point(next((s.csat for s in surveys if s.csat is not None), None)),
        effort=round(effort.index(episode), 1),
        handover=label,
        reasons=tuple(dict.fromkeys(each.reason for each in handoffs)),
        queues=tuple(dict.fromkeys(each.queue for each in handoffs if each.queue is not None)),
    )


def _next_contact(episode: Episode, follower: Episode | None) -> Contact | None:
    """The next one on the issue: a second contact, or a later episode's first."""
    later = next((contact for contact in episode.contacts[1:] if contact.exclusion is None), None)
    return later or (follower.contacts[0] if follower is not None else None)


def _left_the_queue(contacts: Sequence[Contact], as_of: float) -> bool:
    """Whether the customer ever asked for a person and was gone before one came, also where they came back later."""
    for at, contact in enumerate(contacts):
        if contact.handoffs and _waits(contact.handoffs[-1]):
            until = contacts[at + 1].opened_at if at + 1 < len(contacts) else as_of
            if contact.closed or until - contact.ended_at >= DAY:
                return True
    return False


def _in_time(handoff: Handoff) -> bool:
    """Whether an answer came by the time that its queue owed it; who was never answered is told elsewhere.

    The queue's clock runs on from the first wait when a matter comes back from the bot, so what was due before it was
    asked for again says nothing of the new answer.
    """
    if handoff.answered_at is None:
        return True
    if handoff.due_at is not None and handoff.due_at > handoff.requested_at:
        return handoff.answered_at <= handoff.due_at
    return handoff.answered_at - handoff.requested_at <= WAIT_TARGET


def _waits(handoff: Handoff) -> bool:
    return handoff.accepted_at is None and not handoff.returned


def _time_to_proof(episode: Episode) -> float | None:
    """Seconds from the first need to the proof, of what is resolved on proof."""
    began = episode.contacts[0].first_need_at
    if not episode.proven or episode.claimed_at is None or began is None:
        return None
    return max(0.0, episode.claimed_at - began)


def _three_digits(seconds: float) -> float:
    return float(f"{max(0.0, seconds):.3g}")


def _point(value: int | None) -> float | None:
    return None if value is None else float(value)
