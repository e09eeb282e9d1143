"""An article's text to chunks: by heading, about 100 words each, never over 200. Pure.

Sections come from ``prose`` (the parser of the pages, so that anchors agree). A section of up to 130 words is one
chunk; a longer one goes through LangChain's recursive splitter, which prefers to cut between blocks, then between
lines, then between sentences. Tables and lists are lines by then; a row that is too long for one piece becomes several
rows under the same names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from langchain_text_splitters import RecursiveCharacterTextSplitter

from knowledge import prose
from knowledge.content import Content

INGEST_VERSION = 7
"""Raise it when chunks or embedded texts change shape: published articles are then ingested again."""

TARGET_WORDS = 100
WHOLE_WORDS = 130
MAX_WORDS = 200
SHORT = 2
"""Words of a sentence that says nothing alone."""
LETTERS_A_WORD = 8
"""A piece without spaces still costs the model tokens: every eight characters count as a word."""

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(])")
"""Where a sentence ends and the next one begins."""
_splitter = RecursiveCharacterTextSplitter(
    chunk_size=TARGET_WORDS + 10,
    chunk_overlap=0,
    length_function=lambda text: weight(prose.unmarked(text)),
    separators=[r"\n\n", r"\n", r"(?<=[.!?])\s", r"\s", ""],
    is_separator_regex=True,
    keep_separator="end",
)
_cells = RecursiveCharacterTextSplitter(
    chunk_size=TARGET_WORDS // 2,
    chunk_overlap=0,
    length_function=lambda text: weight(text),
    separators=[r"(?<=[.!?])\s", r"\s", ""],
    is_separator_regex=True,
    keep_separator="end",
)
"""For one value of a table row."""


@dataclass(frozen=True)
class Chunk:
    """One retrievable piece. ``id`` is ``article:version:ordinal``; ``headings`` the path below the title.

    ``marked`` are its lines with the marks of table rows (``prose.spoken``), ``text`` the same without them.
    """

    id: str
    ordinal: int
    title: str
    headings: tuple[str, ...]
    anchor: str
    marked: str
    asked: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        return prose.unmarked(self.marked)

    @property
    def section(self) -> str:
        return self.headings[-1] if self.headings else self.title

    @property
    def body_text(self) -> str:
        """What the body vector is made of: title and heading in front, so that it knows its subject."""
        return ". ".join((self.title, *self.headings[-1:], self.text))

    @property
    def detail_texts(self) -> tuple[str, ...]:
        """For questions about one detail: each sentence and table row under its section; never empty.

        Without headings there is no short name to put in front, so two neighbouring sentences make one text.
        """
        sentences = [sentence for line in self.text.split("\n") for sentence in SENTENCE.split(line)]
        if not self.headings:
            return tuple(map(" ".join, pairwise(sentences))) or (self.text or self.title,)
        return tuple(f"{self.section}: {one}" for one in sentences if len(one.split()) > SHORT) or (self.body_text,)

    @property
    def head_text(self) -> str:
        """What the heading vector is made of."""
        return " – ".join((self.title, *self.headings))


def weight(text: str) -> int:
    """Words, or characters over eight where words are longer than words are."""
    return max(len(text.split()), -(-len(text) // LETTERS_A_WORD))


def split(article_id: str, version: int, content: Content, hosts: Sequence[str] = ()) -> list[Chunk]:
    pieces: list[tuple[prose.Section, str]] = []
    for section in prose.sections(content.body, hosts):
        pieces += [(section, text) for text in _pieces(section.marked)]
    return [
        Chunk(
            f"{article_id}:{version}:{ordinal}",
            ordinal,
            content.title,
            section.headings,
            section.anchor,
            text,
            section.asked,
        )
        for ordinal, (section, text) in enumerate(pieces)
    ]


def split_plain(document_id: str, title: str, text: str) -> list[Chunk]:
    """Chunks of a plain document, for corpora that are no articles."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [
        Chunk(f"{document_id}:0:{ordinal}", ordinal, title, (), "", piece)
        for ordinal, piece in enumerate(_pieces(lines) or [title])
    ]


def _pieces(lines: Sequence[str]) -> list[str]:
    whole = "\n".join(lines)
    if not whole:
        return []
    if weight(prose.unmarked(whole)) <= WHOLE_WORDS:
        return [whole]
    rows = [row for line in lines for row in _rows(line)]
    return [piece for piece in _splitter.split_text(_spaced(rows)) if piece.strip()]


def _rows(line: str) -> list[str]:
    """A table row that is too long for one piece as several that have its names; any other line alone."""
    if not prose.is_row(line) or weight(prose.unmarked(line)) <= TARGET_WORDS:
        return [line]
    return prose.shorter_rows(line, lambda row: weight(prose.unmarked(row)) <= TARGET_WORDS, _cells.split_text)


def _spaced(lines: Sequence[str]) -> str:
    """Blank lines between blocks, none inside a list or a table, so that the splitter keeps those together."""
    text = lines[0]
    for before, line in pairwise(lines):
        text += ("\n" if is_item(line) or (prose.is_row(line) and prose.is_row(before)) else "\n\n") + line
    return text


def is_item(line: str) -> bool:
    """Whether a line is a list item."""
    head, _, _ = line.strip().partition(" ")
    return head == "-" or (head.endswith(".") and head[:-1].isdigit())
