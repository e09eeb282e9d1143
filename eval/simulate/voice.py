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

    def written(self, text: str) -> list[str]:
        """The messages in which it is sent: usually one."""
        said = self._manner(self._slips(text))
        if not self._persona.fragments or len(said) < 25:
            return [said]
        parts = re.split(r"(?<=[,.!?])\s+", said, maxsplit=1)
        return [part for part in parts if part]

    def wish(self, act: str, facts: Mapping[str, str]) -> str:
        """An opening or a renewed one: the mood goes before it."""
        said = self.phrase(act, facts)
        if self.anger and self.knows(f"anger_{self.anger}"):
            said = f"{self.phrase(f'anger_{self.anger}', facts)} {said}"
        if self._persona.voice == "chatty":
            said = f"{self.phrase('chat', facts)} {said}"
        return said

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
