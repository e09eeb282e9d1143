"""The judge on written exchanges that end in silence, labelled by their author: what its rules make of plain cases.

One line each: ``talk``, a list of ``c: …`` (customer), ``b: …`` (bot), ``B: …`` (bot, resting on an article) and
``a: …`` (colleague), and ``label``, ``resolved`` or ``not_resolved``. The rules were looked at on this set, so its
figures are an upper bound; what counts are people's labels of an installation's own conversations.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

from eval.intents import wilson
from eval.judge.rules import judge_by
from eval.outcomes.classify import Rules, episodes_of
from eval.outcomes.linking import LinkRules
from eval.outcomes.model import DAY, Conversation, Event

WHO: Final = {"c": "customer", "b": "bot", "B": "bot", "a": "agent"}
MINUTE = 60.0
START: Final = 1_772_442_000.0


class Exchange(NamedTuple):
    id: str
    talk: tuple[str, ...]
    label: str


def read_exchanges(path: Path) -> list[Exchange]:
    """Raises ``ValueError`` with the number of the first line that is none."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            exchange = Exchange(str(row["id"]), tuple(row["talk"]), row["label"])
        except (ValueError, KeyError, TypeError) as problem:
            raise ValueError(f"line {number} has no id, talk and label") from problem
        if exchange.label not in ("resolved", "not_resolved"):
            raise ValueError(f"line {number}: a label is resolved or not_resolved")
        if not exchange.talk or any(part[:1] not in WHO or part[1:3] != ": " for part in exchange.talk):
            raise ValueError(f"line {number}: each part of a talk begins with c:, b:, B: or a: and a space")
        found.append(exchange)
    return found


def review(exchanges: list[Exchange], links: LinkRules) -> dict[str, Any]:
    """``told_by_state``: exchanges that are no silence after an answer, on which the judge is not heard."""
    assert links.similarity is not None
    judge = judge_by(links.similarity)
    cells: Counter[tuple[str, str]] = Counter()
    told = 0
    for each in exchanges:
        conversation = conversation_of(each)
        episodes = episodes_of([conversation], conversation.events[-1].at + 8 * DAY, Rules(links=links))
        verdicts = judge(episodes, [conversation])
        told += not verdicts
        cells.update((verdict.said, each.label) for verdict in verdicts.values())
    judged = sum(cells.values())
    decided = sum(n for (said, _), n in cells.items() if said != "abstains")
    right = sum(n for (said, label), n in cells.items() if said == label)
    return {
        "n": len(exchanges), "told_by_state": told, "judged": judged, "decided": decided, "right": right,
        "right_of_decided": right / decided if decided else None, "right_95": wilson(right, decided),
        "abstained": judged - decided,
        "table": [{"said": said, "label": label, "n": n} for (said, label), n in sorted(cells.items())],
    }  # fmt: skip


def conversation_of(exchange: Exchange) -> Conversation:
    events: list[Event] = []
    for number, part in enumerate(exchange.talk, 1):
        data: dict[str, Any] = {"text": part[3:], "author": WHO[part[0]]}
        if part[0] == "B":
            data["citations"] = [{"article_id": "an article", "version": 1}]
        events.append(Event(number, START + number * MINUTE, WHO[part[0]], "message.sent", data))
    end = len(events) + 1
    events.append(Event(end, START + end * MINUTE, "system", "conversation.closed", {"by": "idle"}))
    return Conversation(exchange.id, "web", None, tuple(events))
