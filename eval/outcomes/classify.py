"""From chains of contacts to episodes with status × evidence × resolver, as they stand at one moment.

* ``resolved`` needs a claim that still stands: the backend showed the effect (``verified_state``), the customer said so
  (``confirmed``), or nothing but silence after an answer (``assumed_silent``, a band of its own, never the headline).
* A hand-over takes the bot's claim away, and the resolver is never ``bot`` where a person was asked for or took part.
* A later contact on the same issue within seven days turns an earlier claim into ``repeat``, for good.
* A claim covers what came before it. What came after in the same sitting and was left failed, declined, unanswered or
  frustrated decides instead, unless the customer says that it is solved.
* A promise that is overdue, a denial, an effect that is not there later: none of them is a resolution.
* A claim is ``immature`` until it has stood for seven days. An episode that nobody closes does not escape: after seven
  days without a word it is judged like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from eval.outcomes.contacts import contacts_of
from eval.outcomes.linking import LinkRules, link
from eval.outcomes.model import (
    STANDS_FOR,
    Contact,
    Conversation,
    Episode,
    Evidence,
    Operation,
    Ref,
    Resolver,
    StateRead,
    Status,
)

TENSE = 0.5
"""From this frustration in a contact on, its silence is a customer who gave up."""


@dataclass(frozen=True)
class Rules:
    stands_for: float = STANDS_FOR
    tense: float = TENSE
    links: LinkRules = field(default_factory=LinkRules)


class Verdict(NamedTuple):
    status: Status
    evidence: Evidence
    refs: tuple[Ref, ...]
    why: str
    at: float | None = None


def episodes_of(conversations: Iterable[Conversation], as_of: float, rules: Rules | None = None) -> list[Episode]:
    """Every episode of ``conversations`` as it stood at ``as_of``. What happened after ``as_of`` is not looked at."""
    contacts: list[Contact] = []
    reads: dict[str, list[StateRead]] = {}
    for each in conversations:
        contacts += contacts_of(_until(each, as_of))
        for read in each.reads:
            reads.setdefault(read.operation_id, []).append(read)
    return judge(contacts, as_of, rules, reads)


def judge(
    contacts: Iterable[Contact],
    as_of: float,
    rules: Rules | None = None,
    reads: Mapping[str, Sequence[StateRead]] | None = None,
) -> list[Episode]:
    """Episodes of contacts that were read before; what the live ledger uses."""
    rules = rules or Rules()
    found: list[Episode] = []
    for chain in link(contacts, rules.links):
        before: str | None = None
        for part in _parts(chain, rules.stands_for):
            episode = _episode(part, as_of, rules, reads or {}, before)
            found.append(episode)
            before = episode.id
    return found


def _until(conversation: Conversation, as_of: float) -> Conversation:
    if not conversation.events or conversation.events[-1].at <= as_of:
        return conversation
    kept = tuple(event for event in conversation.events if event.at <= as_of)
    return replace(conversation, events=kept)


def _parts(chain: Sequence[Contact], stands_for: float) -> list[list[Contact]]:
    """A return after the time for which a resolution must stand begins a new episode."""
    parts = [[chain[0]]]
    for contact in chain[1:]:
        if contact.opened_at - max(old.ended_at for old in parts[-1]) > stands_for:
            parts.append([])
        parts[-1].append(contact)
    return parts


def _episode(
    contacts: Sequence[Contact],
    as_of: float,
    rules: Rules,
    reads: Mapping[str, Sequence[StateRead]],
    follows: str | None,
) -> Episode:
    eligible = [contact for contact in contacts if contact.exclusion is None]
    judged = eligible or list(contacts)
    verdict, assessed_at = _verdict(judged, as_of, rules, reads)
    status: Status = verdict.status
    last = judged[-1]
    if as_of < assessed_at and status != "false_resolution":
        status = "immature" if last.closed or verdict.at is not None or status == "repeat" else "open"
    names = [each.episode_id or each.id for each in contacts]
    return Episode(
        id=names[0],
        contacts=tuple(contacts),
        status=status,
        evidence=verdict.evidence,
        resolver=resolver_of(judged),
        refs=verdict.refs,
        why=verdict.why,
        exclusion=None if eligible else contacts[0].exclusion,
        would_be=verdict.status,
        claimed_at=verdict.at,
        assessed_at=assessed_at,
        matured=as_of >= assessed_at,
        follows=follows,
        aliases=tuple(dict.fromkeys(name for name in names[1:] if name != names[0])),
    )


def _verdict(
    contacts: Sequence[Contact], as_of: float, rules: Rules, reads: Mapping[str, Sequence[StateRead]]
) -> tuple[Verdict, float]:
    """The verdict, and the moment from which it may be counted."""
    own = [verdict_of(contact, as_of, rules, reads) for contact in contacts]
    for verdict in own:
        if verdict.status == "false_resolution":
            return verdict, contacts[0].ended_at + rules.stands_for
    for index, (contact, verdict) in enumerate(zip(contacts, own, strict=True)):
        earlier = verdict if verdict.status == "resolved" else _was_claimed(contact, verdict)
        if earlier is not None and index + 1 < len(contacts):
            returned = contacts[index + 1]
            refs = (*earlier.refs, returned.first)
            claimed_at = earlier.at or contact.ended_at
            found = Verdict("repeat", "none", refs, "the customer came back with the same issue", claimed_at)
            return found, claimed_at + rules.stands_for
    last, newest = own[-1], contacts[-1]
    return last, (last.at if last.at is not None else newest.ended_at) + rules.stands_for


def _was_claimed(contact: Contact, verdict: Verdict) -> Verdict | None:
    """A claim that a denial in a *later* contact took away: the return is a repeat."""
    if contact.denied is None or contact.denied.seq <= contact.last.seq or not contact.withdrawn:
        return None
    claim, _, ref = contact.withdrawn[-1]
    return verdict._replace(refs=(claim.ref, ref), at=claim.at)


def verdict_of(contact: Contact, as_of: float, rules: Rules, reads: Mapping[str, Sequence[StateRead]]) -> Verdict:
    """What one contact came to by itself, whatever followed. ``at`` is when a resolution was claimed."""
    contradicted = _contradiction(contact.operations.values(), reads, as_of)
    if contradicted is not None:
        operation, read = contradicted
        why = f"the business system does not show {operation.kind} any more"
        return Verdict("false_resolution", "none", (operation.ref,), why, read.at)
    if contact.false_claim is not None:
        return Verdict(
            "false_resolution", "none", (contact.false_claim,), "said to be done, and no operation shows it",
            contact.ended_at,
        )  # fmt: skip
    overdue = [p for p in contact.promises if p.due_at <= as_of and (p.kept_at is None or p.kept_at > as_of)]
    if overdue:
        return Verdict("unresolved", "none", tuple(p.ref for p in overdue), "a promise is overdue")
    if contact.claim is not None:
        claim = contact.claim
        left = _left(contact, max(claim.ref.seq, contact.said_solved.seq if contact.said_solved else 0), rules)
        if left is not None:
            return left
        why = "the backend shows it" if claim.evidence == "verified_state" else "the customer said so"
        return Verdict("resolved", claim.evidence, (claim.ref,), why, claim.at)
    if contact.declined is not None:
        return Verdict("declined_by_policy", "none", (contact.declined,), "declined by the rules")
    if contact.denied is not None:
        return Verdict("unresolved", "none", (contact.denied,), "the customer said that it is not solved")
    if contact.handoffs:
        return _handed_over(contact)
    return _silent(contact, rules)


def _handed_over(contact: Contact) -> Verdict:
    newest = contact.handoffs[-1]
    if contact.closing is not None and contact.closing[1] is not None:
        _, outcome, ref = contact.closing
        if outcome == "resolved":
            why = "a colleague closed it as resolved; the customer has not said so"
            return Verdict("resolved", "assumed_silent", (ref,), why, contact.ended_at)
        if outcome == "no_reply":
            return Verdict("abandoned", "none", (ref,), "the customer did not answer any more")
        return Verdict("unresolved", "none", (ref,), f"closed as {outcome}")
    if newest.accepted_at is None:
        return Verdict("abandoned", "none", (newest.ref,), "the customer left before a person came")
    return Verdict("unresolved", "none", (newest.ref,), "with a person, and nothing shows that it was settled")


def _silent(contact: Contact, rules: Rules) -> Verdict:
    """Silence after an answer is silence after an answer; anything else is a customer who gave up."""
    if contact.effort.failed_turns and not contact.answered:
        return Verdict("unresolved", "none", (contact.last,), "the last turn failed")
    if not contact.answered:
        return Verdict("abandoned", "none", (contact.last,), "the customer left without an answer")
    left = _left(contact, 0, rules)
    if left is not None:
        return left
    ref = contact.last_answer or contact.last
    return Verdict("resolved", "assumed_silent", (ref,), "answered, then silence", contact.ended_at)


def _left(contact: Contact, since: int, rules: Rules) -> Verdict | None:
    """What went wrong after the event ``since`` and was left like that, if anything: no claim from before covers it."""
    for operation in contact.operations.values():
        if operation.ref.seq > since and operation.state in ("failed", "unknown"):
            return Verdict("unresolved", "none", (operation.ref,), f"{operation.kind} did not go through")
    if contact.declined is not None and contact.declined.seq > since:
        return Verdict("declined_by_policy", "none", (contact.declined,), "declined by the rules")
    for ref in contact.unanswered:
        if ref.seq > since:
            return Verdict("abandoned", "none", (ref,), "what the customer wrote last was not answered")
    for ref, mood in contact.moods:
        if ref.seq > since and mood >= rules.tense:
            return Verdict("abandoned", "none", (ref,), "the customer was frustrated and left")
    return None


def _contradiction(
    operations: Iterable[Operation], reads: Mapping[str, Sequence[StateRead]], as_of: float
) -> tuple[Operation, StateRead] | None:
    """The newest reading of an effect decides; one that could not be read says nothing."""
    for operation in operations:
        if operation.state != "verified":
            continue
        told = [read for read in reads.get(operation.operation_id, ()) if read.at <= as_of]
        told = [read for read in told if read.result != "unreadable"]
        if told and told[-1].result == "gone":
            return operation, told[-1]
    return None


def resolver_of(contacts: Sequence[Contact]) -> Resolver:
    """``bot`` only where no person was asked for or took part; ``human`` where the bot gave nothing before."""
    if not any(contact.person_asked or contact.person_took_part for contact in contacts):
        return "bot"
    helped = any(contact.bot_answers or contact.operations for contact in contacts)
    return "assisted" if helped else "human"
