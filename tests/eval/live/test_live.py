"""The kept outcomes on their real store: what the keeper writes, the dashboard counts, and the routes answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from eval.live import counting, insights, store, totals, vendors
from eval.live.keeper import Keeper
from eval.live.routes import create_router
from eval.live.service import Outcomes
from eval.live.shares import DIMENSIONS, Period
from eval.metrics import survival
from eval.metrics.figures import figures
from eval.metrics.known_truth import days
from eval.metrics.transfer import label
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY, HOUR, Episode, TransferLabel
from eval.outcomes.model import told as moved
from eval.quality import store as quality
from eval.quality.sampling import Drawn
from eval.rosetta import panel
from handoff.storage.database import Database
from tests.eval.desk import Shelf, require, serving
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.service


ALL_TIMES = Period(0, START + 99 * DAY)


class Now:
    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def cancelled(number: int, at: float = START) -> Log:
    log = Log(f"c{number}", customer=f"cus_{number}", at=at).episode(f"eps_{number}")
    return log.customer(f"Cancel A-{1000 + number}", "cancel_order").done(f"op_{number}").bot("It is off.").closed()


def read_by_people(connection: sa.Connection, labels: Mapping[str, TransferLabel]) -> None:
    """Each conversation drawn by chance and read once."""
    common = {"reviews_wanted": 1, "created_at": moved(START), "created_by": "agt"}
    quality.add_samples(connection, [Drawn(name, "random", "") for name in labels], list(labels), **common)
    for name, said in labels.items():
        values = {"reviewer": "agt", "reviewer_name": "Quinn", "answers": {}, "outcome": "unclear", "note": ""}
        quality.add_review(
            connection, id=name, sample_id=name, handover=said, excellent=False, finished_at=moved(START), **values
        )


async def test_the_dashboard_tells_what_a_report_tells(database: Database) -> None:
    """Value, interval and its kind, numerator, denominator, note and target of every figure, and what opens behind."""
    synthetic = days(11, a_day=5, length=30)
    as_of = synthetic.as_of
    labels = {each.name: label(each) for each in synthetic.labels}
    await database.write(lambda connection: read_by_people(connection, labels))
    await Keeper(database, Shelf(synthetic.conversations), Now(as_of)).step()
    expected = figures(episodes_of(synthetic.conversations, as_of), as_of, labels)
    for counted in (False, True):
        while counted and await counting.count_a_day(database):
            pass
        found = await database.read(lambda connection: insights.summary(connection, Period(0, as_of + 1), as_of))
        assert {each["name"]: each for each in found["metrics"]} == {
            name: rounded(metric.document()) for name, metric in expected.metrics.items()
        }
        for kind, told in (("counts", expected.counts), ("excluded", expected.excluded)):
            assert {each["key"]: each["n"] for each in found[kind]} == told
        assert {each["key"]: each["n"] for each in found["handover_reasons"]} == expected.reasons
        for point in found["repeat_curve"]:
            exact = survival.at(expected.repeat_curve, point["days"])
            assert point == rounded({**exact._asdict(), "days": point["days"]})
    for name, metric in expected.metrics.items():
        for part, names in (("hits", metric.hits), ("all", metric.episodes)):
            rows, _ = await Outcomes(database, Now(as_of)).episodes(Period(0, as_of), name, part, {}, None, 10_000)
            assert sorted(row["id"] for row in rows) == sorted(names), (name, part)
    for reason, n in expected.reasons.items():
        asked_for = {"reason": reason}
        rows, _ = await Outcomes(database, Now(as_of)).episodes(
            Period(0, as_of), "handover", "all", asked_for, None, 10_000
        )
        assert len(rows) == n, reason


async def test_every_hand_over_of_an_episode_counts(database: Database) -> None:
    """A quick second one hides neither the slow first nor its reason."""
    log = Log("c1", customer="cus_1").episode("eps_1").customer("Cancel A-1001", "cancel_order").bot()
    log.handed_over("frustration").later(minutes=9).accepted().agent().add("handoff.returned", "agent")
    log.handed_over("policy").accepted().agent().closed("agt_1", "resolved")
    episodes = episodes_of([log.conversation()], START + 9 * DAY)
    await hold(database, "cus_1", episodes, START + 9 * DAY)
    expected = figures(episodes, START + 9 * DAY)
    found = await database.read(lambda connection: insights.summary(connection, ALL_TIMES, START + 9 * DAY))
    told = {each["name"]: each for each in found["metrics"]}
    assert expected.reasons == {"frustration": 1, "policy": 1}
    assert {each["key"]: each["n"] for each in found["handover_reasons"]} == expected.reasons
    assert told["wait"]["value"] == expected.metrics["wait"].value > 500
    assert told["answered_in_time"]["value"] == expected.metrics["answered_in_time"].value == 0


def asked(connection: sa.Connection, as_of: float) -> list[Any]:
    """What the dashboard may ask: whole and broken days, each dimension by itself and crossed."""
    ends = [(0.0, as_of + 1), (as_of - 9.3 * DAY, as_of - 2.2 * DAY), (as_of - 0.3 * DAY, as_of)]
    names = ({}, {"channel": "web"}, {"intent": "cancel_order", "channel": "web"}, {"article": "returns"})
    periods = [Period(since, until, **named) for since, until in ends for named in names]
    found: list[Any] = [insights.summary(connection, each, as_of) for each in periods]
    found += [insights.definitions(connection, each) for each in periods]
    return found + [
        insights.trends(connection, each, by, "resolution", 500) for each in periods for by in sorted(DIMENSIONS)
    ]


def rounded(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [rounded(value) for value in found]
    return pytest.approx(found, rel=1e-6) if isinstance(found, float) else found


async def hold(database: Database, person: str, episodes: Sequence[Episode], now: float) -> None:
    found = await database.read(lambda connection: store.change(connection, person, episodes, now))
    await database.write(lambda connection: store.keep(connection, found))


async def test_kept_totals_say_what_the_episodes_say(database: Database) -> None:
    synthetic = days(11, a_day=5, length=30)
    as_of = synthetic.as_of
    shelf = Shelf(synthetic.conversations)
    await Keeper(database, shelf, Now(as_of)).step()
    exact = await database.read(lambda connection: asked(connection, as_of))
    while await counting.count_a_day(database):
        pass
    assert await database.read(totals.count_due) is None
    kept = await database.read(lambda connection: asked(connection, as_of))
    assert kept == rounded(exact)
    gone = next(iter(shelf.persons))
    await hold(database, gone, [], as_of)
    without = await database.read(lambda connection: asked(connection, as_of))
    assert without[0]["counts"] != kept[0]["counts"]
    while await counting.count_a_day(database):
        pass
    assert await database.read(lambda connection: asked(connection, as_of)) == rounded(without)


async def test_vendors_say_of_kept_contacts_what_they_say_of_all(database: Database) -> None:
    synthetic = days(11, a_day=5, length=30)
    await Keeper(database, Shelf(synthetic.conversations), Now(synthetic.as_of)).step()
    expected = panel(episodes_of(synthetic.conversations, synthetic.as_of), synthetic.as_of)
    period = Period(0, synthetic.as_of + 1)
    found = await database.read(lambda connection: insights.definitions(connection, period))
    assert [(each["name"], each["hits"], each["n"], each["only_theirs"], each["only_ours"]) for each in found] == [
        (row.definition.name, len(row.metric.hits), row.metric.n, len(row.only_theirs), len(row.only_ours))
        for row in expected.rows
    ]
    for row in expected.rows:
        told = await database.read(
            lambda connection, row=row: insights.listing(
                connection, period, vendors.disagreements(row.definition.name, "theirs"), None, 10_000
            )
        )
        assert sorted(each["id"] for each in told) == sorted(expected.seen[n].episode.id for n in row.only_theirs)


async def test_a_day_in_which_something_happened_meanwhile_stays_due(database: Database) -> None:
    await hold(database, "cus_1", episodes_of([cancelled(1).conversation()], START), START)
    found = await database.read(totals.count_due)
    assert found is not None
    await hold(database, "cus_1", [], START)
    assert not await database.write(lambda connection: totals.keep(connection, *found))
    assert await database.read(totals.count_due) is not None


async def test_what_ripens_is_judged_again_and_a_repeat_downgrades(database: Database) -> None:
    now = Now(START + DAY)
    shelf = Shelf([cancelled(1).conversation()])
    keeper = Keeper(database, shelf, now)
    assert await keeper.step()
    assert not await keeper.step()
    now.at = START + 8 * DAY
    await keeper.step()
    entries = await database.read(lambda connection: store.history(connection, "eps_1"))
    assert [entry.status for entry in entries] == ["immature", "resolved"]
    await keeper.judge("cus_1")
    back = Log("mail", customer="cus_1", at=START + 3 * DAY, channel="email").customer("A-1001 came!").bot().closed()
    shelf.persons["cus_1"].append(back.conversation())
    shelf.reached = 2
    await keeper.step()
    entries = await database.read(lambda connection: store.history(connection, "eps_1"))
    assert [entry.status for entry in entries] == ["immature", "resolved", "repeat"]
    assert entries[-1].refs[-1].conversation_id == "mail"


async def test_cheat_a_promise_for_later_than_the_count(database: Database) -> None:
    """A row that has ripened is judged again when a promise falls due."""
    log = cancelled(1).add("promise.made", "bot", promise_id="p", text="", owner="bot", due_at=moved(START + 10 * DAY))
    now = Now(START + 8 * DAY)
    keeper = Keeper(database, Shelf([log.conversation()]), now)
    for at, status in ((8, "resolved"), (9, "resolved"), (10, "unresolved")):
        now.at = START + at * DAY
        await keeper.step()
        held = await database.read(lambda connection: insights.listing(connection, ALL_TIMES, [], None, 1))
        assert held[0]["status"] == status


async def test_contacts_come_into_every_count_as_their_windows_end(database: Database) -> None:
    """Also where the customer's thanks came after the claim."""
    log = cancelled(1).later(hours=20).customer("thanks", "thanks").bot("You're welcome.").closed()
    now = Now(START + HOUR)
    keeper = Keeper(database, Shelf([log.conversation()]), now)
    seen = {}
    for at in (1, 4, 7, 9):
        now.at = START + at * DAY
        while await keeper.step() or await counting.count_a_day(database):
            pass
        panel = await database.read(lambda connection: insights.definitions(connection, ALL_TIMES))
        seen[at] = {each["name"] for each in panel if each["n"]}
    assert not seen[1] & {"intercom", "zendesk", "hubspot", "dialogflow_cx", "chatwoot", "frontdesk"}
    assert {"intercom", "dialogflow_cx"} <= seen[4]
    assert "chatwoot" not in seen[7]
    assert {"chatwoot", "frontdesk", "zendesk", "hubspot"} <= seen[9]


ROUTES = [
    "/insights/definitions",
    "/insights/definitions/intercom/episodes",
    "/insights/summary",
    "/insights/trends",
    "/insights/repeat-curve",
    "/insights/tallies?of=counts",
    "/outcomes",
    "/outcomes/eps_1",
]


@pytest.fixture
def client(database: Database) -> TestClient:
    logs = [cancelled(number, START + number * DAY) for number in range(5)]
    logs.append(Log("g", customer="cus_g").customer("hello!", "greet").bot("Hello!").closed())
    logs.append(Log("s", customer="cus_s").customer("How do I wash it?", "ask_howto").bot("By hand.").closed())
    now = Now(START + 20 * DAY)
    asyncio.run(Keeper(database, Shelf([log.conversation() for log in logs]), now).step())
    app = serving(create_router(Outcomes(database, now), require))
    return TestClient(app, raise_server_exceptions=False)


def test_who_may_not(client: TestClient) -> None:
    for route in ROUTES:
        assert client.get(route).status_code == 401, route
        assert client.get(route, headers={"x-role": "agent"}).status_code == 403, route
        assert client.get(route, headers={"x-role": "qa"}).status_code == 200, route
    assert client.get("/outcomes/none", headers={"x-role": "qa"}).status_code == 404


def test_every_number_opens_its_episodes_page_by_page(client: TestClient) -> None:
    client.headers["x-role"] = "lead"
    told = client.get("/insights/summary").json()
    headline = next(each for each in told["metrics"] if each["name"] == "resolution")
    assert (headline["hits"], headline["n"]) == (5, 6)
    assert headline["interval_95"][0] < 5 / 6 < headline["interval_95"][1]
    assert told["excluded"] == [{"key": "greeting_only", "n": 1}]
    seen, after = [], None
    while True:
        params = {"metric": "resolution", "most": 2} | ({"after": after} if after else {})
        page = client.get("/outcomes", params=params).json()
        seen += [each["episode_id"] for each in page["episodes"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"eps_{number}" for number in (4, 3, 2, 1, 0)]
    others = client.get("/outcomes", params={"metric": "resolution", "part": "others"}).json()["episodes"]
    assert [each["evidence"] for each in others] == ["assumed_silent"]
    told = client.get("/outcomes/eps_1").json()
    assert told["episode"]["refs"][0]["conversation_id"] == "c1"
    assert told["ledger"][-1]["status"] == "resolved"


def test_a_disagreement_opens_whole_page_by_page(client: TestClient) -> None:
    """As many episodes as its number says."""
    client.headers["x-role"] = "lead"
    told = client.get("/insights/definitions").json()
    (number,) = [each["only_theirs"] for each in told if each["name"] == "deflection"]
    names, after = [], None
    while True:
        params = {"most": 1} | ({"after": after} if after else {})
        page = client.get("/insights/definitions/deflection/episodes", params=params).json()
        names += [each["episode_id"] for each in page["episodes"]]
        after = page["next"]
        if after is None:
            break
    assert len(names) == len(set(names)) == number == 2


def every(client: TestClient, route: str, **params: Any) -> list[Any]:
    found: list[Any] = client.get(route, params={"most": 500, **params}).json()["episodes"]
    return found


def test_what_a_definition_counts_and_resolves_opens(client: TestClient) -> None:
    """One contact an episode here, so there are as many episodes as its numbers say."""
    client.headers["x-role"] = "lead"
    for each in client.get("/insights/definitions").json():
        route = f"/insights/definitions/{each['name']}/episodes"
        assert len(every(client, route, side="resolved")) == each["hits"]
        assert len(every(client, route, side="counted")) == each["n"]


def test_every_outcome_and_what_was_not_judged_opens(client: TestClient) -> None:
    client.headers["x-role"] = "lead"
    for count in client.get("/insights/summary").json()["counts"]:
        status, evidence = count["key"].split("/")
        asked = {"metric": "handover", "part": "all", "status": status, "evidence": evidence}
        assert len(every(client, "/outcomes", **asked)) == count["n"]
    assert len(every(client, "/outcomes", metric="silence", judged="none")) == 1


def test_tallies_and_lists_are_tables_too(client: TestClient) -> None:
    client.headers["x-role"] = "lead"
    tally = client.get("/insights/tallies", params={"of": "counts"}).text.splitlines()
    assert tally == ["key,n", "resolved/verified_state,5", "resolved/assumed_silent,1"]
    assert client.get("/insights/tallies", params={"of": "queues"}).text.splitlines() == ["key,n"]
    listed = client.get("/insights/definitions/deflection/episodes", params={"side": "counted", "format": "csv"})
    assert len(listed.text.splitlines()) == 1 + 7  # the greeting among them


def test_trends_and_tables(client: TestClient) -> None:
    client.headers["x-role"] = "admin"
    by_intent = client.get("/insights/trends", params={"by": "intent"}).json()
    assert [(each["key"], each["hits"], each["n"]) for each in by_intent][:2] == [
        ("cancel_order", 5, 5),
        ("ask_howto", 0, 1),
    ]
    by_day = client.get("/insights/trends", params={"metric": "silence"}).json()
    assert [each["key"] for each in by_day] == sorted(each["key"] for each in by_day)
    for route in ("/insights/summary", "/insights/trends", "/insights/repeat-curve", "/outcomes"):
        answer = client.get(route, params={"format": "csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        assert len(answer.text.splitlines()) > 2


@pytest.mark.parametrize(
    "query",
    ["/insights/definitions/moon/episodes",
     "/insights/trends?by=moon", "/insights/trends?metric=moon", "/outcomes?metric=moon", "/outcomes?after=moon",
     "/insights/summary?since=yesterday", "/insights/summary?since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(client: TestClient, query: str) -> None:
    answer = client.get(query, headers={"x-role": "qa"})
    assert answer.status_code == 422
    assert answer.json()["code"] in {
        "unknown_definition",
        "unknown_dimension",
        "unknown_metric",
        "bad_cursor",
        "bad_time",
        "bad_period",
    }
