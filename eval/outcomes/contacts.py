"""From one conversation's log to its contacts: one sitting of one customer about one issue each.

A contact ends with the customer's last word, or with the first answer to it: nudges, closings and whatever else we add
do not move the end, or nothing would ever be over. A contact begins with the conversation, with an episode that opens,
with a reopening, with a new need after the customer has confirmed that the last one is settled, with the message whose
turn opened an episode beside a settled one, and with a message after a day of silence. Nothing here looks at other
conversations and nothing depends on the present moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from eval.outcomes import texts
from eval.outcomes.claiming import claim_by, confirm, denies, deny, has_verified, withdraw
from eval.outcomes.exclusion import conclude
from eval.outcomes.model import (
    DAY,
    Contact,
    Conversation,
    Event,
    Handoff,
    Operation,
    Promise,
    Ref,
    Survey,
    moment,
)
from eval.outcomes.said_done import said_without_doing
from eval.outcomes.smalltalk import is_chat
from handoff.contract.turn import SURELY_SAID

SITTING: Final = DAY
"""After so long without a word of the customer's, a person's, or an answer, a customer's message is a new contact."""
SAME_AGAIN: Final = 0.6
"""Share of words that makes a customer's message a rephrasing of an earlier one."""
OUTSIDE: Final = frozenset({"survey.offered", "survey.answered", "promise.kept", "action.performed", "note.added"})
"""Events that may follow a closing without being part of a new contact."""


def contacts_of(conversation: Conversation) -> list[Contact]:
    """The contacts of one conversation, in order; those without any message or request are excluded, not dropped."""
    reader = _Reader(conversation)
    for event in conversation.events:
        reader.read(event)
    return reader.finish()


class _Reader:
    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._done: list[Contact] = []
        self._now: Contact | None = None
        self._waiting_since: float | None = None
        self._last_at: float | None = None
        self._last_source = ""
        self._intents: dict[int, tuple[str, float]] = {}
        self._said: dict[int, str] = {}
        self._owed: set[str] = set()
        self._new_issues = _new_issues(conversation.events)

    def read(self, event: Event) -> None:
        contact = self._contact_for(event)
        ref = Ref(self._conversation.id, event.seq)
        moves = self._moves_the_end(event)
        handler = _HANDLERS.get(event.type)
        if handler is not None:
            handler(self, contact, event, ref)
        if event.type not in OUTSIDE or not contact.closed:
            contact.last = ref
            if moves and not (contact.closed and event.type == "feedback.given"):
                contact.ended_at = max(contact.ended_at, event.at)
        if moves or event.source == "agent":
            self._last_at = event.at

    def _moves_the_end(self, event: Event) -> bool:
        """What the customer does, and the first word of the bot and of a person after it."""
        if event.source == "customer":
            self._owed = {"bot", "agent"}
            return True
        if event.type != "message.sent" or event.source not in self._owed:
            return False
        self._owed.remove(event.source)
        return True

    def finish(self) -> list[Contact]:
        if self._now is not None:
            self._done.append(self._now)
        kept: list[Contact] = []
        for contact in self._done:
            conclude(contact)
            if kept and contact.after == kept[-1].id and not contact.reopened and contact.exclusion is not None:
                kept[-1].ended_at = max(kept[-1].ended_at, contact.ended_at)  # thanks and goodbye after the end
                kept[-1].closed = kept[-1].closed or contact.closed
                continue
            kept.append(contact)
        return kept

    # where a contact begins

    def _contact_for(self, event: Event) -> Contact:
        now = self._now
        if now is None:
            return self._begin(event)
        if event.type == "handoff.reopened" or (
            event.type == "conversation.reopened" and event.data.get("by") != "system"
        ):
            return self._begin(event, reopened=True)
        if event.type == "episode.opened":
            opened = str(event.data.get("episode_id"))
            if now.episode_id is None:
                now.episode_id = opened
            elif now.episode_id != opened:
                now = self._begin(event) if now.customer_messages or now.handoffs or now.closed else now
                now.episode_id = opened
            return now
        if event.type == "message.sent" and event.source == "customer":
            if now.closed or (self._last_at is not None and event.at - self._last_at > SITTING):
                return self._begin(event, reopened=True)
            text = str(event.data.get("text", ""))
            confirmed = now.claim is not None and now.claim.evidence == "confirmed"
            if event.seq in self._new_issues:
                return self._begin(event)
            if confirmed and texts.states_need(text) and not denies(now, text):
                return self._begin(event)
        return now

    def _begin(self, event: Event, *, reopened: bool = False) -> Contact:
        before = self._now
        if before is not None:
            self._done.append(before)
        conversation = self._conversation
        number = len(self._done)
        self._now = Contact(
            id=conversation.id if number == 0 else f"{conversation.id}~{number + 1}",
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            channel=conversation.channel,
            traffic=conversation.traffic,
            version=conversation.version,
            opened_at=event.at,
            ended_at=event.at,
            first=Ref(conversation.id, event.seq),
            last=Ref(conversation.id, event.seq),
            reopened=reopened,
            after=before.id if before else None,
        )
        self._waiting_since, self._last_source = None, ""
        return self._now

    # what each event says

    def _message(self, contact: Contact, event: Event, ref: Ref) -> None:
        text = str(event.data.get("text", ""))
        if event.source == "customer":
            self._customer_message(contact, event, text, ref)
        elif event.source == "bot":
            self._bot_message(contact, event, text, ref)
        elif event.source == "agent":
            self._agent_message(contact, event, text)
        self._last_source = event.source

    def _customer_message(self, contact: Contact, event: Event, text: str, ref: Ref) -> None:
        if self._last_source != "customer":
            contact.effort.turns += 1
            contact.effort.rephrased += bool(contact.said) and _says_again(contact, text)
        contact.customer_messages += 1
        contact.said.append((ref, text))
        contact.last_customer_at = event.at
        if (contact.answered or contact.said_solved) and contact.claim is not None and denies(contact, text):
            deny(contact, event.at, ref)
        contact.answered = False
        contact.entities |= texts.entities(text)
        self._said[event.seq] = text
        if texts.states_need(text) or event.data.get("attachments"):
            contact.unanswered.append(ref)
            if contact.first_need_at is None:
                contact.first_need_at = event.at
        if self._waiting_since is None:
            self._waiting_since = event.at

    def _bot_message(self, contact: Contact, event: Event, text: str, ref: Ref) -> None:
        self._answered(contact, event)
        contact.bot_messages += 1
        data = event.data
        for citation in data.get("citations") or ():
            contact.articles.append((str(citation.get("article_id")), int(citation.get("version", 0))))
        labels = [str(choice.get("label", "")) for choice in data.get("choices") or ()]
        asks_solved = any("solved" in label.lower() for label in labels)
        asked = texts.asks(text) and not asks_solved and not data.get("citations")
        understood = not any(
            self._intents.get(seq, ("", 0.0))[0] in texts.NOT_UNDERSTOOD for seq in data.get("reply_to") or ()
        )
        if contact.unanswered and self._is_chat(data.get("reply_to") or ()):
            pass  # a word for a word: what was asked before stays open
        elif asked or not (understood or data.get("citations")):
            contact.answered = False
        elif contact.customer_messages:
            contact.bot_answers += 1
            contact.answered = True
            contact.unanswered.clear()
            contact.last_bot_answer_at = event.at
            contact.last_answer = ref
        sections = [str(citation.get("section", "")) for citation in data.get("citations") or ()]
        if self._is_native and said_without_doing(
            text, self._meant(data), [said for _, said in contact.said], contact.intents, sections
        ):
            contact.false_claim = ref

    def _meant(self, data: Mapping[str, Any]) -> list[Operation]:
        """The operations whose truth a message speaks of: those that it names, or all of this contact."""
        assert self._now is not None
        names = data.get("operations")
        if not names:
            return list(self._now.operations.values())
        known = {name: each for contact in (*self._done, self._now) for name, each in contact.operations.items()}
        return [known[name] for name in names if name in known]

    def _is_chat(self, seqs: Sequence[int]) -> bool:
        return bool(seqs) and all(
            is_chat(self._said.get(seq, ""), self._intents.get(seq, ("", 0.0))[0]) for seq in seqs
        )

    @property
    def _is_native(self) -> bool:
        """Whether the log tells of operations at all; other systems' transcripts do not."""
        return bool(self._intents) or (self._now is not None and bool(self._now.operations))

    def _agent_message(self, contact: Contact, event: Event, text: str) -> None:
        self._answered(contact, event)
        contact.agent_messages += 1
        contact.answered = True
        contact.unanswered.clear()
        if not contact.handoffs:
            return
        newest = contact.handoffs[-1]
        if newest.answered_at is None:
            contact.handoffs[-1] = newest._replace(answered_at=event.at, accepted_at=newest.accepted_at or event.at)
        told = " ".join(said for _, said in contact.said)
        if texts.asks_again(text, told, contact.entities):
            contact.effort.asked_again += 1

    def _answered(self, contact: Contact, event: Event) -> None:
        if self._waiting_since is not None:
            contact.effort.waited += max(0.0, event.at - self._waiting_since)
            self._waiting_since = None
        if contact.first_answer_at is None and contact.customer_messages:
            contact.first_answer_at = event.at

    def _failed(self, contact: Contact, event: Event, _ref: Ref) -> None:
        contact.effort.failed_turns += 1
        contact.answered = False
        self._last_source = event.source

    def _triage(self, contact: Contact, event: Event, ref: Ref) -> None:
        data = event.data
        intent = data.get("intent")
        confidence = float(data.get("confidence") or 0.0)
        for seq in data.get("reply_to") or (0,):
            self._intents[seq] = (intent or "", confidence)
        replied = data.get("reply_to") or ()
        pointer = Ref(ref.conversation_id, replied[-1]) if replied else ref
        erased = bool(contact.said) and not contact.said[-1][1]
        if erased and intent and intent not in texts.SMALL_TALK:  # what was understood in the text is still known
            contact.unanswered.append(pointer)
            if contact.first_need_at is None:
                contact.first_need_at = contact.last_customer_at
        frustration = float(data.get("frustration") or 0.0)
        contact.effort.frustration = max(contact.effort.frustration, frustration)
        if self._is_chat(replied):
            contact.unanswered = [each for each in contact.unanswered if each.seq not in replied]
        else:
            contact.moods.append((pointer, frustration))
        if intent:
            contact.intents.append(intent)
            if contact.topic is None and intent not in texts.SMALL_TALK and intent not in texts.NOT_UNDERSTOOD:
                contact.topic = intent
        if intent in texts.NOT_UNDERSTOOD:
            contact.effort.not_understood += 1
        if data.get("decision") == "offer":
            contact.offers.append(contact.effort.turns)
        if intent == texts.SOLVED_YES and confidence >= SURELY_SAID:
            confirm(contact, event.at, pointer)
        elif intent == texts.SOLVED_NO and confidence >= SURELY_SAID:
            self._not_solved(contact, event.at, pointer)

    def _not_solved(self, contact: Contact, at: float, ref: Ref) -> None:
        """A denial that seemed to begin something new is about what was there before, which it takes back."""
        before = self._done[-1] if self._done else None
        if (
            before is not None
            and contact.after == before.id
            and contact.customer_messages == 1
            and not contact.entities
        ):
            contact.linked_to = before.id
            deny(before, at, ref)
        deny(contact, at, ref)

    def _action(self, contact: Contact, event: Event, ref: Ref) -> None:
        data = event.data
        operation = Operation(str(data["operation_id"]), str(data.get("kind", "")), str(data["state"]), event.at, ref)
        owner = next((old for old in (contact, *self._done) if operation.operation_id in old.operations), contact)
        owner.operations[operation.operation_id] = operation
        if operation.state == "verified" and data.get("receipt"):
            claim_by(owner, "verified_state", event.at, ref, "agent" if event.source == "agent" else "bot")
        elif owner.claim is not None and owner.claim.evidence == "verified_state" and not has_verified(owner):
            withdraw(owner, event.at, ref)

    def _approval(self, contact: Contact, event: Event, ref: Ref) -> None:
        contact.approvals += 1
        if event.data.get("decision") == "declined":
            contact.declined = ref

    def _requested(self, contact: Contact, event: Event, ref: Ref) -> None:
        if contact.claim is not None:
            withdraw(contact, event.at, ref)
        if event.source == "customer" and contact.first_need_at is None:
            contact.first_need_at = event.at
        reason = str(event.data.get("reason", "explicit_request"))
        contact.handoffs.append(Handoff(reason, event.source, max(1, contact.effort.turns), event.at, ref))
        contact.answered = False
        if self._waiting_since is None:
            self._waiting_since = event.at

    def _queued(self, contact: Contact, event: Event, ref: Ref) -> None:
        if not contact.handoffs:
            self._requested(contact, event, ref)
        newest, due = contact.handoffs[-1], event.data.get("due_at")
        known = [moment(str(due))] if due and newest.answered_at is None else []
        known += [newest.due_at] if newest.due_at is not None else []
        contact.handoffs[-1] = newest._replace(queue=event.data.get("queue"), due_at=min(known, default=None))

    def _accepted(self, contact: Contact, event: Event, ref: Ref) -> None:
        if not contact.handoffs:
            self._requested(contact, event, ref)
        newest = contact.handoffs[-1]
        contact.handoffs[-1] = newest._replace(accepted_at=newest.accepted_at or event.at)

    def _returned(self, contact: Contact, event: Event, _ref: Ref) -> None:
        if contact.handoffs:
            contact.handoffs[-1] = contact.handoffs[-1]._replace(returned=True, ended_at=event.at)

    def _reopened(self, contact: Contact, event: Event, ref: Ref) -> None:
        """A person took back that it is done: as where the customer says so, with what was there before."""
        before = self._done[-1] if self._done else None
        if before is not None:
            deny(before, event.at, ref)
            contact.linked_to, contact.first_need_at = before.id, event.at

    def _transferred(self, contact: Contact, event: Event, _ref: Ref) -> None:
        if contact.handoffs:
            contact.handoffs[-1] = contact.handoffs[-1]._replace(queue=event.data.get("queue"))

    def _feedback(self, contact: Contact, event: Event, ref: Ref) -> None:
        if event.source != "customer":
            return  # only the customer can say so
        kind, meant = event.data.get("kind"), event.data.get("episode_id")
        target = next((old for old in (contact, *reversed(self._done)) if meant and old.episode_id == meant), contact)
        if kind == "solved":
            confirm(target, event.at, ref)
        elif kind == "not_solved":
            deny(target, event.at, ref)
            if target is not contact:
                contact.linked_to = meant
            if contact.reopened and contact.first_need_at is None:
                contact.first_need_at = event.at
                contact.linked_to = contact.linked_to or contact.after

    def _offered(self, contact: Contact, event: Event, _ref: Ref) -> None:
        self._named(contact, event).offered_survey = True

    def _survey(self, contact: Contact, event: Event, ref: Ref) -> None:
        data = event.data
        if event.source == "customer":
            answer = Survey(str(data.get("form", "ces7")), data.get("ces"), data.get("csat"), ref)
            self._named(contact, event).surveys.append(answer)

    def _named(self, contact: Contact, event: Event) -> Contact:
        meant = event.data.get("episode_id")
        return next((old for old in (contact, *reversed(self._done)) if old.episode_id == meant), contact)

    def _promise(self, contact: Contact, event: Event, ref: Ref) -> None:
        contact.promises.append(Promise(str(event.data["promise_id"]), moment(str(event.data["due_at"])), ref))

    def _kept(self, contact: Contact, event: Event, _ref: Ref) -> None:
        for owner in (contact, *self._done):
            for at, promise in enumerate(owner.promises):
                if promise.promise_id == event.data.get("promise_id"):
                    owner.promises[at] = promise._replace(kept_at=event.at)

    def _linked(self, contact: Contact, event: Event, _ref: Ref) -> None:
        if event.data.get("from_episode_id"):  # else it only became known what the episode is about
            contact.linked_to = str(event.data.get("episode_id"))

    def _closed(self, contact: Contact, event: Event, ref: Ref) -> None:
        if event.type == "episode.closed" and (earlier := self._named(contact, event)) is not contact:
            earlier.closed = True  # the turn that begins another issue closes the last one
            return
        contact.closed = True
        if self._waiting_since is not None:  # nobody came
            contact.effort.waited += max(0.0, event.at - self._waiting_since)
            self._waiting_since = None
        if event.type == "conversation.closed":
            contact.closing = (str(event.data.get("by", "")), event.data.get("outcome"), ref)
            if contact.handoffs and contact.handoffs[-1].ended_at is None:
                contact.handoffs[-1] = contact.handoffs[-1]._replace(ended_at=event.at)
            contact.packet_enough = event.data.get("packet_enough", contact.packet_enough)
            if event.data.get("outcome") == "declined_by_policy":
                contact.declined = ref


_HANDLERS: Final[dict[str, Callable[[_Reader, Contact, Event, Ref], None]]] = {
    "message.sent": _Reader._message,
    "turn.failed": _Reader._failed,
    "triage.decided": _Reader._triage,
    "action.performed": _Reader._action,
    "approval.decided": _Reader._approval,
    "handoff.requested": _Reader._requested,
    "handoff.queued": _Reader._queued,
    "handoff.accepted": _Reader._accepted,
    "handoff.returned": _Reader._returned,
    "handoff.reopened": _Reader._reopened,
    "handoff.transferred": _Reader._transferred,
    "feedback.given": _Reader._feedback,
    "survey.offered": _Reader._offered,
    "survey.answered": _Reader._survey,
    "promise.made": _Reader._promise,
    "promise.kept": _Reader._kept,
    "episode.linked": _Reader._linked,
    "episode.closed": _Reader._closed,
    "conversation.closed": _Reader._closed,
}


def _new_issues(events: Sequence[Event]) -> frozenset[int]:
    """The customer's messages that began another issue: their turn opened an episode, before its triage."""
    found, opened = set(), False
    for event in events:
        if event.type == "triage.decided" and opened and event.data.get("reply_to"):
            found.add(int(event.data["reply_to"][0]))
        opened = event.type == "episode.opened" or (opened and event.type == "action.performed")
    return frozenset(found)


def _says_again(contact: Contact, text: str) -> bool:
    said = texts.words(text)
    return len(said) > 2 and any(texts.overlap(said, texts.words(old)) >= SAME_AGAIN for _, old in contact.said)
