"""A zip of files that was sent, unpacked in memory and within bounds, whatever its own list claims."""

from __future__ import annotations

import io
import zipfile
import zlib

from knowledge.content import MAX_FILE
from knowledge.errors import BadArticle

MOST_ENTRIES = 20_000
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all files together."""


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """(name, content) of every file. Raises ``BadArticle`` for what is no zip, or is too large.

    A file of more than ``MAX_FILE`` bytes is cut off one byte later: its size alone is then the reason against it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_ENTRIES:
                raise _bad(f"holds more than {MOST_ENTRIES} files")
            files: list[tuple[str, bytes]] = []
            left = MOST_UNPACKED
            for entry in entries:
                with archive.open(entry) as packed:
                    content = packed.read(min(MAX_FILE, left) + 1)
                left -= len(content)
                if left < 0:
                    raise _bad(f"unpacks to more than {MOST_UNPACKED} bytes")
                files.append((entry.filename, content))
            return files
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as exc:
        raise _bad("cannot be read") from exc
    except (RuntimeError, NotImplementedError) as exc:
        raise _bad("is encrypted, or packed in a way that is not known here") from exc


def _bad(why: str) -> BadArticle:
    return BadArticle("bad_zip", f"The zip {why}.", problems=[])
