"""What a host site may say of a customer. Its own code makes these tokens, so anything may stand in them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.clock import SystemClock
from handoff.conversations.identity import IDENTITY_AUDIENCE, ISSUER, Customer, issue_identity, verify_identity
from handoff.errors import Unauthorised

pytestmark = pytest.mark.unit

SECRET = "x" * 48
NOW = int(SystemClock().now().timestamp())
GOOD: dict[str, Any] = {"iss": ISSUER, "aud": IDENTITY_AUDIENCE, "sub": "mara", "iat": NOW, "exp": NOW + 3600}


def verify(**claims: Any) -> Customer:
    return verify_identity(jwt.encode(GOOD | claims, SECRET, algorithm="HS256"), SECRET)


@pytest.mark.parametrize(
    "sub",
    ["", " ", "mara ", "\tmara", "ma\x00ra", "ma\nra", "\ud800", "m" * 129, 7, None, True, ["mara"], {"id": "mara"}],
)
def test_nobody_is_a_customer_whose_id_is_empty_or_cannot_be_stored(sub: Any) -> None:
    with pytest.raises(Unauthorised) as refused:
        verify(sub=sub)

    assert refused.value.code == "token_invalid"


@pytest.mark.parametrize("sub", ["m", "m" * 128, "MARA 7", "müller@example.com", "0", "auth0|5f7c"])
def test_a_host_site_names_its_customers_as_it_likes(sub: str) -> None:
    assert verify(sub=sub).id == sub


@pytest.mark.parametrize("claim", ["iat", "exp", "nbf"])
@pytest.mark.parametrize(
    "value",
    [str(NOW + 3600), "soon", True, [NOW], {}, float("nan"), float("inf"), -1, 10**400, -(10**400)],
    ids=["digits", "word", "bool", "list", "object", "nan", "infinite", "negative", "huge", "hugely negative"],
)
def test_a_moment_that_is_none_is_refused_and_no_failure(claim: str, value: Any) -> None:
    with pytest.raises(Unauthorised):
        verify(**{claim: value})


def test_moments_may_have_fractions_of_a_second() -> None:
    assert verify(iat=NOW - 0.5, exp=NOW + 3600.25, nbf=NOW - 0.5).id == "mara"


def test_what_a_token_says_beside_is_kept_where_people_can_read_it_and_left_out_elsewhere() -> None:
    told = verify(name="Mara\x00 Lind ", tier={"is": "gold"}, consent=["mail", 7, "", "\ud800", "phone" * 20])

    assert told == Customer("mara", "Mara Lind", None, ["mail", "phonephonephonephonephonephonephonephone"])
    assert verify(name=["Mara"], consent="mail") == Customer("mara", None)


def test_what_we_issue_is_what_we_read() -> None:
    now, life = SystemClock().now(), timedelta(minutes=5)
    token = issue_identity(SECRET, "mara", now, life, jti="1", name="Mara", tier="gold", consent=["mail"])

    assert verify_identity(token, SECRET) == Customer("mara", "Mara", "gold", ["mail"])


MOMENTS = st.one_of(st.integers(NOW - 90, NOW + 3600), st.floats(), st.integers(), st.just(10**400))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), MOMENTS, st.text(st.characters(), max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
CLAIMS = st.dictionaries(
    st.sampled_from(["aud", "sub", "iat", "exp", "nbf", "jti", "name", "tier", "consent", "email"]), VALUES, max_size=4
)


@given(claims=CLAIMS)
def test_whatever_is_signed_is_a_customer_or_refused(claims: dict[str, Any]) -> None:
    with suppress(Unauthorised):  # and nothing else
        customer = verify(**claims)
        assert 1 <= len(customer.id) <= 128
        words = [customer.id, customer.name or "", customer.tier or "", *customer.consent]
        assert all(word.isprintable() and len(word) <= 200 for word in words)
