"""The English words that customers use, for ``bot.triage.language``:

    bot/.venv/bin/python -m bot.triage.english > bot/triage/english.txt

Counted in the assistant's own examples. Lines that are surely of another language are left out: a few such lines are
among the examples of who wants a person.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Iterator, List

from bot.text.normalise import words
from bot.triage.language import chances_of

DATA = Path(__file__).parents[1] / "data"
OFTEN = 4
SURELY_OTHER, HARDLY_ENGLISH = 0.6, 0.1
_EXAMPLE = re.compile(r"^\s+- (?!intent:|example)(.+)")
_ENTITY = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def counted(lines: Iterator[str]) -> List[str]:
    """Words that the English ones among ``lines`` say ``OFTEN``, sorted."""
    found = Counter(word for line in lines if _is_english(line) for word in words(line) if word.isalpha())
    return sorted(word for word, times in found.items() if times >= OFTEN)


def _is_english(line: str) -> bool:
    if len(words(line)) < 2:
        return True
    chances = chances_of(line)
    other = max((chance for code, chance in chances.items() if code != "en"), default=0.0)
    return other <= SURELY_OTHER or chances.get("en", 0.0) >= HARDLY_ENGLISH


def examples() -> Iterator[str]:
    for path in sorted(DATA.glob("nlu/*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := _EXAMPLE.match(line):
                yield _ENTITY.sub(r"\1", found[1])
    for path in sorted(DATA.glob("triage/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield str(json.loads(line).get("text", ""))


if __name__ == "__main__":
    sys.stdout.writelines(f"{word}\n" for word in counted(examples()))
