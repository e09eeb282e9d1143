"""Where Chroma runs: in this process on a directory of ours, or as Chroma's own Rust server (``CHROMA_URL``).

On a server each build is a database of its own, named after the build; the local directory keeps the pointer, the
owner's lock and the mark of a finished write, so everything else is the same for both. The server has no accounts of
its own: it belongs on loopback or behind a proxy that asks for a name and a password, which the address may hold.
Never Chroma's Python server: it has an open flaw that runs a caller's code (CVE-2026-45829).
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import chromadb
import httpx
from chromadb.api import AdminAPI, ClientAPI
from chromadb.config import Settings
from chromadb.errors import NotFoundError

from knowledge.errors import KnowledgeError

PATIENCE = 3.0
"""Seconds for one request to the server; Chroma's client itself would wait for ever."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DATABASE = "frontdesk-"


class Engine(Protocol):
    """``path`` is the build's local directory; its last part names the build. May raise anything of Chroma's."""

    def open(self, path: Path) -> ClientAPI: ...

    def there(self, path: Path) -> bool:
        """Whether the build can still be there; cheap enough for every search."""
        ...

    def remove(self, name: str) -> None:
        """What is left of a build beside its local directory."""
        ...


class EmbeddedChroma:
    """Chroma in this process, silent."""

    def open(self, path: Path) -> ClientAPI:
        return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))

    def there(self, path: Path) -> bool:
        return (path / "chroma.sqlite3").exists()

    def remove(self, name: str) -> None:
        """Nothing: the directory was all."""


class ChromaServer:
    """``url``: ``http`` on loopback, else ``https``; ``user:password@`` for the proxy in front."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        if not parts.hostname or parts.path.strip("/") or not (secure or parts.scheme == "http"):
            raise KnowledgeError("chroma_url_wrong", "CHROMA_URL must be the address of a server, without a path.")
        if not secure and parts.hostname not in LOOPBACK:
            raise KnowledgeError("chroma_url_wrong", "CHROMA_URL must be https unless the server is on this machine.")
        self._host, self._secure = parts.hostname, secure
        self._port = parts.port or (443 if secure else 8000)
        self._headers: dict[str, str] = {}
        if parts.username:
            account = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(account).decode()}"

    def open(self, path: Path) -> ClientAPI:
        self._check_alive()
        name, admin = DATABASE + path.name, self._admin()
        try:
            admin.get_database(name)
        except NotFoundError:
            admin.create_database(name)
        client = chromadb.HttpClient(
            self._host,
            self._port,
            self._secure,
            headers=dict(self._headers),
            settings=Settings(anonymized_telemetry=False),
            database=name,
        )
        # The client has no setting for it.
        client._server._session.timeout = httpx.Timeout(PATIENCE)  # type: ignore[attr-defined]
        return client

    def there(self, path: Path) -> bool:
        return path.is_dir()

    def remove(self, name: str) -> None:
        self._check_alive()
        self._admin().delete_database(DATABASE + name)

    def _admin(self) -> AdminAPI:
        return chromadb.AdminClient(
            Settings(
                anonymized_telemetry=False,
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=self._host,
                chroma_server_http_port=self._port,
                chroma_server_ssl_enabled=self._secure,
                chroma_server_headers=dict(self._headers),
            )
        )

    def _check_alive(self) -> None:
        """Before Chroma's client speaks first, without a time limit. Raises ``httpx.HTTPError``."""
        scheme = "https" if self._secure else "http"
        host = f"[{self._host}]" if ":" in self._host else self._host
        address = f"{scheme}://{host}:{self._port}/api/v2/heartbeat"
        httpx.get(address, headers=self._headers, timeout=PATIENCE).raise_for_status()


def make_engine(chroma_url: str) -> Engine:
    return ChromaServer(chroma_url) if chroma_url else EmbeddedChroma()
