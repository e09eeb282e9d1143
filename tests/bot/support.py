"""A webhook that answers as a test tells it, on a real unix socket: it stands where the app's private listener is."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Webhook:
    """``answers`` maps an action's name to a function of the call; ``calls`` keeps what arrived, with its headers."""

    def __init__(self, path: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.calls: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.broken = False
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.calls.append(call)
                webhook.headers.append(dict(self.headers.items()))
                answer = webhook.answers.get(call["next_action"], nothing)
                body = json.dumps(answer(call)).encode()
                self.send_response(500 if webhook.broken else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

            def address_string(self) -> str:
                return "unix"

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self._server = Server(str(path), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self.answers.clear()
        self.calls.clear()
        self.headers.clear()
        self.broken = False

    def names(self) -> list[str]:
        return [call["next_action"] for call in self.calls]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def nothing(_: dict[str, Any]) -> dict[str, Any]:
    return {"events": [], "responses": []}


def slot(name: str, value: str | None) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def returns(*items: dict[str, Any], slots: dict[str, str | None] | None = None) -> dict[str, Any]:
    """An action's reply: contract values under their key, and slots to remember."""
    return {
        "responses": [{"custom": {"frontdesk": item}} for item in items],
        "events": [slot(name, value) for name, value in (slots or {}).items()],
    }


def message(text: str) -> dict[str, Any]:
    return {"message": {"text": text}}
