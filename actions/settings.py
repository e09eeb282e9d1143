"""Settings of the actions. The stack reads the environment once and passes this on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ActionsSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    shop_url: str = Field(default="sqlite:///var/db/shop.db", description="SQLAlchemy URL of the demo shop")
    mail_folder: Path = Field(default=Path("var/mail"), description="where the demo company's mails are written")
    backend_url: str = Field(default="", description="business system behind HTTP; empty: the demo shop")
    backend_token: SecretStr = Field(default=SecretStr(""), description="bearer token shown to the business system")
    context_key: SecretStr = Field(description="verifies who the customer is; the gateway signs with it")
    action_secret: SecretStr = Field(description="bearer secret that Rasa shows at the action webhook")
    change_patience: timedelta = Field(default=timedelta(seconds=2), description="one change in the business system")
    read_patience: timedelta = Field(default=timedelta(milliseconds=700), description="one read after a change")
