"""``bench outcomes``: every metric over many synthetic episodes, from the logs to the figures.

Seconds are of this process on one core, so that neighbours on the machine do not count.
"""

from __future__ import annotations

import resource
import time
from typing import Annotated, Any

import typer

from eval.metrics.figures import figures
from eval.metrics.known_truth import DAYS, NO_ISSUE, days
from eval.outcomes.classify import judge
from eval.outcomes.contacts import contacts_of
from eval.outcomes.model import Contact, Conversation
from stack.output import answer

ISSUES_A_BATCH = 10_000


def outcomes(
    n: Annotated[int, typer.Option("--n", help="Episodes.", min=100, max=1_000_000)] = 100_000,
    seed: Annotated[int, typer.Option(help="Draws the days.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """All metrics over synthetic episodes: reading, linking, judging, counting."""
    document = measure(n, seed)
    answer(document, as_json=as_json, people="\n".join(f"{name:<18}{value}" for name, value in document.items()))


def measure(n: int, seed: int) -> dict[str, Any]:
    """Logs come batch by batch, as from a store; writing the synthetic ones is not counted."""
    contacts: list[Contact] = []
    as_of, batch, spent, events = 0.0, 0, 0.0, 0
    wanted = n * (1 - sum(NO_ISSUE.values()))
    while batch * ISSUES_A_BATCH < wanted:
        synthetic = days(seed + batch, a_day=ISSUES_A_BATCH // DAYS + 1)
        as_of = synthetic.as_of
        began = time.process_time()
        for conversation in synthetic.conversations:
            contacts.extend(contacts_of(_renamed(conversation, batch)))
            events += len(conversation.events)
        spent += time.process_time() - began
        batch += 1
    began = time.process_time()
    episodes = judge(contacts, as_of)
    judged = time.process_time() - began
    began = time.process_time()
    found = figures(episodes, as_of)
    counted = time.process_time() - began
    return {
        "episodes": len(episodes),
        "events": events,
        "metrics": len(found.metrics),
        "seconds_reading": round(spent, 1),
        "seconds_judging": round(judged, 1),
        "seconds_metrics": round(counted, 1),
        "seconds": round(spent + judged + counted, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _renamed(conversation: Conversation, batch: int) -> Conversation:
    """Every batch draws the same names."""
    return Conversation(
        f"{batch}-{conversation.id}", conversation.channel, f"{batch}-{conversation.customer_id}",
        conversation.events, conversation.traffic,
    )  # fmt: skip
