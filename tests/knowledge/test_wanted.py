"""Questions that want a duration, an amount, an hour or a number, and texts that state one."""

import pytest

from knowledge.wanted import Kind, states, wanted

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "question",
    [
        "How quickly is the code sent?",
        "how soon do you repair it",
        "How long until it is there?",
        "how long does a refund take",
        "how many working days is that",
        "When will my money be back?",
    ],
)
def test_how_soon_wants_a_duration(question: str) -> None:
    assert wanted(question) == "duration"


@pytest.mark.parametrize(
    "question",
    ["How long is a gift card valid?", "How long must my password be?", "When are you open?", "Can I return it?"],
)
def test_other_lengths_do_not(question: str) -> None:
    assert wanted(question) != "duration"


@pytest.mark.parametrize("text", ["within 15 minutes", "3–5 working days", "a week", "The money goes back at once."])
def test_durations(text: str) -> None:
    assert states(text, "duration")


@pytest.mark.parametrize("text", ["The e-mail leaves at 8:00 on that day.", "No. They do not expire.", "Order A-1050"])
def test_hours_of_the_day_and_numbers_are_none(text: str) -> None:
    assert not states(text, "duration")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much is a new zip?", "amount"),
        ("how much does it cost to send it back", "amount"),
        ("What does the label cost?", "amount"),
        ("Is there a fee?", "amount"),
        ("What is the price of a spare buckle", "amount"),
        ("Until when can I order for Christmas?", "hour"),
        ("What time do you close?", "hour"),
        ("When do you open on Saturdays?", "hour"),
        ("by which date must it be back", "hour"),
        ("How many points is that?", "number"),
        ("How much gas do I need?", None),
        ("How much does the boot weigh?", None),
        ("What time of day is best?", None),
        ("Can I return it?", None),
        ("How long is a gift card valid?", None),
    ],
)
def test_what_is_wanted(question: str, kind: Kind | None) -> None:
    assert wanted(question) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It costs 3.90 EUR.", "amount"),
        ("Cost in EUR: 12.90", "amount"),
        ("For members it is free.", "amount"),
        ("Order by 22 December, 14:00.", "hour"),
        ("On Saturday we close earlier.", "hour"),
        ("In steps of three.", "number"),
        ("At most eleven to a group.", "number"),
        ("There is no limit.", "number"),
        ("One of each colour.", "number"),
        ("Repairs take nine working days.", "duration"),
        ("After eleven days.", "duration"),
        ("Mon–Fri 9–18", "hour"),
        ("Sat: 10–16", "hour"),
        ("From Tue to Thu.", "hour"),
        ("We are away on Wed.", "hour"),
        ("The shop stays closed.", "hour"),
        ("Day: Boxing Day; Munich: closed", "hour"),
        ("It ends on 1 May.", "hour"),
        ("It is free.", "amount"),
        ("Shipping is free up to 5 kg.", "amount"),
        ("When: before you come; You pay: nothing", "amount"),
        ("Repairs cost nothing then.", "amount"),
        ("There is no extra charge.", "amount"),
        ("One pays full price.", "amount"),
    ],
)
def test_what_is_stated(text: str, kind: Kind) -> None:
    assert states(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Within 14 days of buying.", "amount"),
        ("It costs 14.00 EUR.", "hour"),
        ("As many as you like.", "number"),
        ("No. Boots cannot be dyed.", "number"),
        ("There is no need to write.", "number"),
        ("No one can see the one that you chose.", "number"),
        ("None of this applies to boots.", "number"),
        ("The tent sat in the sun until we wed.", "hour"),
        ("Sun, wind and rain wear the fabric.", "hour"),
        ("Put the mon into a closed box.", "hour"),
        ("Part 1 may be washed, and you may 2 times dry it.", "hour"),
        ("Feel free to write.", "amount"),
        ("Nothing is lost, and none is sent.", "amount"),
        ("The glue is solvent-free.", "amount"),
    ],
)
def test_what_is_not_stated(text: str, kind: Kind) -> None:
    assert not states(text, kind)
