"""A zip of files that was sent, unpacked in memory and within bounds, whatever its own list claims."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from knowledge.content import MAX_FILE
from knowledge.errors import BadArticle

MOST_ENTRIES = 20_000
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all files together."""
BOUNDED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing of which ``zipfile`` unpacks no more than it was asked for. The others it unpacks a block at a time,
however large that gets: some kilobytes of bzip2 are gigabytes of text."""
ENCRYPTED: Final = 0x1
PIECE = 16 * 1024
"""Bytes. The last one of a damaged file is not counted."""


def unpack(data: bytes) -> list[tuple[str, bytes | BadArticle]]:
    """(name, content) of every file, or why that one cannot be read. Raises ``BadArticle`` where none can be taken:
    for what is no zip, holds too many files, or unpacks to too much.

    A file of more than ``MAX_FILE`` bytes is cut off one byte later: its size alone is then the reason against it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_ENTRIES:
                raise _bad_zip(f"holds more than {MOST_ENTRIES} files")
            files: list[tuple[str, bytes | BadArticle]] = []
            left = MOST_UNPACKED
            for entry in entries:
                content = bytearray()
                problem = _read(archive, entry, content, min(MAX_FILE, left) + 1)
                # Counted by what came out, of damaged files, too: a list may claim any size.
                left -= len(content)
                if left < 0:
                    raise _bad_zip(f"unpacks to more than {MOST_UNPACKED} bytes")
                files.append((entry.filename, bytes(content) if problem is None else problem))
            return files
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as exc:
        raise _bad_zip("cannot be read") from exc


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, into: bytearray, most: int) -> BadArticle | None:
    """Add at most ``most`` bytes of one file to ``into``; why it cannot be read, if so."""
    if entry.flag_bits & ENCRYPTED:
        return _bad_file("is encrypted")
    if entry.compress_type not in BOUNDED:
        return _bad_file("is packed in a way that is not taken here: pack it as an ordinary zip (deflate)")
    try:
        with archive.open(entry) as packed:
            while len(into) < most and (piece := packed.read(min(PIECE, most - len(into)))):
                into += piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        return _bad_file("is damaged in the zip and cannot be unpacked")
    return None


def _bad_zip(why: str) -> BadArticle:
    return BadArticle("bad_zip", f"The zip {why}.", problems=[])


def _bad_file(why: str) -> BadArticle:
    return BadArticle("bad_article", f"file: {why}", problems=[{"field": "file", "problem": why}])
