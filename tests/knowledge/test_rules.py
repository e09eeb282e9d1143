import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import rules
from knowledge.errors import WrongState

pytestmark = pytest.mark.unit

EVENTS = sorted({event for _, event in rules.TRANSITIONS})


def test_each_audience_reads_its_own_and_the_more_public_ones() -> None:
    assert rules.readable_by("public") == ("public",)
    assert rules.readable_by("customer") == ("public", "customer")
    assert rules.readable_by("agent") == ("public", "customer", "agent")


def test_an_unknown_audience_reads_the_least() -> None:
    assert rules.readable_by("root") == ("public",)


@pytest.mark.parametrize(
    ("since", "until", "reached"),
    [
        (None, None, "now"),
        ("2026-05-04", "2026-05-04", "now"),
        ("2026-05-05", None, "later"),
        ("2026-05-05", "2026-06-01", "later"),
        ("2026-01-01", "2026-05-03", "ended"),
        (None, "2026-05-03", "ended"),
        (None, "2026-05-04", "now"),
    ],
)
def test_a_text_is_true_between_its_days_and_on_both(since: str | None, until: str | None, reached: str) -> None:
    assert rules.reach(since, until, "2026-05-04") == reached


@pytest.mark.parametrize(
    ("locale", "default", "read"),
    [
        ("de-AT", "en", ("de-AT", "de", "en")),
        ("en_US", "en", ("en-US", "en")),
        ("EN", "en", ("en",)),
        ("fr", "en-GB", ("fr", "en-GB", "en")),
        ("zh-Hans-CN", "en", ("zh-CN", "zh", "en")),
        ("", "en", ("en",)),
        ("../../etc", "en", ("en",)),
    ],
)
def test_readers_get_their_locale_its_language_and_the_default_one(
    locale: str, default: str, read: tuple[str, ...]
) -> None:
    assert rules.locales_for(locale, default) == read


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_any_walk_stays_inside_the_states_and_only_publishing_publishes(events: list[rules.Event]) -> None:
    state: rules.State = "draft"
    for event in events:
        if (state, event) not in rules.TRANSITIONS:
            with pytest.raises(WrongState):
                rules.after(state, event)
            continue
        following = rules.after(state, event)
        assert following in rules.STATES
        assert following != "published" or event in ("publish", "rollback")
        assert state != "archived" or event == "restore"
        state = following
