"""Things a customer speaks of and what is wrong with them, read word by word by a linear chain (CRF). No Rasa.

A model is made of the bytes that CRFsuite writes and of three lists of words, ``goods``, ``parts`` and
``troubles``. Training and reading give the same numbers every time.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

import pycrfsuite

EXAMPLES = "bot/data/things"
THING, TROUBLE = "thing", "trouble"
LISTS = ("goods", "parts", "troubles")
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+(?:[.,]\d+)?|[^\w\s]|_")
_MARK = re.compile(r"\[(?P<words>[^\[\]]+)\]\((?P<entity>\w+)\)")
_OUTSIDE = "O"
_LONGEST = 120
"""Words of a message that are read; nobody names a thing only after that."""


class BadExample(ValueError):
    """A line of the examples is not as it should be; the message names it."""


class Span(NamedTuple):
    """``text[start:end]`` is a ``thing`` or a ``trouble``; ``sure`` is the least probability of its words, 0 to 1."""

    entity: str
    start: int
    end: int
    sure: float = 1.0


class Example(NamedTuple):
    text: str
    spans: Tuple[Span, ...]


class Words(NamedTuple):
    """Lower-case words: of goods and their parts, in the singular, and of what is wrong, in any form."""

    goods: FrozenSet[str]
    parts: FrozenSet[str]
    troubles: FrozenSet[str]


def read(folder: Path) -> List[Example]:
    """All examples of ``folder/*.txt``, one a line, marked as ``[left boot](thing)``. Raises ``BadExample``."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                found.append(unmarked(line.strip(), f"{path}, line {number}"))
    return found


def read_words(folder: Path) -> Words:
    """The files ``<list>.words``: words between spaces; what stands before a colon names the line."""
    lists = []
    for name in LISTS:
        lines = (folder / f"{name}.words").read_text(encoding="utf-8").splitlines()
        lists.append(frozenset(" ".join(line.rpartition(":")[2] for line in lines if line[:1] != "#").split()))
    return Words(*lists)


def unmarked(line: str, place: str) -> Example:
    """The text of a marked line and where its marks are. Raises ``BadExample``."""
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[at : mark.start()]
        if mark.group("entity") not in (THING, TROUBLE):
            raise BadExample(f"{place}: {mark.group('entity')} is neither {THING} nor {TROUBLE}.")
        spans.append(Span(mark.group("entity"), len(text), len(text) + len(mark.group("words"))))
        text += mark.group("words")
        at = mark.end()
    text += line[at:]
    if "](" in text:
        raise BadExample(f"{place}: a mark is not closed.")
    return Example(text, tuple(spans))


def fit(examples: Sequence[Example], words: Words, c1: float, c2: float, rounds: int) -> bytes:
    """CRFsuite's model, learnt with L-BFGS; ``c1`` and ``c2`` weigh its L1 and L2 penalties."""
    trainer: Any = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": c1, "c2": c2, "max_iterations": rounds, "feature.possible_transitions": True})
    for example in examples:
        tokens = tokens_of(example.text)
        trainer.append(features(tokens, words), labels(tokens, example.spans))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()


class Token(NamedTuple):
    text: str
    start: int
    end: int


def tokens_of(text: str) -> List[Token]:
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)][:_LONGEST]


def labels(tokens: Sequence[Token], spans: Sequence[Span]) -> List[str]:
    """``B-thing`` for the first word of a span, ``I-thing`` for the others, ``O`` outside."""
    made = []
    for token in tokens:
        inside = next((span for span in spans if span.start < token.end and token.start < span.end), None)
        made.append(_OUTSIDE if inside is None else f"{'B' if token.start <= inside.start else 'I'}-{inside.entity}")
    return made


def features(tokens: Sequence[Token], words: Words) -> List[List[str]]:
    """What is seen of each word: itself, how it begins and ends, its kind, and the same of two words on either side."""
    seen = [_of_one(token.text, words) for token in tokens]
    lower = [one["w"] for one in seen]
    whole = _of_all(seen)
    made = []
    for at in range(len(tokens)):
        mine = [f"{name}={value}" for name, value in seen[at].items()] + whole
        before = [one["kind"] for one in seen[:at] if one["kind"] != "-"]
        mine.append(f"before={before[-1] if before else 'none'}")
        mine.append(f"then={next((one['kind'] for one in seen[at + 1 :] if one['kind'] != '-'), 'none')}")
        for away in (-3, -2, -1, 1, 2, 3):
            there = at + away
            if not 0 <= there < len(tokens):
                mine += [f"{away}:none"] if abs(away) == 1 else []
                continue
            near = seen[there]
            mine.append(f"{away}:kind={near['kind']}")
            if abs(away) < 3:
                mine.append(f"{away}:w={near['w']}")
                mine.append(f"{away}:end={near['end3']}")
        if at:
            mine.append(f"-1,0={lower[at - 1]} {lower[at]}")
            mine.append(f"kinds={seen[at - 1]['kind']} {seen[at]['kind']}")
        if at + 1 < len(tokens):
            mine.append(f"0,1={lower[at]} {lower[at + 1]}")
        made.append(mine)
    return made


def _of_all(seen: Sequence[Dict[str, str]]) -> List[str]:
    """How the message begins, and whether it asks."""
    if not seen:
        return []
    return [f"first={seen[0]['w']}", f"asks={any(one['w'] == '?' for one in seen)}"]


def _of_one(text: str, words: Words) -> Dict[str, str]:
    lower = text.lower().replace("\u2019", "'")
    return {
        "w": lower,
        "end3": lower[-3:],
        "end2": lower[-2:],
        "start3": lower[:3],
        "shape": _shape(text),
        "kind": _kind(lower, words),
    }


def _shape(text: str) -> str:
    if text[0].isdigit():
        return "digit"
    if not text[0].isalpha():
        return text
    return "capitals" if text.isupper() and len(text) > 1 else "title" if text[0].isupper() else "lower"


def _kind(lower: str, words: Words) -> str:
    """In which of the lists the word, or its singular, is: their first letters."""
    forms = _singulars(lower)
    held = [name[0] for name, listed in zip(LISTS, words, strict=True) if not forms.isdisjoint(listed)]
    return "".join(held) or "-"


def _singulars(lower: str) -> FrozenSet[str]:
    plain = lower[:-2] if lower.endswith("'s") else lower
    forms = {plain}
    if plain.endswith("s"):
        forms.add(plain[:-1])
    if plain.endswith("es"):
        forms.add(plain[:-2])
    if plain.endswith("ies"):
        forms.add(plain[:-3] + "y")
    if plain.endswith("ves"):
        forms |= {plain[:-3] + "f", plain[:-3] + "fe"}
    return frozenset(forms)


class ThingModel:
    """Reads spans with a model that ``fit`` made."""

    def __init__(self, made: bytes, words: Words) -> None:
        self._made = made  # CRFsuite reads from these very bytes and keeps no hold on them
        self._tagger: Any = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._made)
        self._words = words

    def spans(self, text: str, least: float) -> List[Span]:
        """What is read in ``text``, left to right, where every word is at least so sure."""
        tokens = tokens_of(text)
        if not tokens:
            return []
        tags: List[str] = self._tagger.tag(features(tokens, self._words))
        found: List[Span] = []
        begun: Optional[Span] = None
        for at, (token, tag) in enumerate(zip(tokens, tags, strict=True)):
            entity = tag[2:]
            goes_on = begun is not None and tag == f"I-{begun.entity}"
            if begun is not None and not goes_on:
                found.append(begun)
                begun = None
            if tag == _OUTSIDE:
                continue
            sure = self._tagger.marginal(tag, at)
            if begun is None:
                begun = Span(entity, token.start, token.end, sure)
            else:
                begun = begun._replace(end=token.end, sure=min(begun.sure, sure))
        if begun is not None:
            found.append(begun)
        return [span for span in found if span.sure >= least]
