"""``.env.example`` and the settings table of the root README, written from the settings class."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from stack.paths import ROOT
from stack.settings import Settings, environment_name

BEGIN = "<!-- settings: written by python -m stack.settings --write -->"
END = "<!-- end of settings -->"


def _rows() -> list[tuple[str, str, str, str]]:
    """(name, default, unit, help) of every setting, in the order of the class."""
    rows = []
    for field, info in Settings.model_fields.items():
        extra: Any = info.json_schema_extra
        rows.append((environment_name(field), _plain(info.default), str(extra["unit"]), info.description or ""))
    return rows


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, SecretStr):
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def env_example() -> str:
    lines = ["# Settings of Frontdesk. Copy to .env and take the # away from a line to change it.", ""]
    for name, default, unit, text in _rows():
        lines += [f"# {text}{f' ({unit})' if unit else ''}", f"#{name}={default}", ""]
    return "\n".join(lines)


def table() -> str:
    lines = ["| setting | default | unit | what it does |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {f'`{default}`' if default else ''} | {unit} | {text} |" for name, default, unit, text in _rows()
    ]
    return "\n".join(lines)


def readme_with_table(readme: str) -> str:
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def outdated(root: Path) -> list[str]:
    """Names of the documents that differ from the settings class."""
    wanted = {".env.example": env_example(), "README.md": readme_with_table((root / "README.md").read_text())}
    return [name for name, text in wanted.items() if not (root / name).exists() or (root / name).read_text() != text]


def main() -> None:
    readme = ROOT / "README.md"
    if sys.argv[1:] != ["--write"]:
        sys.stdout.write(table() + "\n")
        return
    (ROOT / ".env.example").write_text(env_example())
    readme.write_text(readme_with_table(readme.read_text()))
