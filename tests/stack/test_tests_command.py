"""How the test command sorts its arguments and sums up what its runners say."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stack.node import WEB
from stack.paths import ROOT
from stack.tests_command import Runner, Tally, checks, count, pytest_runners, run, run_beside, sort_arguments

pytestmark = pytest.mark.unit


def report(path: Path, **counts: int) -> Path:
    path.write_bytes(ElementTree.tostring(ElementTree.Element("testsuite", {k: str(v) for k, v in counts.items()})))
    return path


def test_reports_are_summed(tmp_path: Path) -> None:
    path = report(tmp_path / "a.xml", tests=7, failures=1, errors=1, skipped=2)
    assert count(path, 1) == Tally(3, 2, 2)
    assert count(None, 0) == Tally(1, 0, 0)


def test_a_runner_that_fell_over_is_a_failure_whatever_it_counted(tmp_path: Path) -> None:
    assert count(report(tmp_path / "a.xml", tests=3), 2) == Tally(3, 1, 0)
    assert count(tmp_path / "none.xml", 1) == Tally(0, 1, 0)
    assert count(None, 1) == Tally(0, 1, 0)


def test_nothing_collected_on_one_side_is_no_failure(tmp_path: Path) -> None:
    assert count(report(tmp_path / "a.xml", tests=0), 5) == Tally(0, 0, 0)


def test_a_path_goes_to_the_side_it_belongs_to(tmp_path: Path) -> None:
    titles = {
        (): ["bot", "parts", "whole stack"],
        ("-k", "x"): ["bot", "parts", "whole stack"],
        ("tests/stack",): ["parts"],
        ("tests/stack/test_cli.py::test_x", "-x"): ["parts"],
        ("tests/browser",): ["whole stack"],
        ("tests/bot",): ["bot"],
        ("tests/bot", "tests/stack"): ["bot", "parts"],
        ("./tests/bot",): ["bot"],
        ("tests/stack/../bot/test_texts.py::test_x",): ["bot"],
        (str(ROOT / "tests" / "e2e"),): ["whole stack"],
        ("tests/browser/test_desk.py", "tests/bot/test_texts.py"): ["bot", "whole stack"],
        ("-k", "bot"): ["bot", "parts", "whole stack"],
        ("tests",): ["bot", "parts", "whole stack"],
        (".",): ["bot", "parts", "whole stack"],
    }
    for arguments, wanted in titles.items():
        assert [runner.title for runner in pytest_runners(list(arguments), tmp_path)] == wanted, arguments


@pytest.mark.parametrize("everything", ["tests", "./tests/", str(ROOT / "tests"), "."])
def test_a_folder_that_holds_several_sides_goes_to_each(everything: str, tmp_path: Path) -> None:
    bot, parts, whole = (list(runner.command) for runner in pytest_runners([everything], tmp_path))
    assert bot[-1] == "tests/bot"
    assert parts[-1] == "tests"
    assert {"--ignore=tests/bot", "--ignore=tests/browser", "--ignore=tests/e2e"} <= set(parts)
    assert whole[-2:] == ["tests/browser", "tests/e2e"]


def test_the_word_of_an_option_stays_beside_it_although_a_folder_has_its_name(tmp_path: Path) -> None:
    assert sort_arguments(["-k", "bot", "-x", "tests/stack"]) == (["tests/stack"], ["-k", "bot", "-x"])
    assert sort_arguments(["-p", "stack", "-m", "web"]) == ([], ["-p", "stack", "-m", "web"])
    assert sort_arguments(["--deselect", "tests/bot", "tests/stak"]) == ([], ["--deselect", "tests/bot", "tests/stak"])
    assert sort_arguments(["tests/stack/test_cli.py::test_x[tests/bot]"])[0] == [
        "tests/stack/test_cli.py::test_x[tests/bot]"
    ]
    for runner in pytest_runners(["-k", "bot", "-x"], tmp_path):
        command = list(runner.command)
        assert command[command.index("-k") :][:3] == ["-k", "bot", "-x"]


def test_paths_may_be_written_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests")
    assert sort_arguments(["bot/test_texts.py", "tests/stack"])[0] == ["tests/bot/test_texts.py", "tests/stack"]
    assert sort_arguments([str(tmp_path)])[0] == [str(tmp_path.resolve())]


def test_options_reach_pytest_and_a_choice_of_marks_replaces_ours(tmp_path: Path) -> None:
    (runner,) = pytest_runners(["tests/stack", "-m", "unit", "-x"], tmp_path)
    assert list(runner.command)[-4:] == ["-m", "unit", "-x", "tests/stack"]
    assert list(runner.command).count("-m") == 2, "one of them is python's"


def test_the_pages_are_checked_with_their_size(tmp_path: Path) -> None:
    """The limit of the widget's first load fails a run, not only whoever asks for it."""
    of_the_pages = {runner.title: list(runner.command) for runner in checks(tmp_path) if runner.cwd == WEB}
    assert list(of_the_pages) == ["types of the pages", "pages", "size of the widget"]
    assert of_the_pages["size of the widget"][-2:] == ["run", "size"]


def test_a_runner_is_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tally, line = run(Runner("style", [sys.executable, "-c", "print('all fine')"]))
    assert (tally, capfd.readouterr().out) == (Tally(1, 0, 0), "all fine\n")
    assert line.startswith("style")
    assert run(Runner("style", [sys.executable, "-c", "raise SystemExit(3)"]))[0] == Tally(0, 1, 0)


def test_lanes_run_beside_each_other_and_each_output_stays_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    meeting = tmp_path / "meeting"
    os.mkfifo(meeting)  # either side of it waits until the other has come
    first = Runner("first", [sys.executable, "-uc", f"print('a'); open({str(meeting)!r}, 'w').close(); print('b')"])
    second = Runner("second", [sys.executable, "-uc", f"print('c'); open({str(meeting)!r}).close(); print('d')"])
    third = Runner("third", [sys.executable, "-c", "raise SystemExit(3)"])
    found = run_beside([[first], [second, third]])
    assert [tally for tally, _ in found] == [Tally(1, 0, 0), Tally(1, 0, 0), Tally(0, 1, 0)]
    told = capfd.readouterr().out
    assert "a\nb\n" in told
    assert "c\nd\n" in told
