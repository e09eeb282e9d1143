"""What stands in a mail, whatever people and settings bring: nobody writes a header but we."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.mail.letter import Letter, NotTaken, as_message, write
from handoff.mail.server import Server, read_server
from handoff.mail.told import WHY, sentence

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Content-Language"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}


def letter(**more: object) -> Letter:
    values = {
        "to": "mara@example.com",
        "words": ["It is on its way."],
        "author": "Ana",
        "company": "Oberlarn",
        "come_back_to": "https://shop.example",
        "locale": "en",
        "written_at": AT,
    }
    return write("mail_1", **{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("locale", "subject", "opening"),
    [
        ("en", "Your answer from Oberlarn", "Ana from Oberlarn answers you:"),
        ("de-AT", "Ihre Antwort von Oberlarn", "Ana von Oberlarn antwortet Ihnen:"),
        ("es", "Tu respuesta de Oberlarn", "Ana, de Oberlarn, te responde:"),
        ("fr", "Your answer from Oberlarn", "Ana from Oberlarn answers you:"),
    ],
)
def test_the_frame_is_in_the_customers_language(locale: str, subject: str, opening: str) -> None:
    written = letter(locale=locale, words=["First.", "Second, {author}."])
    assert written.subject == subject
    opened, first, second, back, company = written.text.strip().split("\n\n")
    assert opened.endswith(opening)
    assert (first, second, company) == ("First.", "Second, {author}.", "Oberlarn")
    assert "https://shop.example" in back


anything = st.text(max_size=60) | st.sampled_from(
    [
        "x\r\nBcc: eve@example.com",
        "x\n\nbody",
        "\x85Bcc: e@e.e",
        "\u2028To: e@e.e",
        "a\r\n.\r\nMAIL FROM:<e@e.e>",
        "ü\0",
    ]
)


@settings(max_examples=40)
@given(words=st.lists(anything, min_size=1, max_size=3), author=anything, company=anything, locale=st.text(max_size=8))
def test_nothing_that_people_write_becomes_a_header_or_a_bare_line_ending(
    words: list[str], author: str, company: str, locale: str
) -> None:
    written = letter(words=words, author=author, company=company, locale=locale)
    raw = as_message(written, "answers@shop.example", company).as_bytes()
    read = email.message_from_bytes(raw, policy=policy.default)
    assert set(read.keys()) == HEADERS
    assert len(read.keys()) == len(HEADERS)
    assert str(read["To"]) == "mara@example.com"
    assert read["From"].addresses[0].addr_spec == "answers@shop.example"
    assert read["Message-ID"] == "<mail_1@shop.example>"
    assert raw.replace(b"\r\n", b"").count(b"\r") == raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert raw.isascii()


@pytest.mark.parametrize(
    "address",
    [
        *(None, "", "mara", "mara@example.com\r\nBcc: eve@example.com", "mara@example.com, eve@example.com"),
        *("a\0b@example.com", "<mara@example.com>", "mara@example.com>\nDATA"),
    ],
)
def test_what_is_no_address_is_not_written_to(address: str | None) -> None:
    with pytest.raises(NotTaken) as refused:
        letter(to=address)
    assert (refused.value.trouble, refused.value.final) == ("bad_address", True)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("smtp", "mail.example", 587)),
        ("smtps://u%40x:p%2Fw@mail.example", Server("smtps", "mail.example", 465, "u@x", "p/w")),
        ("smtp+plain://127.0.0.1:1025", Server("smtp+plain", "127.0.0.1", 1025)),
    ],
)
def test_a_server_is_read_from_its_address(url: str, server: Server) -> None:
    assert read_server(url) == server
    assert "p/w" not in repr(read_server(url))


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example", "http://mail.example", "smtp://", "smtp://u:s3cret@h:port", "smtp://u:s3cret@h/x"),
        *("smtp+plain://u:s3cret@mail.example", "smtp://h?x=1"),
    ],
)
def test_another_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_server(url)
    assert "s3cret" not in str(refused.value)


def test_every_failure_says_what_to_do() -> None:
    for trouble in WHY:
        said = sentence("failed", trouble)
        assert WHY[trouble] in said
        assert "promise" in said
