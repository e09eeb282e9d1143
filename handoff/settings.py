"""Settings of the human side and the gateway. The stack reads the environment once and passes this on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PreChatField = Literal["name", "email", "topic"]


class HandoffSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field(description="SQLAlchemy URL of the conversation log")
    redis_url: str = Field(description="Redis for presence, fan-out and rate limits; redis:// or unix://")
    bot_sockets: tuple[str, ...] = Field(description="unix sockets of the bot's replicas, tried in turn")
    door_secret: SecretStr = Field(description="signs every request to the bot")
    context_key: SecretStr = Field(description="signs who the customer is, for the actions")
    identity_secret: SecretStr = Field(description="verifies the host site's identity tokens (HS256)")
    session_secret: SecretStr = Field(description="signs conversation tokens")
    public_url: str = Field(default="", description="address under which browsers reach us; its pages are ours")
    public_origins: tuple[str, ...] = Field(default=(), description="origins that may open sockets, beside our own")

    turn_deadline: timedelta = Field(default=timedelta(seconds=8), description="one try of one turn")
    turn_patience: timedelta = Field(default=timedelta(seconds=30), description="all tries of one turn")
    notice_after: timedelta = Field(default=timedelta(seconds=1.5), description="silence before the first honest word")
    sweep_every: timedelta = Field(default=timedelta(seconds=1), description="pause between two sweeps")
    heartbeat_every: timedelta = Field(default=timedelta(seconds=20), description="pause between socket heartbeats")
    conversation_token_life: timedelta = Field(default=timedelta(days=30), description="life of a widget's token")
    staff_session_life: timedelta = Field(default=timedelta(hours=12), description="life of a staff session")
    messages_per_minute: int = Field(default=60, description="customer messages per conversation and minute")
    reads_per_minute: int = Field(
        default=600, description="reads of a conversation's events by its customer, and minute"
    )
    conversations_per_minute: int = Field(
        default=600, description="conversations opened per customer, or per address of unknown ones, and minute"
    )
    portraits: Path = Field(description="folder of the staff's portraits")
    uploads: Path = Field(description="folder of the files that customers attach")
    attachment_bytes: int = Field(default=10 * 1024**2, description="largest file that a customer may attach")
    prechat: tuple[PreChatField, ...] = Field(default=(), description="what unknown customers are asked first")
    prechat_topics: tuple[str, ...] = Field(default=(), description="topics to choose from in that form")
    tracker_window: int = Field(default=12, description="turns whose tracker events are sent to a bot that lost them")
    company_name: str = Field(default="Our team", description="who customers are asked about in surveys")
    survey_form: Literal["ces7", "ces5"] = Field(default="ces7", description="steps of the effort question")
    webhook_private_targets: bool = Field(default=False, description="webhooks may lead into private networks")
    secure_cookies: bool = Field(default=False, description="mark the desk's cookie Secure (set it behind HTTPS)")

    desk_plan: Path | None = Field(default=None, description="routing, hours and causes; None: the one that ships")
    offer_for: timedelta = Field(default=timedelta(seconds=30), description="how long an offer is one agent's")
    offer_again_after: timedelta = Field(
        default=timedelta(seconds=60), description="pause after everybody passed an offer by"
    )
    answer_within: timedelta = Field(default=timedelta(minutes=3), description="within which the owner answers")
    disconnect_grace: timedelta = Field(default=timedelta(minutes=2), description="absence that an agent is forgiven")
    away_after: timedelta = Field(default=timedelta(minutes=10), description="inactivity that counts as being away")
    idle_ask_after: timedelta = Field(
        default=timedelta(minutes=15), description="silence after which the assistant's customer is asked"
    )
    idle_ask_after_person: timedelta = Field(
        default=timedelta(minutes=30), description="silence after which a person's customer is asked"
    )
    idle_close_after: timedelta = Field(
        default=timedelta(minutes=15), description="further silence that closes the conversation"
    )
    mail_after: timedelta = Field(
        default=timedelta(seconds=10), description="pause after an agent's word before it leaves by mail"
    )
    promise_warning: timedelta = Field(default=timedelta(minutes=30), description="warning before a promise is late")
