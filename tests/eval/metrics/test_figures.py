"""Ways to make the headline look better without helping anybody, each with the test that it does not work."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.metrics import effort
from eval.metrics.figures import figures
from eval.metrics.values import Metric, mean_interval
from eval.outcomes.classify import episodes_of
from eval.outcomes.model import DAY
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit
LATER = START + 30 * DAY


def measured(*logs: Log, traffic: str = "customer", as_of: float = LATER) -> dict[str, Metric]:
    found = episodes_of([log.conversation(traffic=traffic) for log in logs], as_of)
    return figures(found, as_of).metrics


def asked(number: int = 0, at: float = START) -> Log:
    log = Log(f"c{number}", customer=f"cus_{number}", at=at).episode(f"eps_{number}")
    return log.customer(f"Please cancel A-{1000 + number}", "cancel_order")


def honest() -> list[Log]:
    """One proven, one denied, one where the customer was asked back and left."""
    return [
        asked(901).done("op_901").bot("It is off.").closed(),
        asked(902).bot().solved(False).closed(),
        asked(903).bot("Which order?").closed(),
    ]


def headline(*logs: Log) -> float:
    value = measured(*logs)["resolution"].value
    assert value is not None
    return value


BASE = 1 / 3


def test_cheat_ghosting_the_customer() -> None:
    """A bot that asks until people leave."""
    ghosts = [asked(n).bot("Which order?").closed() for n in range(9)]
    assert headline(*honest(), *ghosts) == pytest.approx(1 / 12)
    assert measured(*ghosts)["abandonment"].value == 1
    assert measured(*ghosts)["deflection"].value == 1


def test_cheat_answering_anything_and_counting_silence() -> None:
    silent = [asked(n).bot("Please see our help pages.").closed() for n in range(9)]
    found = measured(*honest(), *silent)
    assert found["resolution"].value == pytest.approx(1 / 12)
    assert found["silence"].value == pytest.approx(9 / 12)


def test_cheat_closing_by_hand_and_calling_it_the_bots() -> None:
    closed = [asked(n).bot().handed_over().accepted().agent().closed("agt_1", "resolved") for n in range(9)]
    found = measured(*honest(), *closed)
    assert found["resolution"].value == pytest.approx(1 / 12)
    assert found["resolution_bot"].value == pytest.approx(1 / 12)


def test_cheat_an_agents_silent_close() -> None:
    assert headline(*honest(), asked(1).handed_over().accepted().closed("agt_1", "resolved")) < BASE


def test_cheat_announcing_a_hand_over_as_an_answer() -> None:
    passed = asked(1).bot("I'm passing you to a colleague.").handed_over().closed()
    assert headline(*honest(), passed) < BASE
    assert measured(passed)["containment"].value == 0


def test_cheat_saying_done_without_doing() -> None:
    liar = asked(1).bot("I've cancelled your order.").solved().closed()
    assert headline(*honest(), liar) < BASE
    assert measured(liar)["false_resolution"].value == 1


@pytest.mark.parametrize(
    "text",
    [
        "Done: order A-1001 is cancelled.",
        "Your order A-1001 has been cancelled.",
        "I have already cancelled your order.",
        "All done!",
        "I went ahead and cancelled it.",
    ],
)
def test_cheat_saying_done_in_other_words(text: str) -> None:
    assert measured(asked(1).bot(text).solved().closed())["false_resolution"].value == 1
    backed = asked(1).done("op_1").bot(text, operations=["op_1"]).solved().closed()
    assert measured(backed)["false_resolution"].value == 0


@pytest.mark.parametrize("named", [{}, {"operations": ["op_1"]}])
def test_cheat_one_deed_for_another(named: dict[str, list[str]]) -> None:
    """A new address is no refund, whether the message names it or not."""
    other = asked(1).done("op_1", kind="change_address").bot("I've refunded your order.", **named).solved().closed()
    assert measured(other)["false_resolution"].value == 1


def test_cheat_confirming_in_the_customers_place() -> None:
    forged = asked(1).bot().add("feedback.given", "bot", kind="solved").add("feedback.given", "agent", kind="solved")
    assert headline(*honest(), forged.closed()) < BASE


def test_cheat_closing_and_opening_again() -> None:
    """A conversation cut into many closings is one episode, and its claims did not stand."""
    log = asked(1)
    for number in range(4):
        log.done(f"op_1{number}").bot("It is off.").closed().later(hours=2)
        log.add("conversation.reopened", "customer", by="customer")
        log.customer("A-1001 is still not cancelled", "complain")
    found = measured(*honest(), log.bot().closed())
    assert found["resolution"].n == 4
    assert found["resolution"].value == pytest.approx(1 / 4)
    assert found["repeat"].hits == ("eps_1",)


def test_cheat_leaving_what_fails_open() -> None:
    found = measured(*honest(), *(asked(n).bot("Which order?") for n in range(9)))
    assert found["resolution"].value == pytest.approx(1 / 12)


def test_cheat_a_second_channel_as_a_new_case() -> None:
    log = asked(1).done("op_1").bot("It is off.").closed()
    back = Log("mail", customer="cus_1", at=START + 2 * DAY, channel="email").customer("A-1001 came!").bot().closed()
    found = measured(*honest(), log, back)
    assert found["resolution"].n == 4
    assert found["resolution"].value == pytest.approx(1 / 4)


def test_cheat_greetings_tests_and_campaigns_as_resolutions() -> None:
    chat = [Log(f"g{n}", customer=f"cus_g{n}").customer("hello!", "greet").bot().solved().closed() for n in range(9)]
    news = [Log(f"n{n}", customer=f"cus_n{n}").add("message.sent", "bot", text="Sale!", author="bot") for n in range(9)]
    assert headline(*honest(), *chat, *news) == pytest.approx(BASE)
    found = episodes_of([asked(n).done().bot().conversation(traffic="test") for n in range(3)], LATER)
    assert figures(found, LATER).metrics["resolution"].n == 0
    assert figures(found, LATER).excluded == {"test": 3}


def test_cheat_calling_hard_questions_no_question() -> None:
    """Out of scope, answers that nobody asked for, a small-talk reading of a real need: all stay in the denominator."""
    odd = [
        Log("a", customer="a").customer("Is the glue vegan?", "out_of_scope").bot("Sorry, I did not get that."),
        Log("b", customer="b").customer("A-1001", "inform").bot("Thanks."),
        Log("c", customer="c").handed_over("explicit_request", "customer"),
    ]
    assert measured(*honest(), *odd)["resolution"].n == 6


def test_cheat_reading_a_need_as_thanks() -> None:
    """How a text was read is the bot's own word: the text decides beside it."""
    hurt = Log("a", customer="a").customer("My stove leaks gas and burned my hand", "thanks").bot("You're welcome!")
    person = Log("b", customer="b").customer("let me talk to a human now", "bot_challenge").bot("I'm a bot.")
    chat = Log("c", customer="c").customer("hi there, are you a real person?", "bot_challenge").bot("I'm a bot.")
    found = measured(*honest(), hurt.closed(), person.closed(), chat.closed())
    assert found["resolution"].n == 5
    assert found["resolution"].value == pytest.approx(1 / 5)


def test_cheat_one_effect_for_everything_that_follows() -> None:
    """Done is what was done; a need that came after and was left failed, open or in anger is not covered by it."""
    done = [asked(n).done(f"op_{n}").bot("It is off.") for n in range(5)]
    done[0].customer("Now refund the shipping", "refund_request").done("op_x", "failed", "refund").bot("That failed.")
    done[1].customer("Where is the other one?", "out_of_scope").bot("Sorry, I did not get that.")
    done[1].customer("bye", "goodbye").bot("Goodbye!")
    done[2].customer("THIS IS WRONG!!!", "complain", frustration=0.9).bot("Orders can be cancelled until packed.")
    done[3].customer("And my refund?", "refund_status").bot("Which order do you mean?")
    done[4].customer("Refund it", "refund_request").add("turn.failed", "system", reply_to=[8], reason="late", text="")
    assert headline(*honest(), *(log.closed() for log in done)) == pytest.approx(1 / 8)


def test_an_effect_stands_when_what_follows_is_thanks_or_is_settled_too() -> None:
    done = [asked(n).done(f"op_{n}").bot("It is off.") for n in range(4)]
    done[0].customer("brilliant, cheers mate", "thanks").bot("You're welcome. Anything else?")
    done[1].customer("How long until the refund?", "ask_policy").bot("Three days.")
    done[2].customer("THIS IS WRONG!!!", "complain", frustration=0.9).bot("It is off, look.").solved()
    done[3].customer("Now refund the shipping", "refund_request").done("op_x", "failed", "refund").bot("Again.")
    done[3].done("op_x", "verified", "refund").bot("It is on its way.")
    assert headline(*(log.closed() for log in done)) == 1


def test_cheat_forgetting_the_denial_after_solved() -> None:
    """A typed "no" after the button takes the word back, whether its words or its reading tell."""
    denied = [asked(n).bot().solved() for n in range(4)]
    denied[0].customer("no, that did not work", "solved_no").bot("Sorry.")
    denied[1].customer("No, that did not work at all!", "inform").bot("Thanks.")
    denied[2].customer("I asked something different", "solved_no").bot("Sorry.")
    denied[3].customer("you people never listen", "complain").bot("Sorry.")
    found = measured(*honest(), *(log.closed() for log in denied))
    assert found["resolution"].value == pytest.approx(1 / 7)
    assert {"eps_0", "eps_1", "eps_2", "eps_3"} <= {*found["unresolved"].hits, *found["repeat"].hits}


def test_cheat_forgetting_the_denial_after_an_effect() -> None:
    denied = asked(1).done("op_1").bot("It is off.").customer("that's wrong", "inform").bot("Thanks.").closed()
    assert headline(*honest(), denied) == pytest.approx(1 / 4)


@pytest.mark.parametrize("who", ["bot", "system", "agent"])
def test_cheat_nudging_so_that_nothing_is_over(who: str) -> None:
    ghosts = [asked(n).bot("Which order?") for n in range(3)]
    for log in ghosts:
        for _ in range(5):
            log.later(days=6).add("message.sent", who, text="Are you still there?", author=who, reply_to=[3])
            log.add("handoff.requested", "bot", reason="x") if who == "bot" else log.closed()
    assert headline(*honest(), *ghosts) == pytest.approx(1 / 6)


def test_cheat_nudging_so_that_a_return_is_no_return() -> None:
    log = asked(1).done("op_1").bot("It is off.")
    for _ in range(4):
        log.later(hours=20).add("message.sent", "system", text="Are you still there?", author="system")
    log.later(hours=1).customer("A-1001 came all the same", "order_status").bot("It was on the road.").closed()
    found = measured(*honest(), log)
    assert found["repeat"].hits == ("eps_1",)
    assert found["resolution"].value == pytest.approx(1 / 4)


def test_cheat_taking_the_young_into_the_count() -> None:
    young = asked(1).done().bot("It is off.").closed()
    assert measured(young, as_of=START + 3 * DAY)["resolution"].n == 0


def test_cheat_more_than_a_hundred_per_cent() -> None:
    both = (
        asked(1).done().bot("It is off.").solved().handed_over().accepted().agent().solved().closed("agt_1", "resolved")
    )
    found = measured(both)
    assert sum(found[f"resolution_{who}"].value or 0 for who in ("bot", "assisted", "human")) == 1
    assert found["resolution_bot"].value == 0


def test_cheat_bot_time_in_the_agents_time() -> None:
    log = asked(1).bot().later(hours=3).handed_over().accepted().agent()
    assert measured(log)["wait"].value == pytest.approx(180)


def test_cheat_coming_back_as_never_having_left_the_queue() -> None:
    """Who left before a person came has left, though the bot answers on their return."""
    left = asked(1).bot().handed_over().closed().later(hours=3).customer("Cancel A-1001", "cancel_order").bot("Soon.")
    waits = asked(2).bot().handed_over().later(hours=1).accepted().agent()
    found = measured(left.closed(), waits)
    assert found["queue_abandonment"].hits == ("eps_1",)
    assert found["queue_abandonment"].n == 2


def test_cheat_a_quick_second_hand_over() -> None:
    """The longest wait of an episode is its wait, and each answer must be in time."""
    log = asked(1).bot().handed_over("policy").later(minutes=20).accepted().agent().add("handoff.returned", "agent")
    found = measured(log.bot().handed_over("frustration").accepted().agent().closed("agt_1"))
    assert found["wait"].value == pytest.approx(20 * 60 + 180, rel=0.01)
    assert found["answered_in_time"].value == 0


MOVES = st.lists(
    st.sampled_from(["answer", "ask back", "done", "solved", "not solved", "hand over", "agent", "close", "again"]),
    max_size=8,
)


def story(moves: list[str], number: int = 1) -> Log:
    log = asked(number)
    steps = {
        "answer": log.bot,
        "ask back": lambda: log.bot("Which order?"),
        "done": lambda: log.done(f"op_{number}"),
        "solved": log.solved,
        "not solved": lambda: log.solved(False),
        "hand over": log.handed_over,
        "agent": lambda: log.accepted().agent(),
        "close": log.closed,
        "again": lambda: log.customer("A-1001 is not cancelled at all", "complain"),
    }
    for move in moves:
        steps[move]()
    return log


PROOFS = ("solved", "done")


@settings(deadline=None)
@given(MOVES)
@example(["answer"])
@example(["answer", "close"])
@example(["answer", "hand over", "agent", "close"])
def test_silence_never_raises_the_headline(moves: list[str]) -> None:
    """A customer who says nothing and for whom nothing is done adds to the denominator and never to the numerator."""
    silent = headline(*honest(), story([move for move in moves if move not in PROOFS]))
    assert silent == pytest.approx(1 / 4)
    assert silent < headline(*honest())
    assert silent <= headline(*honest(), story(moves))


@settings(deadline=None)
@given(MOVES, st.sampled_from(PROOFS))
@example(["answer"], "solved")
def test_an_end_in_silence_is_never_better_than_one_in_a_proof(moves: list[str], proof: str) -> None:
    """Nor is silence after the end: a nudge, a closing and days without a word prove nothing more."""
    assert headline(*honest(), story(moves)) <= headline(*honest(), story([*moves, proof]))
    nudged = story(moves).later(days=2).bot("Anything else I can do for you?").closed()
    assert headline(*honest(), nudged) <= headline(*honest(), story(moves))


@settings(deadline=None)
@given(MOVES, MOVES)
@example([], ["solved"])
@example(["answer"], ["agent", "solved", "close"])
@example(["done"], [])
@example(["close"], ["again", "done"])
def test_a_hand_over_is_never_the_bots_resolution(before: list[str], after: list[str]) -> None:
    found = measured(story([*before, "hand over", *after]))
    assert found["resolution_bot"].hits == ()


@settings(deadline=None)
@given(st.lists(MOVES, max_size=5))
def test_every_episode_is_counted_once_and_every_number_opens(stories: list[list[str]]) -> None:
    found = episodes_of([story(moves, n).conversation() for n, moves in enumerate(stories)], LATER)
    told = figures(found, LATER)
    eligible = {episode.id for episode in found if episode.eligible}
    assert sum(told.counts.values()) + sum(told.excluded.values()) == len(found)
    for metric in told.metrics.values():
        assert set(metric.hits) <= set(metric.episodes) <= eligible
        if metric.method == "wilson" and metric.value is not None:
            assert metric.value == pytest.approx(len(metric.hits) / metric.n)
            assert metric.interval is not None
            assert metric.interval[0] - 1e-9 <= metric.value <= metric.interval[1] + 1e-9


def test_surveys_are_asked_once_and_read_in_both_forms() -> None:
    log = asked(1).done().bot("It is off.").add("survey.offered", "system", episode_id="eps_1", form="ces7")
    log.add("survey.answered", "customer", episode_id="eps_1", form="ces7", ces=6, csat=5)
    other = asked(2).bot().add("survey.offered", "system", episode_id="eps_2", form="ces5")
    third = asked(3).bot().add("survey.answered", "customer", episode_id="eps_3", form="ces5", ces=2, csat=2)
    found = measured(log, other, third)
    assert found["ces7"].value == 6
    assert found["ces5"].value == 2
    assert found["survey_response"].value == pytest.approx(2 / 3)
    assert found["csat"].value == 0.5
    assert "uncalibrated" in found["effort"].note


def test_effort_is_what_had_to_be_done_again_not_the_number_of_turns() -> None:
    smooth = Log("a", customer="a").customer("Please cancel A-1001").bot("Which one?").customer("the blue tent").bot()
    rough = (
        Log("b", customer="b")
        .customer("Please cancel order A-1001 now")
        .bot()
        .customer("cancel order A-1001 now please")
        .bot()
    )
    longer = smooth.customer("and the size").bot().customer("large").bot()
    one, two = episodes_of([longer.conversation(), rough.conversation()], LATER)
    assert effort.index(two) > effort.index(one)


def test_a_mean_of_one_answer_has_no_interval_and_of_equal_ones_none_wider() -> None:
    assert mean_interval([5.0]) is None
    assert mean_interval([5.0] * 10) == (5.0, 5.0)
    assert mean_interval([1.0, 7.0] * 20) == mean_interval([1.0, 7.0] * 20)
