"""Who carries answers by e-mail, by the settings: a mail server, the demo's folder, or nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.backend.mail import list_mails
from handoff.mail.letter import Letter, NotTaken
from handoff.mail.smtp import Smtp
from stack.errors import WrongUse
from stack.mail_port import open_post
from stack.settings import Settings, environment_name, load

pytestmark = pytest.mark.unit

LETTER = Letter(
    "mail_1", "mara@example.com", "Your answer", "On Friday.\n", "en", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
)
SERVER = "smtps://answers:s3cret@mail.example"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)


async def test_without_a_server_the_demo_writes_files_and_no_other_says_it_was_sent(tmp_path: Path) -> None:
    demo = open_post(load(env_file=tmp_path / ".env", var_dir=tmp_path, demo=True), "Oberlarn")
    await demo.send(LETTER)
    await demo.send(LETTER)
    assert [(mail["kind"], mail["text"]) for mail in list_mails(tmp_path / "mail")] == [("answer", "On Friday.\n")]
    assert await demo.withdraw("mail_1")
    assert not await demo.withdraw("mail_1")
    assert list((tmp_path / "mail").iterdir()) == []
    nobody = open_post(load(env_file=tmp_path / ".env", var_dir=tmp_path), "Oberlarn")
    with pytest.raises(NotTaken) as refused:
        await nobody.send(LETTER)
    assert (refused.value.trouble, refused.value.final) == ("no_server", True)


def test_a_server_is_used_where_one_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", SERVER)
    monkeypatch.setenv("MAIL_FROM", "answers@shop.example")
    settings = load(env_file=tmp_path / ".env", demo=True)
    assert isinstance(open_post(settings, "Oberlarn"), Smtp)
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "sender", "name"),
    [
        (SERVER, "", "MAIL_FROM"),
        ("smtp+plain://u:s3cret@mail.example", "answers@shop.example", "MAIL_URL"),
        ("mail.example", "answers@shop.example", "MAIL_URL"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(
    url: str, sender: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_URL", url)
    monkeypatch.setenv("MAIL_FROM", sender)
    with pytest.raises(WrongUse, match=name) as refused:
        load(env_file=tmp_path / ".env")
    assert "s3cret" not in str(refused.value)


def test_a_sender_that_is_no_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_URL", SERVER)
    monkeypatch.setenv("MAIL_FROM", "answers@shop.example\nBcc: eve@example.com")
    with pytest.raises(WrongUse, match="MAIL_FROM") as refused:
        open_post(load(env_file=tmp_path / ".env"), "Oberlarn")
    assert "s3cret" not in str(refused.value)
