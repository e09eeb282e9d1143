"""What a simulated customer says, put otherwise by a language model where one is configured.

The agenda stays the customer's: a model only words a message that was decided on. What it wrote is sent where every
number, address and code of the message stands in it and none was added; else the message goes as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from eval.simulate.scenario import Persona

FEWEST_WORDS = 4
"""Below that there is nothing to word: a yes, a code, a name."""
LONGEST = 3.0
"""So many times as long as the message may its new words be."""
_FIXED = re.compile(r"\S*[\d@]\S*")
_EDGE = ".,;:!?()\"'"


class NotReworded(Exception):
    """The model was late, broken, or cut off."""


class Author(Protocol):
    name: str

    async def reword(self, text: str, manner: str) -> str:
        """``text`` as a customer of that manner of writing might put it. Raises ``NotReworded``."""
        ...


@dataclass
class Wording:
    """``counts``: messages that were ``reworded``, and why others were ``kept`` as they were."""

    author: Author
    counts: Counter[str] = field(default_factory=Counter)

    async def of(self, text: str, persona: Persona) -> str:
        if len(text.split()) < FEWEST_WORDS:
            return text
        try:
            put = " ".join((await self.author.reword(text, persona.voice)).split())
        except NotReworded:
            self.counts["kept: no answer"] += 1
            return text
        if not keeps(text, put):
            self.counts["kept: other facts"] += 1
            return text
        self.counts["reworded"] += 1
        return put


def keeps(text: str, put: str) -> bool:
    """Whether ``put`` has the same numbers, addresses and codes as ``text``, and is no essay or command."""
    if not put or put.startswith("/") or len(put) > LONGEST * len(text):
        return False
    return _facts(text) == _facts(put)


def _facts(text: str) -> Counter[str]:
    return Counter(found.strip(_EDGE).lower() for found in _FIXED.findall(text))
