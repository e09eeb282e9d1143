"""HTTP of the articles. Translates; ``knowledge.editing``, ``knowledge.desk`` and ``knowledge.retrieve`` decide."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Query, Request, UploadFile
from fastapi.responses import Response
from fastapi.routing import APIRoute

from knowledge import folder as folders
from knowledge.answer import Answerer, cite
from knowledge.desk import preview
from knowledge.desk.listing import Listing
from knowledge.desk.schemas import AnswerOut, CitationOut, DiffOut, ImportOut, PreviewIn, PreviewOut, Schedule
from knowledge.editing import Editing, unified_diff
from knowledge.errors import BadArticle, WrongState
from knowledge.retrieve import Retriever
from knowledge.rules import Audience, State
from knowledge.schemas import (
    ArticleDetail,
    ArticleIn,
    ArticleList,
    ArticleOut,
    ArticlePatch,
    HistoryLine,
    ListedArticle,
    Number,
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
MOST_FILES = 500


class Principal(Protocol):
    """Who is signed in, as the ``require`` dependency returns it."""

    @property
    def email(self) -> str: ...


def plain_address(request: Request) -> None:
    """A dependency: refuses NUL in a path or a query."""
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise BadArticle("bad_address", "The address holds a NUL character.", problems=[])


ImportFiles = Callable[[Sequence[tuple[str, bytes]], str], Awaitable[folders.ImportReport]]
InThread = Callable[[Callable[[], Any]], Any]


def create_router(
    editing: Editing,
    import_files: ImportFiles,
    listing: Listing,
    retriever: Retriever,
    answerer: Answerer,
    link_hosts: Sequence[str],
    require: Callable[..., Any],
    in_thread: InThread,
    route_class: type[APIRoute] = APIRoute,
) -> APIRouter:
    """``require(*roles)`` gives a FastAPI dependency that answers 401 or 403, or returns a ``Principal``."""
    router = APIRouter(tags=["knowledge"], dependencies=[Depends(plain_address)], route_class=route_class)
    Reader = Annotated[Any, require(*READERS)]
    Editor = Annotated[Any, require(*EDITORS)]

    @router.get("/articles")
    async def list_articles(
        _reader: Reader,
        q: Annotated[str, Query(max_length=200)] = "",
        state: State | None = None,
        audience: Audience | None = None,
        locale: str | None = None,
        owner: str | None = None,
        tag: str | None = None,
        due: Literal["review", "product_issue", "scheduled"] | None = None,
    ) -> ArticleList:
        """Articles by id, with the newest version's fields and the workflow state. ``q`` is looked for in id, title,
        tags and text; ``due`` keeps those whose review or update is late, or that wait for their hour."""
        filters = {"state": state, "audience": audience, "locale": locale, "owner": owner}
        found = await listing.find(
            q, tag=tag, due=due, **{name: value for name, value in filters.items() if value is not None}
        )
        return ArticleList(articles=[ListedArticle(**asdict(one)) for one in found])

    @router.post("/articles", status_code=201)
    async def create_article(editor: Editor, body: ArticleIn) -> ArticleOut:
        """A first draft; 409 when the id is taken, 422 with every problem of the content."""
        return article_out(await editing.do_create(body.id, content_of(body), editor.email, body.note))

    @router.get("/articles/{article_id}")
    async def get_article(_reader: Reader, article_id: str, version: Number | None = None) -> ArticleDetail:
        """One article with the wanted version (default: the newest), all versions and who did what."""
        article = await listing.get(article_id)
        versions = await editing.versions(article_id)
        return ArticleDetail(
            article=ListedArticle(**asdict(article)),
            version=version_out(await editing.version(article_id, version or article.latest_version)),
            versions=[version_line(one) for one in versions],
            history=[HistoryLine(**line) for line in await editing.history(article_id)],
            today=listing.today().isoformat(),
            timezone=listing.zone.key,
        )

    @router.get("/articles/{article_id}/diff")
    async def diff_versions(_reader: Reader, article_id: str, before: Number, after: Number) -> DiffOut:
        """Two versions and what lies between them; ``changed`` names the fields that differ."""
        one, other = await editing.version(article_id, before), await editing.version(article_id, after)
        fields = one.content.as_dict()
        return DiffOut(
            before=version_out(one),
            after=version_out(other),
            diff=unified_diff(one.content.body, other.content.body, before, after),
            changed=[name for name, value in other.content.as_dict().items() if value != fields[name]],
        )

    @router.patch("/articles/{article_id}")
    async def patch_article(editor: Editor, article_id: str, body: ArticlePatch) -> ArticleOut:
        """Save an edit as a new draft version, or move the article. 409 ``edit_conflict`` when somebody saved first:
        ``data`` has who, when, their text and yours."""
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
        """Let the newest version answer from now on, or from its ``effective_from`` where an earlier one answers."""
        return article_out(await editing.do_publish(article_id, body.base_version, editor.email, body.note))

    @router.post("/articles/{article_id}/schedule")
    async def schedule_article(editor: Editor, article_id: str, body: Schedule) -> ArticleOut:
        """Publish the newest version at a later moment; an edit or another publish until then takes it back."""
        return article_out(
            await editing.do_schedule(article_id, body.base_version, body.publish_at, editor.email, body.note)
        )

    @router.delete("/articles/{article_id}/schedule")
    async def unschedule_article(editor: Editor, article_id: str) -> ArticleOut:
        """Take a planned publish back; 409 where none is planned."""
        return article_out(await editing.do_unschedule(article_id, editor.email))

    @router.post("/articles/{article_id}/rollback")
    async def rollback_article(editor: Editor, article_id: str, body: Rollback) -> ArticleOut:
        """Publish an earlier version's content again, as a new version; what publishing would refuse is refused, and
        what becomes true on a later day waits for it."""
        return article_out(await editing.do_rollback(article_id, body.to_version, body.base_version, editor.email))

    @router.post("/knowledge/preview")
    async def preview_text(_editor: Editor, body: PreviewIn) -> PreviewOut:
        """The page, the pieces that answers are taken from, and what would be refused; nothing is stored."""
        return await in_thread(lambda: preview.show(body, link_hosts))  # type: ignore[no-any-return]

    @router.post("/knowledge/import")
    async def import_articles(
        editor: Editor, files: Annotated[list[UploadFile], "Markdown files with front matter, or one zip of them"]
    ) -> ImportOut:
        """Bring in articles; each bad file is named with its reason, the others are in. A file that says something else
        than a version that waits to be published is a conflict: nothing is overwritten."""
        if len(files) > MOST_FILES:
            why = f"At most {MOST_FILES} files at once; a zip may hold more."
            raise BadArticle("too_many_files", why, problems=[])
        sent = [(file.filename or "", await file.read()) for file in files]
        return ImportOut.model_validate(await import_files(sent, editor.email))

    @router.get("/knowledge/export", response_class=Response)
    async def export_articles(_reader: Editor) -> Response:
        """All articles as a zip of Markdown files that ``import`` takes back without loss."""
        data = await folders.export_zip(editing)
        headers = {"Content-Disposition": 'attachment; filename="articles.zip"'}
        return Response(data, media_type="application/zip", headers=headers)

    @router.get("/knowledge/search")
    async def search_knowledge(
        _reader: Reader,
        q: Annotated[str, Query(min_length=1, max_length=2_000)],
        audience: Audience = "public",
        locale: str = "",
        count: Annotated[int, Query(ge=1, le=50)] = 10,
    ) -> SearchOut:
        """What a reader of this audience would be shown, with the whole trace."""
        found = await in_thread(lambda: retriever.search(q, audience=audience, locale=locale, count=count))
        return search_out(found, lambda passage: cite(passage).url)

    @router.get("/knowledge/answer")
    async def answer_question(
        _reader: Reader,
        q: Annotated[str, Query(min_length=1, max_length=2_000)],
        audience: Audience = "public",
        locale: str = "",
        history: Annotated[list[str] | None, Query(max_length=10)] = None,
    ) -> AnswerOut:
        """What a customer would be told in a conversation with these earlier turns; it is not counted as asked."""
        given = await answerer.answer(q, audience=audience, locale=locale, history=history or [])
        return AnswerOut(
            text=given.text,
            citations=[CitationOut.model_validate(one) for one in given.citations],
            found=given.found,
            confidence=given.confidence,
            trace=given.trace.as_dict(),
            kept_back=given.kept_back,
        )

    return router
