"""Broken files of every form: each problem with its place, the good parts counted, and nothing dropped in silence."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.transcripts.model import Reading, Unusable
from eval.transcripts.read import read
from tests.eval.transcripts.files import event, reading, talk, told

pytestmark = pytest.mark.unit

AT = 1_772_442_000
TAU = {"task_id": 1, "trial": 0, "resolved": 0, "handed_off": 0, "gold_transfer": 0}
INTERCOM = {"id": "i", "created_at": AT, "source": {}}


def record(form: str, said: list[Any]) -> dict[str, Any]:
    """``said``: good messages as texts, anything else as it is."""
    return {
        "tau": lambda: {**TAU, "messages": [tau(each) for each in said]},
        "rasa": lambda: {"sender_id": "r", "events": [rasa(n, each) for n, each in enumerate(said)]},
        "chatwoot": lambda: {"id": 7, "messages": [chatwoot(n, each) for n, each in enumerate(said)]},
        "intercom": lambda: {**INTERCOM, "conversation_parts": [intercom(n, each) for n, each in enumerate(said)]},
        "frontdesk": lambda: json.loads(talk("f", *(own(n, each) for n, each in enumerate(said)))),
    }[form]()


def tau(text: Any) -> Any:
    return {"role": "user", "content": text} if isinstance(text, str) else text


def rasa(number: int, text: Any) -> Any:
    return {"event": "user", "text": text, "timestamp": AT + number} if isinstance(text, str) else text


def chatwoot(number: int, text: Any) -> Any:
    known = isinstance(text, str)
    return {"id": number, "message_type": 0, "content": text, "created_at": AT + number} if known else text


def intercom(number: int, text: Any) -> Any:
    part = {"id": number, "part_type": "comment", "body": text, "created_at": AT + number, "author": {"type": "user"}}
    return part if isinstance(text, str) else text


def own(number: int, text: Any) -> Any:
    return event(number + 1, text) if isinstance(text, str) else text


FORMS = ["tau", "rasa", "chatwoot", "intercom", "frontdesk"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["event", "text", "timestamp", "role", "content", "tool_calls", "id", "created_at", "body",
                         "message_type", "sender", "author", "part_type", "seq", "type", "data", "source",
                         "attachments", "content_type", "content_attributes", "assigned_to", "message_id", "private"]),
        inner, max_size=5),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    broken=JSON,
    more=st.dictionaries(
        st.sampled_from(["meta", "source", "ai_agent", "conversation_rating", "channel", "status", "customer_id"]), JSON
    ),
)
def test_whatever_stands_in_a_record_the_good_messages_count(
    tmp_path: Path, form: str, broken: Any, more: dict[str, Any]
) -> None:
    if isinstance(broken, str):
        broken = [broken]
    made = record(form, ["Where is it?", broken, "And when?"]) | (more if form != "frontdesk" else {})
    found = read_as(tmp_path, form, json.dumps(made))
    assert [text for _, _, text in told(found) if text in ("Where is it?", "And when?")] == [
        "Where is it?",
        "And when?",
    ]


def read_as(folder: Path, form: str, text: str) -> Reading:
    (folder / "one.jsonl").write_text(text)
    return read(folder / "one.jsonl", form)


BROKEN: dict[str, list[tuple[Any, str]]] = {
    "tau": [
        (7, "message 2: not an object; not counted"),
        ({"role": "ghost", "content": "Boo"}, "message 2: unknown role 'ghost'; not counted"),
        ({"role": "assistant", "content": None}, "message 2: a message of bot without text; not counted"),
        ({"role": "user", "content": ["Hi"]}, "message 2: a message of customer without text; not counted"),
        ({"role": "tool", "tool_calls": [1]}, "message 2: a tool call that is not an object; not counted"),
    ],
    "rasa": [
        ({"event": "telepathy", "timestamp": AT}, "event 2: unknown event 'telepathy'; not counted"),
        ({"event": ["user"], "timestamp": AT}, "event 2: no event name; not counted"),
        ({"event": "bot", "text": None, "timestamp": AT, "data": {"image": "a.png", "buttons": None}},
         "event 2: a message of bot without text, 1 attached; not counted"),
        ({"event": "user", "text": " ", "timestamp": AT}, "event 2: a message of customer without text; not counted"),
        ({"event": "user", "text": "Hi", "timestamp": float("nan")}, "event 2: no timestamp; not counted"),
    ],
    "chatwoot": [
        ({"message_type": 99, "created_at": AT}, "message 2: unknown message_type 99; not counted"),
        ({"message_type": 0, "created_at": "soon"}, "message 2: created_at 'soon' is no time; not counted"),
        ({"message_type": 0, "created_at": AT, "content": None}, "a message of customer without text; not counted"),
        ({"message_type": 1, "created_at": AT, "attachments": [{}]}, "a message of bot without text, 1 attached; not"),
    ],
    "intercom": [
        (None, "part 2: not an object; not counted"),
        ({"part_type": "comment", "body": "Hi", "created_at": AT, "author": {"type": "ghost"}},
         "part 2: author 'ghost' is none of admin,"),
        ({"part_type": "comment", "created_at": AT, "author": {"type": "bot"}}, "a message of bot without text; not"),
        ({"part_type": "comment", "body": "Hi", "created_at": None}, "part 2: created_at None is no time; not counted"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("form", "bad", "said"), [(f, bad, said) for f, all_ in BROKEN.items() for bad, said in all_])
def test_a_message_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, form: str, bad: Any, said: str) -> None:
    found = reading(tmp_path, json.dumps({"id": "x"}), json.dumps(record(form, ["Where?", bad, "When?"])))
    (_, problem) = found.problems
    assert (problem.line, problem.lost) == (2, True)
    assert said in problem.message
    assert [text for _, _, text in told(found)] == ["Where?", "When?"]


@pytest.mark.parametrize(
    ("form", "key"), [("rasa", "message_id"), ("chatwoot", "id"), ("intercom", "id")]
)  # fmt: skip
def test_what_stands_there_twice_counts_once_and_is_said(tmp_path: Path, form: str, key: str) -> None:
    made = record(form, ["Where?", "Where?", "Where?", "When?"])
    listed = next(each for each in made.values() if isinstance(each, list))
    listed[1] = {**listed[0], key: "a"}
    listed[2] = {**listed[1], "text": "other", "content": "other"}
    listed[0] = dict(listed[1])
    found = reading(tmp_path, json.dumps(made))
    name, what = made.get("id") or "r", {"rasa": "event", "chatwoot": "message", "intercom": "part"}[form]
    assert [(str(each), each.lost) for each in found.problems] == [
        (f"line 1: conversation {name}: twice the same {what} with id a; the first is counted", False),
        (f"line 1: conversation {name}: two different {what}s with id a; the first is counted", True),
    ]
    assert [text for _, _, text in told(found)] == ["Where?", "When?"]


def test_an_event_of_rasa_without_an_id_is_the_same_where_all_of_it_is(tmp_path: Path) -> None:
    made = record("rasa", ["Where?", "Where?"])
    made["events"].append(dict(made["events"][1]))
    found = reading(tmp_path, json.dumps(made))
    assert [str(each) for each in found.problems] == [
        "line 1: conversation r: twice the same event; the first is counted"
    ]
    assert len(told(found)) == 2


HEAD = "conversation_id,timestamp,role,message"
ROW = "{},2026-03-02T09:00:0{}Z,user,{}"


def test_an_open_quote_costs_its_row_and_no_other(tmp_path: Path) -> None:
    texts = ['"Where is it?', "Hi", '"On, time"', '"two\nlines"', '"bad" end', "", '"open']
    rows = [text and ROW.format("a" if number < 2 else "b", number, text) for number, text in enumerate(texts)]
    found = reading(tmp_path, HEAD, *rows, name="t.csv")
    assert [(each.line, each.lost) for each in found.problems] == [(2, True), (7, True), (9, True)]
    assert [p.message.split(" (")[0] for p in found.problems] == [
        "broken CSV", "broken CSV", "a quote that is never closed; not counted",
    ]  # fmt: skip
    said = [e.data["text"] for each in found.transcripts for e in each.conversation.events]
    assert said == ["Hi", "On, time", "two\nlines"]
    assert found.records == 6


def test_a_byte_that_is_not_utf_8_costs_its_row_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [ROW.format("a", 1, "Wo ist er?"), ROW.format("a", 2, "Grüße"), ROW.format("a", 3, "Hi")]
    path.write_bytes("\n".join([HEAD, *rows]).encode("latin-1"))
    found = read(path)
    assert [str(each) for each in found.problems] == ["line 3: not UTF-8; not counted"]
    assert [text for _, _, text in told(found)] == ["Wo ist er?", "Hi"]
    path.write_bytes("conversation_id,größe".encode("latin-1"))
    with pytest.raises(Unusable, match="line 1: not UTF-8"):
        read(path)


def test_a_message_of_a_table_that_stands_there_twice_counts_once(tmp_path: Path) -> None:
    rows = ["m1,a,user,Hi", "m1,a,user,Hi", "m1,a,user,Ho", ",a,user,Hi", ",,user,Hi", "m2,a,bot,"]
    found = reading(tmp_path, "message_id,conversation_id,role,text", *rows, name="t.csv")
    assert [str(each) for each in found.problems] == [
        "line 6: names no conversation; not counted",
        "line 3: conversation a: twice the same message with id m1; the first is counted",
        "line 4: conversation a: two different messages with id m1; the first is counted",
        "line 7: conversation a: a message of bot without text; not counted",
    ]
    assert [text for _, _, text in told(found)] == ["Hi", "Hi"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(["good", '"', 'a,"b', "x,y", ",,,", b"\xff", '"a","', "\x00", "\r"]), max_size=8))
def test_no_row_is_dropped_in_silence(tmp_path: Path, bad: list[str | bytes]) -> None:
    """Every good row that no quote of an earlier one reaches counts, and whatever else stands there is named."""
    good = ROW.format("a", 1, "Hi").encode()
    lines = [good if each == "good" else each if isinstance(each, bytes) else each.encode() for each in bad]
    (tmp_path / "t.csv").write_bytes(b"\n".join([HEAD.encode(), *lines, good]))
    found = read(tmp_path / "t.csv")
    counted = sum(len(each.conversation.events) for each in found.transcripts)
    assert counted == lines.count(good) + 1
    assert found.records == counted + found.lost


def listed(*records: str) -> str:
    return "[\n  " + ",\n  ".join(records) + "\n]"


GOOD = [json.dumps(json.loads(talk(name, event(1))), indent=2).replace("\n", "\n  ") for name in "abc"]


def test_a_problem_in_a_document_is_told_with_its_true_line(tmp_path: Path) -> None:
    found = reading(tmp_path, listed(GOOD[0], "7", GOOD[0], GOOD[1]), name="t.json")
    height = GOOD[0].count("\n") + 1
    assert [(str(each), each.lost) for each in found.problems] == [
        (f"line {2 + height}: not an object; not counted", True),
        (f"line {3 + height}: conversation a stands on line 2 already; this one is not counted", True),
    ]
    wrapped = '{"meta": {"data": [1]},\n"conversations": ' + listed(GOOD[0], '{"id": "x"}') + "}"
    found = reading(tmp_path, wrapped, name="t.json")
    assert [str(each) for each in found.problems] == [
        f"line {3 + height}: conversation x has no list of events; not counted"
    ]


def test_a_document_on_one_line_counts_its_records(tmp_path: Path) -> None:
    found = reading(tmp_path, json.dumps([json.loads(GOOD[0]), 7, json.loads(GOOD[0])]), name="t.json")
    assert [str(each) for each in found.problems] == [
        "record 2: not an object; not counted",
        "record 3: conversation a stands in record 1 already; this one is not counted",
    ]


def test_a_broken_record_of_a_document_costs_itself(tmp_path: Path) -> None:
    broken = GOOD[1].replace('"id": "b"', '"id": b')
    found = reading(tmp_path, listed(GOOD[0], broken, GOOD[2]), name="t.json")
    assert [each.conversation.id for each in found.transcripts] == ["a", "c"]
    (problem,) = found.problems
    line = 2 + GOOD[0].count("\n") + 2
    assert str(problem) == f"line {line}: not JSON at column 11 (Expecting value); not counted"
    assert found.records == 3


def test_a_document_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    found = reading(tmp_path, listed(GOOD[0], GOOD[1], GOOD[2][:60])[:-3], name="t.json")
    assert [each.conversation.id for each in found.transcripts] == ["a", "b"]
    assert found.lost == 1
    found = reading(tmp_path, listed(GOOD[0], GOOD[1])[:-2] + ",", name="t.json")
    assert [each.message for each in found.problems] == ["the file breaks off before its list ends"]


def test_a_document_with_a_missing_comma_or_a_bad_byte_keeps_the_others(tmp_path: Path) -> None:
    found = reading(tmp_path, listed(*GOOD).replace("},\n  {", "}\n  {", 1), name="t.json")
    assert [each.conversation.id for each in found.transcripts] == ["a", "b", "c"]
    assert [each.lost for each in found.problems] == [False]
    text = listed(*GOOD).encode().replace(b'"id": "b"', b'"id": "b\xff"')
    (tmp_path / "t.json").write_bytes(text)
    found = read(tmp_path / "t.json")
    assert [each.conversation.id for each in found.transcripts] == ["a", "c"]
    assert [each.message for each in found.problems] == ["not UTF-8; not counted"]


def test_documents_one_after_the_other_are_read_or_named(tmp_path: Path) -> None:
    found = reading(tmp_path, GOOD[0], GOOD[1], GOOD[2][:60], name="t.json")
    assert [each.conversation.id for each in found.transcripts] == ["a", "b"]
    assert found.lost == 1
    wrapped = '{"conversations": ' + listed(GOOD[0]) + ', "total": 2}'
    assert reading(tmp_path, wrapped, name="t.json").problems == []
    for first, second in ((listed(GOOD[0]), listed(GOOD[1])), (wrapped, wrapped)):
        found = reading(tmp_path, first, second, name="t.json")
        assert [each.conversation.id for each in found.transcripts] == ["a"]
        (problem,) = found.problems
        assert (problem.line, problem.lost) == (first.count("\n") + 2, True)
        assert problem.message == "not JSON at column 1 (Extra data); what follows is not read"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 900), st.binary(min_size=1, max_size=3), st.integers(0, 4))
def test_a_document_that_is_damaged_anywhere_loses_no_other_record_in_silence(
    tmp_path: Path, at: int, damage: bytes, gone: int
) -> None:
    text = listed(*GOOD).encode()
    at = at % len(text)
    (tmp_path / "t.json").write_bytes(text[:at] + damage + text[at + gone :])
    try:
        found = read(tmp_path / "t.json")
    except Unusable:
        return
    assert len(found.transcripts) == 3 or found.problems
