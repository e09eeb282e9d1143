"""``./frontdesk eval intents``: the pipeline of ``config.yml`` on outside data, or the assistant on our own sets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.intents import (
    PROPORTIONS,
    BadData,
    Reading,
    Row,
    check_training,
    figures,
    folds,
    known,
    outside_names,
    read,
    repeated,
)
from eval.intents_own import entity_figures, halves, misses, own_figures, request_figures
from stack import setup
from stack.errors import StackError, WrongUse
from stack.output import answer, say
from stack.paths import ROOT
from stack.settings import Settings, load, process_environment
from stack.tools import python_tool, run_tool

HELD = ROOT / "eval" / "sets" / "held"
DEVELOPMENT = ROOT / "eval" / "sets" / "dev"
CONFIGS = {"frontdesk": ROOT / "config.yml", "stock": ROOT / "bot" / "stock.yml"}
MOST_FOLDS = 20


def intents(
    train: Annotated[Path | None, typer.Option(help='Examples: {"text", "label"} a line; oos = out of scope.')] = None,
    test: Annotated[Path | None, typer.Option(help="Rows to read, in the same form.")] = None,
    fold_count: Annotated[int, typer.Option("--folds", help="Instead of --test: cross-validate on --train.")] = 0,
    baseline: Annotated[str | None, typer.Option(help="stock: Rasa's default pipeline (DIET) beside ours.")] = None,
    own: Annotated[bool, typer.Option("--own", help="The trained assistant on our frozen held-out sets.")] = False,
    development: Annotated[bool, typer.Option("--dev", help="With --own: the development sets.")] = False,
    seed: Annotated[int, typer.Option(help="Draws the folds.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Train the pipeline of config.yml on examples and read others with it; or the assistant on our own sets."""
    settings = load()
    settings.paths.create()
    if own:
        if train or test or fold_count or baseline:
            raise WrongUse("--own takes neither files nor a baseline.")
        document = _own(settings, development)
        answer(document, as_json=as_json, people=json.dumps(document, ensure_ascii=False, indent=2))
        return
    if development:
        raise WrongUse("--dev goes with --own.")
    if baseline not in (None, "stock"):
        raise WrongUse("There is one baseline: stock.")
    if train is None or (test is None) == (fold_count == 0):
        raise WrongUse("Give --train and either --test or --folds; or --own.")
    if fold_count and not 2 <= fold_count <= MOST_FOLDS:
        raise WrongUse(f"--folds takes 2 to {MOST_FOLDS}.")
    try:
        learnt, rounds = _rounds(train, test, fold_count, seed)
    except BadData as problem:
        raise WrongUse(str(problem)) from problem
    setup.ensure_bot()
    setup.run_steps(setup.model_steps(settings)[:1], settings.paths.stamps)
    document = _measured(settings, "frontdesk", learnt, rounds)
    if baseline:
        document["baselines"] = {baseline: _measured(settings, baseline, learnt, rounds)}
    answer(document, as_json=as_json, people=_people(document))


Rounds = list[tuple[list[Row], list[Row]]]


def _rounds(train: Path, test: Path | None, fold_count: int, seed: int) -> tuple[list[Row], Rounds]:
    """All examples, and what is learnt and read in each round."""
    learnt = _file(train)
    check_training(learnt, train)
    if test is not None:
        return learnt, [(learnt, _file(test))]
    rounds = []
    for fold in folds(learnt, fold_count, seed):
        left_out = set(fold)
        rounds.append(
            ([row for at, row in enumerate(learnt) if at not in left_out], [learnt[at] for at in fold]),
        )
    return learnt, rounds


def _file(path: Path) -> list[Row]:
    if not path.is_file():
        raise WrongUse(f"{path} is not a file.")
    return read(path)


def _measured(settings: Settings, pipeline: str, learnt: Sequence[Row], rounds: Rounds) -> dict[str, Any]:
    """The figures of one pipeline over all rounds together."""
    names = outside_names(row.label for row in learnt)
    labels = {name: label for label, name in names.items()}
    job = [
        {
            "train": [{"text": row.text, "label": names.get(row.label, "out_of_scope")} for row in given],
            "test": [row.text for row in asked],
        }
        for given, asked in rounds
    ]
    say(f"{pipeline}: training and reading; this takes a few minutes for thousands of examples")
    done = _run(settings, {"config": str(CONFIGS[pipeline]), "model": None, "rounds": job})
    rows = [row for _, asked in rounds for row in asked]
    readings = [_reading(found, labels) for each in done for found in each["readings"]]
    fresh = [
        pair for (given, asked), each in zip(rounds, done, strict=True) for pair in _fresh(given, asked, each, labels)
    ]
    first = done[0]["readings"][0]["threshold"]
    spent = sorted(reading.ms for reading in readings)
    return {
        "n_train": len(rounds[0][0]),
        **figures(rows, readings),
        "threshold": first,
        "seconds_train": round(sum(each["seconds_train"] for each in done) / len(done), 2),
        "ms_per_message": round(sum(spent) / len(spent), 3),
        "ms_p50": round(spent[len(spent) // 2], 3),
        "n_repeated": len(rows) - len(fresh),
        "without_repeated": figures([row for row, _ in fresh], [reading for _, reading in fresh]),
        "folds": len(rounds) if len(rounds) > 1 else None,
    }


def _fresh(
    given: Sequence[Row], asked: Sequence[Row], done: Mapping[str, Any], labels: Mapping[str, str]
) -> list[tuple[Row, Reading]]:
    """What was read without having been learnt word for word."""
    seen = known(given)
    return [
        (row, _reading(found, labels))
        for row, found in zip(asked, done["readings"], strict=True)
        if not repeated(row, seen)
    ]


def _reading(found: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Reading:
    best, intent = found["best"], found["intent"]
    return Reading(
        best=labels.get(best) if labels is not None else best,
        intent=labels.get(intent) if labels is not None else intent,
        rejected=found["rejected"],
        score=found["score"],
        ms=found["ms"],
        entities=found["entities"],
        requests=found["requests"],
    )


def _run(settings: Settings, job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What ``bot.measure`` found, round by round. Raises ``StackError`` when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        asked, found = Path(folder) / "job.json", Path(folder) / "found.json"
        asked.write_text(json.dumps(job), encoding="utf-8")
        command = python_tool("bot.measure", "--job", str(asked), "--out", str(found), bot=True)
        run_tool(
            command,
            "The pipeline could not be measured",
            settings.paths.log / "eval.log",
            tell=lambda line: say(f"  {line}") if line.startswith("measure:") else None,
            environment=process_environment(settings),
        )
        rounds: list[dict[str, Any]] = json.loads(found.read_text(encoding="utf-8"))["rounds"]
    return rounds


def measured(settings: Settings, texts: Sequence[str]) -> list[dict[str, Any]]:
    """What the trained assistant makes of ``texts``, in the form of ``bot.measure``."""
    manifest = json.loads((settings.paths.rasa / "manifest.json").read_text(encoding="utf-8"))
    model = str(settings.paths.rasa / manifest["path"])
    done = _run(settings, {"config": None, "model": model, "rounds": [{"train": [], "test": list(texts)}]})
    readings: list[dict[str, Any]] = done[0]["readings"]
    return readings


def _own(settings: Settings, development: bool) -> dict[str, Any]:
    """The trained assistant on the held-out sets, or on the development sets."""
    setup.ensure_bot()
    setup.run_steps(setup.model_steps(settings), settings.paths.stamps)
    manifest = json.loads((settings.paths.rasa / "manifest.json").read_text(encoding="utf-8"))
    folder = DEVELOPMENT if development else HELD
    rows = read(folder / ("intents_fresh.jsonl" if development else "intents.jsonl"))
    named = read(folder / "entities_fresh.jsonl", labelled=False) if development else []
    several = _requests(folder / "two_requests.jsonl")
    texts = [row.text for row in (*rows, *named)] + [text for text, _ in several]
    readings = [_reading(found) for found in measured(settings, texts)]
    of_rows, of_named, of_several = (
        readings[: len(rows)],
        readings[len(rows) : len(rows) + len(named)],
        readings[len(rows) + len(named) :],
    )
    document: dict[str, Any] = {"model_version": manifest["model_version"]}
    if development:
        document["intents"] = halves(rows, of_rows, own_figures)
        document["entities"] = halves(named, of_named, entity_figures)
        document["misses"] = misses([*rows, *named], [*of_rows, *of_named])
    else:
        document["intents"] = own_figures(rows, of_rows)
    document["two_requests"] = request_figures([labels for _, labels in several], of_several)
    return document


def _requests(path: Path) -> list[tuple[str, list[str]]]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        return [(str(line["text"]), [str(label) for label in line["labels"]]) for line in lines]
    except (OSError, ValueError, KeyError) as problem:
        raise StackError(f"{path} cannot be read as rows of text and labels.") from problem


def _people(document: dict[str, Any]) -> str:
    lines = [f"{document['n_train']} examples, {document['n_test']} messages, {document['n_oos']} of them out of scope"]
    for name, found in {"frontdesk": document, **document.get("baselines", {})}.items():
        lines.append(f"{name}")
        for figure in (*PROPORTIONS, "oos_auroc", "mcc"):
            lines.append(f"  {figure:<20}{_told(found, figure)}")
        lines.append(f"  {'without repeated':<20}{_told(found['without_repeated'], 'in_scope_accuracy')} in scope")
        lines.append(f"  trained in {found['seconds_train']:.0f} s, {found['ms_per_message']:.1f} ms a message")
    return "\n".join(lines)


def _told(found: Mapping[str, Any], figure: str) -> str:
    if found[figure] is None:
        return "–"
    interval = found["interval_95"].get(figure)
    return f"{found[figure]:.4f}" + (f" ({interval[0]:.4f}–{interval[1]:.4f})" if interval else "")
