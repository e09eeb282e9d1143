"""``./frontdesk`` and its bootstrap in a small checkout of their own, with the real uv and no network."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from stack import bootstrap
from stack.paths import ROOT

pytestmark = pytest.mark.service

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
TOOLS = ("sh", "dirname", "readlink")
MAIN = "import sys, probe\nprint(probe.NUMBER, *sys.argv[1:])\n"


class Checkout:
    """The launcher, one package to install, and a PATH with only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "check out"
        self.bin = folder / "bin"
        self.wheels = folder / "wheels"
        for made in (self.root / "stack", self.bin, self.wheels, folder / "home"):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "frontdesk", self.root)
        shutil.copy(ROOT / "stack" / "bootstrap.py", self.root / "stack")
        (self.root / "stack" / "__init__.py").touch()
        (self.root / "stack" / "__main__.py").write_text(MAIN)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder / "home"),
            "UV_CONFIG_FILE": str(folder / "uv.toml"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_CACHE_DIR": str(folder / "cache"),
            "PIP_CONFIG_FILE": os.devnull,
        }
        (folder / "uv.toml").write_text(f'no-index = true\nfind-links = ["{self.wheels}"]\n')
        self.pin(1)

    def with_python(self) -> Checkout:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}"
        (self.bin / name).symlink_to(os.path.realpath(sys.executable))
        return self

    def with_uv(self) -> Checkout:
        (self.bin / "uv").symlink_to(str(bootstrap.find_uv()))
        return self

    def pin(self, number: int) -> None:
        """Make a wheel of ``probe`` whose NUMBER is ``number``, and lock it."""
        path = self.wheels / f"probe-{number}-py3-none-any.whl"
        files = {
            "probe.py": f"NUMBER = {number}\n" + "#" * number,  # another size, else Python would trust its old bytecode
            f"probe-{number}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: probe\nVersion: {number}\n",
            f"probe-{number}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{name},sha256={_digest(text)},{len(text)}\n" for name, text in files.items())
        files[f"probe-{number}.dist-info/RECORD"] = f"{record}probe-{number}.dist-info/RECORD,,\n"
        with zipfile.ZipFile(path, "w") as wheel:
            for name, text in files.items():
                wheel.writestr(name, text)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        (self.root / "requirements.lock").write_text(f"probe=={number} \\\n    --hash=sha256:{digest}\n")

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "frontdesk"), *arguments],
            env={**self.environment, **more}, capture_output=True, text=True, timeout=120, cwd="/",
        )  # fmt: skip

    @property
    def stamp(self) -> Path:
        return self.root / ".venv" / bootstrap.STAMP


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def assert_one_sentence(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_first_run_installs_second_run_needs_nothing(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    first = checkout.run("up", "--port", "1")
    assert (first.returncode, first.stdout) == (0, "1 up --port 1\n")
    written = checkout.stamp.stat().st_mtime_ns
    (checkout.bin / "uv").unlink()
    shutil.rmtree(checkout.wheels)
    second = checkout.run("doctor")
    assert (second.returncode, second.stdout, second.stderr) == (0, "1 doctor\n", "")
    assert checkout.stamp.stat().st_mtime_ns == written


def test_a_changed_lock_is_installed(checkout: Checkout) -> None:
    checkout.with_python().with_uv().run()
    checkout.pin(2)
    assert checkout.run().stdout == "2\n"


def test_an_interrupted_set_up_goes_on(checkout: Checkout) -> None:
    checkout.with_python().with_uv().run()
    checkout.stamp.unlink()
    for file in checkout.root.glob(".venv/lib/python*/site-packages/probe*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    assert checkout.run().stdout == "1\n"


def test_an_environment_of_another_python_is_made_anew(checkout: Checkout) -> None:
    checkout.with_python().with_uv().run()
    python = checkout.root / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    checkout.stamp.unlink()
    assert checkout.run().stdout == "1\n"


def test_through_a_link_from_elsewhere(checkout: Checkout, tmp_path: Path) -> None:
    checkout.with_python().with_uv()
    link = tmp_path / "fd"
    link.symlink_to(checkout.root / "frontdesk")
    done = subprocess.run([str(link), "x"], env=checkout.environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "1 x\n"


def test_a_broken_python_is_passed_over(checkout: Checkout) -> None:
    broken = checkout.bin / "python3.11"
    broken.write_text("#!/bin/sh\necho broken\nexit 1\n")
    broken.chmod(0o755)
    (checkout.bin / "python3").symlink_to(os.path.realpath(sys.executable))
    assert checkout.with_uv().run().stdout == "1\n"


def test_no_python_at_all(checkout: Checkout) -> None:
    assert_one_sentence(checkout.run("up"), "no working Python 3.11, 3.12 or 3.13")


def test_only_a_python_that_is_too_new_or_broken(checkout: Checkout) -> None:
    for name in ("python3", "python3.12"):
        (checkout.bin / name).write_text("#!/bin/sh\nexit 1\n")
        (checkout.bin / name).chmod(0o755)
    assert_one_sentence(checkout.run("up"), "Install one")


def test_a_file_that_is_not_the_pinned_one_is_refused(checkout: Checkout) -> None:
    lock = checkout.root / "requirements.lock"
    lock.write_text(f"probe==1 --hash=sha256:{'0' * 64}\n")
    assert_one_sentence(checkout.with_python().with_uv().run(), "does not match its pinned hash")


def test_a_disk_without_room(checkout: Checkout) -> None:
    limited = checkout.root / "stack" / "bootstrap.py"
    limited.write_text(limited.read_text().replace("FREE_BYTES_NEEDED = 1 << 30", "FREE_BYTES_NEEDED = 1 << 60"))
    assert_one_sentence(checkout.with_python().with_uv().run(), "Make room")


def _as_one_whom_permissions_bind() -> None:
    """Root may write everywhere; without this ability the program that is started next may not."""
    if os.getuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="takes an ability away as Linux does")
def test_a_folder_that_may_not_be_written(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    checkout.root.chmod(0o555)
    try:
        done = subprocess.run(
            [str(checkout.root / "frontdesk"), "up"], env=checkout.environment, capture_output=True, text=True,
            timeout=120, preexec_fn=_as_one_whom_permissions_bind,
        )  # fmt: skip
    finally:
        checkout.root.chmod(0o755)
    assert_one_sentence(done, f"Give this user the folder {checkout.root}")


def test_two_at_once_build_one_environment(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    started = [
        subprocess.Popen(
            [str(checkout.root / "frontdesk")], env=checkout.environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [process.communicate(timeout=120)[0] for process in started] == ["1\n"] * 3
