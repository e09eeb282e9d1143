"""What the assistant may remember of a turn: what the customer was shown, and nothing else.

Rasa writes its tracker before the gateway decides what is said. A text that was held back, or had no words in it, is
taken out of the events that are stored, or the assistant would go on from a sentence that nobody read (I11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeAlias

from handoff.contract.turn import ACTION_RETURN, BotMessage, TurnResult

Unsaid: TypeAlias = Mapping[str, Sequence[BotMessage | None]]
"""From a text that was not said as it was meant to what was said in the place of each, in order. One text may be meant
twice and be backed once."""


def unsaid(meant: Iterable[BotMessage], said: Iterable[BotMessage | None]) -> Unsaid:
    """``said`` holds, for each that was meant and has words in it, itself, what took its place, or nothing."""
    taken = iter(said)
    places: dict[str, list[BotMessage | None]] = {}
    changed: set[str] = set()
    for message in meant:
        shown = next(taken) if message.text.strip() else None
        places.setdefault(message.text, []).append(shown)
        if shown is not message:
            changed.add(message.text)
    return {text: places[text] for text in changed}


def as_said(result: TurnResult, instead: Unsaid) -> TurnResult:
    """The result with tracker events and snapshot that know of ``instead`` alone; itself if nothing differs."""
    if not instead:
        return result
    events, snapshot = (list(_rewritten(each, _Places(instead))) for each in (result.tracker_events, result.snapshot))
    return replace(result, tracker_events=events, snapshot=snapshot)


class _Places:
    """Gives out what was said in the place of each text, in the order in which they were meant."""

    def __init__(self, instead: Unsaid) -> None:
        self._left = {text: list(shown) for text, shown in instead.items()}

    def __contains__(self, text: object) -> bool:
        return text in self._left

    def take(self, text: str) -> BotMessage | None:
        left = self._left[text]
        return left.pop(0) if len(left) > 1 else left[0]

    def final(self, text: str) -> BotMessage | None:
        return self._left[text][-1]


def _rewritten(events: Iterable[dict[str, Any]], instead: _Places) -> Iterator[dict[str, Any]]:
    for event in events:
        if event.get("event") == "bot":
            yield from _bot_event(event, instead)
        elif event.get("event") == "slot":
            yield event | {"value": _value(event.get("value"), instead)}
        else:
            yield event


def _bot_event(event: dict[str, Any], instead: _Places) -> Iterator[dict[str, Any]]:
    data = event.get("data") or {}
    custom = data.get("custom")
    if isinstance(custom, dict) and ACTION_RETURN in custom:
        returned = custom[ACTION_RETURN]
        kept = [each for item in _listed(returned) for each in _returned(item, instead)]
        if kept:
            yield event | {"data": data | {"custom": custom | {ACTION_RETURN: kept}}}
    elif event.get("text") not in instead:
        yield event
    elif (shown := instead.take(event["text"])) is not None:
        buttons = [{"title": choice.label, "payload": choice.payload} for choice in shown.choices]
        named = {key: value for key, value in (event.get("metadata") or {}).items() if key != "utter_action"}
        yield event | {"text": shown.text, "data": data | {"buttons": buttons}, "metadata": named}


def _listed(returned: Any) -> list[Any]:
    return returned if isinstance(returned, list) else [returned]


def _returned(item: Any, instead: _Places) -> Iterator[Any]:
    message = item.get("message") if isinstance(item, dict) else None
    if not isinstance(message, dict) or message.get("text") not in instead:
        yield item
    elif (shown := instead.take(message["text"])) is not None:
        yield item | {"message": asdict(shown)}


def _value(value: Any, instead: _Places) -> Any:
    """A slot may keep a question to ask it again: its words, and the choices that belonged to them."""
    if isinstance(value, dict) and isinstance(value.get("text"), str) and value["text"] in instead:
        shown = instead.final(value["text"])
        if shown is None or shown.text != value["text"]:
            return value | {"text": shown.text if shown else "", "choices": []}
    return value
