"""``./frontdesk bench chat``: open-loop load on the running stack, and the same on a stock Rasa after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
import uvloop

from stack.bench import knee
from stack.bench.ending import fail_if_nothing_worked
from stack.bench.figures import GOOD_ENDS, ratio, summarise
from stack.bench.load import fsync_ms
from stack.bench.stock import running_stock, stock
from stack.bench.target import Opened, measure, ours
from stack.errors import WrongUse
from stack.output import answer, say
from stack.settings import Settings, load
from stack.token_command import identity_token

TOKEN_LIFE = 3600
SLOW_FSYNC = 2.0  # ms; the figures to reach are meant for a disk below this
KNEE_STEP_SECONDS = 15.0
STOCK = "Stock Rasa"
MOST_MESSAGES = 200_000


def chat(
    rate: Annotated[float, typer.Option(help="Messages per second.", min=0.1, max=1000)] = 10.0,
    seconds: Annotated[float | None, typer.Option(help="How long; 60, with --knee 15 a step.", min=1, max=3600)] = None,
    with_knee: Annotated[bool, typer.Option("--knee", help="Steps of 5 to 60/s: where does the curve bend?")] = False,
    with_stock: Annotated[bool, typer.Option("--stock", help="Then the same on a stock Rasa, never beside.")] = False,
    against: Annotated[str, typer.Option(help="Address of the stack.")] = "",
    seed: Annotated[int, typer.Option(help="Draws the conversations.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Whole turns at a fixed rate: time to the durable acknowledgement and to the answer at the socket."""
    settings = load()
    base = (against or settings.address).rstrip("/")
    lasting = seconds or (KNEE_STEP_SECONDS if with_knee else 60.0)
    if rate * lasting > MOST_MESSAGES:
        raise WrongUse(f"That would be {rate * lasting:.0f} messages; at most {MOST_MESSAGES} go in one run.")
    document = uvloop.run(_run(settings, base, rate, lasting, seed, with_knee=with_knee, with_stock=with_stock))
    answer(document, as_json=as_json, people=_people(document))
    fail_if_nothing_worked(document, *([document["stock"]] if "stock" in document else []))


async def _run(
    settings: Settings, base: str, rate: float, seconds: float, seed: int, *, with_knee: bool, with_stock: bool
) -> dict[str, Any]:
    once = _knee if with_knee else _once
    document = await once(ours(base, signer(settings)), "Frontdesk", rate, seconds, seed)
    document["fsync_ms"] = fsync_ms(settings.paths.databases)
    document["at"] = datetime.now(UTC).isoformat(timespec="seconds")
    if document["fsync_ms"] > SLOW_FSYNC:
        say(f"This disk takes {document['fsync_ms']} ms for an fsync; the figures to reach are for one below 2 ms.")
    if with_stock:
        say(_people(document))
        say("Now the stock Rasa. The running stack is sent nothing meanwhile; nobody else should use it either.")
        async with running_stock(settings) as address:
            document["stock"] = await once(stock(address), STOCK, rate, seconds, seed)
        document["stock"]["fsync_ms"] = None  # it stores nothing
        document["ratio"] = _ratios(document, document["stock"])
    return document


async def _once(opened: Opened, title: str, rate: float, seconds: float, seed: int) -> dict[str, Any]:
    return summarise(await measure(opened, title, rate, seconds, seed), rate)


async def _knee(opened: Opened, title: str, _rate: float, seconds: float, seed: int) -> dict[str, Any]:
    """The figures at the knee, and the curve."""
    steps = knee.SLOW_STEPS if title == STOCK else knee.STEPS
    curve = await knee.find(lambda rate: _once(opened, title, rate, seconds, seed), steps)
    at_knee = next((step for step in curve["steps"] if step["rate"] == curve["rate"]), curve["steps"][0])
    return {**at_knee, "knee": curve}


def signer(settings: Settings) -> Callable[[str], str]:
    """Signs for a customer with this installation's identity secret, as the host site would."""
    return lambda customer_id: identity_token(settings, customer_id, TOKEN_LIFE, datetime.now(UTC))


def _ratios(own: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Ours ÷ stock; for the knee more is better, for times less."""
    ratios = {f"turn_{name}": ratio(own["turn_ms"][name], other["turn_ms"][name]) for name in ("p50", "p95")}
    if "knee" in own:
        ratios["knee"] = ratio(own["knee"]["rate"], other["knee"]["rate"])
        ratios["most_throughput"] = ratio(_most(own), _most(other))
    return ratios


def _most(figures: dict[str, Any]) -> float:
    """The highest throughput of any step: what it can do once it is late anyway."""
    return max(float(step["throughput"]) for step in figures["knee"]["steps"])


def _people(document: dict[str, Any]) -> str:
    lines = ["                 rate      n  errors   ack p50/p95/p99 ms     turn p50/p95/p99 ms    throughput"]
    for name, figures in (("frontdesk", document), ("stock rasa", document.get("stock"))):
        if figures is None:
            continue
        steps = figures["knee"]["steps"] if "knee" in figures else [figures]
        lines += [_line(name, step) for step in steps]
        if "knee" in figures:
            lines.append(f"{name:<12} knee: {figures['knee']['rate']:g} messages/s")
    lines.append(f"fsync of this disk: {document['fsync_ms']} ms")
    if "ratio" in document:
        lines.append("ours ÷ stock: " + ", ".join(f"{name} {value}" for name, value in document["ratio"].items()))
    return "\n".join(lines)


def _troubles(figures: dict[str, Any]) -> str:
    """What went wrong, in counts, after the line of a step."""
    bad = {end: count for end, count in figures["ends"].items() if end not in GOOD_ENDS}
    return f"   ({', '.join(f'{count} {end}' for end, count in sorted(bad.items()))})" if bad else ""


def _line(name: str, figures: dict[str, Any]) -> str:
    ack, turn = (
        "/".join(f"{figures[key][p] or 0:.1f}" for p in ("p50", "p95", "p99")) for key in ("ack_ms", "turn_ms")
    )
    return (
        f"{name:<12} {figures['rate']:>8g} {figures['n']:>6} {figures['errors']:>7}"
        f"   {ack:>18}     {turn:>18}    {figures['throughput']:>6g}/s{_troubles(figures)}"
    )
