"""The pages: what is served, with which headers, and that nothing else can be reached."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from stack.pages import Pages, read_pages

pytestmark = pytest.mark.unit


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    files = {
        "index.html": "<html>shop</html>",
        "demo/shop-AbCd1234.css": "body {}",
        "widget.js": "define()",
        "desk/index.html": "<html>desk</html>",
        "desk/assets/index-D3adB33f.js": "start()",
    }
    for name, text in files.items():
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "secret").write_text("no")
    return tmp_path / "dist"


async def api(scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": [(b"x-api", scope["path"].encode())]})
    await send({"type": "http.response.body", "body": b"{}"})


async def get(pages: Pages, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []
    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def send(message: Any) -> None:
        sent.append(message)

    await pages({"type": "http", "method": method, "path": path, "headers": asked}, None, send)
    start, body = sent
    return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body["body"]


def served(dist: Path, *, demo: bool = True) -> Pages:
    return Pages(api, read_pages(dist, demo=demo), [("/", "/desk/"), ("/desk", "/desk/")])


async def test_pages_are_served_with_a_policy_without_inline_scripts(dist: Path) -> None:
    for path, text, ancestors in (("/", b"shop", "'self'"), ("/desk/", b"desk", "'none'")):
        status, headers, body = await get(served(dist), path)
        assert (status, text in body, headers["content-type"]) == (200, True, "text/html; charset=utf-8")
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert f"frame-ancestors {ancestors}" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_hashed_names_are_kept_for_good_and_others_are_asked_for_again(dist: Path) -> None:
    _, headers, _ = await get(served(dist), "/desk/assets/index-D3adB33f.js")
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"] == "application/javascript; charset=utf-8"
    _, headers, _ = await get(served(dist), "/widget.js")
    assert headers["cache-control"] == "no-cache"
    status, again, body = await get(served(dist), "/widget.js", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")
    assert "content-length" not in again


async def test_the_widget_may_be_loaded_by_other_sites(dist: Path) -> None:
    _, headers, _ = await get(served(dist), "/widget.js")
    assert headers["cross-origin-resource-policy"] == "cross-origin"


async def test_bodies_are_compressed_when_wanted_and_left_out_of_head(dist: Path) -> None:
    _, headers, body = await get(served(dist), "/widget.js", accept_encoding="br, gzip")
    assert (headers["content-encoding"], gzip.decompress(body)) == ("gzip", b"define()")
    _, headers, body = await get(served(dist), "/widget.js", method="HEAD")
    assert (headers["content-length"], body) == ("8", b"")


async def test_the_shop_is_there_only_in_the_demo(dist: Path) -> None:
    pages = served(dist, demo=False)
    status, headers, _ = await get(pages, "/")
    assert (status, headers["location"]) == (307, "/desk/")
    assert (await get(pages, "/demo/shop-AbCd1234.css"))[0] == 404
    assert (await get(pages, "/widget.js"))[0] == 200


@pytest.mark.parametrize(
    "path", ["/../secret", "/desk/../../secret", "//secret", "/desk/assets/", "/api/v1/queue", "/%2e%2e/secret"]
)
async def test_everything_else_goes_to_the_api(dist: Path, path: str) -> None:
    status, headers, body = await get(served(dist), path)
    assert (status, headers["x-api"], body) == (404, path, b"{}")
    assert headers["x-content-type-options"] == "nosniff"


async def test_only_reading_is_answered_here(dist: Path) -> None:
    assert (await get(served(dist), "/widget.js", method="POST"))[0] == 404
