import pytest

from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY
from eval.rosetta import DEFINITIONS, Panel, panel
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit
LATER = START + 30 * DAY


def told(*logs: Log) -> Panel:
    return panel(episodes_of([log.conversation() for log in logs], LATER), LATER)


def resolved_by(*logs: Log) -> set[str]:
    """The definitions under which the first log counts as resolved."""
    return {row.definition.name for row in told(*logs).rows if "c" in row.metric.hits}


def asked() -> Log:
    return Log("c").customer("Please cancel A-1042", "cancel_order")


EVERYBODY = {definition.name for definition in DEFINITIONS}


@pytest.mark.parametrize(
    ("log", "who"),
    [
        (asked().done().bot("It is off.").closed(), EVERYBODY),
        (asked().bot().closed(), EVERYBODY - {"frontdesk"}),
        (asked().bot("Which order?").closed(), {"hubspot", "dialogflow_cx", "chatwoot", "deflection"}),
        (asked().bot().solved(False).closed(), {"dialogflow_cx", "chatwoot", "deflection"}),
        (asked().bot().handed_over().closed(), {"deflection"}),
        (asked().bot().handed_over().accepted().agent().solved().closed("agt_1", "resolved"), {"frontdesk"}),
        (Log("c").customer("hello!", "greet").closed(), {"dialogflow_cx", "deflection"}),
    ],
    ids=["proven", "silence", "asked back", "denied", "left the queue", "by a person", "greeting"],
)
def test_who_calls_what_resolved(log: Log, who: set[str]) -> None:
    assert resolved_by(log) == who


def test_windows_and_channels_differ() -> None:
    first = asked().bot().closed()
    mail = Log("mail", at=START + DAY / 2, channel="email").customer("A-1042 again", "complain").bot().closed()
    assert "dialogflow_cx" not in resolved_by(first, mail)
    assert {"intercom", "zendesk", "chatwoot"} <= resolved_by(first, mail)
    back = asked().bot().closed().later(days=5)
    back.add("conversation.reopened", "customer", by="customer").customer("A-1042 again", "complain").bot().closed()
    assert resolved_by(back) & {"intercom", "zendesk", "chatwoot"} == {"zendesk"}


def test_cheat_counting_before_the_window_is_over() -> None:
    """A conversation of five minutes ago is resolved under nobody's window."""
    log = asked().bot().closed()
    slow = {"zendesk", "hubspot", "chatwoot"}
    for hours, young in ((1, {"intercom", "dialogflow_cx", *slow}), (25, slow)):
        as_of = START + hours * 3600
        rows = panel(episodes_of([log.conversation()], as_of), as_of).rows
        assert young.isdisjoint(row.definition.name for row in rows if row.metric.n)


def test_every_disagreement_opens_its_conversation() -> None:
    found = told(asked().bot("Which order?").closed())
    hubspot = next(row for row in found.document(lists=True) if row["name"] == "hubspot")
    assert hubspot["only_theirs"] == 1
    assert hubspot["only_theirs_list"][0]["conversation_id"] == "c"
    assert hubspot["only_theirs_list"][0]["status"] == "abandoned"
    again = Log("mail", at=START + DAY, channel="email").customer("A-1042 again", "complain").bot().closed()
    deflection = told(asked().bot().closed(), again).document()[-1]
    assert (deflection["name"], deflection["only_theirs"]) == ("deflection", 1), "two contacts are one episode"
    assert found.rows[0].only_theirs == found.rows[0].only_ours == ()


def test_test_traffic_is_in_nobodys_count() -> None:
    found = panel(episodes_of([asked().bot().conversation(traffic="test")], LATER), LATER)
    assert all(row.metric.n == 0 for row in found.rows)
