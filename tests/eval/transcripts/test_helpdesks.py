"""Chatwoot and Intercom: where people were asked for, and what customers said of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.metrics.figures import Figures
from eval.transcripts.evaluate import evaluate
from tests.eval.transcripts.files import reading

pytestmark = pytest.mark.unit

AT = 1_772_442_000


def chatwoot(*more: dict[str, Any], **record: Any) -> dict[str, Any]:
    """A need, the bot's answer, whatever is added, and the end."""
    said = [
        {"message_type": 0, "content": "Where is my order?", "sender": {"type": "contact"}},
        {"message_type": 1, "content": "It is on its way.", "sender": {"type": "agent_bot"}},
        *more,
    ]
    messages = [{"id": n, "created_at": AT + 60 * n, **each} for n, each in enumerate(said)]
    return {"id": 7, "status": "resolved", "messages": messages, **record}


def intercom(*more: dict[str, Any], **record: Any) -> dict[str, Any]:
    said = [
        {"part_type": "comment", "body": "<p>It is on its way.</p>", "author": {"type": "bot"}},
        *more,
        {"part_type": "close", "author": {"type": "bot"}},
    ]
    parts = [{"id": n, "created_at": AT + 60 + 60 * n, **each} for n, each in enumerate(said)]
    opening = {"type": "conversation", "body": "Where is my order?", "author": {"type": "user", "id": "u"}}
    return {"id": "9", "created_at": AT, "source": opening, "conversation_parts": parts, **record}


def figures(folder: Path, record: dict[str, Any]) -> Figures:
    found = reading(folder, json.dumps(record))
    assert not found.problems
    return evaluate(found).figures


def activity(text: str) -> dict[str, Any]:
    return {"message_type": 2, "content": text}


def assigned(kind: str, by: str = "bot") -> dict[str, Any]:
    return {"part_type": "assignment", "assigned_to": {"type": kind, "id": "1"}, "author": {"type": by}}


ANA = {"message_type": 1, "content": "I'll look.", "sender": {"type": "user"}}
BEN = {"part_type": "comment", "body": "I'll look.", "author": {"type": "admin"}}
WAITING = [
    chatwoot(activity("Assigned to Billing by Automation System")),
    chatwoot(activity("Ana self-assigned this conversation")),
    chatwoot(meta={"sender": {"id": 3}, "team": {"id": 1}}),
    chatwoot(meta={"assignee": {"id": 4, "name": "Ana"}}),
    chatwoot(status="open", team_id=2),
    intercom(assigned("team")),
    intercom(assigned("admin")),
    intercom(team_assignee_id=5),
    intercom(admin_assignee_id=5),
    intercom(ai_agent={"resolution_state": "escalated"}),
]
KEPT = [
    chatwoot(),
    chatwoot(activity("Unassigned from Billing by Ana")),
    chatwoot(activity("Conversation was marked resolved by the bot")),
    chatwoot(meta={"assignee": {"id": 4, "name": "Helper"}, "assignee_type": "AgentBot"}),
    intercom(),
    intercom(assigned("bot")),
    intercom(team_assignee_id=0, admin_assignee_id=None, ai_agent={"resolution_state": "assumed_resolution"}),
]


@pytest.mark.parametrize("record", WAITING)
def test_cheat_a_queue_that_an_export_calls_assignment(tmp_path: Path, record: dict[str, Any]) -> None:
    """Who was passed on and never answered is not contained, and has left the queue."""
    found = figures(tmp_path, record)
    assert found.metrics["containment"].value == 0
    assert found.metrics["handover"].value == 1
    assert found.metrics["queue_abandonment"].value == 1
    assert found.metrics["silence"].value == 0
    assert found.counts == {"abandoned/none": 1}


@pytest.mark.parametrize("record", KEPT)
def test_what_stands_with_nobody_or_with_a_bot_is_no_hand_over(tmp_path: Path, record: dict[str, Any]) -> None:
    found = figures(tmp_path, record)
    assert found.metrics["containment"].value == 1
    assert found.metrics["handover"].value == 0


@pytest.mark.parametrize(
    "record",
    [
        chatwoot(activity("Assigned to Ana by Bot"), activity("Assigned to Ben by Ana"), ANA, meta={"team": {"id": 1}}),
        intercom(assigned("team"), assigned("admin"), BEN, assigned("admin", "admin"), team_assignee_id=5),
    ],
)
def test_an_assignment_that_is_answered_is_one_hand_over_with_its_wait(tmp_path: Path, record: dict[str, Any]) -> None:
    found = figures(tmp_path, record)
    assert found.metrics["queue_abandonment"].value == 0
    assert found.metrics["deflection"].value == 0
    assert found.metrics["wait"].value == 120
    assert found.reasons == {"business_rule": 1}


def csat(**answer: Any) -> dict[str, Any]:
    submitted = {"submitted_values": {"csat_survey_response": answer}} if answer else {}
    return {
        "message_type": 3, "content": "Please rate us", "content_type": "input_csat", "content_attributes": submitted,
    }  # fmt: skip


def test_a_rating_of_chatwoot_is_csat_and_its_question_no_answer(tmp_path: Path) -> None:
    found = figures(tmp_path, chatwoot(csat(rating=4, feedback_message="fine")))
    assert found.metrics["csat_mean"].value == 4
    assert found.metrics["survey_response"].value == 1
    unanswered = chatwoot(csat())
    del unanswered["messages"][1]
    found = figures(tmp_path, unanswered)
    assert found.metrics["survey_response"].value == 0
    assert found.counts == {"abandoned/none": 1}


def test_a_rating_that_is_none_is_named(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        json.dumps({"id": "x"}),
        json.dumps(intercom()),
        json.dumps(intercom(id="10", conversation_rating={"rating": 9})),
    )
    assert str(found.problems[-1]) == "line 3: conversation 10: rating 9 is not one of 1 to 5; not counted"
    found = reading(tmp_path, json.dumps(chatwoot(csat(rating="great"))))
    assert [str(each) for each in found.problems] == [
        "line 1: conversation 7, message 3: rating 'great' is not one of 1 to 5; not counted"
    ]


def test_what_intercoms_agent_heard_is_the_customers_word(tmp_path: Path) -> None:
    denied = figures(tmp_path, intercom(ai_agent={"resolution_state": "negative_feedback"}))
    assert denied.counts == {"unresolved/none": 1}
    found = reading(tmp_path, json.dumps(intercom(ai_agent={"resolution_state": "pondered"})))
    assert [str(each) for each in found.problems] == [
        "line 1: conversation 9: unknown resolution_state 'pondered'; read as none"
    ]


def test_pictures_of_a_customer_are_a_message_and_said_to_be_without_words(tmp_path: Path) -> None:
    found = reading(tmp_path, json.dumps(chatwoot({"message_type": 0, "content": None, "attachments": [{}, {}]})))
    assert [(str(each), each.lost) for each in found.problems] == [
        ("line 1: conversation 7, message 3: a message of customer without text, 2 attached; counted without words",
         False)
    ]  # fmt: skip
    assert evaluate(found).figures.counts == {"abandoned/none": 1}
