"""Files of transcripts for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.transcripts.model import Reading
from eval.transcripts.read import read


def event(
    seq: int, text: str = "Where is A-1042?", source: str = "customer", minute: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "seq": seq, "occurred_at": f"2026-03-02T09:{minute:02d}:00Z", "source": source, "type": "message.sent",
        "data": {"text": text, "author": source}, **more,
    }  # fmt: skip


def talk(name: str, *events: Any) -> str:
    return json.dumps({"id": name, "customer_id": "cus_1", "channel": "web", "events": list(events)})


def reading(path: Path, *lines: str, name: str = "file.jsonl") -> Reading:
    (path / name).write_text("\n".join(lines))
    return read(path / name)


def told(found: Reading) -> list[tuple[str, str, str]]:
    events = found.transcripts[0].conversation.events
    return [(each.source, each.type, str(each.data.get("text", ""))) for each in events if each.type == "message.sent"]
