"""Failures that a person at the terminal can act on.

StackError              one sentence with the remedy; exit code 1
├── WrongUse            the command was called wrongly; exit code 2
└── Interrupted         the person stopped it; exit code 1
"""

from __future__ import annotations

import errno
from typing import ClassVar


class StackError(Exception):
    exit_code: ClassVar[int] = 1


class WrongUse(StackError):
    exit_code = 2


class Interrupted(StackError):
    """The command did not do its work; the contract knows 0, 1 and 2."""


def sentence_for(problem: OSError) -> str:
    """What an operating-system error means here, and what to do about it."""
    where = f" ({problem.filename})" if problem.filename else ""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}. Make room and run this again; it goes on where it stopped."
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not write here{where}. Give it the folder, or set FRONTDESK_VAR_DIR to one it owns."
    if problem.errno == errno.EMFILE:
        return "Too many files are open. Raise the limit (ulimit -n 4096) and run this again."
    return f"The operating system refused: {problem.strerror or type(problem).__name__}{where}."
