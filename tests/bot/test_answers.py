"""Does a message answer the question before it? Pure rules, no model."""

from __future__ import annotations

import pytest

from bot import answers

pytestmark = pytest.mark.unit

ORDERS = ["A-1057 · Alm fleece, placed", "A-1042 · Regenwand rain jacket and 1 more, on its way", "Talk to a person"]
ITEMS = ["Sommernacht +8 sleeping bag", "Silk sleeping-bag liner", "Folding foam mat", "Everything"]


@pytest.mark.parametrize(
    ("text", "titles", "chosen"),
    [
        ("Everything", ITEMS, 3),
        ("the sleeping bag", ITEMS, 0),
        ("the liner please", ITEMS, 1),
        ("foam mat", ITEMS, 2),
        ("the first one", ITEMS, 0),
        ("2", ITEMS, 1),
        ("the last one", ITEMS, -1),
        ("option 3 please", ITEMS, 2),
        ("the rain jacket", ORDERS, 1),
        ("fleece", ORDERS, 0),
        ("Talk to a person", ORDERS, 2),
    ],
)
def test_a_choice_may_be_typed(text: str, titles: list[str], chosen: int) -> None:
    assert answers.typed_choice(text, titles) == chosen


@pytest.mark.parametrize(
    "text",
    ["the tent", "5", "yes", "no", "is it the sleeping bag?", "how do I wash a sleeping bag at home", "", "mat or bag"],
)
def test_what_is_no_choice_is_none(text: str) -> None:
    assert answers.typed_choice(text, ITEMS) is None


@pytest.mark.parametrize(
    ("awaited", "text"),
    [
        ("order_number", "I don't have the number"),
        ("order_number", "no idea where to find it"),
        ("order_number", "I lost the confirmation mail"),
        ("email", "I can't remember which one"),
        ("code", "nothing came"),
        ("code", "I can't find the mail"),
        ("code", "it has not arrived"),
    ],
)
def test_what_the_customer_lacks_is_heard(awaited: str, text: str) -> None:
    assert answers.lacks(awaited, text)


@pytest.mark.parametrize(
    ("awaited", "text"),
    [
        ("order_number", "A-1042"),
        ("order_number", "it has not arrived"),
        ("item", "I don't have it"),
        (None, "no idea"),
    ],
)
def test_the_rest_is_no_lack(awaited: str | None, text: str) -> None:
    assert not answers.lacks(awaited, text)


@pytest.mark.parametrize("text", ["no, that's all", "no thanks", "nope, I'm good", "nothing else", "no thank you"])
def test_enough_is_the_end(text: str) -> None:
    assert answers.says_enough(text)


@pytest.mark.parametrize("text", ["no", "no, the other order", "that's not it", "not really"])
def test_a_refusal_is_not_the_end(text: str) -> None:
    assert not answers.says_enough(text)


@pytest.mark.parametrize(
    "text", ["affirm", "confirm_operation", 'refund_request{"order_number": "B-2007"}', "talk_to_person"]
)
def test_an_intents_name_is_nobodys_word(text: str) -> None:
    assert answers.is_machine_talk(text)


@pytest.mark.parametrize("text", ["\U0001f937", "...", "-", "\U0001f642"])
def test_a_shrug_is_no_answer(text: str) -> None:
    assert answers.is_gesture(text)


@pytest.mark.parametrize("text", ["\U0001f44d", "ok", "??", "yes \U0001f642"])
def test_a_sign_or_a_word_is_one(text: str) -> None:
    assert not answers.is_gesture(text)


@pytest.mark.parametrize("text", ["yes", "I affirm", "refund request", "cancel it", "well-known", "a_b c"])
def test_words_are_words(text: str) -> None:
    assert not answers.is_machine_talk(text)


@pytest.mark.parametrize(
    ("awaited", "text", "intent"),
    [
        ("new_phone", "+49 171 392 0099", "out_of_scope"),
        ("new_email", "it's mara@mail.example", "inform"),
        ("new_name", "Mara Lund", "out_of_scope"),
        ("callback_slot", "tomorrow at 10", "out_of_scope"),
        ("callback_slot", "Friday afternoon", "request_callback"),
        ("profile_field", "the phone number", "out_of_scope"),
        ("problem", "a tear in the sleeve", "out_of_scope"),
        ("problem", "it hasn't", "deny"),
        ("problem", "red instead of blue", "change_address"),
    ],
)
def test_details_of_the_account_are_answers(awaited: str, text: str, intent: str) -> None:
    named = ["email"] if "@" in text else []
    assert answers.is_answer(awaited, text, intent, 0.5, named)


@pytest.mark.parametrize("awaited", ["new_phone", "callback_slot", "new_address", "item", "months"])
def test_a_person_is_never_taken_for_an_answer(awaited: str) -> None:
    assert not answers.is_answer(awaited, "let me talk to a person", "talk_to_person", 0.95, [])


def test_a_phone_number_is_neither_order_nor_code() -> None:
    found = [{"entity": name, "value": "x"} for name in ("order_number", "code", "money", "email")]
    assert [one["entity"] for one in answers.entities("new_phone", found)] == ["email"]


def test_a_number_answers_unless_the_message_asks_something_of_its_own() -> None:
    named = ["order_number"]
    assert answers.is_answer("order_number", "it's A-1042", "order_status", 0.95, named)
    assert answers.is_answer("order_number", "is it A-1042?", "order_status", 0.95, named)
    assert answers.is_answer("order_number", "can you take A-1042?", "inform", 0.95, named)
    assert not answers.is_answer("order_number", "where is A-1042?", "order_status", 0.95, named)
    assert not answers.is_answer(
        "order_number", "and can I change the address of A-1042?", "change_address", 0.9, named
    )
    assert answers.is_answer("email", "can I use mara@mail.example?", "invoice_copy", 0.95, ["email"])


@pytest.mark.parametrize(
    "text",
    ["thanks for nothing", "Thanks a lot for wasting my time", "gee thanks", "thanks a lot, that was useless"],
)
def test_mocking_thanks_are_none(text: str) -> None:
    assert answers.mocks_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "thank you so much!",
        "great, thanks",
        "thanks for waiting",
        "thanks, nothing else",
        "thanks for the help",
    ],
)
def test_thanks_are_thanks(text: str) -> None:
    assert not answers.mocks_thanks(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I don't want a refund any more", "refund"),
        ("forget the money", "refund"),
        ("please forget about the refund", "refund"),
        ("I no longer want my money back", "refund"),
        ("you can keep the money", "refund"),
        ("I changed my mind about the refund", "refund"),
        ("don't refund it please", "refund"),
        ("cancel the refund", "refund"),
        ("don't send the refund, I changed my mind", "refund"),
        ("I don't want to delete it after all", "delete_data"),
        ("don't delete my account", "delete_data"),
        ("no I changed my mind, keep my account", "delete_data"),
        ("I don't want my account deleted any more", "delete_data"),
        ("withdraw my deletion request", "delete_data"),
    ],
)
def test_what_is_not_wanted_any_more_is_named_by_its_kind(text: str, kind: str) -> None:
    assert kind in answers.withdrawn(text)


@pytest.mark.parametrize(
    "text",
    [
        "I want a refund",
        "why don't you refund me",
        "you still don't send my refund",
        "I don't want the money on a gift card, I want it on my card",
        "I don't want to wait for my money",
        "cancel my order and send me the money",
        "can I cancel the refund?",
        "delete my account",
        "I don't want a voucher",
        "no",
        "don't cancel it",
    ],
)
def test_what_is_wanted_is_not_taken_back(text: str) -> None:
    assert answers.withdrawn(text) == ()


@pytest.mark.parametrize(
    ("text", "offered", "each"),
    [
        ("both of them", 2, True),
        ("Both, please", 2, True),
        ("yes, both", 2, True),
        ("all of them", 3, True),
        ("all three", 3, True),
        ("both", 3, False),
        ("all three", 2, False),
        ("both", 1, False),
        ("all good", 2, False),
        ("both are late", 2, False),
        ("the first one", 2, False),
    ],
)
def test_each_of_those_that_were_offered_may_be_meant(text: str, offered: int, each: bool) -> None:
    assert answers.means_each(text, offered) == each


def test_a_number_is_a_postcode_in_an_address_and_an_order_in_a_question_beside_it() -> None:
    order = [{"entity": "order_number", "value": "A-6020"}]
    assert answers.entities("new_address", order) == []
    assert (
        answers.entities("new_address", order, aside=answers.is_aside("where is A-6020", "order_status", 0.9)) == order
    )
    assert not answers.is_answer("new_address", "where is A-6020", "order_status", 0.9, [])
    assert answers.is_answer("new_address", "Maria-Theresien-Str. 3, A-6020 Innsbruck", "order_status", 0.9, [])
