"""Running programs during set-up: their output goes to ``var/log/setup.log``, their failure becomes a sentence."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stack import bootstrap
from stack.errors import StackError
from stack.paths import ROOT

Tell = Callable[[str], None]


def run_tool(
    command: Sequence[str], what: str, log: Path, *, tell: Tell, environment: Mapping[str, str], cwd: Path = ROOT
) -> None:
    """Run to the end, the newest line of output told as it comes. Raises ``StackError`` when it fails.

    ``what`` names the work in a sentence: "the pages could not be built".
    """
    lines: list[str] = []
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as record:
        record.write(f"\n$ {' '.join(command)}\n")
        try:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                errors="replace", env=dict(environment), cwd=cwd,
            )  # fmt: skip
        except OSError as problem:
            raise StackError(f"{what}: {command[0]} could not be started ({problem.strerror}).") from problem
        try:
            assert process.stdout is not None
            for line in process.stdout:
                record.write(line)
                if line.strip():
                    lines.append(line.strip())
                    tell(line.strip()[:100])
            status = process.wait()
        except BaseException:
            process.terminate()
            process.wait(timeout=10)
            raise
    if status != 0:
        raise StackError(_explain(what, lines, log))


def _explain(what: str, lines: list[str], log: Path) -> str:
    text = "\n".join(lines[-60:]).lower()
    if "no space left" in text or "enospc" in text:
        return f"{what}: the disk is full. Make room and run this again; it goes on where it stopped."
    if any(sign in text for sign in ("eai_again", "enotfound", "econnrefused", "etimedout", "network", "dns error")):
        return f"{what}: no connection to the package index. Connect and run this again."
    if any(sign in text for sign in ("memoryerror", "out of memory", "cannot allocate")):
        return f"{what}: there is too little memory. Close something and run this again."
    said = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "no output")
    return f"{what} ({said[:200]}). The whole output is in {log}."


def python_tool(module: str, *arguments: str, bot: bool = False) -> list[str]:
    """The command that runs one of our modules in the product's environment, or in the bot's."""
    python = bootstrap.BOT.python if bot else bootstrap.PRODUCT.python
    return [str(python), "-m", module, *arguments]
