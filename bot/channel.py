"""The bot's door: one route on a unix socket, opened only by a body that the gateway signed."""

from __future__ import annotations

from typing import Any, Awaitable, Callable

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.quiet import own_logger
from bot.tracker_store import TrackerMiss
from bot.turns import DeadlinePassed, TurnRunner
from bot.wire import Malformed, read_request, refusal
from handoff.contract.signing import body_is_signed
from handoff.contract.turn import CORRELATION_HEADER, SIGNATURE_HEADER, TURN_PATH

MAX_BODY = 4 * 1024 * 1024
"""A turn with a whole window of tracker events stays well below."""


class FrontdeskChannel(InputChannel):
    """``secret`` is the door secret. The runner is found at ``app.ctx.turns``, which is ``None`` until all is warm."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the door secret is too short")
        self._secret = secret

    @classmethod
    def name(cls) -> str:
        return "frontdesk"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:  # noqa: ARG002
        blueprint = Blueprint("frontdesk_channel")

        @blueprint.post(TURN_PATH)
        async def turn(request: Request) -> HTTPResponse:
            correlation = request.headers.get(CORRELATION_HEADER, "")[:64]
            structlog.contextvars.clear_contextvars()
            structlog.contextvars.bind_contextvars(request_id=correlation)
            signature = request.headers.get(SIGNATURE_HEADER, "")
            if not body_is_signed(request.body, signature, self._secret):
                own_logger().warning("turn.refused", code="bad_signature")
                return json(refusal("bad_signature", "The body is not signed with the door secret."), status=401)
            return await answer(request.app, request.body)

        return blueprint


async def answer(app: Sanic, body: bytes) -> HTTPResponse:
    """The turn's result or the reason why there is none. This is the door's one broad ``except``."""
    runner: TurnRunner = app.ctx.turns
    if runner is None:
        return json(refusal("not_ready", "The assistant is still loading."), status=503)
    try:
        return json(await runner.run(read_request(body)))
    except Malformed as problem:
        return _refuse("malformed", str(problem), 400)
    except TrackerMiss:
        return json(refusal("tracker_miss", "Send the tracker's events."), status=409)
    except DeadlinePassed:
        return _refuse("deadline_passed", "The turn did not end in time.", 504)
    except Exception as problem:  # noqa: BLE001 - the edge: anything else becomes a typed refusal
        own_logger().error("turn.failed", error=type(problem).__name__, at=_place(problem))
        return json(refusal("failed", "The turn failed."), status=500)


def _refuse(code: str, message: str, status: int) -> HTTPResponse:
    own_logger().warning("turn.refused", code=code, detail=message)
    return json(refusal(code, message), status=status)


def _place(problem: BaseException) -> str:
    """Where it happened, as ``file:line``; the exception's own text may hold a customer's words."""
    trace, place = problem.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
