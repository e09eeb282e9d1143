from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval.outcomes.classify import episodes_of
from eval.outcomes.contacts import contacts_of
from eval.outcomes.model import DAY, Episode, Ref, StateRead
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit
LATER = START + 30 * DAY


def one(*logs: Log, as_of: float = LATER, reads: Sequence[StateRead] = ()) -> Episode:
    found = episodes_of([replace(log.conversation(), reads=tuple(reads)) for log in logs], as_of)
    assert len(found) == 1, [(each.id, each.status) for each in found]
    return found[0]


def told(episode: Episode) -> tuple[str, str, str]:
    return episode.status, episode.evidence, episode.resolver


def asked(name: str = "cnv_1", **more: object) -> Log:
    return Log(name, **more).episode(f"eps_{name}").customer("Please cancel A-1042", "cancel_order")  # type: ignore[arg-type]


def test_what_the_backend_shows_is_resolved_by_the_bot_with_a_pointer() -> None:
    episode = one(asked().done().bot("I've cancelled A-1042.", operations=["op_1"]).closed())
    assert told(episode) == ("resolved", "verified_state", "bot")
    assert episode.refs == (Ref("cnv_1", 5),)
    assert episode.id == "eps_cnv_1"


def test_what_the_customer_says_is_confirmed() -> None:
    assert told(one(asked().bot().solved().closed())) == ("resolved", "confirmed", "bot")
    typed = asked().bot().customer("yes, that solved it", "solved_yes").closed()
    assert told(one(typed)) == ("resolved", "confirmed", "bot")


def test_nobody_else_can_confirm() -> None:
    log = asked().bot().add("feedback.given", "bot", kind="solved").add("feedback.given", "agent", kind="solved")
    assert one(log.closed()).evidence == "assumed_silent"


def test_silence_after_an_answer_is_only_assumed() -> None:
    assert told(one(asked().bot().closed())) == ("resolved", "assumed_silent", "bot")


@pytest.mark.parametrize(
    "log",
    [
        asked(),
        asked().bot("Which order is it?"),
        Log("c").customer("blue widgets frobnicate", "out_of_scope").bot("Sorry, I did not get that."),
        Log("c").customer("This is the third time!", "complain", frustration=0.9).bot("Delivery takes two days."),
        asked().handed_over(),
    ],
    ids=["no answer", "asked back", "not understood", "frustrated", "left in the queue"],
)
def test_giving_up_is_abandoned(log: Log) -> None:
    assert one(log.closed()).status == "abandoned"


def test_a_denial_a_failed_turn_and_a_failed_operation_are_unresolved() -> None:
    assert one(asked().bot().solved(False)).status == "unresolved"
    assert one(asked().bot().solved().later(hours=1).solved(False)).status == "unresolved"
    assert one(asked().add("turn.failed", "system", reply_to=[3], reason="late", text="")).status == "unresolved"
    assert one(asked().done(state="unknown").bot("I am not sure that it went through.")).status == "unresolved"


def test_a_denial_that_is_taken_back_is_confirmed() -> None:
    assert told(one(asked().bot().solved(False).bot("Try this.").solved())) == ("resolved", "confirmed", "bot")


def test_a_colleagues_closing_is_no_proof() -> None:
    log = asked().bot().handed_over().accepted().agent().closed("agt_1", "resolved")
    assert told(one(log)) == ("resolved", "assumed_silent", "assisted")
    by_hand = (
        Log("c").handed_over("explicit_request", "customer").accepted().agent().solved().closed("agt_1", "resolved")
    )
    assert told(one(by_hand)) == ("resolved", "confirmed", "human")
    assert one(asked().handed_over().accepted().agent().closed("agt_1", "unresolved")).status == "unresolved"
    assert one(asked().handed_over().accepted().closed("agt_1", "declined_by_policy")).status == "declined_by_policy"


def test_a_hand_over_takes_the_bots_claim_away() -> None:
    log = asked().done().bot("I've cancelled it.").handed_over("explicit_request", "customer").closed()
    assert told(one(log)) == ("abandoned", "none", "assisted")


def test_a_bot_that_finishes_after_the_return_was_assisted() -> None:
    log = asked().bot().handed_over().accepted().agent()
    log.add("handoff.returned", "agent", handoff_id="h", by="agt_1").done().bot("I've cancelled it.").closed()
    assert told(one(log)) == ("resolved", "verified_state", "assisted")


def test_an_approval_is_help() -> None:
    log = asked().add(
        "approval.decided", "agent", approval_id="a", operation_id="op_1", decision="approved", by="agt_1"
    )
    assert told(one(log.done().bot("I've cancelled it."))) == ("resolved", "verified_state", "assisted")


def test_a_return_within_seven_days_is_a_repeat_and_one_after_it_is_a_new_episode() -> None:
    first = asked().done().bot("I've cancelled A-1042.").closed()
    soon = Log("cnv_2", at=START + 3 * DAY, channel="email").customer("A-1042 still came!", "complain").bot().closed()
    episode = one(first, soon)
    assert told(episode) == ("repeat", "none", "bot")
    assert Ref("cnv_2", 1) in episode.refs
    late = Log("cnv_3", at=START + 10 * DAY).customer("A-1042 again", "complain").bot().closed()
    both = episodes_of([first.conversation(), late.conversation()], LATER)
    assert [each.status for each in both] == ["resolved", "resolved"]
    assert both[1].follows == both[0].id


def test_a_second_try_may_resolve_what_the_first_did_not() -> None:
    first = asked().bot("Which order is it?").closed()
    second = asked("cnv_2", at=START + DAY).done().bot("I've cancelled it.").closed()
    episode = one(first, second)
    assert told(episode) == ("resolved", "verified_state", "bot")
    assert len(episode.contacts) == 2


def test_other_customers_other_orders_and_strangers_are_other_issues() -> None:
    logs = [
        asked("a"), asked("b", customer="cus_2"), asked("c", customer=None), asked("d", customer=None),
        Log("e").customer("Where is A-7777?", "order_status"),
    ]  # fmt: skip
    assert len(episodes_of([log.conversation() for log in logs], LATER)) == 5


def test_similar_needs_of_one_customer_without_an_order_are_one_issue() -> None:
    first = Log("a").customer("My tent pole snapped in the wind", "complain").bot().solved().closed()
    second = Log("b", at=START + DAY).customer("the tent pole snapped in the wind again", "complain").bot().closed()
    assert one(first, second).status == "repeat"


def test_a_contact_that_fits_two_issues_merges_them() -> None:
    logs = [
        Log("a").customer("Where is A-1111?", "order_status").bot().closed(),
        Log("b", at=START + DAY).customer("Where is A-2222?", "order_status").bot().closed(),
        Log("c", at=START + 2 * DAY).customer("A-1111 and A-2222 are one parcel!", "complain").bot().closed(),
    ]
    assert len(episodes_of([log.conversation() for log in logs[:2]], LATER)) == 2
    assert [contact.id for contact in one(*logs).contacts] == ["a", "b", "c"]


def test_not_solved_after_the_end_downgrades_the_same_episode() -> None:
    log = asked().bot().solved().closed().later(days=2)
    log.add("conversation.reopened", "customer", by="customer").solved(False, episode_id="eps_cnv_1")
    episode = one(log)
    assert told(episode) == ("repeat", "none", "bot")
    assert one(log, as_of=START + DAY).status == "immature"


@pytest.mark.parametrize("before", ["confirmed", "verified_state"])
def test_what_a_colleague_opens_again_downgrades_the_same_episode(before: str) -> None:
    log = asked().bot().solved() if before == "confirmed" else asked().done().bot("Done.", operations=["op_1"])
    assert one(log.closed()).evidence == before
    log.later(days=2).add("handoff.reopened", "agent", handoff_id="h", by="agt_1")
    episode = one(log)
    assert (episode.evidence, len(episode.contacts)) == ("none", 2)
    assert episode.status != "resolved"


def test_a_new_need_after_a_confirmed_one_is_an_episode_of_its_own() -> None:
    log = asked().bot().solved().customer("And how do I wash a tent?", "ask_howto").bot("By hand.").closed()
    found = episodes_of([log.conversation()], LATER)
    assert [(each.id, each.evidence) for each in found] == [("eps_cnv_1", "confirmed"), ("cnv_1~2", "assumed_silent")]


def test_a_new_trouble_with_another_order_after_a_confirmed_need_is_no_denial() -> None:
    log = asked().bot().solved().customer("A-7777 doesn't work", "damaged_or_wrong_item").bot("Sorry.").closed()
    found = episodes_of([log.conversation()], LATER)
    assert [each.evidence for each in found] == ["confirmed", "assumed_silent"]


def test_thanks_after_a_confirmed_need_are_no_episode() -> None:
    assert one(asked().bot().solved().customer("thanks, bye!", "thanks").bot("Bye!").closed()).evidence == "confirmed"


def test_a_claim_is_immature_until_it_has_stood_for_seven_days() -> None:
    log = asked().done().bot("I've cancelled it.").closed()
    assert one(log, as_of=START + 6 * DAY).status == "immature"
    assert one(log, as_of=START + 6 * DAY).would_be == "resolved"
    assert one(log, as_of=START + 8 * DAY).status == "resolved"


def test_an_episode_that_nobody_closes_does_not_escape() -> None:
    assert one(asked().bot("Which one?"), as_of=START + DAY).status == "open"
    assert one(asked().bot("Which one?")).status == "abandoned"


def test_an_overdue_promise_is_no_resolution() -> None:
    due = "2026-03-05T09:00:00Z"
    log = asked().done().add("promise.made", "bot", promise_id="p", text="", owner="bot", due_at=due).bot("Done.")
    assert one(log).status == "unresolved"
    assert one(log.add("promise.kept", "system", promise_id="p", proof="mail")).status == "resolved"


def test_an_effect_that_is_gone_later_is_a_false_resolution() -> None:
    log = asked().done().bot("I've cancelled it.").solved().closed()
    gone = [StateRead("op_1", START + 600, "stands"), StateRead("op_1", START + 5 * 3600, "gone")]
    assert one(log, reads=gone).status == "false_resolution"
    assert one(log, reads=gone, as_of=START + 3 * 3600).status == "immature"
    unreadable = [StateRead("op_1", START + 600, "unreadable")]
    assert one(log, reads=unreadable).status == "resolved"


def test_saying_done_without_an_operation_is_a_false_resolution() -> None:
    assert one(asked().bot("I've refunded your order.").solved()).status == "false_resolution"
    assert one(asked().done(state="failed").bot("I've cancelled it.", operations=["op_1"])).status == "false_resolution"


@pytest.mark.parametrize(
    ("log", "traffic", "why"),
    [
        (Log("c").customer("Hello!", "greet").bot("Hello!"), "customer", "greeting_only"),
        (Log("c").customer("hi there").bot("Hello!"), "customer", "greeting_only"),
        (Log("c").customer("https://win.example/a $$$").bot("Hello!"), "customer", "spam"),
        (Log("c").customer("asdf").handed_over("explicit_request").closed("agt_1", "spam"), "customer", None),
        (Log("c").add("message.sent", "bot", text="Your parcel is late.", author="bot"), "customer", "outbound"),
        (Log("c"), "customer", "empty"),
        (asked(), "test", "test"),
        (asked(), "staff", "staff"),
        (Log("c").handed_over("explicit_request", "customer"), "customer", None),
    ],
)
def test_what_is_no_issue_is_excluded_and_shown(log: Log, traffic: str, why: str | None) -> None:
    found = episodes_of([log.conversation(traffic=traffic)], LATER)
    assert [each.exclusion for each in found] == [why]


def moves_on(log: Log, text: str, intent: str) -> Log:
    """As the live rule writes it: the turn about something else closes the settled episode and opens the next."""
    log.customer(text)
    seq = len(log.events)
    log.add("episode.closed", "system", episode_id="eps_cnv_1", reason="another issue").episode("eps_2")
    log.add(
        "triage.decided", "bot", reply_to=[seq], decision="continue", rule="none", frustration=0.0, complexity=0.0,
        intent=intent, confidence=0.9,
    )  # fmt: skip
    return log


@pytest.mark.parametrize("settled", ["solved", "handed back"])
def test_the_message_whose_turn_opened_another_episode_belongs_to_that_one(settled: str) -> None:
    log = asked().bot("I've cancelled A-1042.")
    if settled == "solved":
        log.solved(episode_id="eps_cnv_1")
    else:
        log.handed_over().accepted().agent().add("handoff.returned", "agent", handoff_id="hnd_cnv_1", by="agt_1")
    log = moves_on(log, "And how do I return the tent of A-2001?", "return_item").bot("Within 30 days.").solved()
    first, second = contacts_of(log.closed().conversation())
    assert (first.episode_id, second.episode_id) == ("eps_cnv_1", "eps_2")
    assert [text for _, text in second.said] == ["And how do I return the tent of A-2001?"]
    assert (first.closed, second.topic, second.reopened) == (True, "return_item", False)
