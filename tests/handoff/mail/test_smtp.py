"""Against a mail server on a real socket: what it takes, what it refuses, and whether that is for good."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.mail.letter import Letter, NotTaken
from handoff.mail.server import Security, Server
from handoff.mail.smtp import Smtp
from tests.support.smtp import MailServer, certificate, mail_server

pytestmark = pytest.mark.service

LETTER = Letter(
    id="mail_1",
    to="mara@example.com",
    subject="Your answer from Öber & Co",
    text="Grüß Gott,\n.\n..two dots\nFrom here\n",
    language="de",
    written_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(Path(tmp_path_factory.mktemp("certificate")))


def smtp(
    server: MailServer, security: Security = "smtp+plain", trust: ssl.SSLContext | None = None, user: str = ""
) -> Smtp:
    to = Server(security, "127.0.0.1", server.port, user, "secret" if user else "")
    return Smtp(to, "answers@shop.example", "Öber & Co", trust=trust, step=0.5, whole=1)


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        await smtp(server, user="answers").send(LETTER)
    [taken] = server.taken
    assert (taken.sender, taken.to, server.signed_in_as) == ("answers@shop.example", "mara@example.com", ["answers"])
    assert taken.text == LETTER.text
    message = taken.message
    assert message["From"] == "Öber & Co <answers@shop.example>"
    assert (message["Subject"], message["Message-ID"]) == (LETTER.subject, "<mail_1@shop.example>")


@pytest.mark.parametrize("security", ["smtp", "smtps"])
async def test_it_is_encrypted_for_a_server_that_is_trusted_and_for_no_other(
    security: Security, sides: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    theirs, trust = sides
    how = {"tls": theirs} if security == "smtps" else {"begins_tls": theirs}
    async with mail_server(**how) as server:  # type: ignore[arg-type]
        await smtp(server, security, trust).send(LETTER)
        with pytest.raises(NotTaken) as refused:
            await smtp(server, security, user="answers").send(LETTER)
    assert (refused.value.trouble, refused.value.final) == ("not_secure", False)
    assert (len(server.taken), server.encrypted, server.signed_in_as) == (1, [True], [])


async def test_encryption_is_never_left_out() -> None:
    async with mail_server() as server:
        with pytest.raises(NotTaken) as refused:
            await smtp(server, "smtp", user="answers").send(LETTER)
    assert refused.value.trouble == "not_secure"
    assert (server.taken, server.signed_in_as) == ([], [])


@pytest.mark.parametrize(
    ("plan", "trouble", "final"),
    [
        ("no_such_address", "address_refused", True),
        ("busy", "busy", False),
        ("full", "busy", False),
        ("refused", "mail_refused", True),
        ("not_your_address", "sender_refused", False),
        ("closed", "unreachable", False),
        ("reset", "unreachable", False),
        ("silent", "unreachable", False),
        ("drop", "unreachable", False),
        ("bad_password", "login_refused", False),
    ],
)
async def test_only_a_word_about_the_mail_or_its_address_is_final(plan: str, trouble: str, final: bool) -> None:
    async with mail_server() as server:
        server.plan = [plan]
        with pytest.raises(NotTaken) as refused:
            await smtp(server, user="answers").send(LETTER)
    assert (refused.value.trouble, refused.value.final) == (trouble, final)
    assert "mara" not in repr(refused.value)
    assert refused.value.__suppress_context__


async def test_a_server_that_is_not_there_may_come_back() -> None:
    async with mail_server() as server:
        pass
    with pytest.raises(NotTaken) as refused:
        await smtp(server).send(LETTER)
    assert (refused.value.trouble, refused.value.final) == ("unreachable", False)


@pytest.mark.parametrize("utf8", [True, False])
async def test_an_address_beyond_ascii_needs_a_server_that_can(utf8: bool) -> None:
    letter = replace(LETTER, to="mära@example.com")
    async with mail_server(utf8=utf8) as server:
        if utf8:
            await smtp(server).send(letter)
            assert [each.to for each in server.taken] == ["mära@example.com"]
            return
        with pytest.raises(NotTaken) as refused:
            await smtp(server).send(letter)
    assert (refused.value.trouble, refused.value.final, server.taken) == ("address_refused", True, [])


def test_the_sender_is_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        Smtp(Server("smtps", "mail.example", 465), "Answers", "Oberlarn")
