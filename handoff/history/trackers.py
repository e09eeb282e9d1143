"""I11: what Rasa's trackers hold of the turns is what the log shows, no more and no less. Pure.

Only what the customer wrote and what the assistant said to them is compared. What was never shown (drafts) is in no
stored turn, and what the system says by itself is in no tracker. The bot's interpreter can read this module, so that
its tests hold real trackers against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handoff.contract.turn import ACTION_RETURN, MOST_READ, Trigger

WireEvent = Mapping[str, Any]
Found = tuple[int | None, str]
"""The ``seq`` at which it shows, and what is wrong."""


@dataclass(frozen=True)
class StoredTurn:
    """A turn whose result was stored: what Rasa read (``reply_to``) and the tracker events that came of it.

    ``tracker_events`` is ``None`` where nobody looked at them.
    """

    reply_to: tuple[int, ...]
    tracker_events: tuple[Mapping[str, Any], ...] | None
    trigger: Trigger = "message"


def disagreements(
    events: Sequence[WireEvent], turns: Sequence[StoredTurn], reading: Callable[[str], str]
) -> Iterator[Found]:
    """``reading`` is what the bot makes of a text before it reads it."""
    shown = {event["seq"]: event for event in events}
    yield from _answers_without_a_turn(events, turns, shown)
    for turn in turns:
        missing = [seq for seq in turn.reply_to if seq not in shown]
        if missing:
            yield missing[0], "a turn read a message that is not in the log"
        elif turn.tracker_events is not None:
            yield from _customers_words(turn, turn.tracker_events, [shown[seq] for seq in turn.reply_to], reading)
            if turn.reply_to:
                logged = [event for event in _by_the_bot(events) if _answers(event) == turn.reply_to]
                yield from _assistants_words(turn.reply_to[-1], logged, _uttered(turn.tracker_events))
    yield from _system_turns(events, [turn for turn in turns if not turn.reply_to])


def _answers_without_a_turn(
    events: Sequence[WireEvent], turns: Sequence[StoredTurn], shown: Mapping[int, WireEvent]
) -> Iterator[Found]:
    stored = {turn.reply_to for turn in turns}
    for event in _by_the_bot(events):
        group = _answers(event)
        # A file alone is acknowledged in the bot's name, without asking Rasa.
        words = [seq for seq in group if seq in shown and (_erased(shown[seq]) or _text(shown[seq]))]
        if words and group not in stored:
            yield event["seq"], "an answer of the bot belongs to no stored turn"


def _customers_words(
    turn: StoredTurn,
    tracker: Sequence[Mapping[str, Any]],
    wrote: Sequence[WireEvent],
    reading: Callable[[str], str],
) -> Iterator[Found]:
    at = turn.reply_to[-1] if turn.reply_to else None
    read = [event.get("text") or "" for event in tracker if event.get("event") == "user"]
    if any(_erased(event) for event in wrote) or (not turn.reply_to and not tracker):
        return
    if len(read) != 1:
        yield at, f"{len(read)} user events in one turn"
        return
    # Only what stands for a choice or for the system may be a command.
    if turn.trigger != "message" and read[0].startswith("/"):
        return
    given = reading("\n".join(_text(event)[:MOST_READ] for event in wrote)) if wrote else ""
    if read[0] != given:
        yield at, "the tracker's text is not the customer's"


def _assistants_words(at: int, logged: Sequence[WireEvent], uttered: Sequence[str]) -> Iterator[Found]:
    if any(_erased(event) for event in logged):
        return
    texts, held = Counter(_text(event) for event in logged), Counter(uttered)
    if held - texts:
        yield at, "the tracker holds a text that was never shown"
    if texts - held:
        yield at, "a text was shown that the tracker lacks"


def _system_turns(events: Sequence[WireEvent], turns: Sequence[StoredTurn]) -> Iterator[Found]:
    """Turns that nobody's message began. Beside people their texts are said in the system's name, or noted to staff."""
    if any(turn.tracker_events is None for turn in turns) or any(_erased(event) for event in events):
        return
    uttered = Counter(text for turn in turns for text in _uttered(turn.tracker_events or ()))
    by_bot = Counter(_text(event) for event in _by_the_bot(events) if not _answers(event))
    by_system = Counter(
        _text(event)
        for event in events
        if event["source"] == "system" and event["type"] in ("message.sent", "note.added")
    )
    if uttered - by_bot - by_system:
        yield None, "the tracker of a system turn holds a text that was never shown"
    if by_bot - uttered:
        yield None, "the bot said something in no answer that no tracker holds"


def _uttered(tracker: Iterable[Mapping[str, Any]]) -> list[str]:
    """The texts of a tracker's bot events: said outright, or in what an action returned."""
    texts: list[str] = []
    for event in tracker:
        if event.get("event") != "bot":
            continue
        custom = ((event.get("data") or {}).get("custom") or {}).get(ACTION_RETURN)
        if custom is None:
            texts.append(event.get("text") or "")
            continue
        items = custom if isinstance(custom, list) else [custom]
        texts += [(item.get("message") or {}).get("text", "") for item in items]
    return [text for text in texts if text.strip()]


def _by_the_bot(events: Sequence[WireEvent]) -> Iterator[WireEvent]:
    return (event for event in events if event["type"] == "message.sent" and event["source"] == "bot")


def _answers(event: WireEvent) -> tuple[int, ...]:
    return tuple(event["data"].get("reply_to", ()))


def _text(event: WireEvent) -> str:
    return str(event["data"].get("text", ""))


def _erased(event: WireEvent) -> bool:
    """The words are gone from log and tracker alike."""
    return bool(event["data"].get("erased"))
