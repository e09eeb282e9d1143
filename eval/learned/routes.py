"""HTTP of scenarios made of conversations. Translates; ``eval.learned.service`` decides."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

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


def create_router(maker: ScenarioMaker, require: Callable[..., Any]) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns who is signed in."""
    router = APIRouter(tags=["scenarios"])
    Member = Annotated[Any, require(*MAKERS)]

    @router.post("/conversations/{conversation_id}/scenario", status_code=201)
    async def make(me: Member, conversation_id: str, body: About | None = None) -> MadeScenario:
        """Make a scenario of this conversation, without what names anybody."""
        made = await maker.make(conversation_id, body.about if body else "", me.id)
        return MadeScenario(**asdict(made))

    @router.get("/scenarios")
    async def listing(_me: Member) -> list[MadeScenario]:
        """The newest 200, with what became of their issues."""
        return [MadeScenario(**asdict(made)) for made in await maker.listing()]

    return router
