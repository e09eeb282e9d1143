"""Starts a program that dies with its parent: ``python -I leash.py PARENT NICE PROGRAM [ARGUMENT…]``.

A supervisor that is killed cannot stop its children, so the kernel does (``PR_SET_PDEATHSIG``, Linux; elsewhere the
next start clears what is left). The signal survives exec. Runs alone, before anything of ours: standard library only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    parent, nice, program = int(arguments[0]), int(arguments[1]), arguments[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return 1  # it died before the leash was on
    if nice:
        os.nice(nice)
    try:
        os.execvp(program[0], program)
    except OSError as problem:
        sys.stderr.write(f"{program[0]} could not be started: {problem.strerror}\n")
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
