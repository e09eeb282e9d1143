"""Routes that are analysed when somebody asks for one answer and are described as FastAPI's own."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from pydantic import BaseModel
from starlette.testclient import TestClient

from handoff.late_routes import API, LateRoute, Routes, join

pytestmark = pytest.mark.unit


class Order(BaseModel):
    total: int


def who(name: str = "nobody") -> str:
    return name


def shop(router: APIRouter) -> APIRouter:
    @router.get("/orders/{number}")
    async def read_order(number: int, name: Annotated[str, Depends(who)]) -> Order:
        """One order."""
        return Order(total=number + len(name))

    @router.post("/orders", status_code=201)
    async def place_order(order: Order) -> Order:
        return order

    @router.websocket("/orders/socket")
    async def follow(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("here")
        await socket.close()

    return router


def served(**options: Any) -> FastAPI:
    app, parent = FastAPI(**options), Routes(prefix=API, tags=["all"])
    join(parent, shop(Routes(tags=["shop"])), "/shop")
    join(app.router, parent)
    return app


def analysed(app: FastAPI) -> set[str]:
    return {route.name for route in app.routes if isinstance(route, LateRoute) and "dependant" in vars(route)}


async def test_only_what_is_asked_for_is_analysed() -> None:
    app = served()
    assert analysed(app) == set()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        assert (await client.get(f"{API}/shop/nothing")).status_code == 404
        assert (await client.get(f"{API}/shop/orders/3", params={"name": "mara"})).json() == {"total": 7}
    assert analysed(app) == {"read_order"}


async def test_what_is_wrong_is_refused_as_ever() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served()), base_url="http://shop") as client:
        assert (await client.delete(f"{API}/shop/orders")).status_code == 405
        assert (await client.get(f"{API}/shop/orders/three")).status_code == 422
        assert (await client.post(f"{API}/shop/orders", json={"total": "many"})).status_code == 422
        answer = await client.post(f"{API}/shop/orders", json={"total": 1})
        assert (answer.status_code, answer.json()) == (201, {"total": 1})


def test_the_description_is_that_of_an_included_router() -> None:
    options: dict[str, Any] = {
        "responses": {"default": {"model": Order}},
        "generate_unique_id_function": lambda route: route.name,
    }
    app, parent = FastAPI(**options), APIRouter(prefix=API, tags=["all"])
    parent.include_router(shop(APIRouter(prefix="/shop", tags=["shop"])))
    app.include_router(parent)
    assert served(**options).openapi() == app.openapi()


def test_a_socket_goes_along() -> None:
    with TestClient(served()).websocket_connect(f"{API}/shop/orders/socket") as socket:
        assert socket.receive_text() == "here"


def test_a_route_that_would_be_analysed_at_once_is_refused() -> None:
    with pytest.raises(TypeError, match="read_order"):
        join(APIRouter(), shop(APIRouter()))


def test_what_a_route_does_not_have_it_does_not_have() -> None:
    (route, *_) = shop(Routes()).routes
    assert not hasattr(route, "colour")
    assert not hasattr(route, "colour")
