"""Trains the assistant: ``python -m bot.train --out var/models/rasa`` with the bot's interpreter.

Skipped when nothing changed: a fingerprint covers config, domain, training data, the sentence model and our own code.
The finished folder holds one model archive and ``manifest.json`` ``{model_version, path, fingerprint}``.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Iterable, Optional, Sequence

from bot import light
from bot.quiet import quiet
from bot.text.embed import MANIFEST_FILE as SENTENCE_MANIFEST

MANIFEST = "manifest.json"
SOURCES = ("config.yml", "domain.yml", "bot/company.json")
FOLDERS = ("bot/data", "bot/components", "bot/policies", "bot/text", "bot/triage")
SUFFIXES = frozenset({".py", ".yml", ".json", ".jsonl", ".txt", ".words"})
SENTENCE_MODEL = "var/models/minilm"


class TrainingFailed(Exception):
    """There is no new model; the message says why."""


def train(root: Path, out: Path, force: bool = False) -> Path:
    """The path of the model archive in ``out``, trained anew unless it is up to date. Raises ``TrainingFailed``."""
    sentence = root / SENTENCE_MODEL / SENTENCE_MANIFEST
    if not sentence.is_file():
        raise TrainingFailed(f"No sentence model in {SENTENCE_MODEL}: run `python -m bot.text.model` first.")
    wanted = fingerprint(root)
    known = current(out)
    if known is not None and known["fingerprint"] == wanted and not force:
        _say("nothing changed, the model is up to date")
        return out / str(known["path"])
    started = time.monotonic()
    version = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{wanted[:8]}"
    out.mkdir(parents=True, exist_ok=True)
    _say(f"training {version}")
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        made = _run_rasa(root, Path(scratch), version)
        final = out / f"{version}.tar.gz"
        slim(made, Path(scratch) / "slim.tar.gz")
        os.replace(Path(scratch) / "slim.tar.gz", final)
        manifest = Path(scratch) / MANIFEST
        manifest.write_text(json.dumps({"model_version": version, "path": final.name, "fingerprint": wanted}, indent=2))
        os.replace(manifest, out / MANIFEST)
    for old in out.glob("*.tar.gz"):
        if old != final:
            old.unlink()
    _say(f"ready in {time.monotonic() - started:.0f} s: {final}")
    return final


def current(out: Path) -> Optional[dict]:
    """The manifest of ``out`` when its archive is there."""
    try:
        manifest = json.loads((out / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    return manifest if (out / manifest["path"]).is_file() else None


def fingerprint(root: Path) -> str:
    """SHA-256 over everything that a model is made of."""
    digest = hashlib.sha256((root / SENTENCE_MODEL / SENTENCE_MANIFEST).read_bytes())
    for path in _sources(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(root: Path) -> Iterable[Path]:
    yield from (root / name for name in SOURCES)
    for folder in FOLDERS:
        yield from sorted(path for path in (root / folder).rglob("*") if path.suffix in SUFFIXES)


def _run_rasa(root: Path, out: Path, version: str) -> Path:
    light.prepare(without_tensorflow=False)
    _say("loading Rasa")
    import rasa.model_training

    quiet()
    _say("fitting understanding and rules")
    result = rasa.model_training.train(
        domain=str(root / "domain.yml"),
        config=str(root / "config.yml"),
        training_files=[str(root / "bot/data/nlu"), str(root / "bot/data/rules")],
        output=str(out),
        fixed_model_name=version,
        force_training=True,
    )
    if result.code or not result.model:
        raise TrainingFailed(f"Rasa ended with code {result.code}.")
    return Path(result.model)


def slim(archive: Path, target: Path) -> None:
    """Copy a model without the schema of its training graph.

    Loading resolves every class named in it, validators included, and those import TensorFlow. Serving never trains.
    """
    with tarfile.open(archive, "r:gz") as source, tarfile.open(target, "w:gz", compresslevel=3) as copy:
        for member in source.getmembers():
            if not member.isfile():
                copy.addfile(member)
                continue
            data = source.extractfile(member).read()  # type: ignore[union-attr]
            if Path(member.name).name == "metadata.json":
                metadata = json.loads(data)
                metadata["train_schema"] = {"nodes": {}}
                data = json.dumps(metadata).encode()
                member.size = len(data)
            copy.addfile(member, io.BytesIO(data))


def _say(text: str) -> None:
    sys.stderr.write(f"train: {text}\n")
    sys.stderr.flush()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.train", description="Train the assistant.")
    parser.add_argument("--out", type=Path, default=Path("var/models/rasa"))
    parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    chosen = parser.parse_args(arguments)
    try:
        path = train(Path.cwd(), chosen.out, chosen.force)
    except TrainingFailed as problem:
        _say(str(problem))
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
