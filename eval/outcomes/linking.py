"""Which contacts are about the same issue: the same verified customer, and the same order or a similar need.

Anonymous contacts are joined within one conversation alone. Live episodes are never rewritten; this reads them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eval.outcomes import texts
from eval.outcomes.model import RETURNS_WITHIN, Contact

Similarity = Callable[[str, str], float]
"""How alike two needs in the customers' words are, 0 to 1."""


def shared_words(one: str, other: str) -> float:
    return texts.overlap(texts.words(one), texts.words(other))


@dataclass(frozen=True)
class LinkRules:
    """``threshold`` is the similarity from which two needs without a shared order are one issue. It belongs to its
    ``similarity`` and is reviewed by people (``reviewed``: who, when, on what); ``None`` links by entity alone."""

    similarity: Similarity | None = shared_words
    threshold: float = 0.5
    reviewed: str = "finds hardly any (./frontdesk eval links): for logs without a sentence model at hand"
    within: float = RETURNS_WITHIN


BY_ENTITY = LinkRules(similarity=None)


def link(contacts: Iterable[Contact], rules: LinkRules) -> list[list[Contact]]:
    """Chains of contacts about one issue each, oldest contact first; a chain has no pause longer than ``within``.

    A contact that fits two chains merges them: that is how two issues turn out to be one.
    """
    by_person: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        by_person[_person(contact)].append(contact)
    found = [chain for mine in by_person.values() for chain in _chains(mine, rules)]
    return sorted(found, key=lambda chain: (chain[0].opened_at, chain[0].id))


def _person(contact: Contact) -> str:
    return f"customer {contact.customer_id}" if contact.customer_id else f"conversation {contact.conversation_id}"


def _chains(contacts: list[Contact], rules: LinkRules) -> list[list[Contact]]:
    if len(contacts) == 1:
        return [contacts]
    contacts.sort(key=lambda contact: (contact.opened_at, contact.first.seq, contact.id))
    chains: list[list[Contact]] = []
    for contact in contacts:
        fitting = [chain for chain in chains if _fits(chain, contact, rules)]
        if not fitting:
            chains.append([contact])
            continue
        joined = fitting[0]
        for other in fitting[1:]:
            joined.extend(other)
            chains.remove(other)
        joined.append(contact)
        joined.sort(key=lambda each: (each.opened_at, each.first.seq, each.id))
    return chains


def _fits(chain: Sequence[Contact], contact: Contact, rules: LinkRules) -> bool:
    if contact.traffic != chain[0].traffic:
        return False
    if contact.linked_to is not None:
        if any(contact.linked_to in (old.episode_id, old.id) for old in chain):
            return True
    elif contact.exclusion is not None:
        return False
    if contact.opened_at - max(old.ended_at for old in chain) > rules.within:
        return False
    return any(_same_issue(old, contact, rules) for old in chain if old.exclusion is None)


def _same_issue(old: Contact, new: Contact, rules: LinkRules) -> bool:
    if new.episode_id is not None and new.episode_id == old.episode_id and new.reopened:
        return True
    if old.entities and new.entities:
        return bool(old.entities & new.entities)
    follows = new.id != old.id and new.after == old.id and not new.entities
    if follows and (new.topic in texts.COMPLAINTS or (new.reopened and _same_topic(old, new))):
        return True
    if rules.similarity is None or not old.need or not new.need:
        return False
    return rules.similarity(old.need, new.need) >= rules.threshold


def _same_topic(old: Contact, new: Contact) -> bool:
    return new.topic is None or old.topic is None or new.topic == old.topic
