"""Is the port free, and who has it if not?"""

from __future__ import annotations

import contextlib
import errno
import socket

import psutil

from stack.errors import StackError


def require_free(host: str, port: int) -> None:
    """Raises ``StackError`` with the remedy when nothing of ours can listen at ``host:port``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                holder = _holder(port)
                by = f" by {holder}" if holder else ""
                raise StackError(
                    f"Port {port} is in use{by}. Stop that program, or choose another port:"
                    f" ./frontdesk up --port {_next_free(host, family, port)}"
                ) from problem
            if problem.errno == errno.EACCES:
                raise StackError(f"Port {port} is reserved for root. Choose one above 1023.") from problem
            raise StackError(f"{host} is no address of this machine. Set FRONTDESK_HOST to one that is.") from problem


def _holder(port: int) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.pid and connection.laddr[1:2] == (port,):
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""


def _next_free(host: str, family: int, port: int) -> int:
    for candidate in range(port + 1, min(port + 50, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.bind((host, candidate))
            return candidate
    return 8080
