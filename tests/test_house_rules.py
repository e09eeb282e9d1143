"""The house rules that a machine can check, over every file that is part of the project."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("actions", "bot", "eval", "handoff", "knowledge", "stack")
CATEGORIES = {"unit", "contract", "service", "rasa", "e2e", "browser", "proof"}
LONGEST_MODULE = 500

# Where the process environment may be read: the settings, and what runs before they can be loaded.
READ_ENVIRONMENT = {"stack/settings.py", "stack/bootstrap.py"}
# Rasa and its libraries are told through the environment before they are imported.
READ_ENVIRONMENT_BOT = {"bot/settings.py", "bot/serve.py", "bot/train.py", "bot/light.py"}

GENERATED = {"web/contract/client.ts", "web/contract/events.ts", "web/contract/openapi.ts", "web/package-lock.json"}


@cache
def project_files() -> tuple[str, ...]:
    """Paths of all files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return tuple(sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()))


def sources(*suffixes: str) -> Iterator[str]:
    return (name for name in project_files() if name.endswith(suffixes))


def product_modules() -> list[str]:
    return [name for name in sources(".py") if name.split("/")[0] in PACKAGES]


def test_modules() -> list[str]:
    return [name for name in sources(".py") if name.startswith("tests/") and Path(name).name.startswith("test_")]


test_modules.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", [".py", ".ts", ".tsx", ".sh"])
def test_no_module_is_longer_than_500_lines(suffix: str) -> None:
    too_long = {}
    for name in sources(suffix):
        lines = (ROOT / name).read_text().count("\n")
        if lines > LONGEST_MODULE and name not in GENERATED:
            too_long[name] = lines
    assert too_long == {}


@pytest.mark.parametrize("part", ["eval/storage", "handoff/storage", "knowledge"])
def test_the_migrations_follow_one_another(part: str) -> None:
    """Two changes of the schema that were made beside each other merge without a conflict, and then none runs."""
    follows = {}
    for name in sources(".py"):
        if name.startswith(f"{part}/migrations/versions/0"):
            text = (ROOT / name).read_text()
            found = dict(re.findall(r'^(revision|down_revision)[^=]*= "?(\w+)', text, re.MULTILINE))
            assert found["revision"] not in follows, name
            follows[found["revision"]] = found["down_revision"]
    assert sorted(follows.values()).count("None") == 1
    assert len(set(follows.values())) == len(follows)


def test_import_arrows_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_import_arrows_forbid_whole_folders() -> None:
    """A list of what is forbidden must not go stale when a folder is added: what is allowed is the exception."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    parts = {name for each in contracts for name in each["forbidden_modules"] if "." in name}
    assert parts <= {"handoff.*"}
    sources = {name for each in contracts for name in each["source_modules"]}
    assert sources == {"actions", "bot", "bot.text", "bot.triage", "eval", "handoff", "handoff.contract", "knowledge"}


def test_the_environment_is_read_in_one_place() -> None:
    readers = set()
    for name in product_modules():
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.add(name)
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                readers |= {name for alias in node.names if alias.name in ("environ", "getenv")}
    assert readers <= READ_ENVIRONMENT | READ_ENVIRONMENT_BOT


def test_no_package_index_is_named() -> None:
    """Locks pin hashes and name no place to fetch from, so that they install from any mirror."""
    names = {"requirements.lock", "package-lock.json", ".npmrc", "pip.conf", "uv.toml"}
    locks = [name for name in project_files() if Path(name).name in names]
    assert {"requirements.lock", "bot/requirements.lock", "web/package-lock.json"} <= set(locks)
    places = re.compile(r"--(extra-)?index-url|--find-links|--default-index|_authToken|\.tgz|\"resolved\"")
    found = {
        f"{name}:{number}": line.strip()[:120]
        for name in locks
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if places.search(line) or ("://" in line and Path(name).name != "package-lock.json")
    }
    assert found == {}
    # npm's lock names where packages take donations; nothing is fetched from there.
    pages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"].values()
    assert not [key for page in pages for key, value in page.items() if key != "funding" and "://" in str(value)]
    assert "uv.lock" not in {Path(name).name for name in project_files()}


def test_locks_pin_every_package_by_hash() -> None:
    for name in ("requirements.lock", "bot/requirements.lock"):
        text = (ROOT / name).read_text()
        entries = re.split(r"\n(?=[A-Za-z0-9])", "\n".join(x for x in text.splitlines() if not x.startswith("#")))
        unpinned = [entry.splitlines()[0] for entry in entries if entry and "--hash=sha256:" not in entry]
        assert unpinned == [], name


def test_the_locks_hold_what_the_projects_ask_for() -> None:
    for project, lock in (("pyproject.toml", "requirements.lock"), ("bot/pyproject.toml", "bot/requirements.lock")):
        wanted = tomllib.loads((ROOT / project).read_text())
        asked = [*wanted["project"]["dependencies"], *wanted["dependency-groups"]["dev"]]
        names = {re.split(r"[<>=\[; ]", each)[0].lower().replace("_", "-") for each in asked}
        pinned = set(re.findall(r"^([a-z0-9.-]+)(?:\[[^\]]*\])?==", (ROOT / lock).read_text(), re.MULTILINE))
        assert names - pinned == set(), f"write {lock} again"


COMES_WITH = {"langchain_core": "langchain", "pydantic_core": "pydantic", "starlette": "fastapi"}
"""What is a part of a package that is asked for: that package's own documents say to import it."""


def test_what_is_imported_is_asked_for() -> None:
    """What only comes along with something else goes away with it, unnoticed."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        re.split(r"[<>=\[; ]", each)[0].lower().replace("_", "-")
        for each in [*wanted["project"]["dependencies"], *wanted["dependency-groups"]["dev"]]
    }
    providers = packages_distributions()
    unasked = set()
    for name in product_modules():
        if name.startswith("bot/") and not name.startswith(("bot/text/", "bot/triage/")):
            continue  # the other project's
        for module in imported(name) - sys.stdlib_module_names - set(PACKAGES):
            by = {each.lower().replace("_", "-") for each in providers.get(module, [module])}
            if not asked & (by | {COMES_WITH.get(module, module)}):
                unasked.add(f"{name}: {module}")
    assert unasked == set()


def imported(name: str) -> set[str]:
    """The first names of what a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_every_test_module_says_what_it_is() -> None:
    unmarked = []
    for name in test_modules():
        marks = re.findall(r"^pytestmark = (?:\[)?pytest\.mark\.(\w+)", (ROOT / name).read_text(), re.MULTILINE)
        if len(marks) != 1 or marks[0] not in CATEGORIES:
            unmarked.append(name)
    assert unmarked == []


def test_tests_mirror_the_tree() -> None:
    """A folder of tests has a folder that it tests; names with another purpose are listed here."""
    own = {"support", "contract", "dialogues", "e2e", "browser", "proofs"}
    strays = set()
    for name in test_modules():
        parts = Path(name).parts[1:-1]
        if parts and parts[0] not in own and not (ROOT / Path(*parts)).is_dir():
            strays.add(name)
    assert strays == set()


def test_tests_do_not_stand_still() -> None:
    """Waiting is for something: tests/support/waiting.py. A fixed pause is either too short or too long; one that
    plays a slow counterpart says so on its line."""
    pauses = set()
    for name in sources(".py"):
        if not name.startswith("tests/") or name.startswith("tests/support/") or name.endswith("conftest.py"):
            continue
        lines = (ROOT / name).read_text().splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "sleep":
                continue
            named = isinstance(node.func.value, ast.Name) and node.func.value.id in ("time", "asyncio")
            nothing = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
            if named and not nothing and "#" not in lines[node.lineno - 1]:
                pauses.add(f"{name}:{node.lineno}")
    assert pauses == set()


def test_no_folder_of_odds_and_ends() -> None:
    vague = {"utils", "util", "helpers", "misc", "common"}
    assert {
        name for name in sources(".py", ".ts", ".tsx") if vague & {part.partition(".")[0] for part in Path(name).parts}
    } == set()


def test_nothing_is_left_for_later() -> None:
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = {
        f"{name}:{number}"
        for name in sources(".py", ".ts", ".tsx", ".css", ".yml", ".yaml", ".sh")
        if name != "tests/test_house_rules.py" and name not in GENERATED
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if marker.search(line)
    }
    assert left == set()


def test_no_conflict_was_left_in_a_file() -> None:
    marker = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    texts = (".py", ".md", ".ts", ".tsx", ".css", ".json", ".yml", ".yaml", ".toml", ".jsonl", ".txt")
    assert {name for name in sources(*texts) if marker.search((ROOT / name).read_text())} == set()


def test_no_stack_trace_is_printed() -> None:
    """People get sentences; places of errors go to the logs without their values."""
    printers = {
        name
        for name in product_modules()
        if re.search(r"traceback\.(print_|format_exc|format_exception)|print_exc\(", (ROOT / name).read_text())
    }
    assert printers == set()


def test_a_broad_except_says_why_it_is_one() -> None:
    """They belong to the edges: HTTP handler, socket loop, background loop, command line. Ruff stops those that
    swallow; here an exemption needs its reason."""
    silent = {
        f"{name}:{number}"
        for name in product_modules()
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if "BLE001" in line and not re.search(r"noqa: BLE001 - \w+", line)
    }
    assert silent == set()


def test_the_error_shape_is_built_in_one_place_per_listener() -> None:
    """``{"code", "message", "data", "request_id"}``: one writer a service, and one for the private listener."""
    writers = {
        name
        for name in product_modules()
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Dict)
        and {"code", "message", "data", "request_id"} <= {k.value for k in node.keys if isinstance(k, ast.Constant)}
    }
    assert writers <= {"handoff/http.py", "actions/webhook.py", "bot/channel.py", "bot/wire.py"}


def test_every_top_folder_explains_itself() -> None:
    folders = {name.split("/")[0] for name in project_files() if "/" in name} - {".ci", ".github"}
    assert {folder for folder in folders if not (ROOT / folder / "README.md").is_file()} == set()


def test_the_bots_files_are_readable_by_its_python() -> None:
    for name in product_modules():
        if name.startswith(("bot/", "handoff/contract/")):
            ast.parse((ROOT / name).read_text(), feature_version=(3, 10))
