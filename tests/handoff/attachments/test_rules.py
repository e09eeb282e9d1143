"""What may be attached: content decides, names are made harmless, and nothing that a browser could run gets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.attachments import rules
from handoff.errors import Unprocessable

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, rules.PNG),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, rules.JPEG),
        (b"GIF89a" + b"\0" * 20, rules.GIF),
        (b"RIFF\x10\0\0\0WEBPVP8 ", rules.WEBP),
        (b"\0\0\0\x18ftypheic", rules.HEIC),
        (b"%PDF-1.7\n", rules.PDF),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"MZ\x90\0", None),
        (b"PK\x03\x04", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_kind(head: bytes, kind: rules.Kind | None) -> None:
    assert rules.kind_of_head(head) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"<svg onload='alert(1)'/>",
        b"\xef\xbb\xbf  <!DOCTYPE html><p>",
        b"hello <ScRiPt>alert(1)</script>",
        b"<?xml version='1.0'?><svg/>",
        b"text with a \x00 in it",
        b"\xff\xfe\x00bad",
        b"   ",
    ],
)
def test_markup_and_binaries_are_no_text(content: bytes) -> None:
    assert not rules.is_plain_text(content)


def test_text_of_any_language_is_text() -> None:
    assert rules.is_plain_text("Größe < 5 m, Temperatur > 3 °C\r\n日本語\n".encode())


@pytest.mark.parametrize("name", ["../../x", "..\\..\\x", "/etc/passwd", "a/b.png", "C:\\x.png", "x\0.png", "..", "."])
def test_a_path_is_no_name(name: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        rules.safe_name(name, rules.PNG)
    assert refused.value.code == "attachment_name_refused"


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("photo.png", rules.PNG, "photo.png"),
        ("Photo.JPEG", rules.JPEG, "Photo.jpeg"),
        ("evil.html", rules.PNG, "evil.html.png"),
        ("\u202egpj.exe", rules.PNG, "gpj.exe.png"),
        ("re\r\nport.pdf", rules.PDF, "report.pdf"),
        (' "q".txt ', rules.TEXT, "q.txt"),
        ("...", rules.PDF, "file.pdf"),
        ("Rechnung März.pdf", rules.PDF, "Rechnung März.pdf"),
    ],
)
def test_names_are_made_harmless(name: str, kind: rules.Kind, safe: str) -> None:
    assert rules.safe_name(name, kind) == safe


@given(st.text(max_size=400), st.sampled_from(list(rules.KINDS.values())))
def test_every_name_ends_as_its_content_demands_or_is_refused(name: str, kind: rules.Kind) -> None:
    try:
        safe = rules.safe_name(name, kind)
    except Unprocessable:
        return
    assert 0 < len(safe) <= rules.LONGEST_NAME
    assert safe.rpartition(".")[2] in kind.extensions
    assert not any(sign in safe for sign in '/\\\0\r\n"<>|')
    assert rules.safe_name(safe, kind) == safe
