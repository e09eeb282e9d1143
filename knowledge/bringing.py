"""What becomes of one file that is brought in: ``decide`` says it, ``bring_in`` does it.

A file names no version that it was made from. So it never goes over a text that waits to be published: somebody wrote
that, and nobody has said yet what is to become of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from knowledge import content as contents
from knowledge.content import Content, Written
from knowledge.editing import Editing
from knowledge.errors import BadArticle, EditConflict, KnowledgeError, NotFound
from knowledge.rules import State
from knowledge.store import Article, Version

Outcome = Literal["created", "updated", "unchanged"]
Step = Literal["nothing", "move", "edit"]

STANDING: Final[dict[State, str]] = {
    "draft": "is kept as a draft",
    "in_review": "waits for its review",
    "published": "is published",
    "archived": "is in the archive",
}


@dataclass(frozen=True)
class Stored:
    """An article now. ``untold``: its newest version was never published; ``planned``: the hour that it waits for."""

    article: Article
    newest: Version
    live: Content | None
    untold: bool
    planned: str | None


def decide(file: Written, stored: Stored) -> Step:
    """Raises ``EditConflict`` where a text that waits to be published would be buried."""
    article, same = stored.article, contents.normal(stored.newest.content) == file.content
    if file.state != "archived" and stored.live == file.content:
        return "nothing"
    if same:
        reached = file.state == article.state
        further = (file.state, article.state) == ("draft", "in_review")
        return "nothing" if reached or further or (file.state == "published" and stored.planned is not None) else "move"
    if article.state in ("draft", "in_review") or (article.state == "archived" and stored.untold):
        raise _conflict(stored.newest, article)
    return "edit"


async def bring_in(editing: Editing, name: str, file: Written, actor: str, failed: str | None = None) -> Outcome:
    """Create, change or move the article of a file. ``failed``: the published file beside a draft, if that was refused.

    Raises ``KnowledgeError``; where a step was done before the one that failed, its sentence says what stands now.
    """
    note = f"Imported from {name}"
    stored = await _stored(editing, file.id)
    if stored is None:
        if failed is not None:
            raise BadArticle("left_out", f"left out, since {failed} beside it was not brought in", problems=[])
        article = await editing.do_create(file.id, file.content, actor, note)
        await _move(editing, article, file, actor, note, stepped=True)
        await _plan(editing, article, file, actor, note)
        return "created"
    step, article, stepped = decide(file, stored), stored.article, False
    if step == "nothing":
        if file.publish_at is None or stored.live == file.content or stored.planned == file.publish_at:
            return "unchanged"
        await editing.do_schedule(file.id, article.latest_version, file.publish_at, actor, note)
        return "updated"
    if article.state == "archived":
        article = await editing.do_restore(file.id, article.latest_version, actor, note)
        stepped = True
    if step == "edit":
        try:
            article = await editing.do_edit(file.id, file.content, article.latest_version, actor, note)
        except KnowledgeError as exc:
            if not stepped:
                raise
            raise _half(exc, article) from exc
        stepped = True
    await _move(editing, article, file, actor, note, stepped=stepped)
    await _plan(editing, article, file, actor, note)
    return "updated"


async def _move(editing: Editing, article: Article, file: Written, actor: str, note: str, *, stepped: bool) -> None:
    steps = {"in_review": editing.do_submit, "published": editing.do_publish, "archived": editing.do_archive}
    step = steps.get(file.state)
    if step is None or article.state == file.state:
        return
    try:
        await step(file.id, article.latest_version, actor, note)
    except KnowledgeError as exc:
        if not stepped:
            raise
        raise _half(exc, article) from exc


async def _plan(editing: Editing, article: Article, file: Written, actor: str, note: str) -> None:
    """Let the file's version wait for its hour. One that has passed is no reason to publish: somebody may have taken
    the plan back since the file was written."""
    if file.publish_at is None:
        return
    try:
        await editing.do_schedule(file.id, article.latest_version, file.publish_at, actor, note)
    except KnowledgeError as exc:
        raise _half(exc, await editing.get(file.id)) from exc


async def _stored(editing: Editing, article_id: str) -> Stored | None:
    try:
        article = await editing.get(article_id)
    except NotFound:
        return None
    newest = await editing.version(article_id, article.latest_version)
    live = article.published_version
    told = {
        str(line["event"]) for line in await editing.history(article_id) if line["version"] == article.latest_version
    }
    planned = await editing.planned(article_id)
    return Stored(
        article,
        newest,
        contents.normal((await editing.version(article_id, live)).content) if live is not None else None,
        untold=not {"publish", "rollback"} & told,
        planned=planned.publish_at if planned is not None else None,
    )


def _conflict(newest: Version, article: Article) -> EditConflict:
    waits = {"draft": "is a draft", "in_review": "is in review"}.get(
        article.state, "is in the archive, never published"
    )
    return EditConflict(
        "edit_conflict",
        f"conflict: version {newest.version} by {newest.author} ({newest.created_at[:10]}) {waits}, and this file says "
        "something else. Nothing was overwritten: publish that version or go back to an earlier one, then import again",
        article_id=article.id,
        latest_version=newest.version,
        author=newest.author,
        saved_at=newest.created_at,
    )


def _half(exc: KnowledgeError, article: Article) -> KnowledgeError:
    stands = f"Version {article.latest_version} of {article.id} {STANDING[article.state]}."
    return KnowledgeError(exc.code, f"{exc.message.rstrip('.')}. {stands}", **exc.data)
