"""What an account may say, and what may not be changed because nobody could change it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handoff.errors import FrontdeskError
from handoff.team.rules import Account, check_lockout, checked, difference

pytestmark = pytest.mark.unit

PLACES = ("orders", "billing")
MIRA = Account("Mira", "mira@example.com", ("agent",), ("orders",), ("delivery",), ("en",), 4)


def test_an_account_gets_its_own_form() -> None:
    written = Account(
        "  Mira   Solberg ",
        " Mira@Example.com",
        ("senior", "agent", "agent"),
        (" orders",),
        ("Gift cards",),
        ("de",),
        0,
    )
    assert checked(written, PLACES) == Account(
        "Mira Solberg", "mira@example.com", ("agent", "senior"), ("orders",), ("gift_cards",), ("de",), 0
    )


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": " "}, "bad_name", "name"),
        ({"name": "x" * 121}, "bad_name", "name"),
        ({"name": "M\x00ira"}, "bad_name", "name"),
        ({"name": "ari\u202em"}, "bad_name", "name"),  # reads backwards from here on
        ({"email": "mira"}, "bad_address", "email"),
        ({"email": f"{'m' * 65}@example.com"}, "bad_address", "email"),
        ({"roles": ()}, "no_role", "roles"),
        ({"roles": ("agent", "owner")}, "no_such_role", "roles"),
        ({"departments": ("moon",)}, "no_such_department", "departments"),
        ({"skills": ("<b>",)}, "bad_skill", "skills"),
        ({"skills": tuple(f"s{n}" for n in range(31))}, "too_many", "skills"),
        ({"languages": ()}, "no_language", "languages"),
        ({"languages": ("English",)}, "bad_language", "languages"),
        ({"capacity": -1}, "bad_capacity", "capacity"),
        ({"capacity": 201}, "bad_capacity", "capacity"),
    ],
)
def test_what_no_account_may_say_is_refused_at_its_field(change: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(FrontdeskError) as refused:
        checked(replace(MIRA, **change), PLACES)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.data["field"]) == (code, field)
    assert refused.value.message.endswith(".")


ADMIN = replace(MIRA, roles=("agent", "admin"))


@pytest.mark.parametrize(
    ("after", "me", "others", "code"),
    [
        (replace(ADMIN, active=False), "agt_mira", 1, "not_yourself"),
        (replace(ADMIN, active=False), "agt_ruth", 0, "last_admin"),
        (MIRA, "agt_mira", 0, "last_admin"),
        (MIRA, "agt_mira", 1, None),
        (replace(ADMIN, active=False), "agt_ruth", 1, None),
        (replace(ADMIN, name="Mira S."), "agt_mira", 0, None),
    ],
)
def test_somebody_can_always_administer(after: Account, me: str, others: int, code: str | None) -> None:
    if code is None:
        check_lockout("agt_mira", after, me, others)
        return
    with pytest.raises(FrontdeskError) as refused:
        check_lockout("agt_mira", after, me, others)
    assert refused.value.code == code


def test_the_trail_keeps_what_differs() -> None:
    assert difference(MIRA, replace(MIRA, capacity=2, roles=("agent", "lead"))) == {
        "before": {"roles": ("agent",), "capacity": 4},
        "after": {"roles": ("agent", "lead"), "capacity": 2},
    }
    assert difference(None, MIRA)["after"] == vars(MIRA)
    assert difference(MIRA, MIRA) == {"before": {}, "after": {}}
