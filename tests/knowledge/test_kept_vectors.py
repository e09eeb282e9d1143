"""Vectors kept in a file: found again, and a damaged file is as good as none."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.kept_vectors import KeptVectors
from knowledge.service import open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, page, publish

pytestmark = pytest.mark.service

ONE, TWO = np.array([0.5, 0.25], np.float32), np.array([1, 2, 3], np.float32)


def test_what_was_added_is_found_by_the_next(tmp_path: Path) -> None:
    kept = KeptVectors(tmp_path / "there" / "vectors.npz")
    kept.add({"a": ONE})
    kept.save()
    kept.add({"b": TWO})
    kept.save()
    found = KeptVectors(tmp_path / "there" / "vectors.npz").find(["a", "b", "c"])
    assert {name: vector.tolist() for name, vector in found.items()} == {"a": ONE.tolist(), "b": TWO.tolist()}
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["vectors.npz"]


@pytest.mark.parametrize("keep", [0, 40, -30])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "vectors.npz"
    kept = KeptVectors(path)
    kept.add({"a": ONE})
    kept.save()
    path.write_bytes(path.read_bytes()[:keep])
    damaged = KeptVectors(path)
    assert damaged.find(["a"]) == {}
    damaged.add({"a": TWO})
    damaged.save()
    assert KeptVectors(path).find(["a"])["a"].tolist() == TWO.tolist()


async def test_a_fresh_database_encodes_nothing_again(
    settings: KnowledgeSettings, clock: HandClock, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    async with open_knowledge(settings, clock, WordEncoder(), model="words") as knowledge:
        await publish(knowledge, "parcels", page(body='## Late ones\n\n[asked]: # "overdue"\n\nTraced. For days.'))
        await knowledge.export_folder(folder)
    counts = []
    for name in ("first", "second"):
        fresh = settings.model_copy(
            update={
                "database_url": f"sqlite:///{tmp_path}/{name}.db",
                "index_dir": tmp_path / name,
                "kept_vectors": tmp_path / "kept.npz",
            }
        )
        encoder = WordEncoder()
        async with open_knowledge(fresh, clock, encoder, model="words") as knowledge:
            assert (await knowledge.import_folder(folder)).created == ["parcels.md"]
            counts.append(len(encoder.encoded))
            assert (await knowledge.answerer.answer("overdue", audience="public")).found
    assert counts[0] > 0 == counts[1]
