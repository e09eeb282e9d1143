"""Synthetic days whose true figures are known, to see whether the intervals hold what they promise.

Each issue is drawn from ``KINDS`` with a known chance and written as a log: proven and silent ends, customers who are
asked back and leave, claims that nothing backs, returns, denials, refusals, colleagues who close, issues that turn out
to be one, proofs that take days, greetings and test traffic. ``TRUTH`` follows from the chances alone, never from what
the metrics say; there is one for every figure of the catalogue.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any, Final

from eval.metrics import effort
from eval.metrics.catalogue import RESOLVERS
from eval.metrics.facts import WAIT_TARGET
from eval.metrics.transfer import Transfers
from eval.outcomes.model import DAY, Conversation, Event

DAYS: Final = 60
A_DAY: Final = 18
START: Final = 1_772_323_200.0
KINDS: Final = {
    "verified": 0.18, "confirmed": 0.10, "silent": 0.10, "asked_back": 0.10, "false_claim": 0.05, "returned": 0.08,
    "human_silent": 0.07, "human_confirmed": 0.08, "left_queue": 0.05, "denied": 0.06, "merged": 0.04,
    "person_at_once": 0.05, "declined": 0.04,
}  # fmt: skip
NO_ISSUE: Final = {"greeting": 0.06, "test": 0.05}
"""Beside the issues: contacts that count nowhere."""
PROVEN: Final = ("verified", "confirmed", "human_confirmed", "person_at_once")
HANDED: Final = ("human_silent", "human_confirmed", "left_queue", "person_at_once")
SERVED: Final = ("human_silent", "human_confirmed", "person_at_once")
RETURNS_IN: Final = (0.2, 6.0)
"""Days, evenly spread, until a customer comes back."""
MERGED_AFTER: Final = 0.5
CES: Final = {1: 0.05, 2: 0.05, 3: 0.05, 4: 0.10, 5: 0.20, 6: 0.25, 7: 0.30}
CES5: Final = {1: 0.40, 2: 0.30, 3: 0.15, 4: 0.10, 5: 0.05}
CSAT: Final = {1: 0.05, 2: 0.05, 3: 0.15, 4: 0.35, 5: 0.40}
ASKED, ANSWERS, REASKED, ENOUGH = 0.8, 0.5, 0.2, 0.7
FIVE_POINTS: Final = 0.5
"""How often the five-point form is asked, rather than CES 2.0."""
REPHRASED, SECONDS = 0.25, 300.0
SLOW, SLOW_SECONDS = 0.15, 2.5 * DAY
"""How often the backend shows an effect only after days."""
DUE_WHEN_HANDED, DUE_WHEN_KEPT, LATE = 0.85, 0.3, 0.2


def _chance(*names: str) -> float:
    return sum(KINDS[name] for name in names)


def _back_within(days: float) -> float:
    low, high = RETURNS_IN
    return _chance("merged") * (days >= MERGED_AFTER) + KINDS["returned"] * min(
        1.0, max(0.0, days - low) / (high - low)
    )


WAIT: Final = 120.0
PERSON_AFTER, PERSON_SECONDS = 30.0, 100.0
"""A colleague's first word comes so long after the request, and then after an exponential time of this mean."""
_QUANTILES: Final = [-PERSON_SECONDS * math.log1p(-(at + 0.5) / 1000) for at in range(1000)]
"""Of that exponential time, evenly likely."""
_BOT_ANSWERS: Final = {kind: {"returned": 2, "merged": 3, "person_at_once": 0}.get(kind, 1) for kind in KINDS}
"""How often the customer waited for the bot."""


def _effort_truth() -> float:
    """Every customer waits two minutes for each first answer; some rephrase once. Those who return pay for it."""
    total = 0.0
    for kind, chance in KINDS.items():
        returns = {"returned": 1, "merged": 2}.get(kind, 0)
        waits = [PERSON_AFTER + each for each in _QUANTILES] if kind in SERVED else [0.0]
        for rephrased, part in ((1, REPHRASED), (0, 1 - REPHRASED)):
            for again, share in ((1, REASKED), (0, 1 - REASKED)) if kind in SERVED else ((0, 1.0),):
                weighed = effort.WEIGHTS["returns"] * returns
                weighed += effort.WEIGHTS["rephrased"] * rephrased * (kind not in ("person_at_once",))
                weighed += effort.WEIGHTS["asked_again"] * again
                scaled = [effort.scale(weighed, WAIT * _BOT_ANSWERS[kind] + wait) for wait in waits]
                total += chance * part * share * sum(scaled) / len(scaled)
    return total


def _median_truth() -> float:
    """The time until half of all proofs are there: an exponential each, begun after the wait of its kind; with people
    another one before it. What is slow comes after that."""
    quick = KINDS["confirmed"] + KINDS["verified"] * (1 - SLOW)
    of_people = [(WAIT + PERSON_AFTER, KINDS["human_confirmed"]), (PERSON_AFTER, KINDS["person_at_once"])]
    low, high = 0.0, 10 * SECONDS
    for _ in range(60):
        middle = (low + high) / 2
        below = quick * -math.expm1(-max(0.0, middle - WAIT) / SECONDS)
        below += sum(chance * _two_exponentials(max(0.0, middle - shift)) for shift, chance in of_people)
        low, high = (middle, high) if below < _chance(*PROVEN) / 2 else (low, middle)
    return low


def _two_exponentials(time: float) -> float:
    """The chance that a colleague's wait and the time until the proof are together no longer than ``time``."""
    one, other = SECONDS * math.exp(-time / SECONDS), PERSON_SECONDS * math.exp(-time / PERSON_SECONDS)
    return 1 - (one - other) / (SECONDS - PERSON_SECONDS)


_DUE = _chance(*HANDED) * DUE_WHEN_HANDED
_ANSWERED = _chance(*(set(KINDS) - {"left_queue", "asked_back"}))
_KEPT = _chance("asked_back") * DUE_WHEN_KEPT
TRUTH: Final[dict[str, float]] = {
    "resolution": _chance(*PROVEN),
    "resolution_bot": _chance("verified", "confirmed"),
    "resolution_assisted": _chance("human_confirmed"),
    "resolution_human": _chance("person_at_once"),
    "silence": _chance("silent", "human_silent"),
    "confirmation": _chance("confirmed", "human_confirmed", "person_at_once") / _ANSWERED,
    "fcr": _chance(*PROVEN),
    "repeat": _chance("returned", "merged"),
    "false_resolution": KINDS["false_claim"],
    "unresolved": KINDS["denied"],
    "abandonment": _chance("asked_back", "left_queue"),
    "declined": KINDS["declined"],
    "deflection": 1 - _chance(*SERVED),
    "containment": 1 - _chance(*HANDED),
    "handover": _chance(*HANDED),
    "queue_abandonment": KINDS["left_queue"] / _chance(*HANDED),
    "reask": REASKED,
    "packet_enough": ENOUGH,
    "wait": PERSON_AFTER + PERSON_SECONDS * math.log(2),
    "answered_in_time": -math.expm1(-(WAIT_TARGET - PERSON_AFTER) / PERSON_SECONDS),
    "repeat_1d": _back_within(1),
    "repeat_3d": _back_within(3),
    "repeat_7d": _back_within(7),
    "repeat_14d": _back_within(14),
    "ces7": sum(value * chance for value, chance in CES.items()),
    "ces7_easy": CES[5] + CES[6] + CES[7],
    "ces5": sum(value * chance for value, chance in CES5.items()),
    "survey_response": ANSWERS,
    **dict.fromkeys(("csat", *(f"csat_{who}" for who in RESOLVERS)), CSAT[4] + CSAT[5]),
    "csat_mean": sum(value * chance for value, chance in CSAT.items()),
    "effort": _effort_truth(),
    "time_to_resolution": _median_truth(),
    "routine_in_48h": 1 - KINDS["verified"] * SLOW / _chance(*PROVEN),
    "handover_precision": DUE_WHEN_HANDED,
    "handover_recall": _DUE / (_DUE + _KEPT),
    "handover_timeliness": 1 - LATE,
}  # fmt: skip


@dataclass
class Days:
    """``conversations`` as they were when the sixty days were over (``as_of``), with a label for each hand-over."""

    conversations: list[Conversation] = field(default_factory=list)
    labels: list[Transfers] = field(default_factory=list)
    as_of: float = START + DAYS * DAY


def days(seed: int, a_day: int = A_DAY, length: int = DAYS) -> Days:
    """The issues of ``length`` days, ``a_day`` on each."""
    writer = _Writer(random.Random(seed), Days(as_of=START + length * DAY))  # noqa: S311 - must come out alike again
    for number in range(a_day * length):
        writer.issue(number, START + writer.chance.random() * length * DAY)
    return writer.days


class _Writer:
    def __init__(self, chance: random.Random, into: Days) -> None:
        self.chance = chance
        self.days = into

    def issue(self, number: int, at: float) -> None:
        for name, part in NO_ISSUE.items():
            if self.chance.random() < part:
                log = self._log(f"{name}{number}", f"cus_x{number}", at)
                log.says("hello there" if name == "greeting" else f"Cancel B-{number:06d}")
                log.bot("Hello! How can I help?")
                log.store(self.days, "test" if name == "test" else "customer")
        kind = self.chance.choices(list(KINDS), weights=list(KINDS.values()))[0]
        log = self._log(f"c{number}", f"cus_{number}", at)
        order = f"A-{number:06d}"
        if kind in ("merged", "returned"):
            (self._merged if kind == "merged" else self._returned)(log, order)
        else:
            self._plain(kind, log, order)
            log.store(self.days)
        if kind in (*HANDED, "asked_back"):
            made = ((3,) if self.chance.random() < LATE else (1,)) if kind in HANDED else ()
            due = self.chance.random() < (DUE_WHEN_HANDED if made else DUE_WHEN_KEPT)
            self.days.labels.append(Transfers(f"c{number}", made, (1,) if due else ()))

    def _plain(self, kind: str, log: _Log, order: str) -> None:
        if kind == "person_at_once":
            self._served(log, kind)
            return
        log.says(f"Please cancel my order {order} today", rephrased=self.chance.random() < REPHRASED)
        if kind == "left_queue":
            log.handed_over("bot")
            log.wait(WAIT)
            log.closed("system")
        elif kind in ("human_silent", "human_confirmed"):
            log.wait(WAIT)
            log.bot("Let me bring in somebody.")
            log.handed_over("bot")
            self._served(log, kind)
        else:
            self._by_bot(kind, log)

    def _by_bot(self, kind: str, log: _Log) -> None:
        log.wait(WAIT)
        if kind == "asked_back":
            log.bot("Which order do you mean?")
        elif kind == "false_claim":
            log.add("triage.decided", "bot", reply_to=[2], decision="continue", rule="none", intent="cancel_order")
            log.bot("I've cancelled it for you.")
        elif kind == "verified":
            log.bot("One moment, please.")
            log.wait(SLOW_SECONDS if self.chance.random() < SLOW else self._seconds())
            log.verified()
            log.bot("It is off.")
        else:
            log.bot("Orders can be changed until they are packed.")
        if kind == "confirmed":
            log.wait(self._seconds())
            log.add("feedback.given", "customer", kind="solved")
        if kind == "denied":
            log.add("feedback.given", "customer", kind="not_solved")
        self._survey(log)
        log.closed("system", "declined_by_policy" if kind == "declined" else None)

    def _seconds(self) -> float:
        return self.chance.expovariate(1 / SECONDS)

    def _served(self, log: _Log, kind: str) -> None:
        if kind == "person_at_once":
            log.handed_over("customer")
        log.wait(PERSON_AFTER + self.chance.expovariate(1 / PERSON_SECONDS))
        log.add("handoff.accepted", "agent", handoff_id="h", agent_id="agt", agent_name="Ana")
        told = "Could you give me your order number?" if kind != "person_at_once" else "How can I help?"
        asks = self.chance.random() < REASKED
        if kind == "person_at_once":
            log.says(f"It is about {log.name}")
            log.agent("Hello, I am Ana.")
            told = "What seems to be the problem?"
        log.agent(told if asks else "I am looking at it now.")
        if kind != "human_silent":
            log.wait(self._seconds())
            log.add("feedback.given", "customer", kind="solved")
        self._survey(log)
        log.closed("agt", "resolved", packet_enough=self.chance.random() < ENOUGH)

    def _returned(self, log: _Log, order: str) -> None:
        log.says(f"Please cancel my order {order} today", rephrased=self.chance.random() < REPHRASED)
        log.wait(WAIT)
        log.verified()
        log.bot("It is off.")
        log.closed("system")
        gap = self.chance.uniform(*RETURNS_IN) * DAY
        log.store(self.days)
        again = self._log(f"{log.name}r", log.customer, log.at + gap)
        again.says(f"{order} came all the same")
        again.wait(WAIT)
        again.bot("Our carrier had it on the road.")
        again.closed("system")
        again.store(self.days)

    def _merged(self, log: _Log, order: str) -> None:
        other = order.replace("A-", "C-")
        texts = (f"Where is {order}?", f"Has {other} been sent?", f"{order} and {other} are one parcel")
        rephrases = self.chance.random() < REPHRASED
        at = log.at
        for number, text in enumerate(texts):
            part = log if number == 0 else self._log(f"{log.name}m{number}", log.customer, at)
            part.says(text if number else f"Please tell me: {text}", rephrased=rephrases and number == 0)
            part.wait(WAIT)
            part.bot("It is with the carrier.")
            part.closed("system")
            part.store(self.days)
            at = part.at + MERGED_AFTER * DAY

    def _survey(self, log: _Log) -> None:
        if self.chance.random() >= ASKED:
            return
        form, points = ("ces5", CES5) if self.chance.random() < FIVE_POINTS else ("ces7", CES)
        log.add("survey.offered", "system", episode_id="", form=form)
        if self.chance.random() < ANSWERS:
            ces = self.chance.choices(list(points), weights=list(points.values()))[0]
            csat = self.chance.choices(list(CSAT), weights=list(CSAT.values()))[0]
            log.add("survey.answered", "customer", episode_id="", form=form, ces=ces, csat=csat)

    def _log(self, name: str, customer: str, at: float) -> _Log:
        return _Log(name, customer, at)


class _Log:
    def __init__(self, name: str, customer: str, at: float) -> None:
        self.name, self.customer, self.at = name, customer, at
        self.events: list[Event] = []
        self.add("conversation.opened", "system", channel="web", customer_id=customer)

    def add(self, event: str, source: str, /, **data: Any) -> None:
        self.events.append(Event(len(self.events) + 1, self.at, source, event, data))

    def wait(self, seconds: float) -> None:
        self.at += seconds

    def says(self, text: str, *, rephrased: bool = False) -> None:
        self.add("message.sent", "customer", text=text, author="customer")
        if rephrased:
            self.add("message.sent", "system", text="I'm still working on it.", author="system")
            self.add("message.sent", "customer", text=f"{text} please", author="customer")

    def bot(self, text: str) -> None:
        self.add("message.sent", "bot", text=text, author="bot", reply_to=[2])

    def agent(self, text: str) -> None:
        self.add("message.sent", "agent", text=text, author="agt")

    def verified(self) -> None:
        name = f"op_{self.name}"
        self.add(
            "action.performed", "bot", operation_id=name, kind="cancel_order", state="verified", summary="", receipt="r"
        )

    def handed_over(self, by: str) -> None:
        self.add("handoff.requested", by, reason="frustration" if by == "bot" else "explicit_request")
        self.add("handoff.queued", "system", handoff_id="h", queue="general", position=1)

    def closed(self, by: str, outcome: str | None = None, packet_enough: bool | None = None) -> None:
        source = "system" if by == "system" else "agent"
        self.add("conversation.closed", source, by=by, outcome=outcome, packet_enough=packet_enough)

    def store(self, into: Days, traffic: Any = "customer") -> None:
        """What had happened when the days were over; a log that begins later is not there yet."""
        seen = tuple(event for event in self.events if event.at <= into.as_of)
        if seen:
            into.conversations.append(Conversation(self.name, "web", self.customer, seen, traffic))
