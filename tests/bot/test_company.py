"""The company's names are data: the code knows none of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot import company

pytestmark = pytest.mark.unit
BOT = Path(company.__file__).parent


def test_no_module_names_the_company_its_goods_or_its_plans() -> None:
    known = company.company()
    own = re.compile(
        "|".join(rf"\b{name}\b".replace(" ", "[ ?]*") for name in (*known.names, *known.plans)), re.IGNORECASE
    )
    modules = [path for path in BOT.rglob("*.py") if ".venv" not in path.parts]
    assert [str(path) for path in modules if own.search(path.read_text(encoding="utf-8"))] == []


def test_another_form_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    company.company.cache_clear()
    monkeypatch.setattr(company, "FILE", tmp_path / "company.json")
    company.FILE.write_text(json.dumps({"names": ["Larn"]}))
    with pytest.raises(ValueError, match="names, plans, kinds"):
        company.company()
    company.FILE.write_text(json.dumps({"names": ["Larn"], "plans": ["Day Hiker"], "kinds": {"Larn": "boots"}}))
    assert company.company() == (frozenset({"larn"}), ("day hiker",), {"Larn": "boots"})
    company.company.cache_clear()
