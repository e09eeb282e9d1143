"""``./frontdesk eval …``: simulated customers, runs compared, and the product's own components on outside data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.text.embed import ModelMissing, SentenceEncoder
from eval.retrieval import METRICS, BadData, evaluate, read
from knowledge.embeddings import SentenceEmbeddings
from stack.errors import StackError, WrongUse
from stack.eval_frustration_command import frustration
from stack.eval_insights_command import insights
from stack.eval_intents_command import intents
from stack.eval_judge_command import judge
from stack.eval_links_command import links
from stack.eval_packets_command import packets
from stack.eval_redaction_command import redaction
from stack.eval_replay_command import replay_command
from stack.eval_run_command import compare_command, run_command
from stack.eval_things_command import things
from stack.eval_transcripts_command import transcripts
from stack.output import answer, say
from stack.settings import load

STEP = 640


def retrieval(
    corpus: Annotated[Path, typer.Option(help="corpus.jsonl in BEIR form: _id, title, text.")],
    queries: Annotated[Path, typer.Option(help="queries.jsonl: _id, text.")],
    qrels: Annotated[Path, typer.Option(help="qrels.tsv: query-id, corpus-id, score, with a header.")],
    seed: Annotated[int, typer.Option(help="Draws the bootstrap samples.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """The retriever on a corpus of questions and judgements, with BM25 and vectors alone beside it."""
    for path in (corpus, queries, qrels):
        if not path.is_file():
            raise WrongUse(f"{path} is not a file.")
    try:
        encoder = SentenceEncoder(load().paths.minilm)
        collection = read(corpus, queries, qrels)
    except ModelMissing as problem:
        raise StackError(str(problem)) from problem
    except (BadData, UnicodeDecodeError) as problem:
        raise WrongUse(str(problem)) from problem
    document = evaluate(collection, SentenceEmbeddings(encoder, "minilm"), seed, _progress)
    answer(document, as_json=as_json, people=_people(document))


def _progress(done: int, of: int) -> None:
    if of > STEP and (done == of or done % STEP == 0):
        say(f"  {done} of {of} texts")


def _people(document: dict[str, Any]) -> str:
    rows = [("frontdesk", document), *document["baselines"].items()]
    lines = [f"{document['n_queries']} queries", f"{'':<10}" + "".join(f"{m:>22}" for m in METRICS) + "   ms p50/p95"]
    for name, figures in rows:
        cells = (
            f"{figures[m]:.3f} ({figures['interval_95'][m][0]:.3f}–{figures['interval_95'][m][1]:.3f})" for m in METRICS
        )
        lines.append(
            f"{name:<10}" + "".join(f"{c:>22}" for c in cells) + f"   {figures['ms_p50']:.1f}/{figures['ms_p95']:.1f}"
        )
    return "\n".join(lines)


EVALS: dict[str, Callable[..., None]] = {
    "run": run_command,
    "compare": compare_command,
    "frustration": frustration,
    "insights": insights,
    "intents": intents,
    "things": things,
    "judge": judge,
    "links": links,
    "packets": packets,
    "redaction": redaction,
    "replay": replay_command,
    "retrieval": retrieval,
    "transcripts": transcripts,
}
"""The name that is typed, and what it runs."""
