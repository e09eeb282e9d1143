"""HTTP of the judge. Translates; ``eval.judge.service`` decides."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from eval.judge.calibration import document
from eval.judge.schemas import CalibrationOut, StandingOut
from eval.judge.service import JudgeDesk
from eval.live.service import Outcomes
from eval.live.shares import Period

READERS = ("qa", "lead", "admin")
Name = Annotated[str | None, Query(max_length=160)]


def create_router(desk: JudgeDesk, outcomes: Outcomes, require: Callable[..., Any]) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns who is signed in."""
    router = APIRouter(prefix="/insights/judge", tags=["insights"])
    Reader = Annotated[Any, require(*READERS)]

    def period(
        since: Name = None, until: Name = None, version: Name = None, intent: Name = None, channel: Name = None,
        article: Name = None,
    ) -> Period:  # fmt: skip
        return outcomes.period(since, until, version=version, intent=intent, channel=channel, article=article)

    @router.get("")
    async def standing(_me: Reader, within: Annotated[Period, Depends(period)]) -> StandingOut:
        """The judge's verdicts on the band of silence, and the corrected share or why there is none."""
        return StandingOut.model_validate(await desk.standing(within))

    @router.get("/calibrations")
    async def calibrations(_me: Reader) -> list[CalibrationOut]:
        """Every time that the judge was held against people's labels, the newest first."""
        return [CalibrationOut.model_validate(document(each)) for each in await desk.calibrations()]

    @router.post("/calibrations", status_code=201)
    async def calibrate(me: Reader) -> CalibrationOut:
        """Hold the judge against people's labels now; 409 where there are none."""
        return CalibrationOut.model_validate(document(await desk.calibrate(me.id)))

    return router
