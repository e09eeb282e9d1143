"""How well personal data with a form is found: lines built by a seeded builder, and lines written by hand.

A line holds e-mail addresses, bank accounts, cards and telephone numbers in the spellings that people use, beside
numbers that are none of these (orders, prices, dates, sizes, tracking numbers, cards with a wrong check digit).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from eval.handover import wilson
from handoff.contract.redact import CARD, EMAIL, IBAN, PERSONAL, PHONE, finds, redact

NAMES = ("anna", "j.muster", "m_huber", "o.neill+shop", "zoe99", "franz-josef", "li.wei", "dr.k.lang")
HOSTS = ("example.com", "mail.example.co.uk", "web.example.de", "post.example.at", "sub.domain.example.org")
ACCOUNTS = {"DE": "8!18", "AT": "16!", "CH": "17!", "GB": "WXYZ14!", "NL": "ABCD10!", "FR": "23!"}
CARDS = (("4", 16), ("51", 16), ("37", 15), ("6011", 16), ("4", 13), ("35", 16))
PHONES = (
    "+43 660 {a}{b}{c}{d}{e}{f}{g}",
    "0664 {a}{b}{c} {d}{e}{f}{g}",
    "+49 30 9{a}{b}{c}{d}{e}{f}",
    "+49 151 2{a}{b}{c}{d}{e}{f}{g}",
    "+44 20 7946 0{a}{b}{c}",
    "07700 900{a}{b}{c}",
    "(202) 555-01{a}{b}",
    "+1 202 555 01{a}{b}",
    "+41 44 668 1{a} {b}{c}",
    "0043 1 5{a}{b}{c}{d}{e}{f}",
)
NOISE = (
    "order A-{n4} from 12.03.2026",
    "it cost {p} EUR",
    "two of size 42, 94–99 cm",
    "tracking number FD{n9}AT",
    "at 14:30 on Friday",
    "article 1200{n4}",
    "invoice 2026-{n4}",
    "1,234.50 or 1200 EUR in 2025",
)
FRAMES = (
    "please use {x}",
    "My number is {x}, thanks",
    "it's {x}!",
    "{x}",
    "you have {x} on file, is that right?",
    "I wrote {x} twice already",
    "(see {x})",
    "new: {x}.",
)


@dataclass(frozen=True)
class Line:
    """``holds``: label and value of each find that is due."""

    text: str
    holds: tuple[tuple[str, str], ...]


def build(count: int, seed: int) -> list[Line]:
    """The same lines for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - the same lines for the same seed, no secret
    return [_line(chance) for _ in range(count)]


def read_lines(path: Path) -> list[Line]:
    """``{"text", "holds": [[label, value], …]}`` a line."""
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").split("\n") if row.strip()]
    return [Line(row["text"], tuple((label, value) for label, value in row["holds"])) for row in rows]


def measure(lines: Sequence[Line]) -> dict[str, Any]:
    """Recall and precision over finds, by label and together, with Wilson intervals; and the lines that went wrong."""
    due: Counter[str] = Counter()
    found: Counter[str] = Counter()
    said: Counter[str] = Counter()
    wrong: list[str] = []
    for line in lines:
        after = redact(line.text, labels=PERSONAL)
        taken = Counter(finds(line.text, after))
        wanted = Counter(label for label, _ in line.holds)
        due.update(wanted)
        said.update(taken)
        gone = Counter(label for label, value in line.holds if value not in after)
        hits = Counter({label: min(taken[label], gone[label]) for label in wanted})
        found.update(hits)
        if hits != wanted or taken != wanted:
            wrong.append(line.text)
    whole = _figures(found.total(), due.total(), said.total())
    kinds = {kind.strip("[]"): _figures(found[kind], due[kind], said[kind]) for kind in (EMAIL, IBAN, CARD, PHONE)}
    return {"lines": len(lines), **whole, "by_kind": kinds, "wrong": wrong}


def _figures(found: int, due: int, said: int) -> dict[str, Any]:
    return {
        "due": due,
        "recall": round(found / due, 4) if due else None,
        "recall_95": wilson(found, due),
        "precision": round(found / said, 4) if said else None,
        "precision_95": wilson(found, said),
    }


def _line(chance: random.Random) -> Line:
    parts: list[str] = []
    holds: list[tuple[str, str]] = []
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        label, value = chance.choice((_email, _account, _card, _phone))(chance)
        parts.append(chance.choice(FRAMES).format(x=value))
        holds.append((label, value))
    for _ in range(chance.choice((0, 1, 1, 2))):
        parts.append(_noise(chance))
    chance.shuffle(parts)
    return Line("; ".join(parts), tuple(holds))


def _email(chance: random.Random) -> tuple[str, str]:
    address = f"{chance.choice(NAMES)}@{chance.choice(HOSTS)}"
    return EMAIL, address.upper() if chance.random() < 0.1 else address


def _account(chance: random.Random) -> tuple[str, str]:
    country = chance.choice(list(ACCOUNTS))
    plan = ACCOUNTS[country]
    length = {"DE": 18, "AT": 16, "CH": 17, "GB": 14, "NL": 10, "FR": 23}[country]
    bare = "".join(character for character in plan if character.isalpha()) + _digits(chance, length)
    number = f"{country}{mod_97_10.calc_check_digits(bare + country)}{bare}"
    return IBAN, _grouped(number, chance)


def _card(chance: random.Random) -> tuple[str, str]:
    begin, length = chance.choice(CARDS)
    body = begin + _digits(chance, length - len(begin) - 1)
    return CARD, _grouped(body + luhn.calc_check_digit(body), chance)


def _phone(chance: random.Random) -> tuple[str, str]:
    number = chance.choice(PHONES).format(**{name: chance.randint(2, 9) for name in "abcdefg"})
    return PHONE, number.replace(" ", chance.choice((" ", "-", ""))) if number[0] in "+0" else number


def _noise(chance: random.Random) -> str:
    if chance.random() < 0.15:
        body = "4" + _digits(chance, 14)
        wrong = str((int(luhn.calc_check_digit(body)) + chance.randint(1, 9)) % 10)
        return f"reference {body}{wrong}"
    filled = {"n4": _digits(chance, 4), "n9": _digits(chance, 9), "p": f"{chance.randint(1, 999)}.{_digits(chance, 2)}"}
    return chance.choice(NOISE).format(**filled)


def _grouped(number: str, chance: random.Random) -> str:
    between = chance.choice(("", " ", " ", "-", "\u00a0"))
    return between.join(number[at : at + 4] for at in range(0, len(number), 4))


def _digits(chance: random.Random, count: int) -> str:
    return "".join(str(chance.randint(0, 9)) for _ in range(count))
