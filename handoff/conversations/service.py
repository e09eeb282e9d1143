"""What a customer can do with a conversation. Every function takes a conversation that the caller may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from handoff.attachments import store as attachments
from handoff.clock import stamp
from handoff.contract.events import (
    ConversationOpened,
    CustomerVerified,
    Device,
    FeedbackGiven,
    MessageSent,
)
from handoff.conversations import identity, reopening
from handoff.conversations.identity import Customer
from handoff.conversations.log import (
    Announcement,
    Conversation,
    LogWriter,
    WireEvent,
    event_by_client_id,
    find,
    fingerprint,
    read_events,
)
from handoff.conversations.schemas import AboutMe
from handoff.core import Core
from handoff.episodes import linking
from handoff.episodes import rules as episodes
from handoff.errors import Conflict, Unprocessable
from handoff.gateway import inbox, wording
from handoff.notices.catalogue import notices_for
from handoff.queue.enqueue import enqueue
from handoff.storage import tables as t
from handoff.surveys import service as surveys

CUSTOMER = "customer"
STAFF_CHANNEL = "staff"
"""The channel of conversations that our own staff hold as if they were customers; they count in no figure."""
FEEDBACK_ANSWERS = ("feedback.given", "message.sent", "conversation.reopened", "episode.opened")
"""After the last of these, a "solved" or "not solved" is new; if that is the same answer, it is not. What the system
says is none of them: it follows the answer itself."""


@dataclass(frozen=True)
class Opened:
    conversation_id: str
    token: str
    head_seq: int
    epoch: int


@dataclass(frozen=True)
class Browser:
    """What the page reports of where the customer is. ``timezone`` is an IANA name."""

    page_url: str | None
    locale: str
    timezone: str | None = None
    device: Device | None = None


class ConversationService:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def open(
        self,
        customer: Customer | None,
        browser: Browser,
        channel: str = "web",
        about: AboutMe | None = None,
    ) -> Opened:
        """``about`` is what an unknown customer says of themselves; where a token proves who it is, that wins."""
        core = self._core
        now = core.clock.now()
        conversation_id = core.ids.new("cnv")
        given = about or AboutMe()
        fresh = Conversation(
            id=conversation_id,
            customer_id=customer.id if customer else None,
            customer_name=customer.name if customer else given.name,
            verification="identity_token" if customer else "none",
            channel=channel,
            locale=browser.locale,
            owner="bot",
            epoch=1,
            head_seq=0,
            state="open",
            tracker_version=0,
            episode_id=None,
            turn_id=None,
            turn_lease=None,
            opened_at=stamp(now),
            last_event_at=stamp(now),
        )

        def work(connection: sa.Connection) -> Announcement:
            # A unit of work may run twice: it changes nothing that it did not make.
            log = LogWriter(connection, replace(fresh), now, core.ids)
            connection.execute(sa.insert(t.conversations).values(**vars(fresh)))
            facts = vars(browser) | given.model_dump()
            log.append(ConversationOpened(channel, fresh.customer_id, **facts), "system")
            if customer:
                log.append(CustomerVerified(customer.id, "identity_token", customer.tier, customer.consent), "system")
            return log.save()

        opened = await core.database.write(work)
        core.announcer.announce(opened)
        secret = core.settings.session_secret.get_secret_value()
        life = core.settings.conversation_token_life
        token = identity.issue_conversation_token(secret, conversation_id, now, life)
        return Opened(conversation_id, token, opened.events[-1]["seq"], fresh.epoch)

    async def identify(self, conversation_id: str, customer: Customer) -> None:
        """An anonymous conversation becomes this customer's; one that is another's stays theirs (409). A later token of
        the same customer is written down where it says something else of them."""

        def work(log: LogWriter) -> None:
            conversation = log.conversation
            if conversation.customer_id not in (None, customer.id):
                raise Conflict("other_customer", "This conversation belongs to another customer. Start a new one.")
            conversation.customer_id = customer.id
            conversation.customer_name = customer.name or conversation.customer_name
            first = conversation.verification == "none"
            if first or _vouched_before(log) != (customer.tier, customer.consent):
                log.append(CustomerVerified(customer.id, "identity_token", customer.tier, customer.consent), "system")
            if first:
                conversation.verification = "identity_token"
                linking.claim(log)

        await self._core.change(conversation_id, work)

    async def send_text(
        self, conversation_id: str, client_message_id: str, text: str, attachments: Sequence[str] = ()
    ) -> int:
        """Raises ``Unprocessable`` (``attachment_unknown``) for an upload that this conversation does not have."""
        return await self._receive(conversation_id, client_message_id, "text", text, attachments)

    async def send_choice(self, conversation_id: str, client_message_id: str, choice: str) -> int:
        """Raises ``Conflict`` (``choice_expired``) when the choice is not open any more."""
        return await self._receive(conversation_id, client_message_id, "choice", choice)

    async def request_person(self, conversation_id: str, note: str | None) -> int:
        """The button. Works from every state; where people are on it already, they read the ``note`` as a message."""

        def work(log: LogWriter) -> int:
            reopening.reopen_if_closed(log)
            if log.conversation.owner == "bot":
                episodes.ensure_open(log)
                enqueue(log, "explicit_request", "customer", note=note, plan=self._core.runner.limits.plan)
            elif note and not _noted_already(log, note):
                log.append(MessageSent(note, author=CUSTOMER), "customer")
            return log.conversation.head_seq

        return await self._core.change(conversation_id, work)

    async def answer_survey(
        self, conversation_id: str, episode_id: str, ces: int, csat: int | None, comment: str | None
    ) -> int:
        """Raises ``NotFound`` (``survey_not_offered``), ``Conflict`` (``survey_answered``), ``Unprocessable``."""
        return await self._core.change(conversation_id, lambda log: surveys.answer(log, episode_id, ces, csat, comment))

    async def give_feedback(
        self, conversation_id: str, kind: Literal["solved", "not_solved"], comment: str | None
    ) -> int:
        """``not_solved`` opens the same episode again, and the conversation with it: what was closed and is not
        solved goes to people. The same answer again, with nothing said in between, is the one that is there."""

        def work(log: LogWriter) -> int:
            if (told := _told_already(log, kind, comment)) is not None:
                return told
            if kind == "not_solved":
                return reopening.not_solved(log, comment, self._core.runner.limits.plan)
            log.append(FeedbackGiven(kind, episodes.last(log), comment), "customer")
            episodes.settle(log)
            return log.conversation.head_seq

        return await self._core.change(conversation_id, work)

    async def events_after(self, conversation_id: str, after: int, limit: int) -> tuple[list[WireEvent], Conversation]:
        def work(connection: sa.Connection) -> tuple[list[WireEvent], Conversation]:
            return read_events(connection, conversation_id, after, limit), find(connection, conversation_id)

        return await self._core.database.read(work)

    async def head(self, conversation_id: str) -> Conversation:
        return await self._core.database.read(lambda connection: find(connection, conversation_id))

    async def _receive(
        self,
        conversation_id: str,
        client_message_id: str,
        kind: Literal["text", "choice"],
        content: str,
        files: Sequence[str] = (),
    ) -> int:
        mark = fingerprint(kind, "\0".join((content, *files)))

        def work(log: LogWriter) -> int:
            earlier = event_by_client_id(log.connection, conversation_id, CUSTOMER, client_message_id)
            if earlier is not None:
                if earlier["fingerprint"] != mark:
                    raise Unprocessable(
                        "client_message_id_reused", "This client_message_id was used for another message."
                    )
                return int(earlier["seq"])
            text, payload = content, None
            if kind == "choice":
                text, payload = _take_choice(log, content)
            was_closed = reopening.reopen_if_closed(log)
            if was_closed and payload == wording.NOT_SOLVED_PAYLOAD:
                episodes.reopen_last(log)
            episodes.ensure_open(log)
            message = MessageSent(
                text, author=CUSTOMER, client_message_id=client_message_id, attachments=attachments.waiting(log, files)
            )
            event = log.append(message, "customer", fingerprint=mark)
            attachments.mark_sent(log.connection, files, event["id"])
            seq = int(event["seq"])
            if payload in (wording.SOLVED_PAYLOAD, wording.NOT_SOLVED_PAYLOAD):
                solved = payload == wording.SOLVED_PAYLOAD
                log.append(FeedbackGiven("solved" if solved else "not_solved", log.conversation.episode_id), "customer")
                episodes.settle(log, solved)
            if was_closed and payload == wording.NOT_SOLVED_PAYLOAD:
                reopening.to_people(log, text, seq, self._core.runner.limits.plan)
            elif log.conversation.owner == "bot" and text:
                inbox.put(log, seq, "choice" if payload else "message", payload=payload)
                if files:
                    log.append(
                        MessageSent(notices_for(log.conversation.locale).files_unseen, author="system"), "system"
                    )
            elif log.conversation.owner == "bot":
                log.append(
                    MessageSent(notices_for(log.conversation.locale).files_alone, author="bot", reply_to=[seq]), "bot"
                )
            return seq

        return await self._core.change(conversation_id, work)


def _vouched_before(log: LogWriter) -> tuple[str | None, list[str]]:
    """Tier and consent as the host site's newest token had them; nothing where it has shown none."""
    e = t.events.c
    verified = (
        sa.select(e.data, t.event_content.c.content)
        .select_from(t.events.outerjoin(t.event_content))
        .where(e.conversation_id == log.conversation.id, e.type == "customer.verified")
        .order_by(e.seq.desc())
    )
    for row in log.connection.execute(verified):
        if row.data.get("method") == "identity_token":
            said = {**row.data, **(row.content or {})}
            return said.get("tier"), said.get("consent") or []
    return None, []


def _noted_already(log: LogWriter, note: str) -> bool:
    """Whether the customer's last word is this note: a request that is sent again says nothing new."""
    e = t.events.c
    words = (e.conversation_id == log.conversation.id, e.source == "customer")
    kinds = e.type.in_(("message.sent", "handoff.requested"))
    seq = log.connection.execute(sa.select(sa.func.max(e.seq)).where(*words, kinds)).scalar()
    if seq is None:
        return False
    (last,) = read_events(log.connection, log.conversation.id, seq - 1, 1)
    return note in (last["data"].get("text"), last["data"].get("note"))


def _told_already(log: LogWriter, kind: str, comment: str | None) -> int | None:
    e = t.events.c
    query = (
        sa.select(e.seq)
        .where(
            e.conversation_id == log.conversation.id,
            e.type.in_(FEEDBACK_ANSWERS),
            sa.not_(sa.and_(e.type == "message.sent", e.source == "system")),
        )
        .order_by(e.seq.desc())
        .limit(1)
    )
    seq = log.connection.execute(query).scalar()
    if seq is None:
        return None
    (last,) = read_events(log.connection, log.conversation.id, seq - 1, 1)
    same = last["type"] == "feedback.given" and (last["data"].get("kind"), last["data"].get("comment")) == (
        kind,
        comment,
    )
    return int(seq) if same else None


def _take_choice(log: LogWriter, choice: str) -> tuple[str, str]:
    """The label and payload of an open choice of this conversation, used up with this."""
    mine = (t.choices.c.id == choice, t.choices.c.conversation_id == log.conversation.id, t.choices.c.state == "open")
    row = log.connection.execute(sa.select(t.choices).where(*mine)).mappings().first()
    if row is None:
        raise Conflict("choice_expired", "That option has expired. You can simply type what you'd like instead.")
    siblings = (t.choices.c.conversation_id == log.conversation.id, t.choices.c.state == "open")
    log.connection.execute(sa.update(t.choices).where(*siblings).values(state="used"))
    return row["label"], row["payload"]
