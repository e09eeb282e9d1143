"""What may be said on the judge's word: its verdicts on the band of silence, corrected, or why nothing may be said."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from eval.errors import Conflict
from eval.judge import store
from eval.judge.calibration import Calibration, Rate, corrected, corrected_of_all, document, drift, refusal
from eval.judge.labels import DEFAULT_LANGUAGE, calibrate
from eval.judge.model import SAID, VERSION
from eval.judge.strata import INTENT, LANGUAGE, pooling
from eval.live.shares import Period
from eval.live.totals import Totals, gather
from eval.outcomes.model import DAY
from eval.ports import Sql

Languages = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
MOST_HEARD: Final = 500
"""Silent episodes whose language is looked up for a period: enough to see a fiftieth of them."""


class JudgeDesk:
    """``valid_days``: how long people's labels hold; ``languages``: of conversations not in ``DEFAULT_LANGUAGE``."""

    def __init__(self, sql: Sql, now: Callable[[], float], valid_days: float, languages: Languages) -> None:
        self._sql = sql
        self._now = now
        self._valid_days = valid_days
        self._languages = languages

    async def calibrate(self, by: str) -> Calibration:
        """Hold the judge against the labels of the last ``valid_days`` and keep what comes of it.

        Raises ``Conflict`` (``no_labels``) where no label is about an episode that it judged."""
        now = self._now()
        since = now - self._valid_days * DAY

        labels = await self._sql.read(lambda connection: store.labels(connection, since))
        spoken = await self._languages([label.conversation_id for label in labels.labels])
        labels = labels._replace(languages=spoken)
        made = await asyncio.to_thread(calibrate, labels, now, by, self._valid_days)
        if made is None:
            raise Conflict(
                "no_labels",
                f"In the last {self._valid_days:g} days nobody labelled an episode that ended in silence a week or "
                "longer ago and was drawn by chance. Draw some under Quality, read them, and come back.",
            )
        await self._sql.write(lambda connection: store.add(connection, made))
        return made

    async def calibrations(self) -> list[Calibration]:
        """The newest first."""
        return await self._sql.read(store.calibrations)

    async def standing(self, period: Period) -> dict[str, Any]:
        """The judge's verdicts of a period and the corrected share; ``refused`` says why there is none."""
        now = self._now()
        names = await self._sql.read(lambda connection: store.silent_conversations(connection, period, MOST_HEARD))
        spoken = await self._languages(names)
        heard = Counter(spoken.get(name, DEFAULT_LANGUAGE) for name in names)
        return await self._sql.read(lambda connection: standing_of(connection, period, now, heard))


def standing_of(
    connection: sa.Connection, period: Period, now: float, languages: Mapping[str, int] = MappingProxyType({})
) -> dict[str, Any]:
    """``languages``: of the newest silent episodes, how many are in each."""
    by_version = gather(connection, period, "version")
    totals = sum(by_version.values(), Totals())
    silent, matured = int(totals["silence/hits"]), int(totals["silence/of"])
    said = {each: int(totals[f"judged:{each}"]) for each in SAID}
    judged = sum(said.values())
    calibration = store.in_force(connection)
    refused = refusal(calibration, now)
    if refused is None and judged == 0:
        refused = "No episode of this time ended in silence, was judged and has matured."
    moved = drift(calibration.counts, said) if refused is None and calibration is not None else None
    if moved is not None and not moved.interval[0] <= 0 <= moved.interval[1]:
        refused = (
            "The judge abstains otherwise than its labels explain, whatever was resolved: it errs otherwise than it "
            "did. Label some of this time."
        )
    pooled = None
    if refused is None and calibration is not None:
        intents = gather(connection, period, "intent")
        needs = {intent: int(counted["silence/hits"]) for intent, counted in intents.items()}
        parts = {INTENT: needs, LANGUAGE: languages}
        refused, pooled = pooling(calibration.strata, parts, period.named())
    band = everything = None
    if refused is None and calibration is not None:
        band = corrected(calibration.counts, said["resolved"], judged)
        everything = corrected_of_all(calibration.counts, said["resolved"], judged, silent, matured)
    known = calibration.versions if calibration else ()
    here = sorted(version for version, counted in by_version.items() if counted["silence/hits"])
    return {
        "judge": VERSION, "refused": refused, "silent": silent, "matured": matured,
        "said": [{"key": each, "n": said[each]} for each in SAID], "not_judged": max(0, silent - judged),
        "pooled": pooled,
        "drift": {"value": moved.value, "interval_99": list(moved.interval)} if moved else None,
        "of_band": _told(band), "of_matured": _told(everything),
        "unseen_versions": [each for each in here if each not in known] if refused is None else [],
        "calibration": document(calibration) if calibration else None,
    }  # fmt: skip


def _told(rate: Rate | None) -> dict[str, Any] | None:
    return {"value": rate.value, "interval_95": list(rate.interval)} if rate else None
