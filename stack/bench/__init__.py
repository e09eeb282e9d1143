"""Load on the running stack. ``BENCHES`` maps the name that is typed to a ``module:function``.

The function's signature, annotated for typer, is the command's; it prints its answer with ``stack.output.answer``.
"""

from __future__ import annotations

BENCHES: dict[str, str] = {
    "chat": "stack.bench.chat:chat",
    "sockets": "stack.bench.sockets:sockets",
    "desk": "stack.bench.desk:bench",
    "knowledge": "stack.bench.knowledge:knowledge",
    "outcomes": "stack.bench.outcomes:outcomes",
    "insights": "stack.bench.insights:bench",
}
