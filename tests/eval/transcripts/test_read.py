import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.transcripts.model import Unusable
from eval.transcripts.read import read
from tests.eval.transcripts.files import event, reading, talk, told

pytestmark = pytest.mark.unit


def test_good_lines_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        talk("a", event(1), event(2, "On its way.", "bot")),
        '{"id": "b", "events": [',
        talk("c", event(1)),
        talk("a", event(1)),
        "[1, 2]",
        '{"id": "d"}',
    )
    assert [each.conversation.id for each in found.transcripts] == ["a", "c"]
    assert found.records == 6
    assert found.lost == 4
    told = {problem.line: str(problem) for problem in found.problems}
    assert told[2].startswith("line 2: not JSON at column")
    assert told[4] == "line 4: conversation a stands on line 1 already; this one is not counted"
    assert told[5] == "line 5: not an object; not counted"
    assert told[6] == "line 6: conversation d has no list of events; not counted"


def test_order_clock_and_duplicates_are_put_right_and_said(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        talk("a", event(3, minute=5), event(1), event(2, "hm", "bot", minute=9), event(2, "hm", "bot", minute=9)),
        talk("b", event(1), event(1, "other"), event(2, type="noun.verbed"), event(3, minute=1)),
    )
    first, second = (each.conversation.events for each in found.transcripts)
    assert [each.seq for each in first] == [1, 2, 3]
    assert first[1].at == first[2].at
    assert [each.seq for each in second] == [1, 2, 3]
    assert [str(problem) for problem in found.problems] == [
        "line 1: conversation a: events out of order; put into the order of seq",
        "line 1: conversation a: twice the same event with seq 2; the first is counted",
        "line 1: conversation a, seq 3: the clock goes back by 240 s; held at the time before",
        "line 2: conversation b, event 3: unknown type 'noun.verbed'; kept, and not read",
        "line 2: conversation b: two different events with seq 1; the first is counted",
    ]
    assert found.lost == 1


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (event(1, source="robot"), "source 'robot' is none of"),
        (event(0), "seq is not a number from 1"),
        ({**event(1), "occurred_at": "yesterday"}, "occurred_at 'yesterday' is no RFC 3339 time"),
        ({**event(1), "data": {"author": "customer"}}, "message.sent: text: "),
        ({**event(1), "type": 7}, "wants type and data"),
        ("event", "is not an object"),
    ],
)
def test_an_event_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path, bad: Any, told: str) -> None:
    found = reading(tmp_path, talk("a", bad, event(2)))
    assert [each.seq for each in found.transcripts[0].conversation.events] == [2]
    assert f"conversation a, event 1: {told}" in found.problems[0].message
    assert found.lost == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=30), st.just(talk("good", event(1)).encode())), min_size=1, max_size=6))
def test_no_line_is_dropped_in_silence(tmp_path: Path, lines: list[bytes]) -> None:
    """Every line that is not empty is a conversation or a problem with its number."""
    lines = [line.replace(b"\n", b"") for line in lines]
    path = tmp_path / "any.jsonl"
    path.write_bytes(b'{"id": "first", "events": []}\n' + b"\n".join(lines))
    try:
        found = read(path)
    except Unusable:
        return
    filled = sum(bool(line.strip()) for line in lines) + 1
    assert found.records == filled
    assert len(found.transcripts) + len({problem.line for problem in found.problems if problem.lost}) == filled


def test_gzip_and_forms_are_found_out(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(talk("a", event(1)).encode()))
    assert read(path).format == "frontdesk"
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(Unusable, match="broken gzip"):
        read(path)
    (tmp_path / "x.jsonl").write_text('{"what": 1}')
    with pytest.raises(Unusable, match="none of the forms"):
        read(tmp_path / "x.jsonl")
    (tmp_path / "x.jsonl").write_text("")
    with pytest.raises(Unusable, match="no record"):
        read(tmp_path / "x.jsonl")


def test_a_first_line_of_no_form_does_not_lose_the_others(tmp_path: Path) -> None:
    found = reading(tmp_path, '{"id": "x"}', talk("a", event(1)))
    assert (found.format, found.records, [each.conversation.id for each in found.transcripts]) == (
        "frontdesk",
        2,
        ["a"],
    )
    (problem,) = found.problems
    assert (problem.line, problem.lost) == (1, True)
    assert "none of the forms" in str(problem)


def test_a_clock_that_goes_back_is_said_in_every_form(tmp_path: Path) -> None:
    times = [("Where is it?", 1_700_000_060), ("On its way.", 1_700_000_000)]
    said = [{"event": "user", "text": text, "timestamp": at} for text, at in times]
    found = reading(tmp_path, json.dumps({"sender_id": "r", "events": said}))
    assert [str(each) for each in found.problems] == [
        "line 1: conversation r, entry 2: the clock goes back by 60 s; held at the time before"
    ]
    said = [{"message_type": "incoming", "content": text, "created_at": at} for text, at in times]
    found = reading(tmp_path, json.dumps({"id": 7, "messages": said}))
    assert [each.lost for each in found.problems] == [False]
    assert len(found.transcripts[0].conversation.events) == 2


def test_a_rasa_tracker(tmp_path: Path) -> None:
    tracker = {
        "sender_id": "r1",
        "events": [
            {"event": "action", "name": "action_listen", "timestamp": 1772442000.0},
            {"event": "user", "text": "Where is my order?", "timestamp": 1772442001.5},
            {"event": "bot", "text": "Which one?", "timestamp": 1772442002.0},
            {"event": "user", "text": "lost"},
            {"event": "action", "name": "action_handoff", "timestamp": 1772442003.0},
        ],
    }
    (tmp_path / "trackers.json").write_text(json.dumps([tracker], indent=1))
    found = read(tmp_path / "trackers.json")
    assert found.format == "rasa"
    assert [source for source, _, _ in told(found)] == ["customer", "bot"]
    assert found.transcripts[0].conversation.events[-1].type == "handoff.requested"
    assert [str(each) for each in found.problems] == ["line 2: conversation r1, event 4: no timestamp; not counted"]


def test_a_chatwoot_export(tmp_path: Path) -> None:
    record = {
        "id": 7, "status": "resolved", "channel": "Channel::WebWidget", "meta": {"sender": {"id": 3}},
        "messages": [
            {"message_type": 0, "content": "Hi, A-1042?", "created_at": 1772442000},
            {"message_type": 1, "content": "On its way.", "created_at": 1772442010, "sender": {"type": "agent_bot"}},
            {"message_type": 2, "content": "assigned", "created_at": 1772442011},
            {"message_type": 1, "content": "I'll look.", "created_at": 1772442020, "sender": {"type": "user"}},
            {"message_type": 1, "content": "vip", "created_at": 1772442021, "private": True, "sender_type": "User"},
            {"message_type": 99, "content": "?", "created_at": 1772442022},
        ],
    }  # fmt: skip
    found = reading(tmp_path, json.dumps(record), json.dumps({**record, "id": 8}))
    assert found.format == "chatwoot"
    assert [source for source, _, _ in told(found)] == ["customer", "bot", "agent"]
    assert [each.type for each in found.transcripts[0].conversation.events][-2:] == [
        "note.added",
        "conversation.closed",
    ]
    assert found.lost == 2


def test_an_intercom_export(tmp_path: Path) -> None:
    record = {
        "type": "conversation", "id": "99", "created_at": 1772442000,
        "source": {
            "type": "conversation", "body": "<p>Where is A-1042 &amp; why?</p>", "author": {"type": "user", "id": "u"},
        },
        "conversation_parts": {
            "conversation_parts": [
                {"part_type": "comment", "body": "On its way.", "created_at": 1772442010, "author": {"type": "bot"}},
                {"part_type": "close", "body": None, "created_at": 1772442020, "author": {"type": "admin"}},
            ]
        },
        "conversation_rating": {"rating": 5},
        "ai_agent": {"resolution_state": "confirmed_resolution"},
    }  # fmt: skip
    found = reading(tmp_path, json.dumps(record))
    assert found.format == "intercom"
    assert told(found)[0][2] == "Where is A-1042 & why?"
    assert [each.type for each in found.transcripts[0].conversation.events][-3:] == [
        "conversation.closed", "survey.answered", "feedback.given",
    ]  # fmt: skip


def test_a_table(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        "conversation_id;timestamp;role;message",
        "a;2026-03-02T09:00:00Z;user;Where is my order?",
        "b;2026-03-02T09:01:00Z;user;Hi",
        "a;2026-03-02T08:59:00Z;assistant;On its way.",
        "a;soon;ghost;Boo",
        "a;only",
        name="talk.csv",
    )
    assert found.format == "csv"
    assert [each.conversation.id for each in found.transcripts] == ["a", "b"]
    assert [str(each) for each in found.problems] == [
        "line 6: 2 cells where the first line has 4; not counted",
        "line 4: the clock goes back by 60 s; held at the time before",
        "line 5: source 'ghost' is none of customer, user, visitor, contact, client, bot, assistant, ai, agent, "
        "human, operator, admin, system; not counted",
    ]
    with pytest.raises(Unusable, match="no column for source"):
        reading(tmp_path, "conversation_id,text", "a,b", name="bad.csv")
