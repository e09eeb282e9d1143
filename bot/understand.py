"""What the trained pipeline makes of texts, outside any conversation: for measuring (``eval``).

``python -m bot.understand --model ARCHIVE < TEXTS > READINGS`` with the bot's interpreter: one JSON string a line in,
one JSON object of the pipeline's output a line out, in the same order.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence

from bot import light

light.prepare()

from rasa.core.channels.channel import UserMessage  # noqa: E402 - the process must be prepared first

from bot.action_endpoint import ActionEndpoint  # noqa: E402
from bot.quiet import quiet  # noqa: E402
from bot.serve import CannotServe, load, utc_now  # noqa: E402
from bot.text.normalise import harmless  # noqa: E402

KEPT = ("intent", "entities", "scope", "triage")


async def readings(model: Path, texts: Sequence[str]) -> List[Dict[str, Any]]:
    """Raises ``CannotServe``. No action is run, so the endpoint leads nowhere."""
    agent = load(model, ActionEndpoint(Path("nowhere"), "nobody", utc_now))
    processor: Any = agent.processor
    made = []
    for text in texts:
        parsed = await processor.parse_message(UserMessage(harmless(text)))
        made.append({key: parsed.get(key) for key in KEPT})
    return made


def _texts() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield json.loads(line)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    import asyncio

    parser = argparse.ArgumentParser(prog="python -m bot.understand", description="Read texts as the assistant does.")
    parser.add_argument("--model", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    quiet()
    try:
        made = asyncio.run(readings(chosen.model, list(_texts())))
    except CannotServe as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    for reading in made:
        sys.stdout.write(json.dumps(reading) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
