"""Settings of the knowledge part. The stack reads the environment once and passes this on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class KnowledgeSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field(description="SQLAlchemy URL of the articles; on SQLite a file of its own")
    index_dir: Path = Field(description="directory of the vector index; holds nothing that SQL does not hold")
    index_role: Literal["owner", "reader"] = Field(
        default="owner",
        description="owner writes the index; reader searches exactly from SQL and may run beside an owner",
    )
    chroma_url: str = Field(default="", description="address of a Chroma server; empty: Chroma in this process")
    default_locale: str = Field(default="en", description="locale of readers who named none")
    timezone: str = Field(default="UTC", description="IANA zone of the days on which texts become true or end")
    link_hosts: tuple[str, ...] = Field(default=(), description="hosts that answers and help pages may link to")
    answer_words: int = Field(default=90, ge=20, le=200, description="words of an answer at most, steps excepted")
    candidates: int = Field(default=40, ge=5, le=200, description="passages that are scored for a question")
    history_turns: int = Field(default=3, ge=0, le=10, description="earlier turns read with a follow-up question")
    refresh_every: timedelta = Field(
        default=timedelta(seconds=1), description="pause between two looks for edits by other processes"
    )
    audit_every: timedelta = Field(default=timedelta(seconds=20), description="pause between two checks of the index")
    examples: Path | None = Field(
        default=Path(__file__).parent / "questions" / "train.jsonl",
        description="questions that the articles answer and that they do not, to tell the two apart",
    )
    kept_vectors: Path | None = Field(
        default=None, description="file that keeps vectors from one database to the next; a cache"
    )
    brand: str = Field(default="Help centre", description="name in the heading of the help pages")
    llm: str = Field(default="", description="LangChain's name of a chat model that words answers, provider:model")
    llm_url: str = Field(default="", description="base address of an OpenAI-compatible server, instead of a provider")
    llm_model: str = Field(default="", description="model to ask that server for")
    llm_key: SecretStr = Field(default=SecretStr(""), description="key for that server")
    llm_deadline: timedelta = Field(
        default=timedelta(seconds=2.5), description="time for wording an answer; then it is given as an extract"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ValueError, KeyError, OSError) as exc:
            raise ValueError(f"{name} is no time zone") from exc

    @model_validator(mode="after")
    def _one_language_model(self) -> Self:
        if self.llm and self.llm_url:
            raise ValueError("name either a provider's chat model or a server's address, not both")
        if bool(self.llm_url) != bool(self.llm_model):
            raise ValueError("a server for the chat model needs its address and the model's name")
        if self.llm and ":" not in self.llm:
            raise ValueError("a chat model is named provider:model, such as openai:gpt-4o-mini")
        return self
