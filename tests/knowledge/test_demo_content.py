"""The demo company's articles and questions keep their form: marks point somewhere, no question copies an article."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import prose
from knowledge.content import Written
from knowledge.folder import read_file
from knowledge.rules import AUDIENCES, readable_by

pytestmark = pytest.mark.unit

KNOWLEDGE = Path(prose.__file__).parent
SEED = KNOWLEDGE.parent / "actions" / "backend" / "seed"
UNKNOWN = {"near_miss", "account", "other_company", "outside", "chitchat", "absurd", "staff_only", "withdrawn"}
COUNTRIES = {
    "BE": "Belgium", "BG": "Bulgaria", "CY": "Cyprus", "CZ": "Czechia", "DK": "Denmark", "EE": "Estonia",
    "ES": "Spain", "FI": "Finland", "FR": "France", "GR": "Greece", "HR": "Croatia", "HU": "Hungary",
    "IE": "Ireland", "IT": "Italy", "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MT": "Malta",
    "NL": "Netherlands", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "SE": "Sweden", "SI": "Slovenia",
    "SK": "Slovakia",
}  # fmt: skip
_PLAIN = (
    "a an and any are as at be been but by can could did do does for from get had has have he her his how i if in into "
    "is it its just like many may me more much my no not of off on one or our out so some still than that the their "
    "them then there they this to too u up ur us was we were what when where which who why will with would you your "
    "i'm i've it's what's we're you're long am she also im ive"
)
PLAIN = frozenset(_PLAIN.split())
"""Words that say nothing about the matter."""


@cache
def articles() -> dict[str, Written]:
    folder = KNOWLEDGE / "articles"
    return {path.stem: read_file(path, folder) for path in sorted(folder.glob("*.md"))}


@cache
def published() -> dict[str, Written]:
    """What answers today: neither drafts nor what has run out."""
    return {
        name: article
        for name, article in articles().items()
        if article.state == "published" and article.content.effective_until is None
    }


@cache
def sections(article: str) -> dict[str, prose.Section]:
    return {section.anchor: section for section in prose.sections(articles()[article].content.body)}


def questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (KNOWLEDGE / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()]


def shown_words(article: Written) -> int:
    return len(re.sub(r"^\[asked\].*$", "", article.content.body, flags=re.M).split())


def content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9äöüß]+(?:'[a-z]+)?", text.lower()) if word not in PLAIN]


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = content_words(text)
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


@cache
def bag(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def alike(one: str, other: str) -> float:
    """Share of content words that two texts have in common."""
    return len(bag(one) & bag(other)) / max(1, len(bag(one) | bag(other)))


def flat(text: str) -> str:
    return " ".join(text.lower().split())


def company() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((SEED / "company.yaml").read_text("utf-8"))
    return loaded


def test_there_are_enough_articles_of_every_kind() -> None:
    shipped = list(published().values())
    bodies = [article.content.body for article in shipped]
    assert len(shipped) >= 80
    lengths = [shown_words(article) for article in shipped]
    assert 80 <= min(lengths) < 100
    assert 1000 < max(lengths) <= 1250
    assert sum("\n|---" in body for body in bodies) >= 12
    assert sum(bool(re.search(r"^1\. ", body, re.M)) for body in bodies) >= 15
    assert set(Counter(article.content.audience for article in shipped)) == set(AUDIENCES)


def test_every_article_has_an_owner_of_the_company_and_a_day_of_review() -> None:
    domain = company()["domain"]
    for name, article in articles().items():
        assert article.id == name
        assert article.content.owner.endswith(f"@{domain}"), name
        assert article.content.review_by, name


def test_the_partner_table_names_every_country_that_the_shop_delivers_to() -> None:
    rules = company()["policy"]
    table = " ".join(sections("delivery-to-other-eu-countries")["price-and-time"].lines)
    abroad = set(rules["delivery_countries"]) - set(rules["home_countries"])
    assert abroad == set(COUNTRIES)
    assert [name for name in COUNTRIES.values() if name not in table] == []


@pytest.mark.parametrize("line", sections("refund-examples")["simple-cases"].lines)
def test_the_refund_examples_are_reckoned_by_the_shops_rules(line: str) -> None:
    row = re.fullmatch(r"You ordered: (.+); You send back: (.+); Label: (.+); You get: (.+)", line)
    if row is None:
        assert line.startswith("In the row with express")
        return
    rules = company()["policy"]
    ordered, back, label, got = row.groups()
    goods = {name: Decimal(price) for name, price in re.findall(r"(\w+) (\d+\.\d\d)", ordered)}
    carried = Decimal(goods.pop("delivery", 0)) + (
        Decimal(rules["standard_shipping"]) if goods.pop("express", 0) else Decimal(0)
    )
    whole, day = back.startswith("all"), re.search(r"day (\d+)", back)
    due = sum(goods.values(), Decimal(0)) if whole else goods[back]
    if whole and day and int(day[1]) <= rules["shipping_refund_days"]:
        due += carried
    fee = rules["return_label_fee"] if re.search("Germany|Austria", ordered) else rules["return_label_fee_eu"]
    fee = rules["member_return_label_fee"] if "member" in ordered else fee
    assert label == ("none" if Decimal(fee) == 0 else fee)
    assert Decimal(got) == due - Decimal(fee)


def section_of(mark: dict[str, Any]) -> prose.Section | None:
    """The section that a mark names by its heading; without headings an article is one section under its title."""
    written = articles()[mark["article"]].content
    named = {section.headings[-1] if section.headings else written.title: section for section in
             sections(mark["article"]).values()}  # fmt: skip
    return named.get(mark["section"])


@pytest.mark.parametrize("name", ["demo", "train", "demo80"])
def test_marks_point_to_sections_that_are_there(name: str) -> None:
    marked = [one for one in questions(name) if one["article"] is not None]
    assert [one["id"] for one in questions(name) if one["article"] is None and one["section"] is not None] == []
    assert [one["id"] for one in marked for mark in (one, *one.get("also", [])) if section_of(mark) is None] == []
    for one in marked:
        section = section_of(one)
        assert section is not None
        assert flat(one.get("key_fact") or "") in flat(" ".join(section.lines)), one["id"]


def test_the_questions_have_the_agreed_form() -> None:
    asked = questions("demo80")
    assert len({one["id"] for one in asked}) == len({one["question"].lower() for one in asked}) == len(asked) >= 300
    for one in asked:
        assert one["split"] in ("dev", "held")
        assert one["answerable"] == (one["article"] is not None)
        assert one["kind"] in UNKNOWN if not one["answerable"] else {"answerable", "follow_up"}
        assert isinstance(one["noisy"], bool)
        if not one["answerable"]:
            assert (one["section"], one["anchor"], one["key_fact"], one["also"]) == (None, None, None, [])
    assert sum("context" in one for one in asked) / len(asked) == pytest.approx(0.08, abs=0.02)
    assert sum(one["noisy"] for one in asked) / len(asked) == pytest.approx(0.2, abs=0.03)
    for split, share in (("dev", 1 / 3), ("held", 2 / 3)):
        part = [one for one in asked if one["split"] == split]
        assert len(part) / len(asked) == pytest.approx(share, abs=0.02)
        assert sum(not one["answerable"] for one in part) / len(part) == pytest.approx(1 / 3, abs=0.02)
        assert {one["kind"] for one in part if not one["answerable"]} == UNKNOWN


def test_every_right_section_may_be_read_and_holds_the_key_fact() -> None:
    for one in questions("demo80"):
        if not one["answerable"]:
            continue
        for right in (one, *one["also"]):
            assert right["article"] in published(), one["id"]
            assert published()[right["article"]].content.audience in readable_by(one["audience"]), one["id"]
            section = section_of(right)
            assert section is not None
            assert section.anchor == right["anchor"]
            text = flat(" ".join(section.lines))
            assert flat(one["key_fact"]) in text or any(re.search(each, text, re.I) for each in one["key_fact_also"])


def test_every_article_that_answers_is_asked_for() -> None:
    asked = [right for one in questions("demo80") if one["answerable"] for right in (one, *one["also"])]
    assert set(published()) - {right["article"] for right in asked} == set()


def test_no_question_copies_its_article() -> None:
    copied = []
    for one in questions("demo80"):
        for name in {right["article"] for right in (one, *one["also"])} - {None}:
            written = articles()[name].content
            if runs(one["question"], 3) & runs(f"{written.title}. {written.body}", 3):
                copied.append((one["id"], name))
    assert copied == []


def test_no_question_repeats_a_way_to_ask_a_heading_or_another_file() -> None:
    given = [way for name in articles() for each in sections(name).values() for way in (*each.asked, *each.headings)]
    given += [one["question"] for name in ("demo", "train") for one in questions(name)]
    given += (KNOWLEDGE / "questions" / "outside.txt").read_text("utf-8").splitlines()
    near = [
        (one["id"], text)
        for one in questions("demo80")
        for text in given
        if len(bag(text)) > 2 and alike(one["question"], text) >= 0.6
    ]
    assert near == []
