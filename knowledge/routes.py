"""HTTP of the editors' side. Translates; ``knowledge.editing`` and ``knowledge.retrieve`` decide."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from knowledge.answer import cite
from knowledge.editing import Editing
from knowledge.errors import BadArticle, KnowledgeError, WrongState
from knowledge.retrieve import Retriever
from knowledge.rules import Audience, State
from knowledge.schemas import (
    ArticleDetail,
    ArticleIn,
    ArticleList,
    ArticleOut,
    ArticlePatch,
    Publish,
    Rollback,
    SearchOut,
    article_out,
    content_of,
    patched,
    search_out,
    version_line,
    version_out,
)

EDITORS = ("editor", "lead", "admin")
READERS = ("agent", "senior", "qa", *EDITORS)


class Principal(Protocol):
    """Who is signed in, as the ``require`` dependency returns it."""

    @property
    def email(self) -> str: ...


InThread = Callable[[Callable[[], Any]], Any]


def create_router(
    editing: Editing, retriever: Retriever, require: Callable[..., Any], in_thread: InThread
) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns a ``Principal``."""
    router = APIRouter(tags=["knowledge"])
    Reader = Annotated[Any, require(*READERS)]
    Editor = Annotated[Any, require(*EDITORS)]

    @router.get("/articles")
    async def list_articles(
        _reader: Reader,
        state: State | None = None,
        audience: Audience | None = None,
        locale: str | None = None,
        owner: str | None = None,
    ) -> ArticleList:
        """Every article, newest version's title and workflow state, by id."""
        filters = {"state": state, "audience": audience, "locale": locale, "owner": owner}
        found = await editing.find(**{name: value for name, value in filters.items() if value is not None})
        return ArticleList(articles=[article_out(article) for article in found])

    @router.post("/articles", status_code=201)
    async def create_article(editor: Editor, body: ArticleIn) -> ArticleOut:
        """A first draft; 409 when the id is taken, 422 with every problem of the content."""
        return article_out(await editing.do_create(body.id, content_of(body), editor.email, body.note))

    @router.get("/articles/{article_id}")
    async def get_article(_reader: Reader, article_id: str, version: int | None = None) -> ArticleDetail:
        """One article with the wanted version (default: the newest), all versions and who did what."""
        article = await editing.get(article_id)
        versions = await editing.versions(article_id)
        return ArticleDetail(
            article=article_out(article),
            version=version_out(await editing.version(article_id, version or article.latest_version)),
            versions=[version_line(one) for one in versions],
            history=await editing.history(article_id),
        )

    @router.patch("/articles/{article_id}")
    async def patch_article(editor: Editor, article_id: str, body: ArticlePatch) -> ArticleOut:
        """Save an edit as a new draft version, or move the article; 409 when somebody saved first."""
        named = body.model_fields_set - {"base_version", "note", "state"}
        if body.state is not None and named:
            raise BadArticle("edit_or_move", "Send an edit or a new state, not both.", problems=[])
        if body.state is None:
            base = await editing.version(article_id, body.base_version)
            content = patched(base.content, body)
            return article_out(await editing.do_edit(article_id, content, body.base_version, editor.email, body.note))
        article = await editing.get(article_id)
        steps = {
            ("draft", "in_review"): editing.do_submit,
            ("in_review", "draft"): editing.do_return,
            ("archived", "draft"): editing.do_restore,
        }
        step = editing.do_archive if body.state == "archived" else steps.get((article.state, body.state))
        if step is None:
            raise WrongState(
                "illegal_transition",
                f"An article that is {article.state.replace('_', ' ')} cannot become {body.state.replace('_', ' ')}.",
                state=article.state,
            )
        return article_out(await step(article_id, body.base_version, editor.email, body.note))

    @router.post("/articles/{article_id}/publish")
    async def publish_article(editor: Editor, article_id: str, body: Publish) -> ArticleOut:
        """Let the newest version answer from now on."""
        return article_out(await editing.do_publish(article_id, body.base_version, editor.email, body.note))

    @router.post("/articles/{article_id}/rollback")
    async def rollback_article(editor: Editor, article_id: str, body: Rollback) -> ArticleOut:
        """Publish an earlier version's content again, as a new version."""
        return article_out(await editing.do_rollback(article_id, body.to_version, body.base_version, editor.email))

    @router.get("/knowledge/search")
    async def search(
        _reader: Reader,
        q: Annotated[str, Query(min_length=1, max_length=2_000)],
        audience: Audience = "public",
        locale: str = "",
        count: Annotated[int, Query(ge=1, le=50)] = 10,
    ) -> SearchOut:
        """What a reader of this audience would be shown, with the whole trace."""
        found = await in_thread(lambda: retriever.search(q, audience=audience, locale=locale, count=count))
        return search_out(found, lambda passage: cite(passage).url)

    return router


async def knowledge_error(request: Request, error: Exception) -> JSONResponse:
    """Exception handler: ``app.add_exception_handler(KnowledgeError, knowledge_error)``."""
    if not isinstance(error, KnowledgeError):
        raise error
    return JSONResponse(
        status_code=error.status,
        content={
            "code": error.code,
            "message": error.message,
            "data": error.data,
            "request_id": getattr(request.state, "request_id", None),
        },
    )
