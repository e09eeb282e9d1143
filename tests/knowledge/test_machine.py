"""Random edits, publications, withdrawals and questions against an exact oracle; now and then the index is broken."""

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from knowledge import rules
from knowledge.errors import WrongState
from knowledge.lexicon import general
from knowledge.ranker import GENERAL_WEIGHT, nearness
from knowledge.service import open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, page

pytestmark = pytest.mark.service

IDS = st.sampled_from(["a", "b", "c", "d", "e"])
WORDS = st.sampled_from(["tent", "boot", "stove", "parcel", "refund", "jacket"])
AUDIENCES = st.sampled_from(rules.AUDIENCES)


class Knowing(RuleBasedStateMachine):
    """``drafts``: id to (version, text, audience) of the newest version; ``live``: the same of what must answer."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = Path(tempfile.mkdtemp())
        self.drafts: dict[str, tuple[int, str, str]] = {}
        self.live: dict[str, tuple[int, str, str]] = {}
        self.encoder = WordEncoder()
        self.count = 0

    def run(self, work):  # type: ignore[no-untyped-def]
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self) -> None:
        self.open()

    def open(self) -> None:
        made = KnowledgeSettings(
            database_url=f"sqlite:///{self.folder}/knowledge.db",
            index_dir=self.folder / "index",
            refresh_every=timedelta(seconds=30),
            audit_every=timedelta(seconds=30),
        )
        self.knowledge = self.run(
            self.stack.enter_async_context(open_knowledge(made, HandClock(), self.encoder, model="words"))
        )

    def attempt(self, work):  # type: ignore[no-untyped-def]
        """The article after an allowed move, None after one that its state forbids."""
        try:
            return self.run(work)
        except WrongState:
            return None

    @rule(article=IDS, subject=WORDS, audience=AUDIENCES)
    def write(self, article: str, subject: str, audience: str) -> None:
        self.count += 1
        text = f"{subject} number n{self.count}"
        content, editing = page(subject, text, audience=audience), self.knowledge.editing
        if article in self.drafts:
            done = self.attempt(editing.do_edit(article, content, self.drafts[article][0], "ed"))
        else:
            done = self.attempt(editing.do_create(article, content, "ed"))
        if done is not None:
            self.drafts[article] = (done.latest_version, text, audience)

    @rule(article=IDS)
    def publish(self, article: str) -> None:
        if article in self.drafts:
            move = self.knowledge.editing.do_publish(article, self.drafts[article][0], "ed")
            if self.attempt(move) is not None:
                self.live[article] = self.drafts[article]

    @rule(article=IDS)
    def archive(self, article: str) -> None:
        if article in self.drafts:
            move = self.knowledge.editing.do_archive(article, self.drafts[article][0], "ed")
            if self.attempt(move) is not None:
                self.live.pop(article, None)

    @rule(article=IDS)
    def restore(self, article: str) -> None:
        if article in self.drafts:
            self.attempt(self.knowledge.editing.do_restore(article, self.drafts[article][0], "ed"))

    @rule()
    def settle(self) -> None:
        self.run(self.knowledge.settle())

    @rule(gone=st.booleans())
    def reopen(self, gone: bool) -> None:
        self.run(self.stack.aclose())
        if gone:
            shutil.rmtree(self.folder / "index")
        self.stack = AsyncExitStack()
        self.open()

    @rule()
    def reindex(self) -> None:
        self.run(self.knowledge.reindex())

    @rule(subject=WORDS, audience=AUDIENCES)
    def ask(self, subject: str, audience: str) -> None:
        found = self.knowledge.retriever.search(f"{subject} number", audience=audience, count=50)
        seen = {one.chunk_id.split(":")[0]: one for one in found.trace.candidates if not one.dropped}
        readable = {
            article: (version, text)
            for article, (version, text, whose) in self.live.items()
            if whose in rules.readable_by(audience)
        }
        dropped = {one.chunk_id.split(":")[0] for one in found.trace.candidates if one.dropped}
        assert set(seen) | (dropped & set(readable)) == set(readable)
        for hit in found.hits:
            assert (hit.passage.version, hit.passage.chunk.text) == readable[hit.passage.article_id]
        # The best hit is the exact one: nothing readable is nearer by the product's own measure.
        asked = f"{subject} number"
        question, plain = self.encoder.encode([asked, general(asked)])
        scores = {}
        for article, (_, text) in readable.items():
            title = text.split()[0]
            body, head, detail = self.encoder.encode([f"{title}. {text}", title, text])  # no heading: no name in front
            own, generally = (
                float(nearness(body @ vector, head @ vector, detail @ vector)) for vector in (question, plain)
            )
            scores[article] = (1 - GENERAL_WEIGHT) * own + GENERAL_WEIGHT * generally
        for article, one in seen.items():
            assert np.isclose(one.nearness, scores[article], atol=1e-5)

    @invariant()
    def nobody_reads_what_is_not_live(self) -> None:
        if hasattr(self, "knowledge"):
            found = self.knowledge.retriever.search("number", audience="agent", count=50)
            assert {hit.passage.article_id for hit in found.hits} <= set(self.live)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)


TestKnowing = Knowing.TestCase
TestKnowing.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
