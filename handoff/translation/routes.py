"""The translation of a conversation over HTTP, for whoever of the staff may read it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Body
from handoff.late_routes import Routes
from handoff.limits import RateLimit
from handoff.translation.service import Translations

PER_MINUTE = 20
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"

Look = Callable[[str, Principal], Awaitable[None]]
"""Raises where a conversation is another department's, and writes down who read one that is not theirs."""


class TranslatedMessage(Body):
    """``language``: of the original, null where it is not known. ``text`` only where ``state`` is ``translated``:
    ``numbers_differ`` (a number, order number or amount is not the original's), ``same`` (there was nothing to
    translate), ``not_faithful``, ``too_long``, ``late`` and ``failed`` say why there is none."""

    seq: int
    language: str | None
    state: Literal["translated", "same", "numbers_differ", "not_faithful", "too_long", "late", "failed"]
    text: str | None


class TranslationOut(Body):
    """``model`` is null, and ``messages`` empty, where no language model is configured. ``earlier``: how many older
    messages in another language are not among the newest that are translated."""

    conversation_id: str
    into: str
    model: str | None
    messages: list[TranslatedMessage]
    earlier: int


def create_router(translations: Translations, require: Require, limit: RateLimit, look: Look) -> APIRouter:
    router = Routes(tags=["desk"])
    Reader = Annotated[Principal, Depends(require(*DESK_ROLES, "qa"))]

    @router.get("/transcripts/{conversation_id}/translation")
    async def translate_transcript(
        conversation_id: str,
        me: Reader,
        response: Response,
        to: Annotated[str | None, Query(pattern=LANGUAGE)] = None,
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    ) -> TranslationOut:
        """What is in none of the reader's languages, in words of a language model: into ``to``, else their first
        language. ``after``: only of messages after this one. Made anew each time, and kept nowhere."""
        await look(conversation_id, me)
        await limit.take("translations", me.id, PER_MINUTE)
        response.headers["Cache-Control"] = "private, no-store"
        made = await translations.of(conversation_id, me.languages, to or me.languages[0], after)
        return TranslationOut.model_validate(
            {**vars(made), "conversation_id": conversation_id, "messages": [vars(each) for each in made.messages]}
        )

    return router
