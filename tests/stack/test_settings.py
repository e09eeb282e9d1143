"""Settings: where they come from, what is refused, and that the documents say the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from stack import settings_docs
from stack.errors import WrongUse
from stack.paths import ROOT, Paths
from stack.settings import Settings, environment_name, load, process_environment

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)


def test_defaults_serve_a_machine_alone(tmp_path: Path) -> None:
    settings = load(env_file=tmp_path / ".env")
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.sql_url.startswith("sqlite:///")
    assert settings.redis_address.startswith("unix:///")


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("FRONTDESK_PORT=1001\nFRONTDESK_HOST=10.0.0.1\nBOT_REPLICAS=2\n")
    assert (load(env_file=file).port, load(env_file=file).bot_replicas) == (1001, 2)
    monkeypatch.setenv("FRONTDESK_PORT", "1002")
    assert load(env_file=file).port == 1002
    assert load(env_file=file, port=1003).port == 1003
    assert load(env_file=file).host == "10.0.0.1"


def test_a_typing_error_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_PROT", "8000")
    with pytest.raises(WrongUse, match="Did you mean FRONTDESK_PORT"):
        load(env_file=tmp_path / ".env")


def test_a_typing_error_in_the_file_is_seen_with_its_place(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FRONTDESK_PORTT=9\n")
    with pytest.raises(WrongUse, match=r"FRONTDESK_PORTT \(.*\.env\)\. Did you mean FRONTDESK_PORT\?"):
        load(env_file=tmp_path / ".env")


def test_other_programs_names_may_stand_in_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-1\nfrontdesk_port=1001\nBOT_REPLICAS=2\n")
    settings = load(env_file=tmp_path / ".env")
    assert (settings.port, settings.bot_replicas) == (1001, 2)


def test_a_typing_error_in_our_own_code_is_seen(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="prot"):
        load(env_file=tmp_path / ".env", prot=8000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTDESK_PORT", "70000"),
        ("BOT_REPLICAS", "0"),
        ("FRONTDESK_TURN_DEADLINE", "soon"),
        ("FRONTDESK_TURN_DEADLINE", "inf"),
        ("FRONTDESK_TURN_PATIENCE", "1e300"),
        ("FRONTDESK_PROMISE_WARNING", "nan"),
        ("FRONTDESK_HEARTBEAT_EVERY", "60"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongUse, match=name):
        load(env_file=tmp_path / ".env")


def test_every_duration_has_an_end_that_a_date_can_hold(tmp_path: Path) -> None:
    for field, info in Settings.model_fields.items():
        if info.annotation is float:
            (most,) = [limit.le for limit in info.metadata if hasattr(limit, "le")]
            unit = str((info.json_schema_extra or {})["unit"])  # type: ignore[index]
            load(env_file=tmp_path / ".env", **{field: most})
            assert datetime.now(UTC) + timedelta(**{unit: most}), field


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("::1", "http://[::1]:8000"),
        ("fd00::7", "http://[fd00::7]:8000"),
        ("::", "http://127.0.0.1:8000"),
        ("10.0.0.1", "http://10.0.0.1:8000"),
    ],
)
def test_an_address_is_one_that_a_browser_takes(host: str, address: str, tmp_path: Path) -> None:
    settings = load(env_file=tmp_path / ".env", host=host)
    assert settings.address == address
    assert urlsplit(settings.address).port == 8000


def test_pages_hear_two_heartbeats_before_they_take_a_line_for_dead() -> None:
    told = re.search(r"SILENCE_MS = ([\d_]+)", (ROOT / "web" / "shared" / "socket.ts").read_text())
    assert told is not None
    (most,) = [limit.le for limit in Settings.model_fields["heartbeat_every"].metadata if hasattr(limit, "le")]
    assert 2 * most * 1000 < int(told.group(1))


def test_settings_do_not_change(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load(env_file=tmp_path / ".env").port = 1


def test_origins_are_separated_by_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_PUBLIC_ORIGINS", "https://a.example, https://b.example")
    assert load(env_file=tmp_path / ".env").public_origins == ("https://a.example", "https://b.example")


def test_children_read_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(env_file=tmp_path / ".env", port=4711, demo=True, bot_replicas=3, var_dir=tmp_path)
    for name, value in process_environment(settings).items():
        monkeypatch.setenv(name, value)
    child = load(env_file=tmp_path / ".env")
    assert (child.port, child.demo, child.bot_replicas) == (4711, True, 3)
    assert child.paths == settings.paths


def test_every_setting_has_help_a_default_and_a_unit_or_none() -> None:
    for field, info in Settings.model_fields.items():
        assert info.description, field
        assert not info.is_required(), field
        assert isinstance(info.json_schema_extra, dict), field
        assert "unit" in info.json_schema_extra, field


def test_the_documents_are_written_from_the_class() -> None:
    assert settings_docs.outdated(ROOT) == [], "run: .venv/bin/python -m stack.settings --write"


def test_an_example_taken_as_it_is_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    lines = settings_docs.env_example().splitlines()
    file.write_text("\n".join(line[1:] for line in lines if line.startswith("#") and not line.startswith("# ")))
    assert load(env_file=file) == load(env_file=tmp_path / "none")


def test_sockets_move_away_from_a_path_that_is_too_long(tmp_path: Path) -> None:
    near = Paths(Path("/srv/frontdesk/var"))
    assert near.run == near.var / "run"
    far = Paths(tmp_path / ("x" * 80) / "var")
    assert len(str(far.actions_socket)) <= 100
    assert far.run == Paths(far.var).run, "every process finds the same folder"
    far.create()
    assert (far.run.stat().st_mode & 0o777, far.state.parent) == (0o700, far.var / "run")
    assert (far.var / "run" / "elsewhere").read_text() == f"{far.run}\n"
    far.run.rmdir()
