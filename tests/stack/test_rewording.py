"""The chat model that words what simulated customers say: a fake on loopback, well and badly."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from eval.simulate.scenario import Persona
from eval.simulate.wording import Wording
from stack.errors import WrongUse
from stack.rewording import make_author
from stack.settings import Settings
from tests.knowledge.fake_llm import Manner, fake_model

pytestmark = pytest.mark.service
SAID = "where on earth is order A-1042 now"


def settings(url: str = "") -> Settings:
    return Settings(
        knowledge_llm_url=url,
        knowledge_llm_model="fake" if url else "",
        knowledge_llm_key=SecretStr("k"),
        knowledge_llm_deadline=1.0,
    )


async def test_the_model_words_the_message_in_the_customers_manner() -> None:
    async with fake_model() as model:
        model.says = "any news of A-1042? it should be here by now"
        wording = Wording(make_author(settings(model.url)))
        assert await wording.of(SAID, Persona(voice="loud")) == model.says
        assert SAID in model.saw
        assert '"loud"' in model.saw
    assert wording.counts == {"reworded": 1}


@pytest.mark.parametrize("manner", ["late", "error", "cut", "unfinished", "garbage"])
async def test_a_model_that_fails_leaves_the_message_as_it_was(manner: Manner) -> None:
    async with fake_model() as model:
        model.says, model.manner = "any news of A-1042?", manner
        wording = Wording(make_author(settings(model.url)))
        assert await wording.of(SAID, Persona()) == SAID
    assert wording.counts == {"kept: no answer": 1}


def test_without_a_model_it_is_said_what_to_set() -> None:
    with pytest.raises(WrongUse, match="KNOWLEDGE_LLM"):
        make_author(settings())
