"""The same conversations under every vendor's definition of "resolved" beside ours, and where they disagree.

A vendor counts conversations, so a row here is a contact. Where a vendor lets a model judge the answer, "an answer was
given, and the customer did not deny it" stands in for the judgement: the kindest reading. Sources: FEATURES of the
vendors' public documents; each definition says its rule and its window. Test and staff traffic is out of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eval.metrics.values import Metric, share
from eval.outcomes.model import DAY, Contact, Episode

WINDOWS: Final = (DAY, 3 * DAY, 7 * DAY)
"""Seconds after its end at which one definition or another decides on a contact."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One contact with what follows it: seconds until the customer came back, in the same conversation or anywhere."""

    contact: Contact
    episode: Episode
    same_conversation: float | None
    anywhere: float | None
    watched: float

    @property
    def ours(self) -> bool:
        return self.episode.proven and self.contact is self.episode.contacts[-1]

    @property
    def alone(self) -> bool:
        """Nobody asked for a person, and none took part."""
        return not self.contact.person_asked and not self.contact.person_took_part

    def watched_for(self, seconds: float) -> bool:
        """Whether the window is over; before, nobody can say what it brings."""
        return self.watched >= seconds

    def stayed_away(self, back: float | None, seconds: float) -> bool:
        return back is None or back > seconds


Rule = Callable[[Seen], bool]


@dataclass(frozen=True)
class Definition:
    """``counts``: the conversations of the denominator, ``resolved``: those of them that count as resolved."""

    name: str
    title: str
    rule: str
    window: str
    denominator: str
    counts: Rule
    resolved: Rule


def _answered(seen: Seen) -> bool:
    return seen.contact.bot_answers > 0


def _left_with_an_answer(seen: Seen) -> bool:
    return _answered(seen) and seen.alone and seen.contact.denied is None


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "frontdesk", "Frontdesk", "proven by the backend or the customer, and standing", "7 days",
        "conversations with a need whose episode has matured",
        lambda seen: seen.episode.eligible and seen.episode.matured and seen.contact.exclusion is None,
        lambda seen: seen.ours,
    ),
    Definition(
        "intercom", "Intercom Fin, resolution", "after its last answer the customer confirms, or asks no more",
        "24 h, taken back on a return to the same conversation", "conversations in which it answered, 24 h ago",
        lambda seen: _answered(seen) and seen.watched_for(DAY),
        lambda seen: _left_with_an_answer(seen) and seen.same_conversation is None,
    ),
    Definition(
        "zendesk", "Zendesk, automated resolution", "a relevant answer, no escalation, nothing negative at the end",
        "72 h of inactivity", "conversations in which it took part, 72 h ago",
        lambda seen: seen.contact.bot_messages > 0 and seen.watched_for(3 * DAY),
        lambda seen: _left_with_an_answer(seen) and seen.stayed_away(seen.same_conversation, 3 * DAY),
    ),
    Definition(
        "ada", "Ada, automated resolution", "safe, accurate, relevant, without a human", "end of the conversation",
        "completed conversations",
        lambda seen: seen.episode.status != "open",
        lambda seen: _left_with_an_answer(seen) and seen.contact.answered,
    ),
    Definition(
        "hubspot", "HubSpot, resolution", "it replied, nobody asked for a human, feedback positive or none",
        "72 h after inactivity", "conversations in which it replied, 72 h ago",
        lambda seen: seen.contact.bot_messages > 0 and seen.watched_for(3 * DAY),
        lambda seen: (
            seen.alone and seen.contact.denied is None and seen.stayed_away(seen.same_conversation, 3 * DAY)
        ),
    ),
    Definition(
        "dialogflow_cx", "Dialogflow CX, contained without callback", "no live agent, and the user does not call back",
        "24 h", "all sessions that ended 24 h ago",
        lambda seen: seen.watched_for(DAY),
        lambda seen: seen.alone and seen.stayed_away(seen.anywhere, DAY),
    ),
    Definition(
        "chatwoot", "Chatwoot, durable autonomous resolution", "closed after a bot's reply, no hand-over, not reopened",
        "7 days", "conversations with a bot's reply that were closed 7 days ago or were handed over",
        lambda seen: seen.contact.bot_messages > 0 and (seen.watched_for(7 * DAY) or seen.contact.person_asked),
        lambda seen: seen.alone and seen.contact.closed and seen.stayed_away(seen.same_conversation, 7 * DAY),
    ),
    Definition(
        "deflection", "Deflection", "no person took part, for whatever reason", "end of the conversation",
        "conversations that have ended",
        lambda seen: seen.episode.status != "open",
        lambda seen: not seen.contact.person_took_part,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """``only_theirs``: resolved under this definition and not by us; ``only_ours`` the other way round: of each such
    episode the id of its first contact."""

    definition: Definition
    metric: Metric
    only_theirs: tuple[str, ...]
    only_ours: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    rows: tuple[Row, ...]
    seen: dict[str, Seen]

    def document(self, *, lists: bool = False, most: int | None = None) -> list[dict[str, Any]]:
        """One row a definition; ``lists`` gives the conversations of each disagreement with what we hold of them."""
        found = []
        for row in self.rows:
            plain = {
                **row.metric.document(),
                "rule": row.definition.rule,
                "window": row.definition.window,
                "only_theirs": len(row.only_theirs),
                "only_ours": len(row.only_ours),
            }
            if lists:
                plain["only_theirs_list"] = [self._told(name) for name in row.only_theirs[:most]]
                plain["only_ours_list"] = [self._told(name) for name in row.only_ours[:most]]
            found.append(plain)
        return found

    def _told(self, name: str) -> dict[str, Any]:
        seen = self.seen[name]
        return {
            "conversation_id": seen.contact.conversation_id,
            "episode_id": seen.episode.id,
            "status": seen.episode.status,
            "evidence": seen.episode.evidence,
            "why": seen.episode.why,
        }


def panel(episodes: Sequence[Episode], as_of: float) -> Panel:
    seen = seen_of(episodes, as_of)
    rows = []
    for definition in DEFINITIONS:
        counted = [name for name, one in seen.items() if definition.counts(one)]
        resolved = [name for name in counted if definition.resolved(seen[name])]
        inside = set(resolved)
        comparable = [name for name, one in seen.items() if one.episode.matured]
        rows.append(
            Row(
                definition,
                share(definition.name, definition.title, resolved, counted, definition.denominator, definition.rule),
                _of_episodes(seen, (name for name in comparable if name in inside and not seen[name].ours)),
                _of_episodes(seen, (name for name in comparable if name not in inside and seen[name].ours)),
            )
        )
    return Panel(tuple(rows), seen)


def _of_episodes(seen: Mapping[str, Seen], names: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(seen[name].episode.id, name)
    return tuple(first.values())


def seen_of(episodes: Sequence[Episode], as_of: float) -> dict[str, Seen]:
    """Contact id → the contact with what follows it, oldest first; ``episodes`` are all that their customers have."""
    pairs = [
        (contact, episode)
        for episode in episodes
        for contact in episode.contacts
        if contact.traffic == "customer" and contact.exclusion != "empty"
    ]
    pairs.sort(key=lambda pair: (pair[0].opened_at, pair[0].first.seq))
    next_in: dict[str, float] = {}
    next_of: dict[str, float] = {}
    found: dict[str, Seen] = {}
    for contact, episode in reversed(pairs):
        customer = contact.customer_id or contact.conversation_id
        same, anywhere = next_in.get(contact.conversation_id), next_of.get(customer)
        found[contact.id] = Seen(
            contact,
            episode,
            None if same is None else max(0.0, same - contact.ended_at),
            None if anywhere is None else max(0.0, anywhere - contact.ended_at),
            as_of - contact.ended_at,
        )
        next_in[contact.conversation_id] = next_of[customer] = contact.opened_at
    return dict(reversed(found.items()))
