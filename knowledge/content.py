"""An article as people write it: front matter and Markdown. Reading, checking and writing it. Pure.

Front matter keys: id, title, audience, locale, tags, owner, and where they say something review_by, effective_from,
effective_until, redirect_from (former ids, whose addresses lead here) and state (left out when published).

A line ``[open]: # "what is missing"`` is shown to nobody and keeps a draft from being published.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

import yaml

from knowledge import prose, raw_html
from knowledge.clock import stamp
from knowledge.errors import BadArticle
from knowledge.rules import AUDIENCES, STATES, State

MAX_BYTES = 1_000_000
"""Of a body."""
MAX_FRONT_MATTER = 64_000
MAX_FILE = MAX_BYTES + MAX_FRONT_MATTER
"""Bytes of a file: the longest body with its front matter."""
MAX_TITLE = 200
MAX_OWNER = 254
MAX_TAGS = 30
MAX_REDIRECTS = 30
KEYS = (
    "id",
    "title",
    "audience",
    "locale",
    "tags",
    "owner",
    "review_by",
    "effective_from",
    "effective_until",
    "redirect_from",
    "state",
    "publish_at",
)
REQUIRED = ("id", "title", "audience", "locale")
DATES = ("review_by", "effective_from", "effective_until")
MOST_PROBLEMS = 20
"""Problems that are told of one article."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_OPEN = re.compile(r'^\[open\]: # "([^"\n]*)"[ \t]*$')
_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What no text holds, and no database keeps: NUL, and halves of characters."""
_FENCE = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)


@dataclass(frozen=True)
class Content:
    """One version's content. Dates are ISO strings; None = no limit."""

    title: str
    body: str
    audience: str = "public"
    locale: str = "en"
    tags: tuple[str, ...] = ()
    owner: str = ""
    review_by: str | None = None
    effective_from: str | None = None
    effective_until: str | None = None
    redirect_from: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "tags": list(self.tags), "redirect_from": list(self.redirect_from)}


@dataclass(frozen=True)
class Written:
    """An article as one file. ``publish_at``: the moment for which it is planned, in the form of ``stamp``."""

    id: str
    content: Content
    state: State = "published"
    publish_at: str | None = None


@dataclass
class _Problems:
    found: list[dict[str, str]] = field(default_factory=list)
    count: int = 0

    def add(self, name: str, why: str) -> None:
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self.found.append({"field": name, "problem": why})

    def settle(self) -> None:
        """Raises ``BadArticle`` with everything that was found."""
        if self.found:
            first = self.found[0]
            message = f"{first['field']}: {first['problem']}"
            more = f" (and {self.count - 1} more)" if self.count > 1 else ""
            raise BadArticle("bad_article", message + more, problems=self.found)


def read(data: bytes) -> Written:
    """Parse and check one file. Raises ``BadArticle`` naming each field, with the line for broken front matter."""
    problems = _Problems()
    text = text_of(data)
    fence = _FENCE.match(text)
    if fence is None:
        problems.add("front matter", "is missing: the file must start with a line --- and close it with a line ---")
        problems.settle()
        raise AssertionError("unreachable")
    values = _front_matter(fence.group(1), problems)
    for name in values:
        if name not in KEYS:
            problems.add(name[:40], f"is not a known key (known: {', '.join(KEYS)})")
    for name in REQUIRED:
        if values.get(name) in (None, ""):
            problems.add(name, "is missing")
    # An article may have no owner yet, and then its file says so.
    if values.get("owner") is None:
        problems.add("owner", "is missing")
    for name in DATES:
        if not isinstance(values.get(name), date | str | None):
            problems.add(name, f"must be a date such as 2027-01-31, not {_kind(values[name])}")
    problems.settle()
    state = values.get("state", "published")
    if state not in STATES:
        problems.add("state", f"must be one of {', '.join(STATES)}")
    content = Content(
        title=_text(values, "title", problems),
        body=text[fence.end() :],
        audience=_text(values, "audience", problems),
        locale=_text(values, "locale", problems),
        tags=_words(values, "tags", problems),
        owner=_text(values, "owner", problems),
        review_by=_date(values, "review_by", problems),
        effective_from=_date(values, "effective_from", problems),
        effective_until=_date(values, "effective_until", problems),
        redirect_from=_words(values, "redirect_from", problems),
    )
    article_id = _text(values, "id", problems).strip()
    publish_at = _moment(values.get("publish_at"), problems)
    if publish_at is not None and state not in ("draft", "in_review"):
        problems.add("publish_at", "belongs to a draft or to a text in review")
    problems.settle()
    content = normal(content)
    check_id(article_id)
    check(content)
    if state == "published" or publish_at is not None:
        check_finished(content)
    return Written(article_id, content, state, publish_at)


def text_of(data: bytes) -> str:
    """A file's text. Raises ``BadArticle`` when it is too long or no text."""
    problems = _Problems()
    if len(data) > MAX_FILE:
        problems.add("file", f"has {len(data)} bytes, more than {MAX_FILE}")
        problems.settle()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        problems.add("file", f"is not UTF-8 text (byte {exc.start})")
        problems.settle()
        raise AssertionError("unreachable") from exc
    if "\x00" in text:
        problems.add("file", "holds NUL bytes: it is not a text file")
        problems.settle()
    return text


def normal(content: Content) -> Content:
    """As it is kept: what a file cannot tell apart is one. Lines end with LF, no blank lines at the edges of the body,
    no spaces around words, dates in their one form."""
    return replace(
        content,
        title=content.title.strip(),
        body=content.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n"),
        tags=tuple(tag.strip() for tag in content.tags),
        owner=content.owner.strip(),
        redirect_from=tuple(former.strip() for former in content.redirect_from),
        review_by=_day(content.review_by),
        effective_from=_day(content.effective_from),
        effective_until=_day(content.effective_until),
    )


def _day(text: str | None) -> str | None:
    """What is no date stays as it is, for ``check`` to name it."""
    try:
        return text if text is None else date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return text


def write(article: Written) -> bytes:
    """The file of an article; ``read(write(x)) == x`` for what is ``normal``."""
    content = article.content
    values: dict[str, Any] = {
        "id": article.id,
        "title": content.title,
        "audience": content.audience,
        "locale": content.locale,
        "tags": list(content.tags),
        "owner": content.owner,
    }
    for name in DATES:
        moment = getattr(content, name)
        if moment is not None:
            values[name] = date.fromisoformat(moment)
    if content.redirect_from:
        values["redirect_from"] = list(content.redirect_from)
    if article.state != "published":
        values["state"] = article.state
    if article.publish_at is not None:
        values["publish_at"] = article.publish_at
    # One key a line in a fixed order; a list in one line, so that a changed tag is one changed line.
    lines = [f"{name}: {_scalar(value)}" for name, value in values.items()]
    return ("---\n" + "\n".join(lines) + "\n---\n\n" + content.body + "\n").encode()


def _scalar(value: Any) -> str:
    dumped: str = yaml.safe_dump([value], allow_unicode=True, width=10**6, default_flow_style=True, sort_keys=False)
    return dumped.strip()[1:-1]


def check_id(article_id: str) -> None:
    problems = _Problems()
    if not _is_id(article_id):
        problems.add("id", "must be 1 to 80 lower-case letters, digits and single hyphens")
    problems.settle()


def check_finished(content: Content) -> None:
    """Raises ``BadArticle`` where a line ``[open]: # "…"`` says that something is still to be written."""
    problems = _Problems()
    for number, line in enumerate(content.body.splitlines(), start=1):
        if found := _OPEN.match(line):
            problems.add("body", f"line {number} is still open: {found.group(1)[:120]}")
    problems.settle()


def _is_id(text: str) -> bool:
    return len(text) <= 80 and _ID.fullmatch(text) is not None


def check(content: Content) -> None:
    """Raises ``BadArticle`` with every problem of the content."""
    problems = _Problems()
    if not content.title.strip() or len(content.title) > MAX_TITLE or not _is_line(content.title):
        problems.add("title", f"must be one line of 1 to {MAX_TITLE} characters")
    if len(content.owner) > MAX_OWNER or not _is_line(content.owner):
        problems.add("owner", f"must be one line of up to {MAX_OWNER} characters")
    if content.audience not in AUDIENCES:
        problems.add("audience", f"must be one of {', '.join(AUDIENCES)}")
    if not _LOCALE.fullmatch(content.locale):
        problems.add("locale", "must look like en or en-GB")
    if len(content.tags) > MAX_TAGS or not all(
        tag.strip() and len(tag) <= 60 and _is_line(tag) for tag in content.tags
    ):
        problems.add("tags", f"must be at most {MAX_TAGS} short words")
    if len(content.redirect_from) > MAX_REDIRECTS or not all(_is_id(former) for former in content.redirect_from):
        problems.add("redirect_from", f"must be at most {MAX_REDIRECTS} former ids of the article")
    for name in ("review_by", "effective_from", "effective_until"):
        _date({name: getattr(content, name)}, name, problems)
    if content.effective_from and content.effective_until and content.effective_from > content.effective_until:
        problems.add("effective_until", "lies before effective_from")
    if not content.body.strip():
        problems.add("body", "is empty")
    if _UNFIT.search(content.body):
        problems.add("body", "holds NUL or half a character: that is not text")
    elif (size := len(content.body.encode())) > MAX_BYTES:
        problems.add("body", f"has {size} bytes, more than {MAX_BYTES}")
    elif (active := raw_html.active(content.body)) is not None:
        problems.add("body", f"holds HTML that a browser would act on: {active[:40]!r}")
    elif (unseen := raw_html.unseen(prose.parser().parse(content.body))) is not None:
        line, what = unseen
        problems.add("body", f"line {line} begins HTML that hides words: {what[:40]!r}")
    problems.settle()


def _is_line(text: str) -> bool:
    """One line of plain text, without control characters."""
    return not _UNFIT.search(text) and not any(unicodedata.category(letter) == "Cc" for letter in text)


class _Plain(yaml.SafeLoader):
    """YAML whose values are as long as their text: an alias repeats a value, and aliases of aliases without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            why, mark = "aliases (*name) cannot be used here", self.get_mark()
            raise yaml.composer.ComposerError(None, None, why, mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A key that comes again is refused: of two audiences the last one would hold, and nobody would notice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    why = f"{key.value[:40]} comes twice"
                    raise yaml.constructor.ConstructorError(None, None, why, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _front_matter(text: str, problems: _Problems) -> dict[str, Any]:
    if len(text) > MAX_FRONT_MATTER:
        problems.add("front matter", f"has {len(text)} characters, more than {MAX_FRONT_MATTER}")
        problems.settle()
    try:
        values = yaml.load(text, _Plain)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 2 if exc.problem_mark else 1
        problems.add("front matter", f"line {line}: {(exc.problem or 'cannot be read')[:200]}")
    except (yaml.YAMLError, ValueError, RecursionError):
        problems.add("front matter", "cannot be read as YAML")
    else:
        if isinstance(values, dict) and all(isinstance(name, str) for name in values):
            return values
        problems.add("front matter", "must be a list of `key: value` lines")
    problems.settle()
    raise AssertionError("unreachable")


def _text(values: dict[str, Any], name: str, problems: _Problems) -> str:
    value = values.get(name)
    if isinstance(value, str):
        return value
    problems.add(name, f"must be text, not {_kind(value)}: put it in quotes")
    return ""


def _kind(value: Any) -> str:
    """What a value is, without the value, which may be of any length."""
    if isinstance(value, bool):
        return "yes or no"
    names = ((int | float, "a number"), (date, "a date"), (list, "a list"), (dict, "keys with values"))
    return next((name for kind, name in names if isinstance(value, kind)), "something else")


def _words(values: dict[str, Any], name: str, problems: _Problems) -> tuple[str, ...]:
    value = values.get(name)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    problems.add(name, "must be a list of words: [one, two]")
    return ()


def _date(values: dict[str, Any], name: str, problems: _Problems) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        problems.add(name, f"must be a date such as 2027-01-31, not {str(value)[:40]!r}")
        return None


def _moment(value: Any, problems: _Problems) -> str | None:
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if value is None or (isinstance(moment, datetime) and moment.tzinfo is not None):
        return None if value is None else stamp(moment)
    problems.add("publish_at", "must be a moment with its offset, such as 2027-01-31T09:00:00+01:00")
    return None
