"""The HTTP adapter where the other side is slow, broken or lies, and the document of its contract."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from actions.assembly import OpenShop, open_backend
from actions.backend import http, reference
from actions.backend.http import HttpBackend, http_client
from actions.backend.port import CancelOrder, SendInvoice
from actions.errors import BackendUnavailable, NotAllowed, NotFound
from actions.settings import ActionsSettings
from tests.actions.conftest import BACKEND_TOKEN, serving

pytestmark = pytest.mark.contract


def test_the_committed_document_is_what_the_reference_server_serves() -> None:
    written = (Path(reference.__file__).with_name("openapi.json")).read_text("utf-8")
    assert written == reference.openapi(), (
        "python -m actions.backend.reference --openapi > actions/backend/openapi.json"
    )


@asynccontextmanager
async def other_side(*answers: tuple[int, str] | float) -> AsyncIterator[tuple[HttpBackend, Counter[str]]]:
    """A server that gives these answers in turn, the last for ever; a number is a wait in seconds before a 200."""
    left, calls = list(answers), Counter[str]()
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def anything(path: str, request: Request) -> Response:
        calls[request.method] += 1
        calls[request.headers.get("idempotency-key", "none")] += 1
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, tuple):
            return Response(answer[1], answer[0], media_type="application/json")
        await asyncio.sleep(answer)  # a slow business system
        return Response("[]", media_type="application/json")

    with serving(app) as url:
        async with http_client(url, BACKEND_TOKEN, seconds=0.3) as client:
            yield HttpBackend(client), calls


async def test_a_read_is_tried_twice() -> None:
    async with other_side((503, "{}"), (200, "[]")) as (backend, calls):
        assert await backend.plans() == []
        assert calls["GET"] == 2
    async with other_side((500, "oops")) as (backend, calls):
        with pytest.raises(BackendUnavailable):
            await backend.plans()
        assert calls["GET"] == 2
    async with other_side(1.0) as (backend, calls):
        with pytest.raises(BackendUnavailable):
            await backend.orders("cus_mara")


@pytest.mark.parametrize("answer", [(503, "{}"), (500, "oops"), (502, ""), 1.0])
async def test_a_change_without_an_answer_is_sent_once_and_is_unknown(answer: tuple[int, str] | float) -> None:
    async with other_side(answer) as (backend, calls):
        with pytest.raises(BackendUnavailable):
            await backend.apply("cus_mara", CancelOrder("A-1057"), "op_1")
        assert calls["op_1"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        (200, "not json"),
        (200, "{}"),
        (200, '{"key": "op_1"}'),
        (200, '{"detail": "hello"}'),
        (404, '{"detail": "Not Found"}'),
        (409, '{"code": "not_allowed", "message": "no"}'),
        (409, '{"code": "something", "message": "no", "data": {"rule": "already_shipped"}}'),
        (302, ""),
        (401, '{"code": "unauthorised", "message": "no"}'),
    ],
)
async def test_what_is_not_in_the_contract_is_no_answer(answer: tuple[int, str]) -> None:
    async with other_side(answer) as (backend, _):
        with pytest.raises(BackendUnavailable):
            await backend.apply("cus_mara", CancelOrder("A-1057"), "op_1")
        with pytest.raises(BackendUnavailable):
            await backend.order("A-1057", "cus_mara")


async def test_too_large_an_answer_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 10)
    async with other_side((200, "[" + " " * 20 + "]")) as (backend, _):
        with pytest.raises(BackendUnavailable):
            await backend.plans()


async def test_a_rule_of_the_companys_own_passes_through() -> None:
    refused = '{"code": "not_allowed", "message": "Not on Sundays.", "data": {"rule": "no_sundays", "day": "Sunday"}}'
    async with other_side((409, refused)) as (backend, _):
        with pytest.raises(NotAllowed) as caught:
            await backend.preview("cus_mara", SendInvoice("A-1018"))
    assert (str(caught.value.rule), caught.value.data) == ("no_sundays", {"rule": "no_sundays", "day": "Sunday"})


async def test_nobody_listens() -> None:
    async with http_client("http://127.0.0.1:9", BACKEND_TOKEN, seconds=0.5) as client:
        backend = HttpBackend(client)
        with pytest.raises(BackendUnavailable):
            await backend.apply("cus_mara", CancelOrder("A-1057"), "op_1")
        with pytest.raises(BackendUnavailable):
            await backend.customer("cus_mara")


@pytest.mark.parametrize("number", ["../../plans", "A-1057/../..", "A-1057?x=1", "", "x" * 65, "Ä-1057", "A 1057"])
async def test_words_never_become_a_path(number: str) -> None:
    async with other_side((200, "[]")) as (backend, calls):
        with pytest.raises(NotFound):
            await backend.order(number, "cus_mara")
        assert calls.total() == 0


async def test_the_settings_choose_the_system(sqlite_shop: OpenShop, tmp_path: Path) -> None:
    named = {"context_key": "k" * 32, "action_secret": "s" * 32}
    async with open_backend(ActionsSettings.model_validate(named), sqlite_shop) as backend:
        assert backend is sqlite_shop.backend
    with serving(reference.create_reference(sqlite_shop.backend, BACKEND_TOKEN)) as url:
        settings = ActionsSettings.model_validate({**named, "backend_url": url + "/", "backend_token": BACKEND_TOKEN})
        async with open_backend(settings, sqlite_shop) as backend:
            assert isinstance(backend, HttpBackend)
            assert (await backend.customer("cus_mara")).name == "Mara Voss"
        async with httpx.AsyncClient(base_url=url) as stranger:
            for token in ("", "Bearer", "Bearer wrong", "Basic x"):
                answer = await stranger.get("/v1/customers/cus_mara", headers={"Authorization": token})
                assert answer.status_code == 401
                assert "Mara" not in answer.text
            wrong = await stranger.post(
                "/v1/customers/cus_mara/changes",
                headers={"Authorization": f"Bearer {BACKEND_TOKEN}"},
                json={"change": {"kind": "cancel_order", "order_id": "A-1057"}},
            )
            assert (wrong.status_code, wrong.json()["code"]) == (422, "malformed")
    assert (await sqlite_shop.backend.order("A-1057", "cus_mara")).status == "placed"
