"""HTTP of the quality desk. Translates; ``eval.quality.service`` decides."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query

from eval.quality.schemas import (
    CommentIn,
    CommentOut,
    DrawIn,
    JudgementIn,
    LabelOut,
    OpenedOut,
    QuestionOut,
    ReportOut,
    SampleOut,
    TakeIn,
    comment_out,
    label_out,
    opened_out,
    question_out,
    report_out,
    sample_out,
)
from eval.quality.scorecard import SCORECARD
from eval.quality.service import QualityDesk

READERS = ("qa", "lead", "admin")
STAFF = ("agent", "senior", *READERS)


def create_router(desk: QualityDesk, require: Callable[..., Any]) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns who is signed in."""
    router = APIRouter(prefix="/qa", tags=["quality"])
    Reader = Annotated[Any, require(*READERS)]
    Member = Annotated[Any, require(*STAFF)]
    Days = Annotated[int, Query(ge=1, le=365)]

    @router.get("/scorecard")
    async def get_scorecard(_me: Reader) -> list[QuestionOut]:
        """The questions, in the order in which they are asked."""
        return [question_out(each) for each in SCORECARD]

    @router.get("/samples")
    async def list_samples(me: Reader) -> list[SampleOut]:
        """The newest 500 samples. Others' judgements are there once all wanted ones are."""
        return [sample_out(each) for each in await desk.listing(me)]

    @router.post("/samples", status_code=201)
    async def draw_samples(me: Reader, body: DrawIn) -> list[SampleOut]:
        """Draw conversations to read; those sampled before are not drawn again."""
        drawn = await desk.draw(me, body.rule, body.count, body.days, body.seed, twice=body.twice)
        return [sample_out(each) for each in drawn]

    @router.post("/samples/named", status_code=201)
    async def take_sample(me: Reader, body: TakeIn) -> SampleOut:
        """Sample one conversation by name."""
        return sample_out(await desk.take(me, body.conversation_id))

    @router.get("/samples/{sample_id}")
    async def open_sample(me: Reader, sample_id: str) -> OpenedOut:
        """The transcript to judge, with the comments on it."""
        return opened_out(await desk.open(me, sample_id))

    @router.put("/samples/{sample_id}/review")
    async def judge_sample(me: Reader, sample_id: str, body: JudgementIn) -> SampleOut:
        """One's own judgement; it may be changed until all wanted ones are there."""
        return sample_out(await desk.judge(me, sample_id, body.judgement()))

    @router.post("/conversations/{conversation_id}/comments", status_code=204)
    async def add_comment(me: Reader, conversation_id: str, body: CommentIn) -> None:
        """A comment on a turn or on the whole."""
        await desk.comment(me, conversation_id, body.seq, body.about, body.text)

    @router.get("/coaching/me")
    async def own_coaching(me: Member) -> list[CommentOut]:
        """What readers wrote for the one who asks, the newest first."""
        return [comment_out(each) for each in await desk.coaching(me.id)]

    @router.get("/report")
    async def quality_report(_me: Reader, days: Days = 28) -> ReportOut:
        """Scores by question, and how far two readers agree (Cohen's kappa with its 95 % interval)."""
        return report_out(await desk.report(days))

    @router.get("/labels")
    async def list_labels(_me: Reader, days: Days = 90) -> list[LabelOut]:
        """Human labels, one a conversation: what the judge is calibrated on."""
        return [label_out(each) for each in await desk.labels(days)]

    return router
