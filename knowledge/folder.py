"""Articles to and from Markdown files, round trip without loss; every bad file is named with its reason.

Files come from a folder or over HTTP; those that were sent are never written to a disk, so any name will do.

A published article is ``<id>.md``. A newer version that is not published yet stands beside it as ``<id>.draft.md``.
The customers' ways to ask stand in ``asked/<id>.txt`` (see ``ways``), so that an article can be read.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath, PurePosixPath

from knowledge import content as contents
from knowledge import ways
from knowledge.bringing import bring_in
from knowledge.content import MAX_FILE, Written
from knowledge.editing import Editing
from knowledge.embeddings import Progress
from knowledge.errors import BadArticle, KnowledgeError
from knowledge.unzip import unpack

File = bytes | BadArticle
"""What a file holds, or why that cannot be known."""
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
    return await _import(editing, await asyncio.to_thread(_load, folder), ImportReport(), actor, progress)


async def _import(
    editing: Editing, files: Mapping[str, File], report: ImportReport, actor: str, progress: Progress | None = None
) -> ImportReport:
    articles = await asyncio.to_thread(_read_all, files, report)
    # A draft alone would be taken for the whole article; files are named by their ids.
    refused = [PurePosixPath(problem.file) for problem in report.problems]
    failed = {path.stem: path.as_posix() for path in refused if path.suffix == ".md" and "." not in path.stem}
    for done, (name, article) in enumerate(articles, start=1):
        try:
            outcome = await bring_in(editing, name, article, actor, failed.get(article.id))
        except KnowledgeError as exc:
            report.problems.append(FileProblem(name, exc.message))
            failed.setdefault(article.id, name)
        else:
            getattr(report, outcome).append(name)
        if progress is not None:
            progress(done, len(articles))
    return report


async def export_folder(editing: Editing, folder: Path) -> list[str]:
    """Write every article; returns the file names. Files appear whole or not at all.

    Of these articles nothing stays that an earlier export wrote and that is not so any more: it would come back with
    the next import. Files of other articles are left alone.
    """
    files = await _files_of_all(editing)
    for name, data in files:
        await asyncio.to_thread(_write_whole, folder / name, data)
    written = {name for name, _ in files}
    for name in sorted({_id_of(name) for name in written}):
        for over in _names_of(name).difference(written):
            await asyncio.to_thread(_remove, folder / over)
    return [name for name, _ in files]


def _id_of(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0]


def _names_of(article_id: str) -> set[str]:
    """Every file that an export may write for an article."""
    pages = [f"{article_id}.md", f"{article_id}.draft.md"]
    return {*pages, *(_asked_beside(PurePosixPath(page)).as_posix() for page in pages)}


def _remove(path: Path) -> None:
    if path.is_file() or path.is_symlink():
        path.unlink()


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
            planned = await editing.planned(article.id)
            publish_at = planned.publish_at if planned is not None else None
            files.append((name, Written(article.id, newest.content, article.state, publish_at)))
    return files


async def import_files(editing: Editing, files: Sequence[tuple[str, bytes]], actor: str) -> ImportReport:
    """Bring in files that were sent, as (name, content). Names may hold folders; one zip stands for its files.

    Raises ``BadArticle`` for a zip that cannot be taken.
    """
    report = ImportReport()
    sent: Sequence[tuple[str, File]] = files
    if len(files) == 1 and files[0][0].lower().endswith(".zip"):
        sent = await asyncio.to_thread(unpack, files[0][1])
    return await _import(editing, _sent(sent, report), report, actor)


async def export_zip(editing: Editing) -> bytes:
    """Every article in one zip; the same articles give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in await _files_of_all(editing):
            archive.writestr(zipfile.ZipInfo(name, ZIP_DAY), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _sent(files: Sequence[tuple[str, File]], report: ImportReport) -> dict[str, File]:
    """Files that were sent, by name. Two different ones of one name are both left out: nobody can tell which holds."""
    found: dict[str, File] = {}
    for sent, data in files:
        shown, parts = _shown(sent), [part for part in sent.replace("\\", "/").split("/") if part not in ("", ".")]
        name = "/".join(parts)
        if len(sent) > MAX_NAME:
            report.problems.append(
                FileProblem(shown[:MAX_NAME], f"file: has a name of more than {MAX_NAME} characters")
            )
        elif not parts or ".." in parts or "\x00" in sent or shown != sent:
            report.problems.append(FileProblem(shown, "file: has a name that cannot be used"))
        elif not parts[-1].endswith(".md") and not _holds_ways(PurePosixPath(name)):
            report.problems.append(FileProblem(sent, "file: is not a Markdown file (.md)"))
        elif found.setdefault(name, data) != data:
            found[name] = _bad("file", "was sent twice with different content; neither was taken")
    return found


def _load(folder: Path) -> dict[str, File]:
    """The files of a folder, by name."""
    found: dict[str, File] = {}
    for path in sorted(_files(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            found[_shown(name)] = (
                _bytes(path, folder) if _shown(name) == name else _bad("file", "has a name that is no text")
            )
        except BadArticle as exc:
            found[name] = exc
    return found


def _shown(name: str) -> str:
    """A file's name as text, whatever bytes it is of."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _read_all(files: Mapping[str, File], report: ImportReport) -> list[tuple[str, Written]]:
    """Readable articles in order: the archived ones, whose ids may be taken over, then of one article the published
    file before the draft."""
    found: list[tuple[str, Written]] = []
    taken: dict[tuple[str, bool], str] = {}
    for name in sorted(files):
        if not name.endswith(".md"):
            continue
        try:
            article = _article(files[name], files.get(_asked_beside(PurePosixPath(name)).as_posix()))
        except BadArticle as exc:
            report.problems.append(FileProblem(name, exc.message))
            continue
        key = (article.id, article.state in ("draft", "in_review"))
        if key in taken:
            report.problems.append(FileProblem(name, f"id: {article.id} is also the id of {taken[key]}"))
            continue
        taken[key] = name
        found.append((name, article))
    _name_lonely_ways(files, report)
    found = _without_bad_redirects(found, report)
    order = {"archived": 0, "published": 1, "in_review": 2, "draft": 2}
    return sorted(found, key=lambda pair: (order[pair[1].state], pair[0]))


def _without_bad_redirects(found: list[tuple[str, Written]], report: ImportReport) -> list[tuple[str, Written]]:
    """Leaves out files whose ``redirect_from`` names an article of the same import, and says where that leads. Those of
    an archived article lead nowhere."""
    leads_to = {
        former: article.id
        for _, article in found
        if article.state != "archived"
        for former in article.content.redirect_from
    }
    there = {article.id for _, article in found if article.state != "archived"}
    good: list[tuple[str, Written]] = []
    for name, article in found:
        claims = article.content.redirect_from if article.state != "archived" else ()
        bad = next((former for former in claims if former in there), None)
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


def _name_lonely_ways(files: Mapping[str, File], report: ImportReport) -> None:
    for name in sorted(files):
        path = PurePosixPath(name)
        if _holds_ways(path) and (path.parent.parent / f"{path.stem}.md").as_posix() not in files:
            report.problems.append(FileProblem(name, f"file: there is no article {path.stem}.md that it belongs to"))


def _holds_ways(path: PurePath) -> bool:
    return path.parent.name == ways.FOLDER and path.suffix == ".txt"


def _files(folder: Path) -> Iterator[Path]:
    """Articles and their ways to ask; links to folders are not followed, so a circle of links ends."""
    for place, _, names in os.walk(folder, followlinks=False):
        for path in (Path(place) / name for name in names):
            if path.name.endswith(".md") or _holds_ways(path):
                yield path


def _asked_beside(path: PurePath) -> PurePath:
    return path.parent / ways.FOLDER / f"{path.stem}.txt"


def read_file(path: Path, folder: Path) -> Written:
    """One article with its ways to ask. Raises ``BadArticle``."""
    asked = Path(_asked_beside(path))
    return _article(_bytes(path, folder), _bytes(asked, folder) if asked.exists() else None)


def _article(file: File, asked: File | None) -> Written:
    for one in (file, asked):
        if isinstance(one, BadArticle):
            raise one
    assert isinstance(file, bytes)
    written = contents.read(file)
    if not isinstance(asked, bytes):
        return written
    body = ways.join(written.content.body, contents.text_of(asked))
    content = contents.normal(replace(written.content, body=body))
    contents.check(content)
    return replace(written, content=content)


def _bytes(path: Path, folder: Path) -> bytes:
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            raise _bad("file", "is a link to a place outside the folder")
        if not path.is_file():
            raise _bad("file", "is not a regular file")
        if (size := path.stat().st_size) > MAX_FILE:
            raise _bad("file", f"has {size} bytes, more than {MAX_FILE}")
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
