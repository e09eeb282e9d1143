"""How long a turn takes inside the bot, at its socket:

    python -m bot.bench --socket var/run/bot-0.sock --secrets-dir var/secrets

Only turns that need no action of the app are asked (small talk, what-can-you-do, a calm complaint), so the figures are
the bot's own: door, understanding, rules, words. Prints one JSON
document: a history of 5 turns, and turn 200 against turn 5.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import uuid
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from bot.client import Conversation, Door

TEXTS = (
    "hello there",
    "what can you do for me?",
    "are you a bot or a person?",
    "thanks, that's very kind of you",
    "good morning, hope you are well",
    "I'd like to give some negative feedback about the last delivery",
    "let's start again from scratch",
    "ok, great, thank you so much",
)


def spread(times: Sequence[float]) -> Dict[str, float]:
    ordered = sorted(times)
    return {
        "n": len(ordered),
        "p50_ms": round(1000 * statistics.median(ordered), 2),
        "p95_ms": round(1000 * ordered[int(0.95 * (len(ordered) - 1))], 2),
        "max_ms": round(1000 * ordered[-1], 2),
    }


def short_history(door: Door, conversations: int, pace: float) -> List[float]:
    """Times of turn 6 and 7 of fresh conversations: a history of five turns. ``pace`` seconds lie between turns."""
    times: List[float] = []
    for number in range(conversations):
        conversation = Conversation(door, f"bench-{uuid.uuid4()}")
        for turn in range(7):
            started = time.perf_counter()
            conversation.say(TEXTS[(number + turn) % len(TEXTS)])
            took = time.perf_counter() - started
            if turn >= 5:
                times.append(took)
            time.sleep(max(0.0, pace - took))
    return times


def long_history(door: Door, runs: int, turns: int = 203) -> Dict[str, Dict[str, float]]:
    """Times around turn 5 and around turn 200 of the same conversations."""
    early: List[float] = []
    late: List[float] = []
    for _ in range(runs):
        conversation = Conversation(door, f"bench-{uuid.uuid4()}")
        for turn in range(turns):
            started = time.perf_counter()
            conversation.say(TEXTS[turn % len(TEXTS)])
            took = time.perf_counter() - started
            if 3 <= turn < 11:
                early.append(took)
            elif turn >= turns - 8:
                late.append(took)
    return {"turn_5": spread(early), "turn_200": spread(late)}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.bench", description="Time turns at the bot's socket.")
    parser.add_argument("--socket", type=Path, default=Path("var/run/bot-0.sock"))
    parser.add_argument("--secrets-dir", type=Path, default=Path("var/secrets"))
    parser.add_argument("--conversations", type=int, default=30)
    parser.add_argument("--rate", type=float, default=10.0, help="turns a second; 0 = as fast as answers come")
    chosen = parser.parse_args(arguments)
    secret = (chosen.secrets_dir / "door_secret").read_text(encoding="ascii").strip().encode()
    door = Door(chosen.socket, secret)
    pace = 1 / chosen.rate if chosen.rate else 0.0
    figures = {"history_5": spread(short_history(door, chosen.conversations, pace)), **long_history(door, 3)}
    ratio = round(figures["turn_200"]["p50_ms"] / figures["turn_5"]["p50_ms"], 2)
    sys.stdout.write(json.dumps({**figures, "ratio_200_to_5": ratio}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
