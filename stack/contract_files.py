"""The contract as files for TypeScript: ``web/contract/openapi.json`` and ``events.schema.json``.

``python -m stack.contract_files --write`` writes them from the Python side; ``npm run generate`` in ``web/`` makes the
types and the client. A test holds them together. Nothing is opened: the parts are built only to describe their routes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from handoff.app import build
from handoff.clock import SystemClock
from handoff.contract.export import json_schema
from knowledge.service import Knowledge
from stack import secrets
from stack.compose import Parts, create_api
from stack.lab_routes import Lab
from stack.node import WEB
from stack.parts_settings import handoff_settings, knowledge_settings
from stack.settings import Settings

FOLDER = WEB / "contract"


class _NoEncoder:
    """Stands where the encoder goes while nothing is asked."""

    def encode(self, *_: Any) -> Any:
        raise RuntimeError("the routes are described here, not served")

    knows = encode


def documents() -> dict[str, Any]:
    """File name → content, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(var_dir=Path(folder), demo=True)
        settings.paths.create()
        secrets.create_missing(settings.paths.secrets)
        knowledge = Knowledge(knowledge_settings(settings), SystemClock(), _NoEncoder(), "none")
        # Neither the webhook nor the lab's shop is asked anything while routes are described.
        api = create_api(Parts(build(handoff_settings(settings)), knowledge, None, cast(Lab, object())), settings)  # type: ignore[arg-type]
        return {"openapi.json": api.openapi(), "events.schema.json": json_schema()}


def render(document: Any) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def stale() -> list[str]:
    """Names of the files that differ from what the code says."""
    return [
        name
        for name, document in documents().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text() != render(document)
    ]


def main() -> int:
    if sys.argv[1:] != ["--write"]:
        sys.stderr.write("Use: python -m stack.contract_files --write\n")
        return 2
    for name, document in documents().items():
        (FOLDER / name).write_text(render(document))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
