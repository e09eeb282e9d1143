"""The first people who may sign in."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from handoff.agents.service import Role
from handoff.storage import tables as t
from handoff.storage.database import create_engine
from handoff.storage.migrate import migrate
from stack import secrets, staff
from stack.data import seed_staff
from stack.paths import Paths
from stack.settings import load

pytestmark = pytest.mark.service


def secrets_of(folder: Path) -> Path:
    paths = Paths(folder)
    paths.create()
    secrets.create_missing(paths.secrets)
    return paths.secrets


def test_passwords_hold_in_one_installation_and_differ_between_two(tmp_path: Path) -> None:
    here, there = secrets_of(tmp_path / "a"), secrets_of(tmp_path / "b")
    first = {person["email"]: person["password"] for person in staff.demo_staff(here)}
    assert len(set(first.values())) == len(first) >= 6
    assert {person["email"]: person["password"] for person in staff.demo_staff(here)} == first
    assert not set(first.values()) & {person["password"] for person in staff.demo_staff(there)}


def test_roles_are_those_that_the_human_side_knows(tmp_path: Path) -> None:
    known = set(Role.__args__)
    people = [*staff.demo_staff(secrets_of(tmp_path)), *staff.first_administrator(secrets_of(tmp_path))]
    assert {role for person in people for role in person["roles"]} <= known
    assert {role for person in staff.demo_staff(secrets_of(tmp_path)) for role in person["roles"]} == known


def test_the_administrators_password_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    folder = secrets_of(tmp_path)
    path = staff.write_administrators_password(Paths(tmp_path))
    assert path.stat().st_mode & 0o777 == 0o600
    (administrator,) = staff.first_administrator(folder)
    assert path.read_text() == f"{administrator['email']} {administrator['password']}\n"


async def test_the_first_administrator_comes_once_whatever_became_of_the_account(tmp_path: Path) -> None:
    secrets_of(tmp_path)
    settings = load(var_dir=tmp_path, demo=False)
    migrate(settings.sql_url)
    engine = create_engine(settings.sql_url)
    for _ in range(2):  # a second start, with another address and other roles beside them
        await seed_staff(settings)
        with engine.begin() as connection:
            people = connection.execute(sa.select(t.agents.c.email, t.agents.c.roles)).all()
            connection.execute(sa.update(t.agents).values(email="mira@example.com"))
        assert len(people) == 1
        assert "admin" in people[0].roles
    engine.dispose()
