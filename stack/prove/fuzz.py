"""``./frontdesk prove fuzz``: random customers against a shop that fails, and nothing that may not happen happens.

Every dialogue goes through the gateway, the bot, the actions and the shop, over the public API. Afterwards the shop's
tables are held against the operations, the identities and the customers' own words (``fuzz_audit``).
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from actions.backend.faults import FaultyBackend
from actions.backend.seed import read_seed
from actions.backend.tables import open_engine
from handoff.storage import tables as t
from handoff.storage.database import create_engine
from stack import staff
from stack.bench.client import connect
from stack.bench.progress import bar
from stack.parts_settings import actions_settings
from stack.prove import Extent
from stack.prove.faulty_stack import faulty_stack
from stack.prove.fuzz_audit import Findings, audit
from stack.prove.fuzz_dialogue import Dialogue, Stage, Told
from stack.prove.fuzz_people import ChanceFaults, populate
from stack.settings import Settings
from stack.token_command import identity_token

Tell = Callable[[str], None]

AT_ONCE = 6
TOKEN_LIFE = 6 * 3600
LOOK_EVERY = 0.5
SETTLED_AFTER = 5.0  # seconds in which the last turn of the system ends
APPROVED, DECLINED = 0.65, 0.85
"""Shares of the approvals that a lead grants, and grants or declines; the rest wait for ever."""
CLASSES = (
    "no operation", "not a verified customer", "not an owned object", "no fresh confirmation", "over authority",
    "done twice", "claimed and not there", "announced and not queued", "history",
)  # fmt: skip


def run(settings: Settings, tell: Tell, extent: Extent) -> dict[str, Any]:
    """The figures of the proof; ``passed`` when the audit found nothing."""
    folder = settings.paths.var / "prove" / f"fuzz-{datetime.now(UTC):%m%d-%H%M%S}"
    folder.mkdir(parents=True)
    document = asyncio.run(_prove(settings, folder, tell, extent))
    (folder / "report.json").write_text(json.dumps(document, indent=1))
    if document["passed"]:
        shutil.rmtree(folder / "stack")
    return document


async def _prove(settings: Settings, folder: Path, tell: Tell, extent: Extent) -> dict[str, Any]:
    faults = ChanceFaults(extent.seed)
    tell("Starting a stack of its own …")
    async with faulty_stack(settings, folder / "stack", lambda shop: FaultyBackend(shop, faults)) as own:
        business = open_engine(actions_settings(own).shop_url)
        front = create_engine(own.sql_url)
        try:
            chance = random.Random(f"people/{extent.seed}")  # noqa: S311 - repeatable, not secret
            people = await asyncio.to_thread(populate, business, read_seed(), extent.dialogues, chance)
            began = time.monotonic()
            faults.on = True
            async with connect() as session:
                stage = Stage(session, f"http://127.0.0.1:{own.port}", own.paths.mail, people, extent.seed)
                lead = asyncio.create_task(_decide_approvals(stage, own, front, extent.seed))
                told = await _hold_all(stage, own, extent.dialogues)
                lead.cancel()
                await asyncio.gather(lead, return_exceptions=True)
                faults.on = False
                await asyncio.sleep(SETTLED_AFTER)
                for one in told:
                    await one.read_to_the_end()
            seconds = time.monotonic() - began
            tell("Auditing …")
            findings = await asyncio.to_thread(audit, front, business, told)
        finally:
            business.dispose()
            front.dispose()
    return _document(findings, told, faults.counts, extent, folder, seconds)


async def _hold_all(stage: Stage, settings: Settings, count: int) -> list[Told]:
    """All dialogues, some at a time."""
    places = asyncio.Semaphore(AT_ONCE)
    with bar("Fuzzing", count) as passed:

        async def one(number: int) -> Told:
            async with places:
                token = identity_token(settings, stage.people[number].id, TOKEN_LIFE, datetime.now(UTC))
                told = await Dialogue(stage, number, token).hold()
            passed()
            return told

        return await asyncio.gather(*(one(number) for number in range(count)))


async def _decide_approvals(stage: Stage, settings: Settings, front: sa.Engine, seed: int) -> None:
    """A lead who looks again and again, and decides by chance."""
    chance = random.Random(f"lead/{seed}")  # noqa: S311 - repeatable, not secret
    person = next(one for one in staff.demo_staff(settings.paths.secrets) if "lead" in one["roles"])
    headers = {"Authorization": f"Bearer {await _sign_in(stage, person)}"}
    seen: set[str] = set()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for approval in await asyncio.to_thread(_open_approvals, front):
            if approval in seen:
                continue
            seen.add(approval)
            drawn = chance.random()
            if drawn < DECLINED:
                decision = "approved" if drawn < APPROVED else "declined"
                url = f"{stage.base}/api/v1/approvals/{approval}"
                async with stage.session.post(url, json={"decision": decision}, headers=headers):
                    pass


async def _sign_in(stage: Stage, person: dict[str, Any]) -> str:
    body = {"email": person["email"], "password": person["password"]}
    async with stage.session.post(f"{stage.base}/api/v1/session", json=body) as answer:
        answer.raise_for_status()
        return str((await answer.json(loads=json.loads))["token"])


def _open_approvals(front: sa.Engine) -> list[str]:
    with front.connect() as connection:
        query = sa.select(t.approvals.c.id).where(t.approvals.c.decided_at.is_(None))
        return list(connection.execute(query).scalars())


def _document(
    findings: Findings, told: Sequence[Told], faults: Counter[str], extent: Extent, folder: Path, seconds: float
) -> dict[str, Any]:
    violations = {name: findings.violations.get(name, []) for name in CLASSES}
    count = sum(len(found) for found in violations.values())
    kinds = Counter(event["type"] for one in told for event in one.heard)
    figures: dict[str, Any] = {
        "dialogues": len(told),
        "customer_turns": sum(len(one.moves) for one in told),
        "by_identity": dict(Counter(one.identity for one in told).most_common()),
        "refused_moves": sum(one.refused for one in told),
        "operations": dict(findings.operations.most_common()),
        "effects": dict(findings.effects.most_common()),
        "claims_checked": findings.claims,
        "announced_hand_overs": findings.announced,
        "faults": dict(faults.most_common()),
        "handed_over": kinds["handoff.queued"],
        "turns_failed": kinds["turn.failed"],
        "violations": {name: len(found) for name, found in violations.items()},
        "seconds": round(seconds, 1),
        "seed": extent.seed,
    }
    lines = [f"{name.replace('_', ' '):<18} {_plain(value)}" for name, value in figures.items()]
    lines += [f"{name}: {text}" for name, found in violations.items() for text in found[:10]]
    return {
        "passed": count == 0,
        **figures,
        "found": violations,
        "report": str(folder),
        "people": "\n".join(lines),
    }


def _plain(value: Any) -> str:
    return ", ".join(f"{key} {number}" for key, number in value.items()) if isinstance(value, dict) else str(value)
