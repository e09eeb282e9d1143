"""What travels over HTTP to and from customers. Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from handoff.attachments.rules import MOST_IN_A_MESSAGE
from handoff.contract.events import Device

ClientMessageId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
# PostgreSQL cannot hold U+0000, and no person means it.
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(lambda text: text.replace("\0", ""))
]
Note = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(lambda text: text.replace("\0", ""))]
Cause = Annotated[
    str, StringConstraints(min_length=1, max_length=500), AfterValidator(lambda text: text.replace("\0", ""))
]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")]
FormLine = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Seq = Annotated[int, Field(ge=0, le=2**31 - 1)]
SEQ: TypeAdapter[int] = TypeAdapter(Seq)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AboutMe(Body):
    """The form before the first message, as an unknown customer filled it in. Nothing of it is proven."""

    name: FormLine | None = None
    email: Email | None = None
    topic: FormLine | None = None


# Its form alone: a browser may know a zone that this machine does not, and that is no reason to refuse somebody.
Timezone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$")]


class OpenConversation(Body):
    identity_token: str | None = Field(default=None, max_length=4096)
    page_url: str | None = Field(default=None, max_length=2048)
    locale: str | None = Field(default=None, max_length=16, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
    timezone: Timezone | None = None
    device: Device | None = None
    about: AboutMe | None = None


class ConversationOpened(Body):
    conversation_id: str
    token: str
    head_seq: int
    epoch: int


class Identify(Body):
    identity_token: str = Field(max_length=4096)


class SendMessage(Body):
    """Either ``choice``, or ``text`` or ``attachments`` (ids of uploads) or both of these."""

    client_message_id: ClientMessageId
    text: Text | None = None
    choice: str | None = Field(default=None, max_length=128)
    attachments: list[str] = Field(default_factory=list, max_length=MOST_IN_A_MESSAGE)

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.choice is not None) == (self.text is not None or bool(self.attachments)):
            raise ValueError("send either a choice, or text and attachments")
        if self.text is not None and not self.text.strip(" \t\r\n\0"):
            raise ValueError("the text is empty")
        return self


class Accepted(Body):
    seq: int


class RequestPerson(Body):
    note: Note | None = None


class Feedback(Body):
    """``survey`` answers the survey of an episode: ``ces`` in the steps of its form, ``csat`` 1–5 or left out."""

    kind: Literal["solved", "not_solved", "survey"]
    comment: Note | None = None
    episode_id: str | None = Field(default=None, max_length=64)
    ces: int | None = None
    csat: int | None = None

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Self:
        asked = (self.episode_id, self.ces)
        if self.kind == "survey" and None in asked:
            raise ValueError("a survey needs episode_id and ces")
        if self.kind != "survey" and (*asked, self.csat) != (None, None, None):
            raise ValueError("only a survey has episode_id, ces and csat")
        return self


class Events(Body):
    events: list[dict[str, Any]]
    head_seq: int
    epoch: int


class ErrorBody(Body):
    code: str
    message: str
    data: dict[str, Any]
    request_id: str
