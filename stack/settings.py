"""Every setting of an installation, read once: from the environment, then from ``.env`` in the checkout.

Each has a default, a unit and a line of help; ``.env.example`` and the table in the README are written from here
(``python -m stack.settings --write``). Unknown ``FRONTDESK_…`` names are refused in both, so that a typing error is
seen; other programs' names may stand beside ours.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from handoff.mail.server import read_server
from stack.errors import WrongUse
from stack.paths import ROOT, Paths

PREFIX = "FRONTDESK_"
MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 366 * 86_400


def setting(default: Any, help_text: str, unit: str = "", name: str | None = None, **limits: Any) -> Any:
    """A field with its help and unit. ``name`` replaces the prefixed environment name."""
    return Field(default, description=help_text, json_schema_extra={"unit": unit}, validation_alias=name, **limits)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 opens it to the network")
    port: int = setting(8000, "Port of the pages and the API", "TCP port", ge=1, le=65535)
    public_url: str = setting("", "Address under which browsers reach this installation; empty: host and port")
    public_origins: Annotated[tuple[str, ...], NoDecode] = setting(
        (), "Sites that show the widget, beside our own: origins, separated by commas"
    )
    secure_cookies: bool = setting(False, "Mark the desk's cookie Secure; set it behind HTTPS")
    demo: bool = setting(False, "Serve the demo shop and its customers; the same as --demo")
    var_dir: Path = setting(Path("var"), "Folder of all run-time state; relative to the checkout")

    database_url: str = setting("", "SQL store; empty: SQLite under var/db", "SQLAlchemy URL", name="DATABASE_URL")
    backend_url: str = setting("", "Business system over HTTP; empty: the demo shop", "URL", name="BACKEND_URL")
    backend_token: SecretStr = setting(SecretStr(""), "Bearer token shown to it", name="BACKEND_TOKEN")
    redis_url: str = setting("", "Redis to use; empty: one of our own on a unix socket", "URL", name="REDIS_URL")
    chroma_url: str = setting(
        "", "Chroma server for the knowledge index; empty: Chroma inside the app", "URL", name="CHROMA_URL"
    )
    knowledge_llm: str = setting(
        "",
        "Chat model for answers, summaries and translations, as provider:model; empty: none",
        name="KNOWLEDGE_LLM",
    )
    knowledge_llm_url: str = setting(
        "", "OpenAI-compatible server to use for that instead", "URL", name="KNOWLEDGE_LLM_URL"
    )
    knowledge_llm_model: str = setting("", "Model to ask that server for", name="KNOWLEDGE_LLM_MODEL")
    knowledge_llm_key: SecretStr = setting(SecretStr(""), "Key for that server", name="KNOWLEDGE_LLM_KEY")
    knowledge_llm_deadline: float = setting(
        2.5,
        "Time for wording an answer; after it the extract is given",
        "seconds",
        name="KNOWLEDGE_LLM_DEADLINE",
        gt=0,
        le=10 * MINUTE,
    )
    mail_url: SecretStr = setting(
        SecretStr(""),
        "Mail server for answers by e-mail: smtp://user:password@host or smtps://…; empty: none (demo: var/mail)",
        "URL",
        name="MAIL_URL",
    )
    mail_from: str = setting(
        "", "Address that those mails come from", "e-mail address", name="MAIL_FROM", validate_default=True
    )
    bot_replicas: int = setting(1, "Rasa processes that share the turns", "processes", name="BOT_REPLICAS", ge=1, le=16)

    turn_deadline: float = setting(8, "Time for one try of one turn", "seconds", gt=0, le=10 * MINUTE)
    turn_patience: float = setting(
        30, "Time for all tries of one turn; then people take over", "seconds", gt=0, le=HOUR
    )
    notice_after: float = setting(1.5, "Silence before the first honest word to the customer", "seconds", gt=0, le=HOUR)
    sweep_every: float = setting(1, "Pause between two looks for unanswered messages", "seconds", gt=0, le=HOUR)
    heartbeat_every: float = setting(
        20, "Pause between two heartbeats on a socket; pages leave one that is silent for 50", "seconds", gt=0, le=20
    )
    conversation_token_days: float = setting(30, "Life of a widget's conversation token", "days", gt=0, le=3660)
    staff_session_hours: float = setting(12, "Life of a staff session", "hours", gt=0, le=8784)
    messages_per_minute: int = setting(60, "Customer messages per conversation", "per minute", ge=1)
    conversations_per_minute: int = setting(
        600, "Conversations opened by one customer, or from one address", "per minute", ge=1
    )
    attachment_megabytes: int = setting(10, "Largest file that a customer may attach", "MB", ge=1, le=100)
    prechat: Annotated[tuple[Literal["name", "email", "topic"], ...], NoDecode] = setting(
        (), "What unknown customers are asked before the first message: name, email, topic, separated by commas"
    )
    prechat_topics: Annotated[tuple[str, ...], NoDecode] = setting(
        (), "Topics to choose from in that form, separated by commas"
    )
    tracker_window: int = setting(12, "Turns whose tracker events a bot that lost them is given", "turns", ge=1)

    company_name: str = setting("", "The company as surveys name it; empty: the demo company's name, or “Our team”")
    survey_form: Literal["ces7", "ces5"] = setting("ces7", "Steps of the effort question: ces7 or ces5")
    desk_plan: str = setting("", "File of routing, business hours and causes; empty: handoff/queue/plan.yaml", "path")
    offer_for: float = setting(30, "How long a hand-over is offered to one agent", "seconds", gt=0, le=DAY)
    offer_again_after: float = setting(
        60, "Pause after everybody passed an offer by; then once more", "seconds", gt=0, le=DAY
    )
    answer_within: float = setting(
        180, "How long a new owner, or one who is away, may owe an answer", "seconds", gt=0, le=YEAR
    )
    disconnect_grace: float = setting(
        120, "How long an agent who is gone keeps a conversation", "seconds", gt=0, le=DAY
    )
    away_after: float = setting(600, "Inactivity after which an agent counts as away", "seconds", gt=0, le=YEAR)
    idle_ask_after: float = setting(
        900, "Silence after which a customer is asked if they are there", "seconds", gt=0, le=YEAR
    )
    idle_ask_after_person: float = setting(
        1800, "The same while a person has the conversation", "seconds", gt=0, le=YEAR
    )
    idle_close_after: float = setting(900, "Further silence that closes the conversation", "seconds", gt=0, le=YEAR)
    mail_after: float = setting(
        10, "Pause after an agent's word before it leaves by mail; further words go with it", "seconds", ge=0, le=DAY
    )
    promise_warning: float = setting(1800, "Warning before a promise is late", "seconds", ge=0, le=YEAR)
    judge_valid_days: float = setting(
        90, "How long people's labels hold for the judge of silent endings", "days", gt=0, le=3660
    )

    webhook_private_targets: bool = setting(False, "Webhooks may lead into private networks, and over plain http")

    trusted_proxies: str = setting(
        "", "Addresses of the proxies in front, separated by commas, whose X-Forwarded-For names the caller"
    )
    http_concurrency: int = setting(5000, "Requests and sockets open at once; callers beyond it get 503 or 1013", ge=10)
    shutdown_grace: float = setting(8, "Time open requests get when the app stops", "seconds", gt=0, le=10 * MINUTE)
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "Least grave thing that is logged")

    @field_validator("public_origins", "prechat", "prechat_topics", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            read_server(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str, info: ValidationInfo) -> str:
        url = info.data.get("mail_url")
        if url is not None and url.get_secret_value() and "@" not in value:
            raise ValueError("a mail server needs the e-mail address that its mails come from")
        return value

    @property
    def paths(self) -> Paths:
        return Paths(ROOT / self.var_dir)

    @property
    def address(self) -> str:
        """Where browsers go, without a slash at the end."""
        host = f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def reachable_host(self) -> str:
        """Where this machine itself finds the public port."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104

    @property
    def sql_url(self) -> str:
        return self.database_url or f"sqlite:///{self.paths.databases / 'frontdesk.sqlite'}"

    @property
    def redis_address(self) -> str:
        return self.redis_url or f"unix://{self.paths.redis_socket}"

    def seconds(self, name: str) -> timedelta:
        return timedelta(seconds=getattr(self, name))


def environment_name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def load(environment: Mapping[str, str] | None = None, env_file: Path = ROOT / ".env", **overrides: Any) -> Settings:
    """The settings of this process. Raises ``WrongUse`` with one sentence about the first value that is wrong.

    ``overrides`` are field names, from the command line, and win.
    """
    if strange := overrides.keys() - Settings.model_fields.keys():
        raise TypeError(f"no setting: {', '.join(sorted(strange))}")
    _refuse_unknown(os.environ if environment is None else environment, "")
    _refuse_unknown(dotenv_values(env_file), f" ({env_file})")
    try:
        return Settings(_env_file=env_file, **overrides)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "?"
        name = environment_name(field) if field in Settings.model_fields else field.upper()
        raise WrongUse(f"The setting {name} does not hold: {first['msg'].lower()}.") from problem


def _refuse_unknown(names: Iterable[str], where: str) -> None:
    known = {environment_name(field) for field in Settings.model_fields}
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f" Did you mean {near[0]}?" if near else " See .env.example for those there are."
            raise WrongUse(f"There is no setting {name}{where}.{hint}")


def inherited() -> dict[str, str]:
    """This process's environment, for programs that it starts."""
    return dict(os.environ)


def has_display() -> bool:
    """Whether a browser window could open here."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
"""A second thread of a number library waits by spinning, and takes its core from the other processes of the machine."""


def process_environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process: this one's, with the settings that the command line changed."""
    return {
        **ONE_CORE,
        **os.environ,
        "PYTHONPATH": str(ROOT),
        environment_name("port"): str(settings.port),
        environment_name("demo"): str(settings.demo).lower(),
        environment_name("bot_replicas"): str(settings.bot_replicas),
        environment_name("var_dir"): str(settings.paths.var),
    }


if __name__ == "__main__":
    from stack.settings_docs import main

    main()
