"""The contract as JSON Schema, from which the TypeScript types are generated."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from handoff.contract.wire import EVENT_ADAPTERS, PACKET

REFERENCE = "#/$defs/{model}"


def json_schema() -> dict[str, Any]:
    """One schema with the data of every event type by name, and the packet."""
    adapters: dict[str, TypeAdapter[Any]] = {**EVENT_ADAPTERS, "packet": PACKET}
    by_key, shared = TypeAdapter.json_schemas(
        [(name, "serialization", adapter) for name, adapter in sorted(adapters.items())], ref_template=REFERENCE
    )
    schemas = {name: by_key[name, "serialization"] for name in sorted(adapters)}
    packet = schemas.pop("packet")
    return {
        "$defs": shared["$defs"],
        "additionalProperties": False,
        "description": "Event data by event type, and the hand-over packet.",
        "properties": {
            "events": {
                "additionalProperties": False,
                "properties": schemas,
                "required": list(schemas),
                "type": "object",
            },
            "packet": packet,
        },
        "required": ["events", "packet"],
        "title": "Contract",
        "type": "object",
    }
