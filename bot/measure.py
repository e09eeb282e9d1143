"""Trains the pipeline on given examples and reads messages with it: ``python -m bot.measure --job J --out O``.

For ``frontdesk eval intents``. Everything runs through Rasa's own training and prediction graph. ``J`` is JSON:
``{"config": path, "model": path or null, "rounds": [{"train": [{text, label}], "test": [text]}]}``; with ``model`` the
product's trained assistant reads and nothing is trained. ``O`` becomes JSON: ``{"rounds": [{"seconds_train",
"readings": [...]}]}``, a reading being ``{intent, best, rejected, score, threshold, entities, requests, ms}``; ``best``
is the intent in scope that came first, ``intent`` what the assistant would act on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from bot import light
from bot.quiet import quiet

OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"
KEPT = ("entity", "value", "start", "end")


def measure(job: Dict[str, Any]) -> Dict[str, Any]:
    """The readings of every round of ``job``."""
    light.prepare(without_tensorflow=bool(job["model"]))
    import rasa.model_training  # noqa: F401 - heavy, and only after light.prepare

    quiet()
    done = []
    for number, given in enumerate(job["rounds"], start=1):
        _say(f"round {number} of {len(job['rounds'])}: {len(given['train'])} to learn, {len(given['test'])} to read")
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            model = Path(job["model"]) if job["model"] else _trained(given["train"], Path(job["config"]), Path(folder))
            seconds = time.perf_counter() - started
            done.append({"seconds_train": seconds, "readings": _read(model, given["test"])})
    return {"rounds": done}


def _trained(rows: List[Dict[str, str]], config: Path, folder: Path) -> Path:
    from rasa.model_training import train_nlu

    examples = [{"text": row["text"], "intent": row["label"], "entities": []} for row in rows]
    data = folder / "nlu.json"
    data.write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), encoding="utf-8")
    model = train_nlu(str(config), str(data), str(folder), fixed_model_name="measured")
    if model is None:
        raise RuntimeError("Rasa made no model of these examples.")
    return Path(model)


def _read(model: Path, texts: Sequence[str]) -> List[Dict[str, Any]]:
    from rasa.core.channels.channel import UserMessage
    from rasa.engine import loader
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    from bot.runner import StraightRunner
    from bot.text.normalise import harmless

    with tempfile.TemporaryDirectory() as folder:
        metadata, runner = loader.load_predict_graph_runner(Path(folder), model, LocalModelStorage, StraightRunner)
        found = []
        for number, text in enumerate(["hello", *texts]):
            inputs = {PLACEHOLDER_MESSAGE: [UserMessage(harmless(text))], PLACEHOLDER_TRACKER: None}
            started = time.perf_counter()
            output = runner.run(inputs, targets=[metadata.nlu_target])[metadata.nlu_target][0]
            spent = (time.perf_counter() - started) * 1000
            if number:  # the first one warms up
                found.append({**_reading(output.as_dict(only_output_properties=True)), "ms": spent})
    return found


def _reading(parsed: Dict[str, Any]) -> Dict[str, Any]:
    """A stock pipeline has no ``scope``: there the fallback classifier rejects, and its score is the confidence."""
    out = (OUT_OF_SCOPE, FALLBACK)
    intent = parsed.get("intent") or {}
    ranking = [item for item in parsed.get("intent_ranking") or [intent] if item.get("name") not in out]
    best = ranking[0] if ranking else {}
    scope = parsed.get("scope")
    rejected = bool(scope["rejected"]) if scope else intent.get("name") in out
    return {
        "intent": intent.get("name"),
        "best": best.get("name"),
        "rejected": rejected,
        "score": float(scope["score"] if scope else best.get("confidence") or 0.0),
        "threshold": float(scope["threshold"]) if scope and "threshold" in scope else None,
        "entities": [{key: item.get(key) for key in KEPT} for item in parsed.get("entities") or ()],
        "requests": [request["intent"] for request in parsed.get("requests") or ()],
    }


def _say(text: str) -> None:
    sys.stderr.write(f"measure: {text}\n")
    sys.stderr.flush()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.measure", description=__doc__.partition(":")[0])
    parser.add_argument("--job", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    found = measure(json.loads(chosen.job.read_text(encoding="utf-8")))
    chosen.out.write_text(json.dumps(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
