"""``./frontdesk knowledge …`` on a folder of articles, alone and beside a process that owns the index."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from knowledge.answer import UNSURE
from knowledge.home import IndexHome
from stack import knowledge_command
from stack.errors import WrongUse
from stack.paths import ROOT
from stack.settings import Settings, load

pytestmark = pytest.mark.service

SHIPPED = ("delivery-times-and-costs.md", "gift-cards.md", "washing-down-and-waterproofs.md")
QUESTION = "How do I wash a down sleeping bag?"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("knowledge")
    settings = load(var_dir=folder / "var")
    articles = folder / "articles"
    articles.mkdir()
    for name in SHIPPED:
        shutil.copy(ROOT / "knowledge" / "articles" / name, articles)
    knowledge_command.bring_in(settings, articles, as_json=True)
    return settings


@pytest.fixture(autouse=True)
def no_logs_on_stdout() -> Iterator[None]:
    """The command line sends logs to a file before a command runs."""
    with structlog.testing.capture_logs():
        yield


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_question_is_answered_with_its_trace(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    knowledge_command.ask(filled, QUESTION, as_json=True)
    found = printed(capsys)
    assert found["found"]
    assert found["citations"][0]["article_id"] == "washing-down-and-waterproofs"
    assert found["trace"]["candidates"]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("How do I wash a down sleeping bag?", "washing-down-and-waterproofs"),
        ("How long does delivery take?", "delivery-times-and-costs"),
        ("How does express delivery work?", "delivery-times-and-costs"),
        ("How long is a gift card valid?", "gift-cards"),
        ("Can I return a gift card?", "gift-cards"),
    ],
)
def test_plain_questions_have_sure_answers_without_ways_to_ask(
    filled: Settings, capsys: pytest.CaptureFixture[str], question: str, article: str
) -> None:
    capsys.readouterr()
    knowledge_command.ask(filled, question, as_json=True)
    found = printed(capsys)
    assert found["found"]
    assert UNSURE not in found["text"]
    assert found["citations"][0]["article_id"] == article


@pytest.mark.parametrize("question", ["I forgot my password", "Do you sell bicycles?", "Who is the king of France?"])
def test_what_a_small_installation_does_not_hold_is_not_known(
    filled: Settings, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    capsys.readouterr()
    knowledge_command.ask(filled, question, as_json=True)
    assert not printed(capsys)["found"]


def test_people_see_the_source(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    knowledge_command.ask(filled, QUESTION, as_json=False)
    said = capsys.readouterr().out
    assert "source: " in said
    assert "/help/washing-down-and-waterproofs" in said


def test_what_goes_out_comes_back_in(filled: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    knowledge_command.take_out(filled, tmp_path / "out", as_json=True)
    assert sorted(printed(capsys)["files"]) == sorted(SHIPPED)
    knowledge_command.bring_in(filled, tmp_path / "out", as_json=True)
    report = printed(capsys)
    assert (report["created"], report["updated"]) == ([], [])


def test_a_bad_file_is_named_and_the_rest_goes_in(
    filled: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    (tmp_path / "bad.md").write_text("no header at all")
    shutil.copy(ROOT / "knowledge" / "articles" / SHIPPED[0], tmp_path)
    assert knowledge_command.bring_in(filled, tmp_path, as_json=True) == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert "1 of the files" in err
    assert [problem["file"] for problem in report["problems"]] == ["bad.md"]


def test_the_index_is_built_anew(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    knowledge_command.reindex(filled, as_json=True)
    assert printed(capsys)["passages"] > len(SHIPPED)


def test_beside_the_owner_of_the_index_it_reads_from_sql(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    owner = IndexHome(filled.paths.index)
    owner.take()
    try:
        knowledge_command.ask(filled, QUESTION, as_json=True)
    finally:
        owner.release()
    found = printed(capsys)
    assert (found["found"], found["trace"]["backend"]) == (True, "exact")


def test_wrong_use(filled: Settings, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not a folder"):
        knowledge_command.bring_in(filled, tmp_path / "none", as_json=False)
    with pytest.raises(WrongUse, match="empty"):
        knowledge_command.ask(filled, "  ", as_json=False)
