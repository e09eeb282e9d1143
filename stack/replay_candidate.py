"""The candidate of a replay: a bot of its own, the actions of this checkout, the candidate's articles, frozen tools.

Nothing of the installation takes part but its models: secrets, sockets and the bot's log lie in a folder that goes
away, and there is no shop, no database and no queue behind the actions.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from actions.assembly import make_webhook
from actions.desk import Desk
from actions.frozen import FrozenTools
from actions.ports import Answer
from actions.transactions.catalogue import TRANSACTIONS
from actions.transactions.declaration import Transaction
from actions.transactions.engine import TransactionEngine
from bot.text.embed import ModelMissing, SentenceEncoder
from eval.outcomes.model import Event
from eval.replay.model import Asked, Recorded, Turn
from eval.replay.said import in_result
from handoff.assistant.client import Assistant, AssistantError
from handoff.clock import SystemClock, parse, stamp
from handoff.contract.promised import Promised
from handoff.contract.signing import sign_context
from handoff.contract.turn import TurnContext, TurnRequest, TurnResult
from handoff.contract.wire import dump
from handoff.gateway import gate
from handoff.gateway.memory import as_said, unsaid
from knowledge.answer import Answerer
from knowledge.errors import KnowledgeError
from knowledge.service import Knowledge, open_knowledge
from stack import secrets
from stack.child import Child, ChildSpec
from stack.children import bot_child
from stack.errors import StackError
from stack.fingerprint import fingerprint
from stack.parts_settings import actions_settings, company_zone, knowledge_settings
from stack.serve import private_listener
from stack.settings import Settings

SECONDS: Final = 30.0
STOP_WITHIN: Final = 5.0
LOOK_EVERY: Final = 0.1


class Unrecorded:
    """The candidate's answers, without a trace in the figures of what was asked."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    async def answer(
        self, question: str, *, audience: str, locale: str, history: Sequence[str], turn: TurnContext  # noqa: ARG002
    ) -> Answer:  # fmt: skip
        return await self._answerer.answer(question, audience=audience, locale=locale, history=history)


class FrozenClock:
    """The time of the recorded turn: what was a day late then is a day late now."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at


class RunningCandidate:
    """Implements ``eval.replay.model.Candidate``. One turn at a time: the tools and the clock are set for it."""

    def __init__(
        self,
        assistant: Assistant,
        context_key: bytes,
        tools: FrozenTools,
        clock: FrozenClock,
        answers_from: str,
        zone: ZoneInfo,
    ) -> None:
        """``answers_from``: a print of the articles and versions that it answers from. ``zone`` is the company's."""
        self.answers_from = answers_from
        self._assistant = assistant
        self._key = context_key
        self._tools = tools
        self._clock = clock
        self._zone = zone

    async def turn(self, recorded: Recorded, number: int, history: Sequence[dict[str, Any]]) -> Asked:
        turn = recorded.turns[number]
        self._tools.at([each.calls for each in recorded.turns], number)
        self._clock.at = datetime.fromtimestamp(turn.at, UTC)
        try:
            result = await self._assistant.turn(self._request(recorded, turn, history), SECONDS)
        except AssistantError as problem:
            return Asked(None, problem=problem.code)
        result, held_back = as_the_gateway_lets_it_out(recorded, turn, result, self._zone)
        missed = tuple(self._tools.missed)
        return Asked(in_result(dump(result)), result.tracker_events, missed, held_back=held_back)

    def _request(self, recorded: Recorded, turn: Turn, history: Sequence[dict[str, Any]]) -> TurnRequest:
        deadline = stamp(datetime.now(UTC) + timedelta(seconds=SECONDS))
        context = TurnContext(
            recorded.conversation.id, f"replay-{turn.seq}", turn.seq, turn.epoch, deadline, turn.customer_id,
            turn.verification, turn.locale,
        )  # fmt: skip
        # Given events win over whatever the bot remembers, so the version says nothing here.
        return TurnRequest(
            context, sign_context(context, self._key), turn.trigger, turn.text, 0, turn.payload, turn.note,
            list(history),
        )  # fmt: skip


def as_the_gateway_lets_it_out(
    recorded: Recorded, turn: Turn, result: TurnResult, zone: ZoneInfo
) -> tuple[TurnResult, str]:
    """The result as the live gateway would store it after this turn, and why, where a text was held back."""
    said, held = gate.let_out(result, _standing(recorded, turn, result, zone))
    why = ", ".join(f"nothing backs this claim ({claim.kind})" for _, claim in held)
    return as_said(said, unsaid(result.messages, said.messages)), why


def _standing(recorded: Recorded, turn: Turn, result: TurnResult, zone: ZoneInfo) -> gate.Standing:
    """What stood when the turn was asked: what came later in the record backs nothing yet."""
    before = [e for e in recorded.conversation.events if _came_before(e, turn)]
    done = [e.data for e in before if e.type == "action.performed"]
    verified = {str(each["operation_id"]) for each in done if each.get("state") == "verified"}
    verified |= {each.operation_id for each in result.operations if each.state == "verified"}
    about = {str(each["operation_id"]): f"{each.get('kind')} {each.get('summary')}" for each in done}
    about |= {each.operation_id: f"{each.kind} {each.summary}" for each in result.operations}
    kept = {e.data["promise_id"] for e in before if e.type == "promise.kept"}
    promises = [
        Promised(
            f"{e.data['text']} {e.data['owner']}",
            parse(str(e.data["due_at"])),
            recorded.promised.get(e.data["promise_id"]),
        )
        for e in before
        if e.type == "promise.made" and e.data["promise_id"] not in kept
    ]
    now = datetime.fromtimestamp(turn.at, zone)
    return gate.standing_of(result, verified, now, promises, {**about, **recorded.about})


def _came_before(event: Event, turn: Turn) -> bool:
    """A message may be written while the turn before it runs, whose end then stands after it in the log; where the
    record holds turns it says when this one began."""
    return event.seq < turn.seq or (turn.events is not None and event.at <= turn.at)


@asynccontextmanager
async def open_articles(settings: Settings, folder: Path | None, scratch: Path) -> AsyncIterator[Knowledge]:
    """What the installation has published, read beside whoever serves it; or a knowledge base made of ``folder``."""
    try:
        encoder = SentenceEncoder(settings.paths.minilm)
    except ModelMissing as problem:
        raise StackError(str(problem)) from problem
    if folder is None:
        own = knowledge_settings(settings, "reader")
    else:
        own = knowledge_settings(settings.model_copy(update={"var_dir": scratch, "database_url": "", "chroma_url": ""}))
    try:
        async with open_knowledge(own, SystemClock(), encoder) as knowledge:
            if folder is not None:
                report = await knowledge.import_folder(folder, lambda *_: None)
                if report.problems:
                    first = report.problems[0]
                    raise StackError(f"{first.file}: {first.problem}")
                await knowledge.settle()
            if not knowledge.passages:
                raise StackError("No article is published here. Name the candidate's with --articles.")
            yield knowledge
    except KnowledgeError as problem:
        raise StackError(problem.message) from problem


@asynccontextmanager
async def open_candidate(
    settings: Settings, model: Path, articles: Path | None, transactions: Mapping[str, Transaction] = TRANSACTIONS
) -> AsyncIterator[RunningCandidate]:
    """Ready inside, gone after. Raises ``StackError`` where a part does not start."""
    folder = Path(tempfile.mkdtemp(prefix="fd-replay-"))
    own = settings.model_copy(update={"var_dir": folder, "database_url": "", "redis_url": "", "backend_url": ""})
    own.paths.create()
    secrets.create_missing(own.paths.secrets)
    tools, clock = FrozenTools(), FrozenClock()
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        bot = _with_model(bot_child(own, 0), model)
        child = Child(bot, own.paths.log)
        await child.start()
        stack.push_async_callback(child.stop, STOP_WITHIN)
        knowledge = await stack.enter_async_context(open_articles(settings, articles, folder))
        actions = actions_settings(own)
        engine = TransactionEngine(
            tools.shop, tools.operations, transactions, clock.now, patience=SECONDS, glance=SECONDS
        )
        key = actions.context_key.get_secret_value().encode()
        desk = Desk(tools.shop, engine, Unrecorded(knowledge.answerer), tools.codes, key, clock.now)
        await stack.enter_async_context(_serving(own, make_webhook(actions, desk)))
        await _ready(bot, child)
        door = secrets.read(own.paths.secrets, "door_secret").get_secret_value().encode()
        assistant = Assistant((str(own.paths.bot_sockets(1)[0]),), door, _no_window)
        stack.push_async_callback(assistant.close)
        yield RunningCandidate(assistant, key, tools, clock, _print(knowledge), company_zone(settings))


def _print(knowledge: Knowledge) -> str:
    """Of texts, not of versions: the same articles read from a folder are the same."""
    live = knowledge.live.passages.values()
    return fingerprint(facts=sorted(f"{one.article_id} {one.audience} {one.chunk.text}" for one in live))[:16]


def _with_model(spec: ChildSpec, model: Path) -> ChildSpec:
    command = list(spec.command)
    command[command.index("--model") + 1] = str(model)
    return replace(spec, command=tuple(command))


@asynccontextmanager
async def _serving(settings: Settings, webhook: Callable[..., Any]) -> AsyncIterator[None]:
    listener = private_listener(webhook, settings.paths.actions_socket)
    serving = asyncio.create_task(listener.serve())
    await listener.wait_started(serving)
    try:
        yield
    finally:
        listener.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


async def _ready(spec: ChildSpec, child: Child) -> None:
    try:
        async with asyncio.timeout(spec.ready_within):
            while not await spec.ready():
                if child.pid is None:
                    raise StackError(f"The candidate's bot ended while it started: {child.last_words()}")
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise StackError(f"The candidate's bot did not become ready in {spec.ready_within:.0f} s.") from None


async def _no_window(conversation_id: str) -> list[dict[str, Any]]:  # noqa: ARG001 - the form of the port
    return []
