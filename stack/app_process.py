"""``python -m stack.app_process``: the app, as the supervisor runs it.

It loads everything, waits for a line on its standard input and then begins: a spare that waits there takes over from
an app that died without the seconds that loading costs.
"""

from __future__ import annotations

import gc
import sys

import structlog
import uvloop

from knowledge.errors import KnowledgeError
from stack import logging
from stack.compose import create_application, open_parts
from stack.errors import StackError, sentence_for
from stack.open_files import room_for
from stack.serve import serve
from stack.settings import Settings, load

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while another waits. Python's 5 ms are a quarter of a whole turn: an
answer that is being looked up would hold the acknowledgement of somebody else's message."""

log = structlog.get_logger("stack.app")


async def run(settings: Settings) -> None:
    async with open_parts(settings) as parts:
        application = create_application(parts, settings)
        gc.freeze()  # what was loaded stays: the collector would go through all of it, and every turn wait for that
        await serve(application, parts.webhook, settings, parts.handoff.core.hub.leave)


def main() -> int:
    """The last line printed is what the supervisor shows when the app does not start."""
    if not sys.stdin.readline():
        return 0  # the supervisor has gone before it was our turn
    try:
        settings = load()
        logging.configure("app", settings.paths.log, settings.log_level)
        sys.setswitchinterval(SWITCH_SECONDS)
        uvloop.run(run(within_limits(settings)))
    except (StackError, KnowledgeError) as problem:
        return _failed(str(problem))
    except OSError as problem:
        return _failed(sentence_for(problem))
    except Exception as problem:
        log.exception("app ended")
        return _failed(f"something unexpected happened ({type(problem).__name__})")
    return 0


def within_limits(settings: Settings) -> Settings:
    """What does not fit into the files that we may open is refused with a word, as what is over the setting is. Without
    a file left a socket is refused without one, and the databases are not reached either."""
    room = room_for(settings.http_concurrency)
    if room == settings.http_concurrency:
        return settings
    log.warning(
        "FRONTDESK_HTTP_CONCURRENCY is more than this user may open files for (ulimit -Hn): fewer are served at once",
        served=room,
        asked=settings.http_concurrency,
    )
    return settings.model_copy(update={"http_concurrency": room})


def _failed(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
