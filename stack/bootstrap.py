"""The launcher's second half: prepares a Python environment, then becomes ``python -m stack``.

Started by ``./frontdesk`` with any Python from 3.8 on, isolated (``-I``) and outside every environment; so it needs
the standard library alone and imports nothing of ours. ``stack.setup`` uses the same functions for the bot's
environment. Every step may be interrupted: the stamp of an environment is written last, and without it the step runs
again. Nothing here names a package index: pip's and uv's own configuration on this machine decides.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "frontdesk.stamp"
FREE_BYTES_NEEDED = 1 << 30  # beside the environments: the pages' tools, the models, data, and what uv keeps


class CannotPrepare(Exception):
    """The environment cannot be built. The message is one sentence with the remedy, for a person."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment to be kept equal to a hash-pinned lock. ``versions`` are (major, minor), best first."""

    title: str
    directory: Path
    lock: Path
    versions: tuple[tuple[int, int], ...]
    fetch: str  # the version that uv fetches where none is found
    bytes_at_first: int  # its packages, unpacked

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"


PRODUCT = Environment(
    "Frontdesk", ROOT / ".venv", ROOT / "requirements.lock", ((3, 11), (3, 12), (3, 13)), "3.11", 1400 << 20
)
BOT = Environment(
    "the Rasa assistant", ROOT / "bot" / ".venv", ROOT / "bot" / "requirements.lock", ((3, 10),), "3.10", 2600 << 20
)


def say(text: str) -> None:
    """People's output: never on stdout, which belongs to the command's answer."""
    print(text, file=sys.stderr, flush=True)


# --- interpreters -----------------------------------------------------------------------------------------------


def version_of(python: str) -> tuple[int, int] | None:
    """(major, minor) of an interpreter that can host the product; ``None`` if it does not start or lacks a part."""
    probe = "import sys, ssl, sqlite3, ctypes, zlib; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python, "-I", "-c", probe],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        major, minor = answer.stdout.split()
        return int(major), int(minor)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def candidates(versions: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """Interpreters worth asking: pyenv's, those on PATH, the one that runs this."""
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for major, minor in versions:
        installed = sorted((home / "versions").glob(f"{major}.{minor}.*/bin/python"), key=_patch_level, reverse=True)
        yield from map(str, installed)
        found = shutil.which(f"python{major}.{minor}")
        if found:
            yield found
    if sys.prefix == sys.base_prefix:
        yield sys.executable
    for name in ("python3", "python"):
        found = shutil.which(name)
        if found:
            yield found


def _patch_level(python: Path) -> int:
    digits = re.match(r"\d+\.\d+\.(\d+)", python.parent.parent.name)
    return int(digits.group(1)) if digits else -1


def find_interpreter(versions: tuple[tuple[int, int], ...]) -> str | None:
    for python in candidates(versions):
        if version_of(python) in versions:
            return python
    return None


# --- uv ---------------------------------------------------------------------------------------------------------


def find_uv() -> str | None:
    for uv in (shutil.which("uv"), str(ROOT / ".venv/bin/uv"), str(ROOT / "var/uv/bin/uv")):
        if uv and _works([uv, "--version"]):
            return uv
    return None


def get_uv() -> str:
    """Path of a working uv, installed with pip into ``var/uv`` (hash-checked) where the machine has none."""
    found = find_uv()
    if found:
        return found
    say("Getting uv, which installs the rest …")
    home = ROOT / "var" / "uv"
    home.mkdir(parents=True, exist_ok=True)
    pinned = home / "uv.lock.txt"
    pinned.write_text(locked_lines(PRODUCT.lock, "uv"))
    python = sys.executable
    if not _works([python, "-m", "venv", "--clear", str(home / "venv")]):
        if not _works([python, "-m", "pip", "--version"]):
            raise CannotPrepare(
                f"uv is missing, and {python} has neither venv nor pip to install it with. Install uv, or Python's"
                " venv module (Debian: apt-get install python3-venv), and run this again."
            )
        command = [python, "-m", "pip", "install", "--target", str(home / "target")]
    else:
        command = [str(home / "venv/bin/python"), "-m", "pip", "install"]
    _run([*command, "--quiet", "--require-hashes", "-r", str(pinned)], "uv", dict(os.environ))
    (home / "bin").mkdir(exist_ok=True)
    for binary in (home / "venv/bin/uv", home / "target/bin/uv"):
        if binary.is_file():
            link = home / "bin/uv"
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(binary, link.parent))
            return str(link)
    raise CannotPrepare("pip reported success but left no uv behind. Remove var/uv, or install uv yourself.")


def locked_lines(lock: Path, name: str) -> str:
    """The entry of one package in a lock: its pinned version with every hash."""
    kept: list[str] = []
    for line in lock.read_text().splitlines():
        if kept and not line.startswith(" "):
            break
        if kept or line.startswith(f"{name}=="):
            kept.append(line)
    if not kept:
        raise CannotPrepare(f"{lock.name} does not pin {name}; the checkout is damaged. Fetch it again.")
    return "\n".join(kept) + "\n"


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=120, stdin=subprocess.DEVNULL).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def index_settings(pip_config: str, environment: dict[str, str]) -> dict[str, str]:
    """What uv must be told so that it looks where pip looks. ``pip_config`` is the output of ``pip config list``.

    Only used when uv's own configuration did not lead to the packages.
    """
    values: dict[str, str] = {}
    for line in pip_config.splitlines():
        name, _, value = line.partition("=")
        if name.startswith((":env:.", "global.", "install.")):
            values[name.split(".", 1)[1]] = value.strip("'\"")
    told = dict(environment)
    names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}
    for pip_name, uv_name in names.items():
        if values.get(pip_name):
            told.setdefault(uv_name, values[pip_name].replace("\\n", " "))
    if values.get("cert"):
        told.setdefault("SSL_CERT_FILE", values["cert"])
    if told != environment:
        told.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # safe: every file is pinned by its hash
    return told


# --- environments -----------------------------------------------------------------------------------------------


def stamp_of(environment: Environment) -> str:
    """What the stamp of an up-to-date environment says: the hash of its lock."""
    return hashlib.sha256(environment.lock.read_bytes()).hexdigest() + "\n"


def is_ready(environment: Environment) -> bool:
    try:
        return (environment.directory / STAMP).read_text() == stamp_of(environment) and environment.python.exists()
    except OSError:
        return False


def ensure(environment: Environment) -> bool:
    """Bring the environment to what its lock says; true when something had to be done. Raises ``CannotPrepare``."""
    if not environment.lock.is_file():
        raise CannotPrepare(f"{environment.lock} is missing; the checkout is damaged. Fetch it again.")
    if is_ready(environment):
        return False
    with one_at_a_time(ROOT / "var" / "setup.lock"):
        if is_ready(environment):
            return False
        _build(environment)
    return True


def _room_needed() -> int:
    """The first of the two makes sure that there is room for the other, too: half an installation helps nobody."""
    missing = [each for each in (PRODUCT, BOT) if not each.directory.exists()]
    return FREE_BYTES_NEEDED + sum(each.bytes_at_first for each in missing)


def _build(environment: Environment) -> None:
    free, needed = shutil.disk_usage(ROOT).free, _room_needed()
    if free < needed:
        raise CannotPrepare(
            f"The disk has {free >> 20} MiB left and the set-up needs at least"
            f" {needed >> 20} MiB. Make room in {ROOT} and run this again; it goes on where it stopped."
        )
    (environment.directory / STAMP).unlink(missing_ok=True)
    uv = get_uv()
    if version_of(str(environment.python)) not in environment.versions:
        _make(environment, uv)
    say(f"Installing the packages of {environment.title} …")
    command = [uv, "pip", "sync", "--require-hashes", "--python", str(environment.python), str(environment.lock)]
    what = f"the packages of {environment.title}"
    try:
        _run(command, what, dict(os.environ))
    except CannotPrepare:
        told = index_settings(_pip_config(), dict(os.environ))
        if told == dict(os.environ):
            raise
        say("Trying again with the settings of pip …")
        _run(command, what, told)
    (environment.directory / STAMP).write_text(stamp_of(environment))


def _make(environment: Environment, uv: str) -> None:
    """An empty environment with a Python that is here, or that uv can fetch."""
    python = find_interpreter(environment.versions)
    if python is None:
        say(f"Fetching Python {environment.fetch} for {environment.title} …")
    wanted = python or environment.fetch
    command = [uv, "venv", "--clear", "--no-project", "--python", wanted, str(environment.directory)]
    try:
        _run(command, f"the environment of {environment.title}", dict(os.environ))
    except CannotPrepare as problem:
        if python is not None or "disk" in str(problem):
            raise
        raise CannotPrepare(
            f"{environment.title[0].upper()}{environment.title[1:]} needs Python {environment.fetch}: none is on this"
            f" machine and uv could not fetch one. Install it (pyenv install {environment.fetch}) or connect to the"
            " network, and run this again."
        ) from problem


def _pip_config() -> str:
    for python in (str(ROOT / "var/uv/venv/bin/python"), *candidates(PRODUCT.versions)):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = [python, "-m", "pip", "config", "list"]
            return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    return ""


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Two commands started together take turns at building. ``path`` is the lock, which ends with its process."""
    import fcntl

    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another frontdesk is being set up here; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- running tools ----------------------------------------------------------------------------------------------


def _run(command: list[str], what: str, environment: dict[str, str]) -> None:
    """Run an installer, its lines shown as they come. Raises ``CannotPrepare`` with the cause it names."""
    environment = {key: value for key, value in environment.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    lines: list[str] = []
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
        errors="replace", env=environment, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if not line.startswith((" + ", " - ", " ~ ")):
            say(f"  {line.rstrip()}")
    if process.wait() != 0:
        raise CannotPrepare(explain("\n".join(lines), what))


def explain(output: str, what: str) -> str:
    """One sentence with the remedy, from what an installer printed."""
    text = output.lower()
    if "no space left" in text or "disk quota" in text or "os error 28" in text:
        return f"The disk is full, so {what} could not be installed. Make room and run this again."
    if "certificate" in text:
        return (
            f"The package index showed a certificate that is not trusted here, so {what} could not be fetched. Set"
            " SSL_CERT_FILE to the certificates of your network and run this again."
        )
    if any(word in text for word in ("dns error", "resolve host", "connection", "error sending request", "timed out",
                                     "network", "connecterror", "failed to fetch", "proxy")):  # fmt: skip
        return (
            f"Without a connection to the package index {what} could not be fetched. Connect (a proxy or a mirror is"
            " set in pip's or uv's own configuration) and run this again; once installed, no connection is needed."
        )
    if "hash mismatch" in text or "do not match" in text or "no hashes matched" in text:
        return f"A file for {what} does not match its pinned hash and was refused. Check the package mirror."
    if "no interpreter found" in text or "no download" in text:
        return (
            f"{what[0].upper()}{what[1:]} is not on this machine and uv could not fetch it. Install it and run again."
        )
    if "permission denied" in text or "read-only file system" in text or "operation not permitted" in text:
        return (
            f"{what[0].upper()}{what[1:]} could not be written: this user may not. Give this user the folder {ROOT},"
            " or use a checkout of its own."
        )
    return f"{what[0].upper()}{what[1:]} could not be installed; the lines above say why. Then run this again."


def child_environment() -> dict[str, str]:
    """Our modules, and nothing of the caller's Python set-up.

    ``PYTHONDONTWRITEBYTECODE`` goes too: without bytecode every start, and every restart after a crash, compiles
    thousands of modules anew. Matrix products run in one thread unless the caller wants more: the matrices here are
    small, and threads that wait for each other on busy cores cost four times the processor time of the work.
    """
    callers = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")
    kept = {k: v for k, v in os.environ.items() if k not in callers}
    return {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **kept, "PYTHONPATH": str(ROOT)}


def sentence_for(problem: OSError) -> str:
    """What an operating-system error means here, and the remedy. ``stack/errors.py`` says it once we are installed."""
    where = f" ({problem.filename})" if problem.filename else ""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}. Make room and run this again; it goes on where it stopped."
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not write here{where}. Give this user the folder {ROOT}, or use a checkout of its own."
    return (
        f"The set-up stopped: {problem.strerror or type(problem).__name__}{where}. Put that right and run this again."
    )


def main(arguments: list[str]) -> int:
    try:
        ensure(PRODUCT)
        os.execve(str(PRODUCT.python), [str(PRODUCT.python), "-P", "-m", "stack", *arguments], child_environment())
    except CannotPrepare as problem:
        say(f"frontdesk: {problem}")
    except OSError as problem:
        say(f"frontdesk: {sentence_for(problem)}")
    except KeyboardInterrupt:
        say("\nfrontdesk: stopped. Run the same command again to go on.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
