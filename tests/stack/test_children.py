"""How the processes of one machine are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.children import bot_child, children
from stack.settings import load
from stack.supervisor import Supervisor

pytestmark = pytest.mark.unit


def test_a_bot_is_started_with_the_folder_so_that_a_restart_finds_what_was_trained_meanwhile(tmp_path: Path) -> None:
    command = bot_child(load(var_dir=tmp_path, env_file=tmp_path / ".env"), 0).command
    model = Path(command[command.index("--model") + 1])
    assert model == load(var_dir=tmp_path).paths.rasa
    assert not [word for word in command if word.endswith(".tar.gz")], "a training removes the older archives"


@pytest.mark.parametrize("shutdown_grace", [8, 30])
def test_open_requests_get_the_time_that_the_setting_names(shutdown_grace: float, tmp_path: Path) -> None:
    settings = load(var_dir=tmp_path, env_file=tmp_path / ".env", redis_url="x", shutdown_grace=shutdown_grace)
    specs = {spec.name: spec for spec in children(settings)}
    whole = Supervisor(tuple(specs.values()), logs=tmp_path, state=tmp_path / "state", say=print, facts={}).grace
    assert specs["app"].stop_within > shutdown_grace
    assert whole - specs["worker"].stop_within >= shutdown_grace, "the worker is stopped before the app"


def test_an_installation_has_its_own_redis_unless_another_is_named(tmp_path: Path) -> None:
    settings = load(var_dir=tmp_path, env_file=tmp_path / ".env", redis_url="redis://elsewhere", bot_replicas=2)
    assert [spec.name for spec in children(settings)] == ["bot-0", "bot-1", "app", "worker"]
    settings.paths.create()
    own = load(var_dir=tmp_path, env_file=tmp_path / ".env", redis_url="")
    assert [spec.name for spec in children(own)] == ["redis", "bot-0", "app", "worker"]
