"""What words mean in a shop: which ones say the same, which ones only name goods, and what a typing error meant. Pure.

Customers and editors use different words for one thing ("package", "parcel"), and a policy is asked about with
whatever was bought ("can the jacket go back?"). The lists are of the trade, not of one company's articles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

_SAME = """
parcel package box shipment carton consignment
courier carrier driver postman
deliver delivery shipping ship postage
invoice bill receipt
refund reimburse reimbursement
exchange swap
store shop branch
warranty guarantee
stove cooker burner
canister cartridge
boot shoe footwear
discount coupon promo
defect faulty flaw flawed broken damaged damage dent scratch crack torn
pay payment
price cost charge fee
late delayed delay overdue
lost missing vanished disappeared gone
login log sign
transceiver beacon
cancel undo
human person agent somebody someone people
cash money
wash laundry clean
dryer tumbler dry
zip zipper
pole rod
jacket shell hardshell coat
phone telephone call ring
child kid children daughter son
radiator heater
sole resole
member membership
subscription plan
"""

_GOODS = """
jacket coat shell hardshell fleece tent boot shoe sock trouser pant glove hat cap helmet bottle pot rucksack backpack
pack underpant gaiter sandal shirt pullover sweater stove cooker pole rope harness tarp mat lamp torch skirt gear stuff
jackets coats shells fleeces tents boots shoes socks trousers pants gloves hats caps helmets bottles pots rucksacks
backpacks packs underpants gaiters sandals shirts pullovers sweaters stoves cookers poles ropes harnesses tarps mats
lamps torches skirts
"""
GOODS = frozenset(_GOODS.split())
ITEM = "item"

_GROUPS = [line.split() for line in _SAME.strip().splitlines()]
_WORD = re.compile(r"[A-Za-z]+")
_SLEEPING_BAG = re.compile(r"\bsleeping[ -]bags?\b", re.I)
_ITEMS = re.compile(rf"\b{ITEM}(?: {ITEM})+\b")

SHORTEST = 5
"""Letters of a word from which it is corrected: short words are one letter away from too many others."""


def groups() -> list[list[str]]:
    """Words that say the same, each group led by the one that stands for all."""
    return _GROUPS


def general(text: str) -> str:
    """The question with goods named as "item": what is asked, whatever it is asked about."""
    found = _SLEEPING_BAG.sub(ITEM, text)
    found = _WORD.sub(lambda match: ITEM if match.group(0).lower() in GOODS else match.group(0), found)
    return _ITEMS.sub(ITEM, found)


def letters_only(text: str) -> list[str]:
    """The text's words as they are spelt, in lower case."""
    return _WORD.findall(text.lower())


Known = Callable[[str], bool]


def _nothing(_: str) -> bool:
    return False


class Spelling:
    """Corrects words that a corpus does not know to the one that it knows one slip of the finger away."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        """``texts``: for each text its ``letters_only``."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text)
        self._counts = counts
        self._near: dict[str, list[str]] = {}
        for word in counts:
            if len(word) >= SHORTEST:
                for shape in _shapes(word):
                    self._near.setdefault(shape, []).append(word)

    def correct(self, text: str, is_word: Known = _nothing) -> str:
        """``text`` with its unknown words corrected; a word that nothing is near stays."""
        return corrected(text, [self], is_word)

    def knows(self, word: str) -> bool:
        return word.lower() in self._counts

    def nearest(self, word: str) -> str:
        """The known word one slip away, or the word itself."""
        plain = word.lower()
        if len(plain) < SHORTEST:
            return word
        near = {one for shape in _shapes(plain) for one in self._near.get(shape, ()) if _one_slip(plain, one)}
        return max(sorted(near), key=lambda one: self._counts[one]) if near else word


def corrected(text: str, spellings: Sequence[Spelling], is_word: Known = _nothing) -> str:
    """``text`` with the words corrected that none of ``spellings`` knows: who reads two languages may write either.

    What ``is_word`` knows stays: that no article says "drone" does not make it a slip of "drove".
    """

    def right(found: re.Match[str]) -> str:
        word = found.group(0)
        if any(one.knows(word) for one in spellings) or is_word(word):
            return word
        return next((near for one in spellings if (near := one.nearest(word)) != word), word)

    return _WORD.sub(right, text)


def _shapes(word: str) -> set[str]:
    """The word and what is left of it when one letter is missing; the first letter always stays."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}


def _one_slip(one: str, other: str) -> bool:
    """Whether the words differ by one letter more, less or wrong, or by two that changed places; not by an ending."""
    if one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
        return at < len(short) and short[at:] == long[at + 1 :]
    differ = [at for at in range(len(one)) if one[at] != other[at]]
    if len(differ) == 1:
        return 0 < differ[0] < len(one) - 1
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    return swapped and one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
