"""``python -m stack``: what ``./frontdesk`` becomes once its environment is ready."""

from __future__ import annotations

import sys

from stack.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
