"""What the tests of routes share: a person signed in by a header, an application around routers, and stored logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Header

from eval.errors import EvalError
from eval.outcomes.model import Conversation
from handoff.agents.service import Principal
from handoff.errors import Forbidden, Unauthorised
from handoff.http import install_error_handlers


def require(*roles: str) -> Any:
    """As the product's ``require``: the header ``X-Role`` says who asks, without it nobody does."""

    async def check(x_role: str = Header("")) -> Principal:
        if not x_role:
            raise Unauthorised("signed_out", "Please sign in.")
        if x_role not in roles:
            raise Forbidden("wrong_role", "Your role does not allow this.")
        return Principal(f"agt_{x_role}", "", x_role, (x_role,), (), 0, "")

    return Depends(check)


def serving(*routers: APIRouter) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app, EvalError)
    for router in routers:
        app.include_router(router)
    return app


class Shelf:
    """Conversations by person; all of them changed since position 0."""

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        self.persons: dict[str, list[Conversation]] = {}
        for each in conversations:
            self.persons.setdefault(str(each.customer_id), []).append(each)
        self.reached = 1

    async def changed(self, position: int) -> tuple[Sequence[str], int]:
        return (list(self.persons) if position < self.reached else ()), self.reached

    async def of_person(self, person: str) -> Sequence[Conversation]:
        return self.persons.get(person, [])
