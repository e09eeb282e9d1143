"""``./frontdesk eval intents``: wrong calls and broken files are told in a sentence, before anything is trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stack.cli import main

pytestmark = pytest.mark.service


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    good, broken = tmp_path / "good.jsonl", tmp_path / "broken.jsonl"
    good.write_text(
        "".join(json.dumps({"text": f"{label} {n}", "label": label}) + "\n" for label in "ab" for n in "12")
    )
    broken.write_text('{"text": "a", "label": "b"}\nno json\n')
    return str(good), str(broken)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--train", "GOOD"],
        ["--train", "GOOD", "--test", "GOOD", "--folds", "2"],
        ["--train", "GOOD", "--folds", "1"],
        ["--train", "GOOD", "--folds", "5"],
        ["--train", "nowhere.jsonl", "--folds", "2"],
        ["--train", "GOOD", "--test", "GOOD", "--baseline", "bert"],
        ["--own", "--train", "GOOD"],
        ["--dev"],
    ],
)
def test_a_wrong_call_is_code_2_and_a_sentence(
    arguments: list[str], files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = [files[0] if each == "GOOD" else each for each in arguments]
    assert main(["eval", "intents", *given, "--json"]) == 2
    out = capsys.readouterr()
    assert json.loads(out.out)["error"]
    assert "Traceback" not in out.err


def test_a_broken_line_is_named(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "intents", "--train", files[0], "--test", files[1]]) == 2
    assert "line 2" in capsys.readouterr().err
