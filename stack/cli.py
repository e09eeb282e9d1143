"""The command line. Exit 0: good; 1: the work failed, with one sentence why; 2: wrong use.

A command imports its module when it is called, so that ``token`` does not wait for what ``up`` needs. With
``--json`` a command prints exactly one JSON document on stdout; what people read meanwhile goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from stack import logging
from stack.bench import BENCHES
from stack.errors import Interrupted, StackError, sentence_for
from stack.output import say
from stack.paths import ROOT
from stack.prove import PROOFS, Extent
from stack.settings import load

NAME = "./frontdesk"
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]}

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = typer.Typer(
    help="Frontdesk: a customer-service front desk that resolves or hands over, and can prove which.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
knowledge = typer.Typer(help="Articles in and out, the index, and one question.", no_args_is_help=True)
demo = typer.Typer(help="The demo company: its customers, orders, staff and mails.", invoke_without_command=True)
app.add_typer(knowledge, name="knowledge")
app.add_typer(demo, name="demo")
staff = typer.Typer(help="The people who may sign in, where no administrator can.", no_args_is_help=True)
app.add_typer(staff, name="staff")
customer = typer.Typer(help="One customer's data: for them, or out of every store.", no_args_is_help=True)
app.add_typer(customer, name="customer")


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port of the pages and the API; 8000 unless set.")] = None,
    with_demo: Annotated[bool, typer.Option("--demo", help="With the demo shop and its customers.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Set up on first use, then run the whole stack until Ctrl-C."""
    chosen: dict[str, Any] = {"port": port} if port is not None else {}
    chosen |= {"demo": True} if with_demo else {}
    module = importlib.import_module("stack.up")
    raise typer.Exit(module.up(load(**chosen), open_browser=not no_open))


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run the default tests; further arguments go to pytest."""
    module = importlib.import_module("stack.tests_command")
    raise typer.Exit(module.run_tests(load(), context.args))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check versions, port, disk, secrets, model and index; say what to do about each."""
    module = importlib.import_module("stack.doctor")
    raise typer.Exit(module.doctor(load(), as_json=as_json))


@demo.callback()
def demo_company(context: typer.Context, as_json: AsJson = False) -> None:
    """The demo company's customers, orders and staff; needs no running stack."""
    if context.invoked_subcommand is None:
        importlib.import_module("stack.demo_command").company(load(), as_json=as_json)


@demo.command("mail")
def demo_mail(as_json: AsJson = False) -> None:
    """The mails and one-time codes that were sent."""
    importlib.import_module("stack.demo_command").mail(load(), as_json=as_json)


@app.command()
def token(
    customer: Annotated[str, typer.Option(help="The customer's id.")],
    ttl: Annotated[int, typer.Option(help="Seconds that the token is valid.", min=1, max=86400)] = 3600,
) -> None:
    """Print an identity token for a customer, as the host site would sign it."""
    module = importlib.import_module("stack.token_command")
    sys.stdout.write(module.identity_token(load(), customer, ttl, datetime.now(UTC)) + "\n")


@app.command()
def train() -> None:
    """Train the assistant into var/models, unless nothing changed."""
    setup = importlib.import_module("stack.setup")
    settings = load()
    settings.paths.create()
    setup.ensure_bot()
    done = setup.run_steps(setup.model_steps(settings), settings.paths.stamps)
    say("Trained." if done else "Nothing changed since the last training.")


@knowledge.command("import")
def knowledge_import(folder: Path, as_json: AsJson = False) -> None:
    """Read articles (Markdown) from a folder into the knowledge base."""
    raise typer.Exit(importlib.import_module("stack.knowledge_command").bring_in(load(), folder, as_json=as_json))


@knowledge.command("export")
def knowledge_export(folder: Path, as_json: AsJson = False) -> None:
    """Write all published articles to a folder, as Markdown."""
    importlib.import_module("stack.knowledge_command").take_out(load(), folder, as_json=as_json)


@knowledge.command("reindex")
def knowledge_reindex(as_json: AsJson = False) -> None:
    """Build the search index anew from the published articles."""
    importlib.import_module("stack.knowledge_command").reindex(load(), as_json=as_json)


@knowledge.command("ask")
def knowledge_ask(question: str, as_json: AsJson = False) -> None:
    """Answer one question, with the trace of how the passages were found."""
    importlib.import_module("stack.knowledge_command").ask(load(), question, as_json=as_json)


@staff.command("password")
def staff_password(email: str, as_json: AsJson = False) -> None:
    """Give somebody a new password, shown once; their sessions end."""
    importlib.import_module("stack.staff_command").password(load(), email, as_json=as_json)


@customer.command("export")
def customer_export(customer_id: str, as_json: AsJson = False) -> None:
    """Everything that is held of a customer, as one JSON document."""
    importlib.import_module("stack.customer_command").export(load(), customer_id, as_json=as_json)


@customer.command("erase")
def customer_erase(
    customer_id: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a customer out of every store; says what went and what stays."""
    importlib.import_module("stack.customer_command").erase(load(), customer_id, sure=yes, as_json=as_json)


@app.command()
def prove(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(PROOFS)}. All unless named.")] = None,
    trials: Annotated[int, typer.Option(help="Trials of each kind.", min=1, max=1000)] = Extent.trials,
    seed: Annotated[int, typer.Option(help="Draws everything that looks like chance.")] = Extent.seed,
    dialogues: Annotated[int, typer.Option(help="Dialogues of fuzz.", min=2, max=5000)] = Extent.dialogues,
    steps: Annotated[int, typer.Option(help="Steps of knowledge.", min=1, max=1_000_000)] = Extent.steps,
    seeds: Annotated[int, typer.Option(help="Seeds of outcomes and judge.", min=1, max=100_000)] = Extent.seeds,
    as_json: AsJson = False,
) -> None:
    """Run the long proofs and print their figures."""
    module = importlib.import_module("stack.prove_command")
    extent = Extent(trials, seed, dialogues, steps, seeds)
    raise typer.Exit(module.prove(load(), names or list(PROOFS), extent, as_json=as_json))


def _add_benches() -> None:
    """``bench NAME``: each bench brings its own options, so its module is read when ``bench`` is typed."""
    group = typer.Typer(help="Open-loop load on the running stack.", no_args_is_help=True)
    for name, place in BENCHES.items():
        module, _, function = place.partition(":")
        group.command(name)(getattr(importlib.import_module(module), function))
    app.add_typer(group, name="bench")


def _add_evals() -> None:
    """``eval NAME``: like the benches, read when ``eval`` is typed."""
    group = typer.Typer(help="The product's own components on outside data.", no_args_is_help=True)
    for name, function in importlib.import_module("stack.eval_command").EVALS.items():
        group.command(name)(function)
    app.add_typer(group, name="eval")


def main(arguments: list[str]) -> int:
    """Run a command; its exit code. No failure reaches the terminal as a stack trace."""
    logging.configure("frontdesk", ROOT / "var" / "log", "warning")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if arguments[:1] in (["bench"], ["--help"], []):
        _add_benches()
    if arguments[:1] in (["eval"], ["--help"], []):
        _add_evals()
    try:
        get_command(app).main(args=arguments, prog_name=NAME, standalone_mode=True)
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    except StackError as problem:
        return _failed(str(problem), arguments, problem.exit_code)
    except OSError as problem:
        return _failed(sentence_for(problem), arguments, 1)
    except Exception as problem:  # noqa: BLE001 - the outermost edge: a person is told, the place is kept
        return _failed(_unexpected(problem), arguments, 1)
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise Interrupted("stopped. Run the same command again to go on.")


def _failed(sentence: str, arguments: list[str], code: int) -> int:
    say(f"frontdesk: {sentence}")
    if "--json" in arguments:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    return code


def _unexpected(problem: Exception) -> str:
    """One sentence; where it happened goes to a file, without the values that were in play."""
    record = ROOT / "var" / "log" / "frontdesk.log"
    places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(problem.__traceback__)]
    entry = {"time": datetime.now(UTC).isoformat(), "error": type(problem).__name__, "at": places}
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        with record.open("a") as file:
            file.write(json.dumps(entry) + "\n")
    except OSError:
        return f"Something unexpected happened: {type(problem).__name__} at {places[-1] if places else 'start'}."
    return f"Something unexpected happened ({type(problem).__name__}); where is written in {record}. Please report it."
