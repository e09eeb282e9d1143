"""Wire forms of the quality desk. Extra fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from eval.live.schemas import VerdictOut, verdict_out
from eval.quality.agreement import Agreement
from eval.quality.model import Handover, Judgement, Opened, Outcome, Review, Sample
from eval.quality.report import Label, Report
from eval.quality.sampling import Rule
from eval.quality.scorecard import Question

Text = Annotated[str, Field(min_length=1, max_length=4_000)]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DrawIn(In):
    """``twice`` asks for two readers each, apart from each other. The same ``seed`` draws the same sample."""

    rule: Rule
    count: int = Field(default=10, ge=1, le=100)
    days: int = Field(default=7, ge=1, le=365)
    twice: bool = False
    seed: int = Field(default=0, ge=0)


class TakeIn(In):
    conversation_id: str = Field(min_length=1, max_length=64)


class JudgementIn(In):
    """``answers``: question id → 0, 1, 2, or null where it does not apply; every question of the scorecard."""

    answers: dict[str, Literal[0, 1, 2] | None]
    outcome: Outcome
    handover: Handover
    note: str = Field(default="", max_length=4_000)
    excellent: bool = False

    def judgement(self) -> Judgement:
        return Judgement(self.answers, self.outcome, self.handover, self.note.strip(), self.excellent)


class CommentIn(In):
    """``about`` is the id of the member of staff who should read it as coaching."""

    text: Text
    seq: int | None = Field(default=None, ge=1)
    about: str | None = Field(default=None, max_length=96)


class QuestionOut(BaseModel):
    id: str
    asks: str
    guidance: str
    weight: int
    critical: bool


class ReviewOut(BaseModel):
    reviewer: str
    reviewer_name: str
    answers: dict[str, int | None]
    outcome: Outcome
    handover: Handover
    note: str
    excellent: bool
    score: float | None
    failed: list[str]
    finished_at: str


class SampleOut(BaseModel):
    sample_id: str
    conversation_id: str
    rule: str
    because: str
    reviews_wanted: int
    reviews_done: int
    state: Literal["waiting", "half", "done"]
    mine: bool
    created_at: str
    reviews: list[ReviewOut]


class CommentOut(BaseModel):
    comment_id: str
    conversation_id: str
    seq: int | None
    about: str | None
    text: str
    author: str
    author_name: str
    created_at: str


class OpenedOut(BaseModel):
    """``events`` is the whole log, what only staff see included. ``verdicts`` of the judge are there once all wanted
    reviews are: it is measured against people who do not know its word."""

    sample: SampleOut
    events: list[dict[str, Any]]
    comments: list[CommentOut]
    verdicts: list[VerdictOut]


class AgreementOut(BaseModel):
    pairs: int
    share: float | None
    kappa: float | None
    low: float | None
    high: float | None


class ReportOut(BaseModel):
    reviews: int
    mean_score: float | None
    failed: dict[str, int]
    by_question: dict[str, float | None]
    outcome: AgreementOut
    handover: AgreementOut
    questions: dict[str, AgreementOut]


class LabelOut(BaseModel):
    conversation_id: str
    outcome: Outcome
    handover: Handover | None
    reviewers: int


def question_out(question: Question) -> QuestionOut:
    return QuestionOut(**question._asdict())


def sample_out(sample: Sample) -> SampleOut:
    return SampleOut.model_validate(
        {**vars(sample), "sample_id": sample.id, "reviews": [review_out(each) for each in sample.reviews]}
    )


def review_out(review: Review) -> ReviewOut:
    judged = review.judgement
    return ReviewOut(
        reviewer=review.reviewer,
        reviewer_name=review.reviewer_name,
        answers=dict(judged.answers),
        outcome=judged.outcome,
        handover=judged.handover,
        note=judged.note,
        excellent=judged.excellent,
        score=review.score.value,
        failed=list(review.score.failed),
        finished_at=review.finished_at,
    )


def opened_out(opened: Opened) -> OpenedOut:
    comments = [comment_out(each) for each in opened.comments]
    verdicts = [found for each in opened.verdicts if (found := verdict_out(each)) is not None]
    return OpenedOut(sample=sample_out(opened.sample), events=opened.events, comments=comments, verdicts=verdicts)


def comment_out(row: Mapping[str, Any]) -> CommentOut:
    return CommentOut.model_validate({**row, "comment_id": row["id"]})


def report_out(report: Report) -> ReportOut:
    return ReportOut(
        reviews=report.reviews,
        mean_score=report.mean_score,
        failed=dict(report.failed),
        by_question=dict(report.by_question),
        outcome=_agreement(report.outcome),
        handover=_agreement(report.handover),
        questions={name: _agreement(each) for name, each in report.questions.items()},
    )


def label_out(label: Label) -> LabelOut:
    return LabelOut(**vars(label))


def _agreement(found: Agreement) -> AgreementOut:
    return AgreementOut(**found._asdict())
