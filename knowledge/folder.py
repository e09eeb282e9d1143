"""Articles to and from a folder of Markdown files, round trip without loss; every bad file is named with its reason.

A published article is ``<id>.md``. A newer version that is not published yet stands beside it as ``<id>.draft.md``.
The customers' ways to ask stand in ``asked/<id>.txt`` (see ``ways``), so that an article can be read.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from knowledge import content as contents
from knowledge import ways
from knowledge.content import MAX_BYTES, Written
from knowledge.editing import Editing
from knowledge.embeddings import Progress
from knowledge.errors import BadArticle, KnowledgeError, NotFound

MAX_NAME = 200
"""Letters of a file's name."""
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class FileProblem:
    file: str
    problem: str


@dataclass
class ImportReport:
    """File names by what became of them."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)


async def import_folder(editing: Editing, folder: Path, actor: str, progress: Progress | None = None) -> ImportReport:
    """Read every ``*.md`` below ``folder``. A bad file is reported and left out; the others are imported.

    Raises ``BadArticle`` when ``folder`` is not a folder.
    """
    if not await asyncio.to_thread(folder.is_dir):
        raise BadArticle("not_a_folder", f"{folder} is not a folder.", problems=[])
    report = ImportReport()
    articles = await asyncio.to_thread(_read_all, folder, report)
    for done, (name, article) in enumerate(articles, start=1):
        try:
            await _import_one(editing, name, article, actor, report)
        except KnowledgeError as exc:
            report.problems.append(FileProblem(name, exc.message))
        if progress is not None:
            progress(done, len(articles))
    return report


async def export_folder(editing: Editing, folder: Path) -> list[str]:
    """Write every article; returns the file names. Files appear whole or not at all."""
    files = await _files_of_all(editing)
    for name, data in files:
        await asyncio.to_thread(_write_whole, folder / name, data)
    return [name for name, _ in files]


async def _files_of_all(editing: Editing) -> list[tuple[str, bytes]]:
    """Every article as files, its ways to ask in one of their own."""
    files: list[tuple[str, bytes]] = []
    for name, one in await _written(editing):
        body, asked = ways.split(one.content.body)
        files.append((name, contents.write(replace(one, content=replace(one.content, body=body)))))
        if asked:
            files.append((_asked_beside(Path(name)).as_posix(), asked.encode()))
    return files


async def _written(editing: Editing) -> list[tuple[str, Written]]:
    """Every article as files: the published version, and the newest one beside it where that is another."""
    files: list[tuple[str, Written]] = []
    for article in await editing.find():
        newest = await editing.version(article.id, article.latest_version)
        alone = article.published_version is None
        if article.published_version is not None:
            published = await editing.version(article.id, article.published_version)
            files.append((f"{article.id}.md", Written(article.id, published.content)))
        if article.state != "published":
            name = f"{article.id}.md" if alone else f"{article.id}.draft.md"
            files.append((name, Written(article.id, newest.content, article.state)))
    return files


async def import_files(editing: Editing, files: Sequence[tuple[str, bytes]], actor: str) -> ImportReport:
    """Bring in files that were sent, as (name, content). Names may hold folders, and never leave their place."""
    report = ImportReport()
    with tempfile.TemporaryDirectory(prefix="frontdesk-import-") as name:
        folder = Path(name)
        for sent, data in files:
            parts = [part for part in sent.replace("\\", "/").split("/") if part not in ("", ".")]
            if not parts or ".." in parts or len(sent) > MAX_NAME or "\x00" in sent:
                report.problems.append(FileProblem(sent[:MAX_NAME], "file: has a name that cannot be used"))
            elif not parts[-1].endswith(".md") and (parts[-2:-1] != [ways.FOLDER] or not parts[-1].endswith(".txt")):
                report.problems.append(FileProblem(sent, "file: is not a Markdown file (.md)"))
            else:
                await asyncio.to_thread(_write_whole, folder.joinpath(*parts), data)
        done = await import_folder(editing, folder, actor)
    done.problems[:0] = report.problems
    return done


async def export_zip(editing: Editing) -> bytes:
    """Every article in one zip; the same articles give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in await _files_of_all(editing):
            archive.writestr(zipfile.ZipInfo(name, ZIP_DAY), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


async def _import_one(editing: Editing, name: str, article: Written, actor: str, report: ImportReport) -> None:
    note = f"Imported from {name}"
    try:
        known = await editing.get(article.id)
    except NotFound:
        known = await editing.do_create(article.id, article.content, actor, note)
        report.created.append(name)
    else:
        newest = await editing.version(article.id, known.latest_version)
        if newest.content == article.content and known.state == article.state:
            report.unchanged.append(name)
            return
        if known.state == "archived":
            known = await editing.do_restore(article.id, known.latest_version, actor, note)
        if newest.content != article.content:
            known = await editing.do_edit(article.id, article.content, known.latest_version, actor, note)
        report.updated.append(name)
    if article.state == "in_review" and known.state == "draft":
        await editing.do_submit(article.id, known.latest_version, actor, note)
    elif article.state == "published" and known.state != "published":
        await editing.do_publish(article.id, known.latest_version, actor, note)
    elif article.state == "archived" and known.state != "archived":
        await editing.do_archive(article.id, known.latest_version, actor, note)


def _read_all(folder: Path, report: ImportReport) -> list[tuple[str, Written]]:
    """Readable articles in order: of one article the published file before the draft."""
    found: list[tuple[str, Written]] = []
    taken: dict[tuple[str, bool], str] = {}
    for path in sorted(_files(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            article = read_file(path, folder)
        except BadArticle as exc:
            report.problems.append(FileProblem(name, exc.message))
            continue
        key = (article.id, article.state == "published")
        if key in taken:
            report.problems.append(FileProblem(name, f"id: {article.id} is also the id of {taken[key]}"))
            continue
        taken[key] = name
        found.append((name, article))
    _name_lonely_ways(folder, report)
    found = _without_bad_redirects(found, report)
    return sorted(found, key=lambda pair: (pair[1].state != "published", pair[0]))


def _without_bad_redirects(found: list[tuple[str, Written]], report: ImportReport) -> list[tuple[str, Written]]:
    """Leaves out files whose ``redirect_from`` names an article of the same import, and says where that leads."""
    leads_to = {former: article.id for _, article in found for former in article.content.redirect_from}
    there = {article.id for _, article in found if article.state != "archived"}
    good: list[tuple[str, Written]] = []
    for name, article in found:
        bad = next((former for former in article.content.redirect_from if former in there), None)
        if bad is None:
            good.append((name, article))
            continue
        path = [bad]
        while (following := leads_to.get(path[-1])) is not None and following not in path:
            path.append(following)
        circle = f"{' → '.join([*path, bad])} is a circle"
        why = circle if following == bad else f"{bad} is an article of its own in this import"
        report.problems.append(FileProblem(name, f"redirect_from: {why}"))
    return good


def _name_lonely_ways(folder: Path, report: ImportReport) -> None:
    for path in sorted(_files(folder, ".txt")):
        if path.parent.name == ways.FOLDER and not (path.parent.parent / f"{path.stem}.md").exists():
            name = path.relative_to(folder).as_posix()
            report.problems.append(FileProblem(name, f"file: there is no article {path.stem}.md that it belongs to"))


def _files(folder: Path, ending: str = ".md") -> list[Path]:
    """Files of that ending; links to folders are not followed, so a circle of links ends."""
    return [
        Path(place) / name
        for place, _, names in os.walk(folder, followlinks=False)
        for name in names
        if name.endswith(ending)
    ]


def _asked_beside(path: Path) -> Path:
    return path.parent / ways.FOLDER / f"{path.stem}.txt"


def read_file(path: Path, folder: Path) -> Written:
    """One article with its ways to ask. Raises ``BadArticle``."""
    written = contents.read(_bytes(path, folder))
    asked = _asked_beside(path)
    if not asked.exists():
        return written
    body = ways.join(written.content.body, contents.text_of(_bytes(asked, folder)))
    content = replace(written.content, body=body)
    contents.check(content)
    return replace(written, content=content)


def _bytes(path: Path, folder: Path) -> bytes:
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            raise _bad("file", "is a link to a place outside the folder")
        if not path.is_file():
            raise _bad("file", "is not a regular file")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise _bad("file", f"has {size} bytes, more than {MAX_BYTES}")
        return path.read_bytes()
    except (OSError, RuntimeError) as exc:
        raise _bad("file", "cannot be read: a broken or circular link, or no permission") from exc


def _bad(name: str, why: str) -> BadArticle:
    return BadArticle("bad_article", f"{name}: {why}", problems=[{"field": name, "problem": why}])


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".export-", delete=False) as scratch:
        scratch.write(data)
    os.chmod(scratch.name, 0o644)
    os.replace(scratch.name, path)
