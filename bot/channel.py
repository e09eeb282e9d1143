"""The bot's door: two routes on a unix socket, opened only by a body that the gateway signed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Awaitable, Callable, Optional

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.quiet import own_logger
from bot.tracker_store import TrackerMiss
from bot.turns import DeadlinePassed, TurnRunner
from bot.wire import Malformed, read_forget, read_request, refusal
from handoff.contract.signing import body_is_signed
from handoff.contract.turn import CORRELATION_HEADER, FORGET_PATH, SIGNATURE_HEADER, TURN_PATH, Forgotten

MAX_BODY = 4 * 1024 * 1024
"""A turn with a whole window of tracker events stays well below."""

Answer = Callable[[Sanic, bytes], Awaitable[HTTPResponse]]


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

        async def signed(request: Request, to: Answer) -> HTTPResponse:
            correlation = request.headers.get(CORRELATION_HEADER, "")[:64]
            structlog.contextvars.clear_contextvars()
            structlog.contextvars.bind_contextvars(correlation_id=correlation)
            signature = request.headers.get(SIGNATURE_HEADER, "")
            if not body_is_signed(request.body, signature, self._secret):
                own_logger().warning("turn.refused", code="bad_signature")
                return json(refusal("bad_signature", "The body is not signed with the door secret."), status=401)
            return await to(request.app, request.body)

        @blueprint.post(TURN_PATH)
        async def turn(request: Request) -> HTTPResponse:
            return await signed(request, answer)

        @blueprint.post(FORGET_PATH)
        async def forgotten(request: Request) -> HTTPResponse:
            return await signed(request, forget)

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


async def forget(app: Sanic, body: bytes) -> HTTPResponse:
    """Erased conversations leave this process. One that still loads, or ends, holds none."""
    try:
        wanted = read_forget(body).conversation_ids
    except Malformed as problem:
        return _refuse("malformed", str(problem), 400)
    runner: Optional[TurnRunner] = app.ctx.turns
    gone = Forgotten(runner.forget(wanted) if runner is not None else 0)
    own_logger().info("trackers.forgotten", asked=len(wanted), gone=gone.trackers)
    return json(asdict(gone))


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
