"""What may be attached. The content decides, never the name or the type that the sender claims. Pure.

Pictures and PDF are known by their first bytes; a text must be UTF-8 throughout and hold no markup. What a browser
could run in our name (SVG, HTML, XML) is on no list.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from handoff.errors import Unprocessable

HEAD = 512
"""Bytes from the beginning that ``kind_of`` needs for everything but a text."""
LONGEST_NAME = 120
MOST_IN_A_MESSAGE = 10


class Kind(NamedTuple):
    media_type: str
    extensions: tuple[str, ...]
    shown: bool
    """Whether a browser may show it in a page; anything else is only ever saved."""


PNG = Kind("image/png", ("png",), shown=True)
JPEG = Kind("image/jpeg", ("jpg", "jpeg"), shown=True)
GIF = Kind("image/gif", ("gif",), shown=True)
WEBP = Kind("image/webp", ("webp",), shown=True)
HEIC = Kind("image/heic", ("heic", "heif"), shown=False)
PDF = Kind("application/pdf", ("pdf",), shown=False)
TEXT = Kind("text/plain", ("txt", "log", "md", "csv"), shown=False)
KINDS = {kind.media_type: kind for kind in (PNG, JPEG, GIF, WEBP, HEIC, PDF, TEXT)}

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
_MARKUP = re.compile(
    r"<\s*(!doctype|!entity|\?xml|html|head|body|script|svg|iframe|object|embed|math)\b", re.IGNORECASE
)
_CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\r\f")
# Direction marks can make "gpj.exe" read as "exe.jpg"; the others no file system likes.
_NOT_IN_NAMES = re.compile('[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff<>:"|?*]')


def kind_of_head(head: bytes) -> Kind | None:
    """The kind that the first ``HEAD`` bytes show, or ``None``: a text, perhaps."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    return None


def is_plain_text(content: bytes) -> bool:
    """UTF-8, without control characters and without anything that reads as markup."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not _CONTROLS & set(text) and _MARKUP.search(text) is None


def refused_kind() -> Unprocessable:
    return Unprocessable(
        "attachment_type_refused",
        "This kind of file can't be attached. Pictures, PDF and plain text can.",
        media_types=list(KINDS),
    )


def safe_name(name: str, kind: Kind) -> str:
    """``name`` as it is stored and shown: one file name, ending as its content demands.

    Raises ``Unprocessable`` (``attachment_name_refused``) for a path: no browser sends one.
    """
    plain = unicodedata.normalize("NFC", name)
    if any(sign in plain for sign in "/\\\0") or plain.strip() in (".", ".."):
        raise Unprocessable("attachment_name_refused", "A file name can't hold a path.")
    plain = _NOT_IN_NAMES.sub("", "".join(c for c in plain if unicodedata.category(c) != "Cc")).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot or extension.lower() not in kind.extensions:
        stem, extension = plain, kind.extensions[0]
    stem = stem.strip(" .")[: LONGEST_NAME - len(extension) - 1] or "file"
    return f"{stem}.{extension.lower()}"
