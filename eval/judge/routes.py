"""HTTP of the judge. Translates; ``eval.judge.service`` decides."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from eval.judge.calibration import document
from eval.judge.schemas import CalibrationOut, StandingOut
from eval.judge.service import JudgeDesk
from eval.live.routes import as_csv
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

    @router.get("", response_model=StandingOut)
    async def judge_standing(
        _me: Reader,
        within: Annotated[Period, Depends(period)],
        format: Literal["json", "csv"] = "json",  # noqa: A002 - the name on the wire
    ) -> Any:
        """The judge's verdicts on the band of silence, and the corrected share or why there is none."""
        found = await desk.standing(within)
        return as_csv(_rows(found)) if format == "csv" else StandingOut.model_validate(found)

    @router.get("/calibrations")
    async def list_calibrations(_me: Reader) -> list[CalibrationOut]:
        """Every time that the judge was held against people's labels, the newest first."""
        return [CalibrationOut.model_validate(document(each)) for each in await desk.calibrations()]

    @router.post("/calibrations", status_code=201)
    async def calibrate_judge(me: Reader) -> CalibrationOut:
        """Hold the judge against people's labels now; 409 where there are none."""
        return CalibrationOut.model_validate(document(await desk.calibrate(me.id)))

    return router


def _rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    said = [(each["key"], each["n"]) for each in found["said"]] + [("not_judged", found["not_judged"])]
    counts = [{"of": "silence", "key": key, "n": n, "value": None, "interval_95": None} for key, n in said]
    shares = [
        {"of": of, "key": "resolved, corrected", "n": found[n], **(found[name] or {"value": None, "interval_95": None})}
        for of, n, name in (("silence", "silent", "of_band"), ("matured", "matured", "of_matured"))
    ]
    return counts + shares
