"""What the knowledge part hears of conversations: their events, and what colleagues told customers in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa

from handoff.conversations.log import find, read_events
from handoff.core import Core
from handoff.desk.suggestions import FindArticles, SuggestedArticle
from handoff.errors import NotFound
from handoff.outbox.feed import EventFeed
from knowledge.answer import cite
from knowledge.desk.drafting import Resolution, Resolutions
from knowledge.desk.usage import Usage
from knowledge.retrieve import Found
from knowledge.rounds import Rounds
from knowledge.service import Knowledge

FEED = "conversations"
EVERY = 1.0
MOST_EVENTS = 5_000
LONGEST_EXCERPT = 280


async def follow_conversations(feed: EventFeed, usage: Usage, rounds: Rounds) -> None:
    """Let ``usage`` observe every event, from where it stopped; never ends by itself."""

    async def one_round() -> None:
        position = await usage.position(FEED)
        events, reached = await feed.after(position)
        if reached != position:
            await usage.observe(events, feed=FEED, position=reached)
        else:
            await asyncio.sleep(EVERY)

    await rounds.forever(FEED, one_round)


def told_by_colleagues(core: Core) -> Callable[[Sequence[str]], Awaitable[Resolutions]]:
    """The port through which drafts read agents' messages; conversations that are gone are left out."""

    async def resolutions(conversation_ids: Sequence[str]) -> Resolutions:
        def work(connection: sa.Connection) -> Resolutions:
            return {name: one for name in conversation_ids if (one := _resolution(connection, name)) is not None}

        return await core.database.read(work)

    return resolutions


def articles_for_staff(knowledge: Knowledge) -> FindArticles:
    """The port through which the desk finds articles for a conversation: all that staff may read."""

    async def find_articles(question: str, locale: str, count: int) -> list[SuggestedArticle]:
        def search() -> Found:
            return knowledge.retriever.search(question, audience="agent", locale=locale, count=count)

        found: Found = await knowledge.search_in_thread(search)
        return [
            SuggestedArticle(
                article_id=hit.passage.article_id,
                title=hit.passage.chunk.title,
                section=hit.passage.chunk.section,
                url=cite(hit.passage).url,
                excerpt=hit.passage.chunk.text[:LONGEST_EXCERPT],
                likely=found.found and place == 0,
            )
            for place, hit in enumerate(found.hits)
        ]

    return find_articles


def _resolution(connection: sa.Connection, conversation_id: str) -> Resolution | None:
    try:
        conversation = find(connection, conversation_id)
    except NotFound:
        return None
    events = read_events(connection, conversation_id, 0, MOST_EVENTS)
    texts = [
        event["data"].get("text", "")
        for event in events
        if event["type"] == "message.sent" and event["source"] == "agent"
    ]
    names = {event["data"]["agent_name"] for event in events if event["type"] == "handoff.accepted"}
    return Resolution(texts, [*names, *filter(None, [conversation.customer_name])])
