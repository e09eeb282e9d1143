"""Chroma as it is opened."""

from pathlib import Path

import pytest

from knowledge.engines import make_engine

pytestmark = pytest.mark.service


def test_an_embedded_index_tells_nobody_of_its_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says: the settings of the client that really serves."""
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "True")
    client = make_engine("").open(tmp_path / "build")
    assert client.get_settings().anonymized_telemetry is False
