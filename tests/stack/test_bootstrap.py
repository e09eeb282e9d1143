"""Choices of the launcher that need no process."""

from __future__ import annotations

import ast
import errno
import os
import sys
from pathlib import Path

import pytest

from stack import bootstrap
from stack.paths import ROOT

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: No space left on device (os error 28)", "The disk is full"),
        ("  Caused by: dns error: failed to lookup address", "Without a connection"),
        ("error sending request for url", "Without a connection"),
        ("Hash mismatch for `x==1`", "does not match its pinned hash"),
        ("error: No interpreter found for Python 3.10", "is not on this machine"),
        ("Permission denied (os error 13)", "Give this user the folder"),
        ("failed to create directory: Read-only file system (os error 30)", "Give this user the folder"),
        ("something else", "the lines above say why"),
    ],
)
def test_an_installers_output_becomes_a_sentence_with_the_remedy(output: str, sentence: str) -> None:
    said = bootstrap.explain(output, "the packages of x")
    assert sentence in said
    assert "\n" not in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "Give this user the folder"),
        (errno.EPERM, "Give this user the folder"),
        (errno.EROFS, "Give this user the folder"),
        (errno.ENOSPC, "Make room"),
        (errno.EDQUOT, "Make room"),
        (errno.EIO, "run this again"),
    ],
)
def test_what_the_system_refuses_becomes_a_sentence_with_the_remedy(number: int, sentence: str) -> None:
    said = bootstrap.sentence_for(OSError(number, os.strerror(number), "/srv/frontdesk/var"))
    assert sentence in said
    assert "(/srv/frontdesk/var)" in said
    assert said[0].isupper()
    assert said.endswith(".")
    assert "None" not in bootstrap.sentence_for(OSError(number, None))


def test_pips_index_is_told_to_uv_without_overruling_it() -> None:
    config = (
        ":env:.cert='/etc/ca.pem'\nglobal.index-url='file:///mirror'\nglobal.find-links='/wheels'\nlist.format='json'\n"
    )
    told = bootstrap.index_settings(config, {"UV_FIND_LINKS": "/mine"})
    assert told["UV_DEFAULT_INDEX"] == "file:///mirror"
    assert told["UV_FIND_LINKS"] == "/mine"
    assert told["SSL_CERT_FILE"] == "/etc/ca.pem"
    assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_without_a_pip_configuration_nothing_is_told() -> None:
    assert bootstrap.index_settings("", {"A": "b"}) == {"A": "b"}


def test_uv_itself_is_pinned_by_the_lock() -> None:
    lines = bootstrap.locked_lines(bootstrap.PRODUCT.lock, "uv").splitlines()
    assert lines[0].startswith("uv==")
    assert any("--hash=sha256:" in line for line in lines)
    assert all(line.startswith((" ", "uv==")) for line in lines)


def test_the_running_interpreter_is_found() -> None:
    version = sys.version_info[:2]
    python = bootstrap.find_interpreter((version,))
    assert python is not None
    assert bootstrap.version_of(python) == version


def test_a_program_that_is_no_python_has_no_version() -> None:
    assert bootstrap.version_of("/bin/false") is None
    assert bootstrap.version_of("/nowhere/python") is None


def test_a_python_that_is_not_to_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    lock = tmp_path / "requirements.lock"
    lock.touch()
    absent = bootstrap.Environment("the assistant", tmp_path / ".venv", lock, ((3, 7),), "3.7.1", 0)
    monkeypatch.setattr(bootstrap, "find_interpreter", lambda _versions: None)
    with pytest.raises(bootstrap.CannotPrepare, match=r"needs Python 3.7.1: none is on this machine"):
        bootstrap.ensure(absent)
    assert not bootstrap.is_ready(absent)


@pytest.mark.parametrize("name", ["bootstrap.py", "leash.py"])
def test_what_runs_before_the_environment_uses_the_standard_library_and_old_syntax(name: str) -> None:
    tree = ast.parse((ROOT / "stack" / name).read_text(), feature_version=(3, 8))
    imported = {a.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {str(n.module).partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_matrix_products_run_in_one_thread_unless_the_caller_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert bootstrap.child_environment()["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    assert bootstrap.child_environment()["OPENBLAS_NUM_THREADS"] == "4"
