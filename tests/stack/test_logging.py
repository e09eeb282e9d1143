"""What reaches the log files, and what never does."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from stack import logging as stack_logging

pytestmark = pytest.mark.unit


@pytest.fixture
def log_folder(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    stack_logging.configure("app", tmp_path / "log")
    yield tmp_path / "log"
    for handler in root.handlers:
        handler.close()
    root.handlers, logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "app.log").read_text().splitlines()]


def test_a_line_is_json_with_process_level_and_correlation_id(log_folder: Path) -> None:
    structlog.contextvars.bind_contextvars(correlation_id="req_1")
    structlog.get_logger("handoff.gateway").info("turn.done", seq=3)
    (line,) = lines(log_folder)
    assert line | {"timestamp": ""} == {
        "event": "turn.done", "seq": 3, "process": "app", "level": "info", "logger": "handoff.gateway",
        "correlation_id": "req_1", "timestamp": "",
    }  # fmt: skip


def test_words_of_people_are_withheld(log_folder: Path) -> None:
    structlog.get_logger().warning("odd", text="my secret words", email="ada@example.org", seq=1)
    assert "secret words" not in (log_folder / "app.log").read_text()
    assert "ada@" not in (log_folder / "app.log").read_text()


def test_what_names_a_person_is_taken_out_at_any_depth(log_folder: Path) -> None:
    said = {
        "problem": "call +43 1 58058 0 or 0664 1234567 about 4111 1111 1111 1111",
        "tried": [("DE89 3704 0044 0532 0130 00", {"who": "ada@example.org", "text": "my secret words", "seq": 7})],
    }
    own = {"conversation_id": "cnv_1234567890123_456", "at": "2026-03-02T09:00:00.123Z", "count": 3}
    structlog.get_logger().warning("odd +43 1 58058 0", said=said, **own)
    (line,) = lines(log_folder)
    assert line["event"] == "odd [phone]"
    assert line["said"] == {
        "problem": "call [phone] or [phone] about [card]",
        "tried": [["[account]", {"who": "[e-mail]", "text": "withheld", "seq": 7}]],
    }
    assert line | own == line


def test_an_exception_leaves_its_place_and_not_its_text(log_folder: Path) -> None:
    for logger in (structlog.get_logger(), logging.getLogger("somebody.else")):
        try:
            raise ValueError("where is my parcel")
        except ValueError:
            logger.exception("failed")
    written = (log_folder / "app.log").read_text()
    assert "parcel" not in written
    ours, theirs = lines(log_folder)
    assert ours["error"] == theirs["error"] == "ValueError"
    assert ours["at"][-1].startswith("test_logging.py:")


def test_libraries_log_without_their_values(log_folder: Path) -> None:
    logging.getLogger("somebody.else").warning("cannot read %s", "where is my parcel")
    logging.getLogger("uvicorn.access").info("GET /")
    (line,) = lines(log_folder)
    assert line["event"] == "cannot read %s"


def test_a_log_that_cannot_be_written_disturbs_nobody(tmp_path: Path, log_folder: Path, capfd: Any) -> None:
    log_folder.write_text("in the way")
    structlog.get_logger().info("hello")
    assert capfd.readouterr() == ("", "")
