"""How one customer puts things: phrases of the bank, a manner of writing, slips of the keyboard. Seeded, pure.

Order numbers, addresses and codes are never mistyped here: a customer copies them. The banks of the two splits share
no phrase (``tests/eval/simulate/test_voice.py``).
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from eval.simulate.scenario import BadScenario, Persona

BANKS = Path(__file__).parent.parent / "scenarios" / "phrases"
HALF = 0.5
_FIXED = re.compile(r"\d|@|^\W*$")
_NEAR = {
    "a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "k": "l", "l": "k",
    "m": "n", "n": "m", "o": "p", "p": "o", "r": "t", "s": "d", "t": "r", "u": "i", "v": "b", "w": "e", "y": "t",
}  # fmt: skip
_TEXTING = {
    "you": "u",
    "please": "pls",
    "your": "ur",
    "are": "r",
    "because": "cuz",
    "thanks": "thx",
    "tomorrow": "tmrw",
}

_MIXED: Mapping[str, Mapping[str, str]] = {
    "de": {
        "please": "bitte", "hi": "hallo", "hello": "hallo", "thanks": "danke", "yes": "ja", "and": "und", "my": "mein",
        "parcel": "Paket", "invoice": "Rechnung", "is": "ist", "the": "die", "money": "Geld", "today": "heute",
    },
    "es": {
        "please": "por favor", "hi": "hola", "hello": "hola", "thanks": "gracias", "yes": "sí", "and": "y", "my": "mi",
        "parcel": "paquete", "invoice": "factura", "is": "es", "the": "el", "money": "dinero", "today": "hoy",
    },
    "fr": {
        "please": "s'il vous plaît", "hi": "bonjour", "hello": "bonjour", "thanks": "merci", "yes": "oui", "and": "et",
        "my": "mon", "parcel": "colis", "invoice": "facture", "is": "est", "the": "la", "today": "aujourd'hui",
    },
}  # fmt: skip
"""What people who live in two languages let slip: the small words, and those of the thing itself."""
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


def read_bank(split: str, folder: Path = BANKS) -> Mapping[str, Sequence[str]]:
    """Act → phrases. Raises ``BadScenario``."""
    bank = yaml.safe_load((folder / f"{split}.yaml").read_text("utf-8"))
    for act, phrases in bank.items():
        if not isinstance(phrases, list) or not phrases:
            raise BadScenario(f"{folder / split}.yaml: {act} has no phrases")
    return bank  # type: ignore[no-any-return]


class Speaker:
    """Never the same phrase of a list twice, until all have been used."""

    def __init__(self, bank: Mapping[str, Sequence[str]], persona: Persona, chance: random.Random) -> None:
        self._bank = bank
        self._persona = persona
        self._chance = chance
        self._used: dict[str, list[str]] = {}
        self.anger = persona.anger

    def knows(self, act: str) -> bool:
        return act in self._bank

    def phrase(self, act: str, facts: Mapping[str, str]) -> str:
        """Raises ``BadScenario`` for an act that the bank does not have."""
        if act not in self._bank:
            raise BadScenario(f"the phrase bank has no act {act}")
        used = self._used.setdefault(act, [])
        fresh = [phrase for phrase in self._bank[act] if phrase not in used]
        if not fresh:
            used.clear()
            fresh = list(self._bank[act])
        chosen = self._chance.choice(fresh)
        used.append(chosen)
        return chosen.format_map(_Facts(facts))

    def fail(self) -> None:
        self.anger = min(self.anger + 1, 3)

    def written(self, text: str, *, copied: bool = False) -> list[str]:
        """The messages in which it is sent: usually one. What is ``copied`` has no slips and comes in one piece."""
        said = self._manner(text if copied else self._slips(self._mixed(text)))
        parts = [said]
        if self._persona.fragments and not copied and len(said) >= 25:
            parts = [part for part in re.split(r"(?<=[,.!?])\s+", said, maxsplit=1) if part]
        return [part for part in parts for _ in range(2 if self._persona.doubles else 1)]

    def wish(self, act: str, facts: Mapping[str, str]) -> str:
        """An opening or a renewed one: the mood goes before it."""
        said = self.phrase(act, facts)
        if self.anger and self.knows(f"anger_{self.anger}"):
            said = f"{self.phrase(f'anger_{self.anger}', facts)} {said}"
        if self._persona.voice == "chatty":
            said = f"{self.phrase('chat', facts)} {said}"
        return said

    def _mixed(self, text: str) -> str:
        known = _MIXED.get(self._persona.mixes, {})
        return " ".join(self._switched(word, known) for word in text.split(" ")) if known else text

    def _switched(self, word: str, known: Mapping[str, str]) -> str:
        edges = _EDGES.match(word)
        other = known.get(edges[2].lower()) if edges else None
        if edges is None or other is None or self._chance.random() < HALF:
            return word
        return edges[1] + other + edges[3]

    def _slips(self, text: str) -> str:
        return " ".join(self._slip(word) for word in text.split(" ")) if self._persona.noise else text

    def _slip(self, word: str) -> str:
        if len(word) < 4 or _FIXED.search(word) or self._chance.random() >= self._persona.noise:
            return word
        at = self._chance.randrange(1, len(word) - 1)
        kind = self._chance.randrange(3)
        if kind == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind == 1:
            return word[:at] + word[at + 1 :]
        return word[:at] + _NEAR.get(word[at].lower(), word[at]) + word[at + 1 :]

    def _manner(self, text: str) -> str:
        voice = self._persona.voice
        if voice == "terse":
            return _keep_fixed(text, str.lower).rstrip(".!")
        if voice == "texting":
            words = [_TEXTING.get(word.lower(), word) for word in text.split(" ")]
            return _keep_fixed(" ".join(words), str.lower).rstrip(".")
        if voice == "loud":
            return _keep_fixed(text, str.upper).rstrip(".") + "!"
        if voice == "simple":
            return re.sub(r"\b(?:the|a|an|to be) ", "", text, count=2)
        return text


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return {"order": "my order", "item": "it"}.get(key, "")


def _keep_fixed(text: str, change: object) -> str:
    assert callable(change)
    return " ".join(word if _FIXED.search(word) else change(word) for word in text.split(" "))
