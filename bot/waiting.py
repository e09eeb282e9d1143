"""What else was asked in a message: it waits until it is taken up. Nothing that was asked is dropped without a word.

Pure rules over plain data; the actions that work them off are in ``asking``.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set

Request = Dict[str, Any]

UNREAD = "out_of_scope"
"""The intent of what came after the most requests that are read in one message."""
PER_TURN = 3
"""So many requests that waited are taken up in one turn; then the customer is asked whether to go on."""
MOST = 24
"""So many are kept, however long a customer goes on; what is over that is kept as one, unread, and told of."""
_SHOWN = 60
"""Characters of a request that are shown to the customer; a colleague's note has all of them."""
_NOTED = 600


class Taken(NamedTuple):
    request: Optional[Request]
    left: List[Request]


def after(waiting: Sequence[Request], intent: Optional[str], said: Request) -> List[Request]:
    """The requests that wait once a message was read: the older ones that it does not take up itself, then its own."""
    new = list((said.get("requests") or ())[1:])
    taken_up = [{"intent": intent, "entities": said.get("entities") or ()}, *new]
    return _bounded([*(one for one in waiting if not any(_covers(other, one) for other in taken_up)), *new])


def _bounded(waiting: List[Request]) -> List[Request]:
    """At most ``MOST``: those that were told already become one, for the note, and so do the last that have no room."""
    if len(waiting) <= MOST:
        return waiting
    told, open_ones = [one for one in waiting if one.get("told")], to_do(waiting)
    kept = [{**_unread(told), "told": True}] if told else []
    room = MOST - len(kept)
    over = open_ones[room - 1 :] if len(open_ones) > room else []
    return [*kept, *(open_ones[: room - 1] if over else open_ones), *([_unread(over)] if over else [])]


def _unread(requests: Sequence[Request]) -> Request:
    text = _short(" ".join(_words(one) for one in requests), _NOTED)
    return {"text": text, "intent": UNREAD, "confidence": 0.0, "entities": []}


def to_do(waiting: Optional[Sequence[Request]]) -> List[Request]:
    """Those that nobody has looked at and of which the customer was not told either."""
    return [one for one in waiting or () if not one.get("told")]


def take(waiting: Optional[Sequence[Request]]) -> Taken:
    """The next request, and what waits then. One that was not read stays, as told, for a colleague's note."""
    found = next(iter(to_do(waiting)), None)
    if found is None:
        return Taken(None, list(waiting or ()))
    left = [one for one in waiting or () if one is not found]
    return Taken(found, [*left, {**found, "told": True}] if found["intent"] == UNREAD else left)


def shown(requests: Sequence[Request]) -> str:
    """In quotation marks, each in its own words, for a sentence to the customer."""
    return ", ".join(f"“{_short(_words(one), _SHOWN)}”" for one in requests)


def note_with(note: Optional[str], waiting: Optional[Sequence[Request]], call: Optional[str] = None) -> Optional[str]:
    """A hand-over's note, with the requests that nobody has looked at yet, and the ``call`` that is wished for."""
    said = [note] if note else []
    if call:
        said.append(f"Wants a call: “{_short(call, _NOTED)}”.")
    if waiting:
        said.append("Also asked, still open: " + "; ".join(_short(_words(one), _NOTED) for one in waiting))
    return " ".join(said) or None


def _words(request: Request) -> str:
    return " ".join(str(request["text"]).split())


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _covers(said: Request, waits: Request) -> bool:
    return bool(said["intent"] == waits["intent"] != UNREAD and _orders(waits) <= _orders(said))


def _orders(request: Request) -> Set[str]:
    return {item["value"] for item in request["entities"] if item["entity"] == "order_number"}
