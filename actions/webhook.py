"""The private door through which Rasa runs our actions. It is an app of its own, on a listener of its own.

What the stock action server leaves open is shut here: every call carries the action secret, a body is at most 1 MiB
and never compressed, only the listed actions exist, and no error repeats what was sent.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import Any, Final

import orjson
import structlog
from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actions.errors import ActionsError, CallRefused
from actions.reply import Reply, hand_over, say
from actions.transactions.texts import NOTHING_OPEN
from actions.words import words
from handoff.contract import wire
from handoff.contract.turn import CORRELATION_HEADER

MAX_BODY: Final = 1024 * 1024
_CORRELATION = re.compile(r"[\w.:-]{1,128}")
log = structlog.get_logger(__name__)


def create_webhook_app(actions: Iterable[Action], action_secret: bytes) -> Starlette:
    """The listener's whole surface: ``POST /webhook`` and ``GET /health``. ``action_secret`` must not be empty.

    Starlette alone: a turn waits for this call, and nothing here needs what FastAPI adds.
    """
    if not action_secret:
        raise ValueError("the action secret is empty")
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)

    async def health(_: Request) -> Response:
        return _answer(200, {"status": "ok"})

    async def webhook(request: Request) -> Response:
        correlation_id = _correlation(request)
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                _check_caller(request, action_secret)
                call = _parse(await _read_body(request), executor)
                return _answer(200, await _run(executor, call))
            except CallRefused as refused:
                log.warning("action_call_refused", code=refused.code, status=refused.http_status)
                return _refuse(refused.http_status, refused, correlation_id)
            except ActionExecutionRejection as rejected:
                return _answer(400, {"error": "The action was rejected.", "action_name": rejected.action_name})

    return Starlette(routes=[Route("/health", health), Route("/webhook", webhook, methods=["POST"])])


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> dict[str, Any]:
    """An action that breaks still ends in words for the customer and a place in the queue."""
    name = call["next_action"]
    dispatcher = CollectingDispatcher()
    try:
        result = await executor.run(call, dispatcher=dispatcher)
    except (CallRefused, ActionExecutionRejection):
        raise
    except Exception as exc:  # noqa: BLE001 - the edge: whatever broke, the customer gets an honest end
        code = exc.code if isinstance(exc, ActionsError) else "unexpected"
        log.error("action_failed", action=name, code=code, error=type(exc).__name__, where=_where(exc))
        known = call["tracker"]["slots"].keys() & NOTHING_OPEN.keys()
        closed = [SlotSet(slot, None) for slot in sorted(known)]
        return {
            "events": closed,
            "responses": _responses(say(words("something_broke")) + hand_over("tool_failure", f"{name} failed.")),
        }
    return {"events": result.events, "responses": result.responses}


def _responses(reply: Reply) -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    for item in reply.returns:
        dispatcher.utter_message(json_message={"frontdesk": wire.dump(item)})
    return list(dispatcher.messages)


def _check_caller(request: Request, secret: bytes) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    good = hmac.compare_digest(given.encode("utf-8", "replace"), secret)
    if scheme.lower() != "bearer" or not good:
        raise CallRefused(401, "unauthorised", "The action secret is missing or wrong.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise CallRefused(415, "compressed", "Compressed bodies are not accepted.")


async def _read_body(request: Request) -> bytes:
    """At most ``MAX_BODY`` bytes, counted as they come, whatever the header says."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise CallRefused(413, "too_large", "The body is larger than 1 MiB.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise CallRefused(413, "too_large", "The body is larger than 1 MiB.")
    return bytes(body)


def _parse(body: bytes, executor: ActionExecutor) -> dict[str, Any]:
    try:
        call = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise CallRefused(400, "malformed", "The body is not JSON.") from None
    tracker = call.get("tracker") if isinstance(call, dict) else None
    if not isinstance(tracker, dict) or not isinstance(tracker.get("sender_id"), str):
        raise CallRefused(400, "malformed", "The body is not an action call.")
    for name, kind in (("slots", dict), ("latest_message", dict), ("events", list)):
        if not isinstance(tracker.get(name) or kind(), kind):
            raise CallRefused(400, "malformed", "The body is not an action call.")
    if call.get("next_action") not in executor.actions:
        raise CallRefused(404, "unknown_action", "There is no such action.")
    slots, events = tracker.get("slots") or {}, tracker.get("events") or []
    whole = {**tracker, "slots": slots, "events": events, "latest_message": tracker.get("latest_message") or {}}
    return {**call, "tracker": whole, "domain": call.get("domain") or {}}


def _correlation(request: Request) -> str:
    given = request.headers.get(CORRELATION_HEADER, "")
    return given if _CORRELATION.fullmatch(given) else ""


def _where(exc: BaseException) -> str:
    """File and line of the deepest frame; never the values in it."""
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""


def _answer(status: int, data: dict[str, Any]) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")


def _refuse(status: int, error: ActionsError, correlation_id: str) -> Response:
    body = {"code": error.code, "message": error.message, "data": error.data, "request_id": correlation_id}
    return _answer(status, body)
