"""What counts as an address or a number at which somebody can be answered."""

import pytest

from handoff.errors import Unprocessable
from handoff.queue.contact import check_address, check_phone, deliverable, shortened

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "good",
    [
        "mara@example.com",
        " m.v+shop@mail.example.co.at ",
        "o'brien@example.com",
        "a@müller.de",
        "info@xn--e1afmkfd.xn--p1ai",
        "почта@пример.рф",
    ],
)
def test_an_address_stays_as_it_was_written(good: str) -> None:
    assert check_address(good) == good.strip()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "mara",
        "mara@",
        "a b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "m@host",
        "a@-x.de",
        "a@x..de",
        "a@ü",
        "a@b@c.de",
    ],
)
def test_what_cannot_be_an_address_is_refused(bad: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_address(bad)
    assert refused.value.code == "bad_address"


def test_a_mail_leaves_to_the_hosts_ascii_name() -> None:
    assert deliverable("a@müller.de") == "a@xn--mller-kva.de"
    assert deliverable("o'brien@example.com") == "o'brien@example.com"


@pytest.mark.parametrize("written", ["+43 1 58058", "0043158058", " +43 (0)1 58058 ", "+43-1-58058"])
def test_one_number_written_in_many_ways_is_one_number(written: str) -> None:
    assert check_phone(written) == "+43 1 58058"


@pytest.mark.parametrize("bad", ["", "+", "01 58058", "+43", "+999 12345678", "call me", "+1 555 0100\0"])
def test_what_cannot_be_called_is_refused(bad: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_phone(bad)
    assert refused.value.code == "bad_phone"


def test_an_address_on_record_is_known_again_and_not_given_away() -> None:
    assert shortened("mara@example.com") == "m•••@example.com"
