"""The wire shapes of the editors' work beside the articles themselves. Times are RFC 3339 in UTC."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.content import MAX_BYTES
from knowledge.rules import Audience
from knowledge.schemas import ArticleOut, Closed, ListedArticle, Number, Sent, VersionOut

Outcome = Literal["open", "opened", "solved", "not_solved", "silence", "moved_on", "handed_over"]
GapState = Literal["open", "drafted", "closed", "dismissed"]
GapReason = Literal["unanswered", "rejected", "low_confidence"]


class Shape(BaseModel):
    """Filled from the attributes of the value that it shows."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Schedule(Sent):
    """``publish_at``: a moment in the future, with its offset from UTC."""

    base_version: Number
    publish_at: str = Field(max_length=40)
    note: str = Field(default="", max_length=2_000)


class DiffOut(Closed):
    """``diff`` is the unified diff of the bodies; both versions are there whole for a view side by side."""

    before: VersionOut
    after: VersionOut
    diff: str
    changed: list[str]


class PreviewIn(Sent):
    title: str = Field(default="", max_length=200)
    body: str = Field(max_length=MAX_BYTES)
    audience: Audience = "public"
    locale: str = "en"


class ProblemOut(Shape):
    field: str
    problem: str


class ChunkOut(Shape):
    """One piece that answers will be taken from."""

    section: str
    anchor: str
    words: int
    text: str
    asked: list[str]


class KeptBack(Shape):
    """A sentence with which no answer leaves: it says that something was done for the customer who reads it."""

    section: str
    sentence: str


class PreviewOut(Closed):
    """``html`` is what the help page shows. ``problems`` would refuse saving, ``unfinished`` publishing; ``kept_back``
    refuses neither, but answers with these sentences are held back by the outgoing gate."""

    html: str
    chunks: list[ChunkOut]
    problems: list[ProblemOut]
    unfinished: list[ProblemOut]
    kept_back: list[KeptBack]


class CitationOut(Shape):
    article_id: str
    version: int
    title: str
    section: str
    url: str


class AnswerOut(Closed):
    """What a customer would be told, and how it was found. ``kept_back`` is the sentence for which the outgoing gate
    would hold the answer back; empty where it would be said."""

    text: str
    citations: list[CitationOut]
    found: bool
    confidence: float
    trace: dict[str, Any]
    kept_back: str


class ShownOut(Shape):
    """What a question gets: the passage that comes first, and the answer's words where it is answered."""

    article_id: str | None
    version: int | None
    section: str
    found: bool
    confidence: float
    text: str


class ChangeOut(Shape):
    """One real past question that the change touches; ``kind`` says how, the gravest first."""

    question: str
    times: int
    last_asked_at: str
    conversation_id: str | None
    kind: Literal["lost", "won", "other_article", "other_section", "other_words"]
    before: ShownOut
    after: ShownOut


class ImpactOut(Shape):
    """``asked``: different past questions that were asked again of both; ``changes`` those whose answer differs."""

    article_id: str
    version: int | None
    asked: int
    changes: list[ChangeOut]
    milliseconds: float


class VersionFigures(Shape):
    """Answers from one version of an article. ``silence``: the customer said nothing of the answer and went or moved
    on. Shares are left to the reader of the numbers: ``solved / (solved + rejected)`` hides the silent."""

    version: int
    published_at: str | None
    shown: int
    solved: int
    rejected: int
    silence: int
    open: int
    handed_over: int
    repeat_contact: int
    helpful: int
    not_helpful: int


class ArticleFigures(Closed):
    """An answer from two articles counts for the first one."""

    article_id: str
    days: int
    versions: list[VersionFigures]


class ArticleTotal(Shape):
    article_id: str
    title: str
    shown: int
    solved: int
    rejected: int
    silence: int
    open: int
    handed_over: int
    repeat_contact: int
    helpful: int
    not_helpful: int


class FiguresOut(Closed):
    """Every article that was shown or judged in these days, the most rejected first."""

    days: int
    articles: list[ArticleTotal]


class QueryLine(Shape):
    """One query as people write it, with how often it was asked and what came of it."""

    query: str
    times: int
    not_found: int
    rejected: int
    abandoned: int
    last_asked_at: str
    article_id: str | None


class AnalyticsOut(Shape):
    """Searches of the help centre and questions to the bot. ``abandoned``: results were shown and none was opened
    for half an hour."""

    days: int
    channel: str
    asked: int
    found: int
    not_found: int
    rejected: int
    abandoned: int
    top: list[QueryLine]
    no_result: list[QueryLine]
    most_rejected: list[QueryLine]
    most_abandoned: list[QueryLine]


class WeekOut(Shape):
    """``week``: the Monday."""

    week: str
    count: int


class GapOut(Shape):
    """Questions of one meaning without a good answer. ``closed_by`` and ``closed_version`` say what resolved a closed
    one; ``draft_id`` names the draft that is being written for one that waits."""

    id: int
    state: GapState
    title: str
    audience: Audience
    locale: str
    count: int
    unanswered: int
    rejected: int
    low_confidence: int
    conversations: int
    first_at: str
    last_at: str
    trend: list[WeekOut]
    draft_id: str | None
    closed_by: str | None
    closed_version: int | None
    updated_at: str


class GapQuestion(Shape):
    """A redacted example. ``article_id`` and ``version``: what was shown, if anything was. ``said_before``: the earlier
    turns that a follow-up was understood with."""

    question: str
    said_before: str | None
    reason: GapReason
    conversation_id: str | None
    seq: int | None
    asked_at: str
    confidence: float
    article_id: str | None
    version: int | None
    section: str
    outcome: Outcome
    handed_over: bool


class GapEvent(Shape):
    event: str
    actor: str
    note: str
    article_id: str | None
    version: int | None
    occurred_at: str


class GapList(Closed):
    gaps: list[GapOut]


class GapDetail(Closed):
    gap: GapOut
    questions: list[GapQuestion]
    history: list[GapEvent]


class TopGaps(Closed):
    """The ten most asked gaps of a month, counted by the questions of that month."""

    month: str
    gaps: list[GapOut]


class GapDraft(Sent):
    """``article_id`` and ``title`` are made from the questions where they are not given."""

    article_id: str | None = Field(default=None, max_length=80)
    title: str | None = Field(default=None, max_length=200)


class GapDrafted(Closed):
    gap: GapOut
    article: ArticleOut
    answers_found: int


class GapNote(Sent):
    note: str = Field(default="", max_length=2_000)


class GapMerge(Sent):
    into: Number


class DueOut(Shape):
    """Something that an editor has to do by a day. ``late_by_days`` is negative while there is time."""

    kind: Literal["review", "product_issue", "scheduled", "expires"]
    due_at: str
    late_by_days: int
    article: ListedArticle


class CalendarOut(Closed):
    days: int
    entries: list[DueOut]


class AuditLine(Shape):
    """Who did what to an article or a gap."""

    occurred_at: str
    actor: str
    event: str
    article_id: str | None
    version: int | None
    gap_id: int | None
    note: str


class AuditOut(Closed):
    entries: list[AuditLine]


class FileProblemOut(Shape):
    file: str
    problem: str


class ImportOut(Shape):
    """File names by what became of them; a file with a problem left nothing behind, or its problem says what."""

    created: list[str]
    updated: list[str]
    unchanged: list[str]
    problems: list[FileProblemOut]
