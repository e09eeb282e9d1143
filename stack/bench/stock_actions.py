"""An action server that does nothing and does it at once, so that the stock bot's figures hold Rasa's work alone.

Every custom action answers with one sentence and no event; a form's question is asked and its values are kept.
Run as ``python -m stack.bench.stock_actions PORT``.
"""

from __future__ import annotations

import sys

from aiohttp import web

SENTENCE = {"text": "Here is what you asked for."}


async def webhook(request: web.Request) -> web.Response:
    asked = await request.json()
    silent = asked["next_action"].startswith(("validate_", "action_extract_"))
    return web.json_response({"events": [], "responses": [] if silent else [SENTENCE]})


async def health(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def application() -> web.Application:
    app = web.Application(client_max_size=16 << 20)
    app.add_routes([web.post("/webhook", webhook), web.get("/health", health)])
    return app


def main(port: int) -> None:
    web.run_app(application(), host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
