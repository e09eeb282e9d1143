"""All SQL of the judge's calibration. Verdicts themselves are columns of the episodes (``eval.live.store``)."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from eval.judge import strata
from eval.judge.calibration import Calibration, Counts
from eval.judge.labels import Judged, Labels
from eval.judge.model import SAID, VERSION
from eval.live.shares import OF_MATURED, Period
from eval.outcomes.model import moment, told
from eval.quality import store as quality
from eval.quality.agreement import Agreement
from eval.quality.report import labels_of
from eval.storage.tables import judge_calibrations, outcome_contacts, outcome_episodes

C, E = judge_calibrations.c, outcome_episodes.c
MOST = 200
AT_A_TIME = 500


def labels(connection: sa.Connection, since: float) -> Labels:
    """Reviews finished since then, the episodes opened since then that they are about, and the band they stand for."""
    rows = quality.reviewed(connection, told(since))
    found = labels_of(rows)
    band = (
        sa.select(E.judged, sa.func.count())
        .where(OF_MATURED, E.silent == 1, E.judge_version == VERSION, E.opened_at >= since)
        .group_by(E.judged)
    )
    return Labels(
        labels=found,
        rules={row["conversation_id"]: row["rule"] for row in rows},
        finished={row["conversation_id"]: moment(row["finished_at"]) for row in rows},
        episodes=_episodes(connection, [label.conversation_id for label in found], since),
        band={said: count for said, count in connection.execute(band) if said in SAID},
    )


def _episodes(connection: sa.Connection, names: Collection[str], since: float) -> dict[str, list[Judged]]:
    ids, found = list(names), dict[str, list[Judged]]()
    contact = outcome_contacts.c
    for start in range(0, len(ids), AT_A_TIME):
        query = (
            sa.select(
                contact.conversation_id,
                E.id,
                E.silent,
                E.matured,
                E.evidence,
                E.judged,
                E.judge_version,
                E.version,
                E.intent,
            )
            .select_from(outcome_contacts.join(outcome_episodes, contact.episode_id == E.id))
            .where(contact.conversation_id.in_(ids[start : start + AT_A_TIME]), E.eligible == 1, E.opened_at >= since)
            .distinct()
        )
        for row in connection.execute(query):
            judged = Judged(
                row.id, bool(row.silent), bool(row.matured), row.evidence == "assumed_silent", row.judged,
                row.judge_version, row.version, row.intent,
            )  # fmt: skip
            found.setdefault(row.conversation_id, []).append(judged)
    return found


def silent_conversations(connection: sa.Connection, period: Period, most: int) -> list[str]:
    """Where the newest silent episodes of the period were, ``most`` at most."""
    query = sa.select(E.conversation_id).where(OF_MATURED, E.silent == 1, *period.conditions())
    return list(connection.execute(query.order_by(E.opened_at.desc()).limit(most)).scalars())


def add(connection: sa.Connection, calibration: Calibration) -> None:
    counts = calibration.counts
    connection.execute(
        sa.insert(judge_calibrations).values(
            made_at=calibration.made_at,
            made_by=calibration.made_by,
            judge=calibration.judge,
            versions=list(calibration.versions),
            newest_label_at=calibration.newest_label_at,
            valid_days=calibration.valid_days,
            labels={said: list(cell) for said, cell in counts.labels.items()},
            band=dict(counts.band),
            agreement=calibration.agreement._asdict(),
            left_out=dict(calibration.left_out),
            strata=strata.stored(calibration.strata),
        )
    )


def calibrations(connection: sa.Connection, most: int = MOST) -> list[Calibration]:
    """The newest first."""
    query = sa.select(judge_calibrations).order_by(C.number.desc()).limit(most)
    return [_calibration(row) for row in connection.execute(query).mappings()]


def in_force(connection: sa.Connection) -> Calibration | None:
    """The newest with labels enough; where there is none, the newest."""
    found = calibrations(connection)
    mine = [each for each in found if each.judge == VERSION] or found
    return next((each for each in mine if each.enough), mine[0] if mine else None)


def abstained_on(connection: sa.Connection, conversation_ids: Collection[str]) -> set[str]:
    """Those of the conversations with an episode on which the judge could not tell."""
    ids, found = list(conversation_ids), set[str]()
    contact = outcome_contacts.c
    for start in range(0, len(ids), AT_A_TIME):
        query = (
            sa.select(contact.conversation_id)
            .select_from(outcome_contacts.join(outcome_episodes, contact.episode_id == E.id))
            .where(contact.conversation_id.in_(ids[start : start + AT_A_TIME]), E.judged == "abstains")
        )
        found.update(connection.execute(query).scalars())
    return found


def _calibration(row: sa.RowMapping) -> Calibration:
    cells = {said: (int(cell[0]), int(cell[1])) for said, cell in row["labels"].items()}
    return Calibration(
        row["made_at"], row["made_by"], row["judge"], tuple(row["versions"]), row["newest_label_at"],
        row["valid_days"], Counts(cells, row["band"]), Agreement(**row["agreement"]), row["left_out"],
        strata.read(row["strata"]),
    )  # fmt: skip
