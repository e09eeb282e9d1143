"""HTTP of scenarios made of conversations. Translates; ``eval.learned.service`` decides."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Annotated, Any, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from eval.learned.service import ScenarioMaker

MAKERS = ("qa", "lead", "admin", "senior", "agent")


class About(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = Field(default="", max_length=300, description="what went wrong, in a sentence")


class MadeScenario(BaseModel):
    """``yaml`` goes into eval/scenarios/dev, with the orders and the end state filled in. ``resolved_by`` names the
    conversation in which the same issue was next resolved without a person; null until then."""

    scenario_id: str
    conversation_id: str
    topic: str | None
    yaml: str
    made_by: str
    made_at: str
    resolved_by: str | None


class Rights(Protocol):
    """Whose conversations somebody may read."""

    async def may_read(self, conversation_id: str, me: Any) -> None:
        """Raises where a conversation is another department's."""

    async def readable(self, conversation_ids: Collection[str], me: Any) -> set[str]:
        """Those of them that are not."""


def create_router(maker: ScenarioMaker, require: Callable[..., Any], rights: Rights) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns who is signed in."""
    router = APIRouter(tags=["scenarios"])
    Member = Annotated[Any, require(*MAKERS)]

    @router.post("/conversations/{conversation_id}/scenario", status_code=201)
    async def make_scenario(me: Member, conversation_id: str, body: About | None = None) -> MadeScenario:
        """Make a scenario of this conversation, without what names anybody. 403 ``wrong_department``."""
        await rights.may_read(conversation_id, me)
        made = await maker.make(conversation_id, body.about if body else "", me.id)
        return MadeScenario(**asdict(made))

    @router.get("/scenarios")
    async def list_scenarios(me: Member) -> list[MadeScenario]:
        """The newest 200, with what became of their issues; without those of another department's conversations."""
        found = await maker.listing()
        mine = await rights.readable({made.conversation_id for made in found}, me)
        return [MadeScenario(**asdict(made)) for made in found if made.conversation_id in mine]

    return router
