"""The judge on its real store and over HTTP: verdicts kept, people's labels, a corrected share, and refusals."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from eval.judge.model import VERSION, Verdict
from eval.judge.routes import create_router
from eval.judge.rules import judge_by
from eval.judge.service import JudgeDesk
from eval.live import counting, insights
from eval.live import routes as outcome_routes
from eval.live.keeper import Keeper
from eval.live.service import Outcomes
from eval.live.shares import Period
from eval.outcomes.linking import shared_words
from eval.outcomes.model import DAY, Conversation, Episode
from eval.quality import routes as quality_routes
from eval.quality.sampling import Candidate
from eval.quality.scorecard import QUESTIONS
from eval.quality.service import QualityDesk
from eval.storage.tables import outcome_episodes
from handoff.clock import RandomIds
from handoff.storage.database import Database
from tests.eval.desk import Shelf, require, serving
from tests.eval.outcomes.logs import START, Log
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service

NEED = "how long may I keep the rented tent"
GOOD, POOR = "You may keep the rented tent for two weeks long.", "Our tents are green, and they are green all over."
VAGUE = "You may keep the rented tent for weeks, always."
PERIOD = Period(0, START + 400 * DAY)
LABELLED, VALID_DAYS = 60, 90


def silent(number: int, answer: str, need: str = "rental") -> Log:
    log = Log(f"s{number}", customer=f"cus_{number}", at=START + number * 60).episode(f"eps_s{number}")
    cited = [{"article_id": "rental", "version": 1}] if answer == GOOD else []
    return log.customer(NEED, need).bot(answer, citations=cited).closed()


def proven(number: int) -> Log:
    log = Log(f"p{number}", customer=f"cus_p{number}").episode(f"eps_p{number}")
    return log.customer(f"Cancel A-{1000 + number}", "cancel_order").done(f"op_{number}").bot("It is off.").closed()


class Wrong:
    """A judge that takes every silence for a success."""

    def __call__(self, episodes: Sequence[Episode], _: Sequence[Conversation]) -> dict[str, Verdict]:
        return {each.id: Verdict("resolved", 0.99, ("it says so",)) for each in episodes}


@dataclass
class Floor:
    """Conversations, the keeper over them, and the routes that a desk asks."""

    database: Database
    clock: FakeClock
    logs: dict[str, Log] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)

    async def keep(self, judge: Any = None) -> None:
        told = [replace(log.conversation(), version=self.versions.get(name)) for name, log in self.logs.items()]
        shelf = Shelf(told)
        keeper = Keeper(self.database, shelf, self.now, judge=judge or judge_by(shared_words))
        for person in shelf.persons:
            await keeper.judge(person)

    def now(self) -> float:
        return self.clock.now().timestamp()

    async def languages(self, names: Sequence[str]) -> dict[str, str]:
        return {name: self.spoken[name] for name in names if name in self.spoken}

    async def candidates(self, _since: str, _until: str, _seed: int) -> list[Candidate]:
        return [Candidate(name, "bot", 0.0, definitions_disagree=name.startswith("s")) for name in self.logs]

    async def transcript(self, name: str) -> list[dict[str, Any]] | None:
        return self.logs[name].events if name in self.logs else None

    def app(self) -> FastAPI:
        outcomes = Outcomes(self.database, self.now)
        quality = QualityDesk(self.database, self.clock, RandomIds(), self.candidates, self.transcript)
        judge = JudgeDesk(self.database, self.now, VALID_DAYS, self.languages)
        return serving(
            create_router(judge, outcomes, require),
            quality_routes.create_router(quality, require),
            outcome_routes.create_router(outcomes, require),
        )


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database, FakeClock(datetime.fromtimestamp(START + 20 * DAY, UTC)))


@pytest.fixture
async def client(floor: Floor) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(floor.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://desk", headers={"X-Role": "qa"}) as client:
        yield client


async def read(client: httpx.AsyncClient, count: int, outcome: Any, rule: str = "disagreement") -> list[dict[str, Any]]:
    """Draw and judge as people do; ``outcome`` of a conversation's id."""
    drawn = await client.post("/qa/samples", json={"rule": rule, "count": count, "days": 90})
    samples: list[dict[str, Any]] = drawn.json()
    for each in samples:
        review = {"answers": dict.fromkeys(QUESTIONS, 1), "handover": "none_due"}
        review["outcome"] = outcome(each["conversation_id"])
        answer = await client.put(f"/qa/samples/{each['sample_id']}/review", json=review)
        assert answer.status_code == 200, answer.text
    return samples


async def standing(client: httpx.AsyncClient, **narrowed: str) -> dict[str, Any]:
    answer = await client.get("/insights/judge", params={"since": "2026-01-01T00:00:00Z", **narrowed})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_figure_is_refused_until_people_have_labelled_and_again_when_labels_are_old(
    floor: Floor, client: httpx.AsyncClient
) -> None:
    floor.logs = {f"s{n}": silent(n, GOOD if n % 3 else POOR) for n in range(LABELLED + 30)}
    await floor.keep()
    found = await standing(client)
    assert (found["silent"], found["matured"], found["not_judged"]) == (90, 90, 0)
    assert {each["key"]: each["n"] for each in found["said"]} == {"resolved": 60, "not_resolved": 30, "abstains": 0}
    assert found["of_band"] is None
    assert "not been held against people" in found["refused"]

    none = await client.post("/insights/judge/calibrations")
    assert (none.status_code, none.json()["code"]) == (409, "no_labels")

    chance = random.Random(4)
    truth = {name: ("resolved" if int(name[1:]) % 3 else "not_resolved") for name in floor.logs}
    wrong = {name: {"resolved": "not_resolved", "not_resolved": "resolved"}[truth[name]] for name in truth}
    labels = {name: truth[name] if chance.random() < 0.9 else wrong[name] for name in truth}

    await read(client, 12, labels.__getitem__)
    few = await client.post("/insights/judge/calibrations")
    assert (few.status_code, few.json()["labels"]) == (201, 12)
    assert "50 are wanted" in (await standing(client))["refused"]

    await read(client, LABELLED - 12, labels.__getitem__)
    made = (await client.post("/insights/judge/calibrations")).json()
    assert (made["labels"], made["judge"], made["made_by"]) == (LABELLED, VERSION, "agt_qa")
    assert made["agreement"]["kappa"] > 0.5
    assert sum(row["band"] for row in made["table"]) == 90
    found = await standing(client)
    assert found["refused"] is None
    low, high = found["of_band"]["interval_95"]
    by_people = sum(label == "resolved" for label in labels.values()) / 90
    assert low < by_people < high
    assert found["of_matured"]["value"] == pytest.approx(found["of_band"]["value"])  # all is silence here

    floor.logs["s200"], floor.versions["s200"] = silent(200, GOOD), "assistant 2"
    await floor.keep()
    assert (await standing(client))["unseen_versions"] == ["assistant 2"]

    # A calibration without new labels prolongs nothing; after its time there is no figure.
    floor.clock.advance(60 * DAY)
    assert (await client.post("/insights/judge/calibrations")).status_code == 201
    assert (await standing(client))["refused"] is None
    floor.clock.advance(31 * DAY)
    found = await standing(client)
    assert "labels hold for 90" in found["refused"]
    assert found["of_band"] is None
    kept = (await client.get("/insights/judge/calibrations")).json()
    assert [each["labels"] for each in kept] == [LABELLED, LABELLED, 12]


async def calibrated(floor: Floor, client: httpx.AsyncClient) -> dict[str, Any]:
    """60 silent episodes about one need, all labelled as they are."""
    floor.logs = {f"s{n}": silent(n, GOOD if n % 3 else POOR) for n in range(LABELLED)}
    await floor.keep()
    await read(client, LABELLED, lambda name: "resolved" if int(name[1:]) % 3 else "not_resolved")
    made: dict[str, Any] = (await client.post("/insights/judge/calibrations")).json()
    return made


async def test_a_need_that_nobody_labelled_is_pooled_while_it_is_a_small_part_and_refused_else(
    floor: Floor, client: httpx.AsyncClient
) -> None:
    made = await calibrated(floor, client)
    (need, language) = made["strata"]
    assert (need["dimension"], need["value"], need["labels"]) == ("intent", "rental", LABELLED)
    assert (language["dimension"], language["value"], language["labels"]) == ("language", "en", LABELLED)
    assert (need["agreement"]["pairs"], need["agreement"]["share"]) == (LABELLED, 1.0)
    found = await standing(client)
    assert (found["refused"], found["pooled"]) == (None, None)

    floor.logs |= {f"s{n}": silent(n, GOOD if n % 3 else POOR, "shipping") for n in range(100, 110)}
    await floor.keep()
    found = await standing(client)
    assert found["refused"] is None
    assert "10 of 70 by intent (shipping)" in found["pooled"]
    alone = await standing(client, intent="shipping")
    assert "Of the intent shipping people have labelled 0; 5 are wanted" in alone["refused"]
    assert (alone["of_band"], alone["pooled"]) == (None, None)
    assert (await standing(client, intent="rental"))["refused"] is None

    floor.logs |= {f"s{n}": silent(n, GOOD if n % 3 else POOR, "shipping") for n in range(110, 130)}
    await floor.keep()
    found = await standing(client)
    assert "30 of 90 silent episodes have an intent of which fewer than 5 are labelled (shipping)" in found["refused"]
    assert found["of_band"] is None


async def test_a_language_that_nobody_labelled_is_named(floor: Floor, client: httpx.AsyncClient) -> None:
    await calibrated(floor, client)
    floor.spoken = {f"s{n}": "de" for n in range(6)}
    assert "6 of 60 by language (de)" in (await standing(client))["pooled"]
    floor.spoken = {f"s{n}": "de" for n in range(30)}
    assert "30 of 60 silent episodes have a language" in (await standing(client))["refused"]
    made = (await client.post("/insights/judge/calibrations")).json()
    assert [(one["value"], one["labels"]) for one in made["strata"][1:]] == [("de", 30), ("en", 30)]
    assert (await standing(client))["refused"] is None


async def test_a_judge_that_now_abstains_on_most_is_refused(floor: Floor, client: httpx.AsyncClient) -> None:
    floor.logs = {f"s{n}": silent(n, GOOD if n % 3 else POOR) for n in range(LABELLED)}
    await floor.keep()
    await read(client, LABELLED, lambda name: "resolved" if int(name[1:]) % 3 else "not_resolved")
    assert (await client.post("/insights/judge/calibrations")).status_code == 201
    assert (await standing(client))["refused"] is None
    floor.logs |= {f"s{n}": silent(n, VAGUE) for n in range(100, 100 + LABELLED)}
    await floor.keep()
    found = await standing(client)
    assert {each["key"]: each["n"] for each in found["said"]}["abstains"] == LABELLED
    assert "errs otherwise" in found["refused"]
    assert found["of_band"] is None
    assert found["drift"]["interval_99"][0] > 0


async def test_every_number_opens_its_episodes_with_the_reason(floor: Floor, client: httpx.AsyncClient) -> None:
    floor.logs = {f"s{n}": silent(n, GOOD if n else POOR) for n in range(3)} | {"p1": proven(1)}
    await floor.keep()
    asked = {"metric": "silence", "judged": "not_resolved", "since": "2026-01-01T00:00:00Z"}
    (episode,) = (await client.get("/outcomes", params=asked)).json()["episodes"]
    assert episode["conversation_ids"] == ["s0"]
    assert episode["judge"]["said"] == "not_resolved"
    assert episode["judge"]["because"]
    table = (await client.get("/outcomes", params={**asked, "format": "csv"})).text
    assert "not_resolved" in table
    told = {each["key"]: each["n"] for each in (await standing(client))["said"]}
    assert told == {"resolved": 2, "not_resolved": 1, "abstains": 0}
    while await counting.count_a_day(floor.database):
        pass
    assert {each["key"]: each["n"] for each in (await standing(client))["said"]} == told


async def test_the_reasons_of_silence_are_tallied_and_open_their_episodes(
    floor: Floor, client: httpx.AsyncClient
) -> None:
    """Each once an episode and whatever its measure; from the episodes and from the totals by day alike."""
    floor.logs = {f"s{n}": silent(n, GOOD if n else POOR) for n in range(3)} | {"p1": proven(1)}
    await floor.keep()
    within = {"since": "2026-01-01T00:00:00Z"}
    told = (await client.get("/insights/summary", params=within)).json()["silence_reasons"]
    near, beside = "the nearest answer is about what was asked", "the nearest answer is beside what was asked"
    assert {each["key"]: each["n"] for each in told}.items() >= {near: 2, beside: 1}.items()
    for each in told:
        asked = {**within, "metric": "silence", "because": each["key"]}
        assert len((await client.get("/outcomes", params=asked)).json()["episodes"]) == each["n"]
    while await counting.count_a_day(floor.database):
        pass
    assert (await client.get("/insights/summary", params=within)).json()["silence_reasons"] == told


async def test_what_the_judge_says_is_a_table_too(floor: Floor, client: httpx.AsyncClient) -> None:
    floor.logs = {f"s{n}": silent(n, GOOD if n else POOR) for n in range(3)}
    await floor.keep()
    asked = {"since": "2026-01-01T00:00:00Z", "format": "csv"}
    lines = (await client.get("/insights/judge", params=asked)).text.splitlines()
    assert lines[:3] == ["of,key,n,value,interval_95", "silence,resolved,2,,", "silence,not_resolved,1,,"]
    assert lines[-1] == 'matured,"resolved, corrected",3,,'


async def test_readers_see_the_judges_word_only_after_their_own(floor: Floor, client: httpx.AsyncClient) -> None:
    floor.logs = {"s0": silent(0, GOOD)}
    await floor.keep()
    sample = (await client.post("/qa/samples/named", json={"conversation_id": "s0"})).json()
    path = f"/qa/samples/{sample['sample_id']}"
    assert (await client.get(path)).json()["verdicts"] == []
    review = {"answers": dict.fromkeys(QUESTIONS, 1), "handover": "none_due", "outcome": "resolved"}
    await client.put(f"{path}/review", json=review)
    (verdict,) = (await client.get(path)).json()["verdicts"]
    assert (verdict["said"], verdict["judge"]) == ("resolved", VERSION)


async def headline(database: Database) -> tuple[int, int]:
    found = await database.read(lambda connection: insights.summary(connection, PERIOD, START + 40 * DAY))
    rate = next(each for each in found["metrics"] if each["name"] == "resolution")
    return rate["hits"], rate["n"]


@pytest.mark.parametrize("seed", range(5))
async def test_silence_never_raises_the_headline_whatever_the_judge_says(floor: Floor, seed: int) -> None:
    chance = random.Random(seed)
    floor.logs = {f"p{n}": proven(n) for n in range(chance.randint(1, 6))}
    await floor.keep(Wrong())
    hits, n = await headline(floor.database)
    quiet = {f"s{k}": silent(k, chance.choice([GOOD, POOR])) for k in range(chance.randint(1, 12))}
    floor.logs |= quiet
    await floor.keep(Wrong())
    assert await headline(floor.database) == (hits, n + len(quiet))


async def test_another_judge_has_everybody_judged_once_more(floor: Floor) -> None:
    floor.logs = {"s0": silent(0, GOOD)}
    await floor.keep(lambda episodes, _: {each.id: Verdict("abstains", 0.5, (), "rules-0") for each in episodes})
    shelf = Shelf([])
    shelf.persons = {"cus_0": [floor.logs["s0"].conversation()]}
    keeper = Keeper(floor.database, shelf, floor.now, judge=judge_by(shared_words))
    shelf.reached = 0  # nothing happened since
    await keeper.step()
    query = sa.select(outcome_episodes.c.judged, outcome_episodes.c.judge_version)
    assert await floor.database.read(lambda c: [tuple(row) for row in c.execute(query)]) == [("resolved", VERSION)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/insights/judge"),
        ("GET", "/insights/judge/calibrations"),
        ("POST", "/insights/judge/calibrations"),
    ],
)
async def test_strangers_and_other_roles_are_refused(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path, headers={"X-Role": ""})).status_code == 401
    for role in ("agent", "editor"):
        answer = await client.request(method, path, headers={"X-Role": role})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")


async def test_a_period_that_is_none_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.get("/insights/judge", params={"since": "yesterday"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_time")
