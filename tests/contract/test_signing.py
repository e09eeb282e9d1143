"""Context tokens and body signatures: what was signed comes back, and nothing else is believed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.contract.signing import (
    BadToken,
    body_is_signed,
    read_context,
    sign_body,
    sign_context,
    verify_context,
)
from handoff.contract.turn import TurnContext

pytestmark = pytest.mark.contract

KEY = b"k" * 32
CONTEXT = TurnContext("con_1", "turn_1", 3, 1, "2026-03-02T09:00:08.000Z", "cus_mara", "identity_token")
contexts = st.builds(
    TurnContext,
    conversation_id=st.text(max_size=40),
    turn_id=st.text(max_size=40),
    seq=st.integers(0, 2**53),
    epoch=st.integers(0, 2**31),
    deadline=st.text(max_size=30),
    customer_id=st.none() | st.text(max_size=40),
    verification=st.sampled_from(["none", "identity_token", "one_time_code"]),
    locale=st.text(max_size=8),
    correlation_id=st.text(max_size=64),
)


@given(contexts, st.binary(min_size=1, max_size=64))
def test_what_was_signed_comes_back(context: TurnContext, key: bytes) -> None:
    token = sign_context(context, key)
    assert verify_context(token, key) == read_context(token) == context
    assert token == sign_context(context, key)
    with pytest.raises(BadToken):
        verify_context(token, key + b"x")


@given(st.data())
def test_one_changed_character_is_noticed(data: st.DataObject) -> None:
    token = sign_context(CONTEXT, KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != token[place]))
    with pytest.raises(BadToken):
        verify_context(token[:place] + other + token[place + 1 :], KEY)


@pytest.mark.parametrize("token", ["", ".", "a", "a.b", "a.", ".b", "ä.ö", "a.b.c", "x" * 5000 + ".y", "e30.e30"])
def test_nonsense_is_no_token(token: str) -> None:
    for read in (lambda: verify_context(token, KEY), lambda: read_context(token)):
        with pytest.raises(BadToken):
            read()


def forged(payload: Any) -> str:
    """A token whose signature is right and whose payload is not."""
    import hashlib
    import hmac

    head = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    mac = hmac.new(KEY, head.encode(), hashlib.sha256).digest()
    return head + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "change",
    [
        {"seq": "3"},
        {"seq": True},
        {"seq": -1},
        {"epoch": 1.5},
        {"customer_id": 7},
        {"verification": "yes"},
        {"admin": True},
        {"deadline": None},
    ],
)
def test_a_wrong_shape_is_refused_even_when_signed(change: dict[str, Any]) -> None:
    good = {
        "conversation_id": "c",
        "turn_id": "t",
        "seq": 1,
        "epoch": 1,
        "deadline": "d",
    }
    assert verify_context(forged(good), KEY).seq == 1
    with pytest.raises(BadToken):
        verify_context(forged(good | change), KEY)
    for name in good:
        with pytest.raises(BadToken):
            verify_context(forged({key: value for key, value in good.items() if key != name}), KEY)
    with pytest.raises(BadToken):
        verify_context(forged([good]), KEY)


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=40))
def test_a_body_is_signed_by_its_secret_alone(body: bytes, secret: bytes) -> None:
    signature = sign_body(body, secret)
    assert body_is_signed(body, signature, secret)
    assert not body_is_signed(body + b"x", signature, secret)
    assert not body_is_signed(body, signature, secret + b"x")
    assert not body_is_signed(body, "", secret)
    assert not body_is_signed(body, signature[:-1] + "é", secret)
