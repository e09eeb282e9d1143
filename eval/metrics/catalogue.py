"""Every figure, once: what it counts, of what, and what good practice asks.

A figure is a set of conditions on ``eval.metrics.facts``. A report holds them against episodes (``figures``), the
dashboard turns them into SQL (``eval.live.shares``), and both take value and interval from ``eval.metrics.values``.
Targets are those of good service practice, that of ``answered_in_time`` is ours; a figure that a target would only bend
has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from eval.metrics.facts import DUE, MADE, WAIT_TARGET, Facts
from eval.outcomes.model import DAY, RETURN_DAYS

Target = tuple[float, Literal["at least", "at most"]]
RESOLVERS: Final = ("bot", "assisted", "human")
MATURED: Final = "eligible episodes whose time to stand (7 days) is over"
ENDED: Final = "eligible episodes that have ended"
ELIGIBLE: Final = "eligible episodes"
ANSWERED: Final = "eligible episodes that answered"
SERVED: Final = "eligible episodes, handed over and answered by a colleague"
NOBODY_ANSWERED: Final = "nobody has answered yet"


@dataclass(frozen=True)
class Is:
    """Whether a fact is one of ``values``; with ``least`` or ``most``, whether it is given and within them."""

    field: str
    values: tuple[str | bool, ...] = (True,)
    least: float | None = None
    most: float | None = None

    def holds(self, facts: Facts) -> bool:
        value = getattr(facts, self.field)
        if self.least is None and self.most is None:
            return value in self.values
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


Conditions = tuple[Is, ...]


def all_hold(conditions: Sequence[Is], facts: Facts) -> bool:
    return all(each.holds(facts) for each in conditions)


@dataclass(frozen=True)
class Share:
    """``hits`` of those for which ``of`` holds; ``empty`` is said instead of a value where there are none."""

    name: str
    title: str
    hits: Conditions
    of: Conditions
    denominator: str
    note: str = ""
    target: Target | None = None
    empty: str = ""
    unit: str = "share"


@dataclass(frozen=True)
class Number:
    """Mean or median of ``field`` over those for which ``of`` holds; it is given for each of them."""

    name: str
    title: str
    field: str
    statistic: Literal["mean", "median"]
    of: Conditions
    denominator: str
    unit: str
    note: str = ""
    target: Target | None = None
    empty: str = ""

    @property
    def hits(self) -> Conditions:
        """Every episode with a value is behind it."""
        return ()


@dataclass(frozen=True)
class Return:
    """Who came back with the same issue within ``days``, by the survival curve."""

    name: str
    title: str
    days: int
    target: Target | None = None
    denominator: str = "eligible episodes that have ended; watched until now (Kaplan–Meier)"
    note: str = ""
    empty: str = ""
    unit: str = "share"

    @property
    def of(self) -> Conditions:
        return OF_ENDED

    @property
    def hits(self) -> Conditions:
        return (Is("back_after", most=self.days * DAY),)


Figure = Share | Number | Return


def _given(field: str) -> Is:
    return Is(field, least=float("-inf"))


OF_ELIGIBLE: Final[Conditions] = (Is("eligible"),)
OF_MATURED: Final[Conditions] = (*OF_ELIGIBLE, Is("matured"))
OF_ENDED: Final[Conditions] = (*OF_ELIGIBLE, Is("ended"))
OF_SERVED: Final[Conditions] = (*OF_ELIGIBLE, Is("served"))


def _matured(name: str, title: str, *hits: Is, note: str = "", target: Target | None = None) -> Share:
    return Share(name, title, hits, OF_MATURED, MATURED, note, target)


def _status(name: str) -> Is:
    return Is("status", (name,))


def _csat(who: str) -> Share:
    of = (*OF_ELIGIBLE, Is("resolver", (who,)), _given("csat"))
    title = f"CSAT, 4 or 5, {who}"
    return Share(f"csat_{who}", title, (Is("csat", least=4),), of, f"{ANSWERED}, resolver {who}",
                 target=(0.85, "at least"), empty=NOBODY_ANSWERED)  # fmt: skip


def _labelled(name: str, title: str, hits: tuple[str, ...], of: tuple[str, ...], which: str) -> Share:
    denominator = f"eligible episodes that reviewers read, drawn by chance: {which}"
    of_labelled = (*OF_ELIGIBLE, Is("handover", of))
    return Share(name, title, (Is("handover", hits),), of_labelled, denominator, empty="not labelled yet")


CATALOGUE: Final[tuple[Figure, ...]] = (
    _matured("resolution", "Resolution rate", Is("proven")),
    *(_matured(f"resolution_{who}", f"Resolved by {who}", Is("proven"), Is("resolver", (who,)))
      for who in RESOLVERS),
    _matured("silence", "Band of silence", Is("silent"), note="silence after an answer; never counted"),
    Share("confirmation", "Confirmation rate", (Is("confirmed"),), (*OF_MATURED, Is("reached")),
          "matured eligible episodes in which somebody answered", "the customer said that it is solved"),
    _matured("fcr", "First contact resolution", Is("proven"), Is("one_contact"), target=(0.70, "at least")),
    _matured("repeat", "Claimed, and came back within 7 days", _status("repeat"), target=(0.15, "at most")),
    _matured("false_resolution", "False resolutions", _status("false_resolution"), target=(0.0, "at most")),
    _matured("unresolved", "Unresolved", _status("unresolved")),
    _matured("abandonment", "Abandoned", _status("abandoned")),
    _matured("declined", "Declined by policy", _status("declined_by_policy")),
    Share("deflection", "Deflection", (Is("person_took_part", (False,)),), OF_ENDED, ENDED,
          "no person took part, for whatever reason"),
    Share("containment", "Containment", (Is("person_took_part", (False,)), Is("person_asked", (False,))), OF_ENDED,
          ENDED, "nobody even asked for a person"),
    Share("handover", "Handed over", (Is("person_asked"),), OF_ELIGIBLE, ELIGIBLE),
    Share("queue_abandonment", "Left before a person came", (Is("left_queue"),),
          (*OF_ELIGIBLE, Is("person_asked")), "eligible episodes that were handed over"),
    Share("reask", "Asked again for what they had told", (Is("asked_again"),), OF_SERVED, SERVED,
          target=(0.0, "at most")),
    Share("packet_enough", "The packet was enough", (Is("packet_enough"),), (*OF_ELIGIBLE, Is("packet_judged")),
          f"{SERVED}, who said whether it was", empty="no colleague has said so yet"),
    _labelled("handover_precision", "Hand-overs that were due", DUE, MADE, "handed over"),
    _labelled("handover_recall", "Due hand-overs that were made", DUE, (*DUE, "missing"), "a person was due"),
    _labelled("handover_timeliness", "Due hand-overs made in time", ("right",), DUE, "handed over when due"),
    Number("wait", "Wait for a colleague, median", "wait", "median", OF_SERVED, SERVED, "seconds",
           "the longest of an episode"),
    Share("answered_in_time", "Answered in time", (Is("in_time"),), OF_SERVED, SERVED,
          f"each of an episode's answered hand-overs by its queue's due time, {WAIT_TARGET:.0f} s where it has none",
          (0.80, "at least")),
    *(Return(f"repeat_{days}d", f"Came back within {days} day{'s' if days > 1 else ''}", days,
             (0.15, "at most") if days == 7 else None) for days in RETURN_DAYS),
    Number("ces7", "CES 2.0, mean", "ces7", "mean", (*OF_ELIGIBLE, _given("ces7")), ANSWERED,
           "points 1 to 7, 7 = easy", empty=NOBODY_ANSWERED),
    Share("ces7_easy", "CES 2.0, answered 5 to 7", (Is("ces7", least=5),), (*OF_ELIGIBLE, _given("ces7")), ANSWERED,
          empty=NOBODY_ANSWERED),
    Share("survey_response", "Surveys answered", (Is("survey_answered"),), (*OF_ELIGIBLE, Is("survey_offered")),
          "eligible episodes that were asked", "who does not answer may have found it harder than who does"),
    Number("ces5", "CES, five points, mean", "ces5", "mean", (*OF_ELIGIBLE, _given("ces5")), ANSWERED,
           "points 1 to 5, 1 = easy", target=(2.0, "at most"), empty=NOBODY_ANSWERED),
    Number("effort", "Effort index from behaviour, mean", "effort", "mean", OF_ELIGIBLE, ELIGIBLE, "0 to 100"),
    Share("csat", "CSAT, 4 or 5", (Is("csat", least=4),), (*OF_ELIGIBLE, _given("csat")), ANSWERED,
          target=(0.85, "at least"), empty=NOBODY_ANSWERED),
    Number("csat_mean", "CSAT, mean", "csat", "mean", (*OF_ELIGIBLE, _given("csat")), ANSWERED, "points 1 to 5",
           empty=NOBODY_ANSWERED),
    *(_csat(who) for who in RESOLVERS),
    Number("time_to_resolution", "Time to resolution, median", "to_resolution", "median",
           (*OF_MATURED, _given("to_resolution")), "matured episodes resolved on proof", "seconds",
           "from the first need to the proof"),
    Share("routine_in_48h", "Resolved within 48 h, of those resolved on proof", (Is("routine"),),
          (*OF_MATURED, _given("to_resolution")), "matured episodes resolved on proof", target=(0.80, "at least")),
)  # fmt: skip
BY_NAME: Final = {each.name: each for each in CATALOGUE}


def note_of(figure: Figure, n: int, calibration: str) -> str:
    """What is to be said beside a value of ``n`` episodes; ``calibration``: of the effort index (``effort``)."""
    if n == 0 and figure.empty:
        return figure.empty
    return calibration if figure.name == "effort" else figure.note
