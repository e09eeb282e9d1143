"""What a text would look like and be cut into, without storing it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handoff.contract.claims import quoting
from knowledge import content as contents
from knowledge import ingest, prose
from knowledge.content import Content
from knowledge.desk.schemas import ChunkOut, KeptBack, PreviewIn, PreviewOut, ProblemOut
from knowledge.errors import BadArticle
from knowledge.extract import readable

NOWHERE = "preview"


def show(text: PreviewIn, hosts: Sequence[str]) -> PreviewOut:
    """Page, pieces and problems of a text; one that would be refused is still shown, as safely as any page."""
    content = Content(text.title or "Untitled", text.body, text.audience, text.locale)
    chunks = ingest.split(NOWHERE, 0, content, hosts)
    return PreviewOut(
        html=prose.to_html(text.body, hosts),
        chunks=[
            ChunkOut(
                section=chunk.section,
                anchor=chunk.anchor,
                words=len(chunk.text.split()),
                text=chunk.text,
                asked=list(chunk.asked),
            )
            for chunk in chunks
        ],
        problems=_problems(lambda: contents.check(content)),
        unfinished=_problems(lambda: contents.check_finished(content)),
        kept_back=[
            KeptBack(section=chunk.section, sentence=sentence)
            for chunk in chunks
            for sentence in _kept_back(chunk.marked)
        ],
    )


def _kept_back(marked: str) -> list[str]:
    """The sentences with which the outgoing gate lets no answer out, though an article says them."""
    said = readable(marked.split("\n"))
    return [_as_written(said, claim.sentence) for claim in quoting([""]).lacking(said)]


def _as_written(text: str, sentence: str) -> str:
    """``sentence`` is in small letters, and those of some scripts are longer."""
    at = text.lower().replace("’", "'").find(sentence)
    found = text[at : at + len(sentence)]
    return found if found.lower().replace("’", "'") == sentence else sentence


def _problems(check: Callable[[], None]) -> list[ProblemOut]:
    try:
        check()
    except BadArticle as exc:
        return [ProblemOut(**problem) for problem in exc.data["problems"]]
    return []
