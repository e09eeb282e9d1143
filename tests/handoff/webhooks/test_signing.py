"""Signed as Standard Webhooks has it, by every valid secret, and refused when anything was changed."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.webhooks.signing import is_signed, secret_from, sign

pytestmark = pytest.mark.unit

NOW = 1_700_000_000
bodies, keys = st.binary(max_size=200), st.binary(min_size=24, max_size=64)


def headers(signature: str, message_id: str = "evt_1", timestamp: str = str(NOW)) -> dict[str, str]:
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def test_the_form_is_the_standards() -> None:
    secret, body = "whsec_" + base64.b64encode(b"k" * 24).decode(), b'{"a":1}'
    by_hand = hmac.new(b"k" * 24, b"evt_1." + str(NOW).encode() + b"." + body, hashlib.sha256).digest()
    assert sign([secret], "evt_1", NOW, body) == "v1," + base64.b64encode(by_hand).decode()


@given(bodies, keys, keys)
def test_while_a_secret_is_replaced_both_hold(body: bytes, one: bytes, other: bytes) -> None:
    old, new = secret_from(one), secret_from(other)
    signature = sign([new, old], "evt_1", NOW, body)
    assert is_signed(old, headers(signature), body, NOW)
    assert is_signed(new, headers(signature), body, NOW + 299)
    assert not is_signed(new, headers(signature), body + b"x", NOW)
    assert not is_signed(new, headers(signature, message_id="evt_2"), body, NOW)
    assert not is_signed(new, headers(signature), body, NOW + 301)
    assert not is_signed(secret_from(one + b"x"), headers(signature), body, NOW)


@pytest.mark.parametrize("wrong", [{}, headers(""), headers("v1"), headers("v2,x"), headers("v1,x", timestamp="soon")])
def test_nonsense_is_not_signed(wrong: dict[str, str]) -> None:
    assert not is_signed(secret_from(b"k" * 24), wrong, b"", NOW)
