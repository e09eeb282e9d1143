"""A widget on another site may call the API only from the origins that the installation names."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from handoff.app import build
from handoff.clock import SystemClock
from handoff.queue.plan import FILE
from knowledge.service import Knowledge
from stack import secrets
from stack.compose import Parts, create_api
from stack.parts_settings import handoff_settings, knowledge_settings
from stack.settings import Settings

pytestmark = pytest.mark.service


def test_the_articles_days_are_those_of_the_desks_plan(tmp_path: Path) -> None:
    own = tmp_path / "plan.yaml"
    own.write_text(FILE.read_text().replace("timezone: Europe/Vienna", "timezone: Pacific/Auckland", 1))
    assert knowledge_settings(Settings(var_dir=tmp_path)).timezone == "Europe/Vienna"
    assert knowledge_settings(Settings(var_dir=tmp_path, desk_plan=str(own))).timezone == "Pacific/Auckland"


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://shop.example", True), ("https://evil-shop.example", False), ("null", False)]
)
async def test_only_named_sites_may_call(tmp_path: Path, origin: str, allowed: bool) -> None:
    settings = Settings(var_dir=tmp_path, public_origins=("https://shop.example",))
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    knowledge = Knowledge(knowledge_settings(settings), SystemClock(), None, "none")  # type: ignore[arg-type]
    api = create_api(Parts(build(handoff_settings(settings)), knowledge, None), settings)  # type: ignore[arg-type]
    asks = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        answer = await client.options("/api/v1/conversations", headers=asks)
    assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
    assert "access-control-allow-credentials" not in answer.headers
    if not allowed:
        assert (answer.status_code, answer.json()["code"]) == (400, "foreign_origin")
        assert "Origin" in answer.headers["vary"]
