"""How a customer writes: seeded, with slips that leave numbers alone, and no phrase in both splits."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.simulate.scenario import BadScenario, Persona
from eval.simulate.voice import Speaker, read_bank

pytestmark = pytest.mark.unit
VOICES = ["plain", "terse", "chatty", "formal", "simple", "texting", "loud"]


def speaker(seed: int = 1, **persona: object) -> Speaker:
    return Speaker(read_bank("dev"), Persona.model_validate(persona), random.Random(seed))


def test_the_splits_share_no_phrase() -> None:
    dev, held = read_bank("dev"), read_bank("held")
    assert dev.keys() == held.keys()
    for act in dev:
        assert not {phrase.lower() for phrase in dev[act]} & {phrase.lower() for phrase in held[act]}, act


@given(st.integers(), st.sampled_from(VOICES), st.floats(0, 0.5))
def test_numbers_and_addresses_stay_whole(seed: int, voice: str, noise: float) -> None:
    said = speaker(seed, voice=voice, noise=noise).written("Please look at order A-1042 for mara@example.com today")
    assert "A-1042" in " ".join(said)
    assert "mara@example.com" in " ".join(said)


def test_the_same_seed_says_the_same() -> None:
    one, two = (speaker(7, noise=0.3).written("somebody writes in haste about a parcel") for _ in range(2))
    assert one == two


def test_no_phrase_comes_twice_before_all_were_used() -> None:
    phrases = read_bank("dev")["cancel_order"]
    person = speaker()
    said = [person.phrase("cancel_order", {"order": "X"}) for _ in phrases]
    assert len(set(said)) == len(phrases)


def test_anger_grows_with_each_failure_and_is_heard() -> None:
    person = speaker()
    calm = person.wish("invoice_copy", {})
    person.fail()
    person.fail()
    assert any(person.wish("invoice_copy", {}).startswith(words) for words in read_bank("dev")["anger_2"])
    assert not any(calm.startswith(words) for words in read_bank("dev")["anger_1"])


def test_a_thought_in_pieces() -> None:
    parts = speaker(fragments=True).written("I was sorting my gear. Please cancel order A-1042.")
    assert parts == ["I was sorting my gear.", "Please cancel order A-1042."]


def test_what_is_copied_has_no_slips_and_stays_in_one_piece() -> None:
    address = "Kanalstraße 81, 48147 Münster, second floor"
    assert speaker(noise=0.5, fragments=True, mixes="de").written(address, copied=True) == [address]


def test_every_message_twice() -> None:
    assert speaker(doubles=True).written("yes") == ["yes", "yes"]
    parts = speaker(doubles=True, fragments=True).written("I was sorting my gear. Please cancel order A-1042.")
    assert parts == ["I was sorting my gear."] * 2 + ["Please cancel order A-1042."] * 2


@pytest.mark.parametrize(("language", "word"), [("de", "bitte"), ("es", "por favor"), ("fr", "s'il vous plaît")])
def test_a_second_language_comes_through_in_some_words_and_not_in_names(language: str, word: str) -> None:
    said = speaker(mixes=language).written("Please, please, (please) please cancel A-1042, plea.")[0]
    assert 0 < said.count(word) < 4
    assert said.endswith("cancel A-1042, plea.")
    assert speaker().written("Please cancel A-1042") == ["Please cancel A-1042"]


def test_an_act_that_is_not_there_is_named() -> None:
    with pytest.raises(BadScenario, match="juggle"):
        speaker().phrase("juggle", {})
