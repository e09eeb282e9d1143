"""A new password for somebody whom no administrator can help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from handoff.agents import passwords
from handoff.storage import tables as t
from handoff.storage.database import create_engine
from handoff.storage.migrate import migrate
from stack import secrets, staff_command
from stack.data import seed_staff
from stack.errors import StackError
from stack.settings import Settings, load
from stack.staff import ADMINISTRATOR

pytestmark = pytest.mark.service


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    settings = load(var_dir=tmp_path, demo=False)
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    migrate(settings.sql_url)
    await seed_staff(settings)
    return settings


@pytest.fixture
def connection(settings: Settings) -> Iterator[sa.Connection]:
    engine = create_engine(settings.sql_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def sign_in(connection: sa.Connection, agent_id: str) -> None:
    session = {"token_hash": "x", "agent_id": agent_id, "created_at": "2026-01-01", "expires_at": "2099-01-01"}
    connection.execute(sa.insert(t.staff_sessions).values(**session))
    connection.commit()


def test_the_only_administrator_gets_back_in(
    settings: Settings, connection: sa.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    before = connection.execute(sa.select(t.agents)).one()
    sign_in(connection, before.id)
    staff_command.password(settings, f" {ADMINISTRATOR.upper()} ", as_json=True)
    told = json.loads(capsys.readouterr().out)
    connection.rollback()
    after = connection.execute(sa.select(t.agents)).one()
    assert passwords.matches(told["password"], after.password_hash)
    assert not passwords.matches(told["password"], before.password_hash)
    assert connection.execute(sa.select(t.staff_sessions.c.expires_at)).scalar_one() < "2099"
    written = connection.execute(sa.select(t.staff_audit)).one()
    assert (written.agent_id, written.action, written.object_id) == (None, "team.password", before.id)
    assert told["password"] not in str(written)


def test_nobody_else_is_let_in(settings: Settings, connection: sa.Connection) -> None:
    with pytest.raises(StackError, match="Nobody signs in with that e-mail"):
        staff_command.password(settings, "nobody@example.com", as_json=True)
    connection.execute(sa.update(t.agents).values(active=False))
    connection.commit()
    before = connection.execute(sa.select(t.agents)).one()
    with pytest.raises(StackError, match="switched off"):
        staff_command.password(settings, ADMINISTRATOR, as_json=True)
    connection.rollback()
    assert connection.execute(sa.select(t.agents)).one() == before
