"""What could help an agent now: articles, canned replies, and what colleagues answered when the same came up before.

Nothing here needs a language model. Articles come through a port that the stack hands over; without it there are none.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.canned.service import CannedReplies
from handoff.contract.redact import for_staff, redact
from handoff.conversations.log import WireEvent, find, read_whole
from handoff.core import Core
from handoff.desk.customers import conversation_of
from handoff.queue.rights import shown_to
from handoff.storage import tables as t

MOST_ARTICLES = 4
MOST_REPLIES = 5
RESOLUTIONS_LOOKED_AT = 12
SHORTEST_RESOLUTION = 40
LONGEST_RESOLUTION = 600
WORDS_OF_A_QUESTION = 3


@dataclass(frozen=True)
class SuggestedArticle:
    article_id: str
    title: str
    section: str
    url: str
    excerpt: str
    likely: bool


@dataclass(frozen=True)
class SuggestedReply:
    """``canned``: one's ``id`` and text with its variables. ``resolution``: an earlier answer to the same subject, with
    what named that customer taken out."""

    source: Literal["canned", "resolution"]
    id: str
    title: str
    text: str


FindArticles = Callable[[str, str, int], Awaitable[list[SuggestedArticle]]]
"""Question, locale and how many → the articles that staff may read, best first."""


async def no_articles(_question: str, _locale: str, _count: int) -> list[SuggestedArticle]:
    return []


@dataclass(frozen=True)
class Suggestions:
    question: str
    articles: list[SuggestedArticle]
    replies: list[SuggestedReply]


class Suggester:
    def __init__(self, core: Core, canned: CannedReplies) -> None:
        self._core = core
        self._canned = canned
        self.articles: FindArticles = no_articles

    async def suggest(self, handoff_id: str, me: Principal, question: str | None = None) -> Suggestions:
        """For ``question``, or for what the customer wrote last that says something. Raises ``NotFound``."""

        def work(connection: sa.Connection) -> tuple[list[WireEvent], str, str | None, list[SuggestedReply]]:
            conversation = find(connection, conversation_of(connection, handoff_id))
            topic = _topic(connection, conversation.episode_id)
            earlier = _resolutions(connection, topic, conversation.id, me) if topic else []
            events = for_staff(read_whole(connection, conversation.id))
            return events, conversation.locale, topic, earlier

        events, locale, topic, earlier = await self._core.database.read(work)
        asked = (question or "").strip() or last_question(events)
        articles = await self.articles(asked, locale, MOST_ARTICLES) if asked else []
        rows = await self._canned.visible(me)
        fitting = [
            SuggestedReply("canned", row["id"], row["title"], row["text"])
            for row in rows
            if (topic and topic in row["topics"]) or shares_words(asked, f"{row['title']} {' '.join(row['topics'])}")
        ]
        return Suggestions(asked, articles, [*fitting, *earlier][:MOST_REPLIES])


_WORD = re.compile(r"\w{4,}")


def last_question(events: Sequence[WireEvent]) -> str:
    """The customer's newest message of some words, and the first where none has."""
    said = [
        str(e["data"].get("text") or "") for e in events if e["type"] == "message.sent" and e["source"] == "customer"
    ]
    telling = [text for text in said if len(text.split()) >= WORDS_OF_A_QUESTION]
    return telling[-1] if telling else next(iter(said), "")


def shares_words(asked: str, told: str) -> bool:
    """Whether two texts share a word of some length, by its first five letters: “refunds” and “refunded” are one."""
    ours, theirs = ({word.casefold()[:5] for word in _WORD.findall(text)} for text in (asked, told))
    return bool(ours & theirs)


def anonymous(text: str, customer_name: str | None, agent_name: str | None) -> str:
    """An answer to one customer made ready for another: numbers and addresses taken out, names as variables."""
    for name, variable in ((customer_name, "{customer_name}"), (agent_name, "{agent_name}")):
        for part in filter(None, [name, *(name or "").split()]):
            text = re.sub(rf"\b{re.escape(part)}\b", variable, text, flags=re.I)
    text = re.sub(r"(\{customer_name\})(?:\s+\{customer_name\})+", r"\1", text)
    return redact(text)


def _topic(connection: sa.Connection, episode_id: str | None) -> str | None:
    if episode_id is None:
        return None
    found = connection.execute(sa.select(t.episodes.c.topic).where(t.episodes.c.id == episode_id)).scalar()
    return str(found) if found else None


def _resolutions(connection: sa.Connection, topic: str, but: str, me: Principal) -> list[SuggestedReply]:
    """The longest answer of the agent in each of the newest solved hand-overs about ``topic``."""
    query = (
        sa.select(t.handoffs.c.id, t.handoffs.c.conversation_id, t.handoffs.c.agent_id, t.handoffs.c.ended_at)
        .join(t.episodes, t.episodes.c.conversation_id == t.handoffs.c.conversation_id)
        .where(
            t.episodes.c.topic == topic,
            t.handoffs.c.outcome == "resolved",
            t.handoffs.c.conversation_id != but,
            t.handoffs.c.agent_id.is_not(None),
            shown_to(me),
        )
        .order_by(t.handoffs.c.ended_at.desc())
        .limit(RESOLUTIONS_LOOKED_AT)
    )
    found: dict[str, SuggestedReply] = {}
    for row in list(connection.execute(query)):
        conversation = find(connection, row.conversation_id)
        events = read_whole(connection, conversation.id)
        names = {e["data"]["agent_id"]: e["data"]["agent_name"] for e in events if e["type"] == "handoff.accepted"}
        answers = [
            str(e["data"].get("text") or "") for e in events if e["type"] == "message.sent" and e["source"] == "agent"
        ]
        text = anonymous(max(answers, key=len, default=""), conversation.customer_name, names.get(row.agent_id))
        if SHORTEST_RESOLUTION <= len(text) <= LONGEST_RESOLUTION:
            found.setdefault(text, SuggestedReply("resolution", row.id, topic, text))
    return list(found.values())
