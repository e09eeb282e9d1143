"""Routes that FastAPI analyses when somebody first asks for one, so that making an app costs next to nothing.

Signatures, validators and response models of all routes take FastAPI half a second, and once more for every router that
includes another. An app needs a handful of them: the first call of a route takes some milliseconds longer. The API's
description reads every route, so a route that cannot be read does not pass the contract's test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import compile_path

API = "/api/v1"
OF_THE_ROUTER = "dependency_overrides_provider"
"""What a router gives its routes by itself."""


class LateRoute(APIRoute):
    """Knows where it answers; all else of an ``APIRoute`` is made when the first of it is asked for."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._analysed = False
        self.path, self.endpoint, self.options = path, endpoint, options
        self.methods = {method.upper() for method in options["methods"] or ["GET"]}
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        if self._analysed:
            raise AttributeError(name)
        self._analysed = True
        super().__init__(self.path, self.endpoint, **self.options)
        return getattr(self, name)


class Routes(APIRouter):
    """A router of late routes; ``join`` puts it into another, since ``include_router`` would analyse them all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=LateRoute, **options)


def join(onto: APIRouter, router: APIRouter, prefix: str = "") -> None:
    """The routes of ``router`` under ``prefix`` and that of ``onto``, with what that adds to each of its own.

    Raises ``TypeError`` where a route is no late one.
    """
    for route in router.routes:
        if isinstance(route, LateRoute):
            options = {name: value for name, value in route.options.items() if name != OF_THE_ROUTER}
            onto.add_api_route(prefix + route.path, route.endpoint, route_class_override=LateRoute, **options)
        elif isinstance(route, APIWebSocketRoute):
            onto.add_api_websocket_route(prefix + route.path, route.endpoint, route.name)
        else:
            raise TypeError(f"{route!r} was not made by a router of the class Routes")
