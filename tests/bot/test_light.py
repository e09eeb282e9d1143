"""What every process of the bot is told before it imports Rasa."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.bot.conftest import BOT_PYTHON, ROOT

pytestmark = pytest.mark.rasa

ENABLED = "from rasa import telemetry; print(telemetry.is_telemetry_enabled())"


@pytest.mark.parametrize(
    "begins",
    ["import bot.serve", "import bot.understand", "from bot import light; light.prepare(without_tensorflow=False)"],
)
def test_rasas_telemetry_is_off_whatever_the_environment_says(begins: str, tmp_path: Path) -> None:
    """The server, the measuring and the training, each asked as Rasa asks itself, with telemetry on outside."""
    environment = {**os.environ, "HOME": str(tmp_path), "RASA_TELEMETRY_ENABLED": "true"}
    outside = _asked(ENABLED, environment)
    assert outside == "True"
    assert _asked(f"{begins}; {ENABLED}", environment) == "False"


def _asked(program: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [BOT_PYTHON, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=400,
    )
    return done.stdout.strip().splitlines()[-1]
