"""One call of one receiver: resolved first, pinned to the address that was checked, never redirected, five seconds."""

from __future__ import annotations

import asyncio
import socket
from typing import NamedTuple

import httpx

from handoff.webhooks.rules import is_public

PATIENCE = 5.0


class Answer(NamedTuple):
    """``error`` is a code where the call failed: ``timeout``, ``connection``, ``unresolvable``, ``private_target``,
    ``redirect``, ``status``."""

    status: int | None
    error: str | None


class Sender:
    def __init__(self, *, private_targets: bool, patience: float = PATIENCE) -> None:
        self._private_targets = private_targets
        self._patience = patience
        # No proxy and no netrc of the machine: where a call goes is decided here alone.
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=patience)

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._patience):
                return await self._send(httpx.URL(url), headers, body)
        except TimeoutError:
            return Answer(None, "timeout")
        except httpx.TimeoutException:
            return Answer(None, "timeout")
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return Answer(None, "connection")

    async def _send(self, url: httpx.URL, headers: dict[str, str], body: bytes) -> Answer:
        addresses = await _resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
        if not addresses:
            return Answer(None, "unresolvable")
        if not self._private_targets and not all(is_public(address) for address in addresses):
            return Answer(None, "private_target")
        request = self._client.build_request(
            "POST",
            url.copy_with(host=addresses[0]),
            content=body,
            headers={**headers, "Host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        )
        answer = await self._client.send(request, stream=True)
        await answer.aclose()
        if answer.is_redirect:
            return Answer(answer.status_code, "redirect")
        return Answer(answer.status_code, None if answer.is_success else "status")


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a name that cannot be one is refused by the codec, not by the resolver
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
