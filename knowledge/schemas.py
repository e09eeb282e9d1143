"""The wire shapes of the editors' side; extras are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from knowledge.answer import cite
from knowledge.content import MAX_BYTES, Content
from knowledge.excerpt import matching
from knowledge.retrieve import Found
from knowledge.rules import Audience, State
from knowledge.store import Article, Version

MOST_NUMBER = 2**53
Number = Annotated[int, Field(ge=0, le=MOST_NUMBER)]
"""A version or another number of a row, within what every database compares."""


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Sent(Closed):
    """What comes from outside. NUL is refused: no database keeps it."""

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise ValueError("holds a NUL character")
        return value


class ArticleIn(Sent):
    id: str = Field(max_length=80)
    title: str = Field(max_length=200)
    body: str = Field(max_length=MAX_BYTES)
    audience: Audience = "public"
    locale: str = "en"
    tags: list[str] = Field(default=[], max_length=30)
    owner: str = Field(default="", max_length=254)
    review_by: str | None = None
    effective_from: str | None = None
    effective_until: str | None = None
    redirect_from: list[str] = Field(default=[], max_length=30)
    note: str = Field(default="", max_length=2_000)


class ArticlePatch(Sent):
    """An edit (any content field) or a move (``state``), made from ``base_version``; not both."""

    base_version: Number
    title: str | None = Field(default=None, max_length=200)
    body: str | None = Field(default=None, max_length=MAX_BYTES)
    audience: Audience | None = None
    locale: str | None = None
    tags: list[str] | None = Field(default=None, max_length=30)
    owner: str | None = Field(default=None, max_length=254)
    review_by: str | None = None
    effective_from: str | None = None
    effective_until: str | None = None
    redirect_from: list[str] | None = Field(default=None, max_length=30)
    note: str = Field(default="", max_length=2_000)
    state: Literal["in_review", "draft", "archived"] | None = None


class Publish(Sent):
    base_version: Number
    note: str = Field(default="", max_length=2_000)


class Rollback(Sent):
    to_version: Number
    base_version: Number


class ArticleOut(Closed):
    id: str
    state: State
    latest_version: int
    published_version: int | None
    title: str
    audience: Audience
    locale: str
    owner: str
    review_by: str | None
    created_at: str
    updated_at: str


class ListedArticle(ArticleOut):
    """A line of the list. ``issue_due_at``: when a published product-issue article must have been updated again. The
    clocks go by the published version where there is one; ``review_by`` is that version's, too. ``answers``: whether
    the published version is true on the company's day."""

    tags: list[str]
    scheduled_for: str | None
    review_overdue: bool
    issue_due_at: str | None
    issue_breached: bool
    answers: Literal["no", "later", "now", "ended"]


class VersionOut(Closed):
    version: int
    base_version: int | None
    title: str
    audience: Audience
    locale: str
    tags: list[str]
    owner: str
    review_by: str | None
    effective_from: str | None
    effective_until: str | None
    redirect_from: list[str]
    body: str
    note: str
    author: str
    created_at: str
    diff: str


class VersionLine(Closed):
    """One line of the version history, without the text."""

    version: int
    base_version: int | None
    title: str
    note: str
    author: str
    created_at: str
    diff: str


class HistoryLine(Closed):
    article_id: str
    version: int
    event: str
    actor: str
    note: str
    occurred_at: str


class ArticleList(Closed):
    articles: list[ListedArticle]


class ArticleDetail(Closed):
    """``today``: the company's day, against which dates of a version are read, in its ``timezone`` (an IANA name)."""

    article: ListedArticle
    version: VersionOut
    versions: list[VersionLine]
    history: list[HistoryLine]
    today: str
    timezone: str


class HitOut(Closed):
    chunk_id: str
    article_id: str
    version: int
    title: str
    section: str
    url: str
    text: str
    score: float


class SearchOut(Closed):
    hits: list[HitOut]
    found: bool
    confidence: float
    trace: dict[str, Any]


class HelpArticle(Closed):
    title: str
    section: str
    excerpt: str
    url: str


class HelpFound(Closed):
    found: bool
    articles: list[HelpArticle]


def help_found(found: Found, url: Callable[[str], str]) -> HelpFound:
    """``url`` makes the address of an article from that of its citation."""
    articles = []
    for hit in found.hits:
        citation, excerpt = cite(hit.passage), matching(hit.passage, found.vector)
        articles.append(
            HelpArticle(title=citation.title, section=citation.section, excerpt=excerpt, url=url(citation.url))
        )
    return HelpFound(found=found.found, articles=articles)


def article_out(article: Article) -> ArticleOut:
    return ArticleOut.model_validate(article.__dict__)


def version_out(version: Version) -> VersionOut:
    return VersionOut(
        version=version.version,
        base_version=version.base_version,
        note=version.note,
        author=version.author,
        created_at=version.created_at,
        diff=version.diff,
        **version.content.as_dict(),
    )


def version_line(version: Version) -> VersionLine:
    return VersionLine(
        version=version.version,
        base_version=version.base_version,
        title=version.content.title,
        note=version.note,
        author=version.author,
        created_at=version.created_at,
        diff=version.diff,
    )


def content_of(article: ArticleIn) -> Content:
    values = article.model_dump(exclude={"id", "note"})
    return Content(**{**values, "tags": tuple(article.tags), "redirect_from": tuple(article.redirect_from)})


def patched(content: Content, patch: ArticlePatch) -> Content:
    """``content`` with the fields that the patch names; a date may be set to null."""
    named = patch.model_fields_set - {"base_version", "note", "state"}
    values = {**content.as_dict(), **{name: getattr(patch, name) for name in named}}
    for name in ("title", "body", "audience", "locale", "tags", "owner", "redirect_from"):
        if values[name] is None:
            values[name] = getattr(content, name)
    return Content(**{**values, "tags": tuple(values["tags"]), "redirect_from": tuple(values["redirect_from"])})


def search_out(found: Found, url: Any) -> SearchOut:
    return SearchOut(
        hits=[
            HitOut(
                chunk_id=hit.passage.id,
                article_id=hit.passage.article_id,
                version=hit.passage.version,
                title=hit.passage.chunk.title,
                section=hit.passage.chunk.section,
                url=url(hit.passage),
                text=hit.passage.chunk.text,
                score=round(hit.score, 6),
            )
            for hit in found.hits
        ],
        found=found.found,
        confidence=round(found.confidence, 6),
        trace=found.trace.as_dict(),
    )
