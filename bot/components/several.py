"""Several requests in one message, found and told apart, in the order in which they were said. No Rasa in here."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, Callable, Collection, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from bot.components.intent_model import OUT_OF_SCOPE, IntentModel, Reading, Vectors
from bot.text.clauses import Cut, cuts

Encode = Callable[[Sequence[str]], Tuple[np.ndarray, np.ndarray]]

Entity = Dict[str, Any]

ORDER = "order_number"
PERSON = "talk_to_person"
ANSWERS = frozenset({"affirm", "deny"})
"""May come before a request: "yes please, and where is my other order?"."""
SAME_MATTER: FrozenSet[FrozenSet[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ("damaged_or_wrong_item", "refund_request"),
        ("damaged_or_wrong_item", "return_item"),
        ("damaged_or_wrong_item", "missing_parcel"),
        ("missing_parcel", "refund_request"),
        ("missing_parcel", "order_status"),
        ("double_charge", "refund_request"),
        ("double_charge", "refund_status"),
        ("double_charge", "subscription_change"),
        ("refund_status", "return_item"),
        ("refund_status", "refund_request"),
        ("return_item", "refund_request"),
        ("cancel_order", "refund_request"),
        ("cancel_order", "damaged_or_wrong_item"),
    )
)
"""What went wrong and what is wanted for it are one request, unless they are about different orders."""
ALIKE = {
    "refund_not_arrived": "refund_status",
    "unlock_account": "password_reset",
    "charged_after_cancel": "double_charge",
    "operation_status": "order_status",
}
"""Intents that a customer would not tell apart in one message."""
SURE = 0.75
MOST = 8
"""So many requests are read in one message. What comes after them is kept as one, out of scope, and told of."""
_JOINT = re.compile(
    r"\s*(?:,|and|&|\+|as well as|, ?and|and also)\s*(?:(?:the )?order\s*(?:number|no\.?)?\s*#?)?", re.IGNORECASE
)


class Request(NamedTuple):
    """One of several requests. Positions in ``entities`` point into the whole message."""

    text: str
    intent: str
    confidence: float
    entities: List[Entity]

    def as_dict(self) -> Dict[str, Any]:
        return {**self._asdict(), "confidence": round(self.confidence, 4)}


class Splitter:
    """``wishes`` are the intents that count as requests; ``encode`` gives both vectors of some texts; ``plain`` makes
    of a text what the model reads."""

    def __init__(
        self, model: IntentModel, wishes: Collection[str], encode: Encode, plain: Callable[[str], str] = str
    ) -> None:
        self._plain = plain
        self._model = model
        self._wishes = frozenset(wishes)
        self._encode = encode

    def requests_in(self, text: str, whole: Reading, entities: Sequence[Entity]) -> List[Request]:
        """The requests of ``text`` in order, at least two, or none when it holds one.

        Costs nothing unless a joint stands in the text; then one batch of at most ten short sentences, and two for
        each request found. ``whole`` is what the model made of the whole text. A wish for a person stands alone.
        """
        if not self._wishes or whole.ranking[0][0] == PERSON:
            return []
        return self._parts(text, entities) or self._one_wish_many_orders(text, whole, entities)

    def _parts(self, text: str, entities: Sequence[Entity]) -> List[Request]:
        """From left to right: what falls into two is looked at again, the first of them first."""
        found: List[Request] = []
        open_parts: List[Tuple[int, int, Optional[Request]]] = [(0, len(text), None)]
        while open_parts and len(found) < MOST:
            start, end, read = open_parts.pop()
            pair = self._pair(text[start:end], start, entities)
            if pair is not None:
                cut, head, tail = pair
                open_parts += [(start + cut.right, end, tail), (start, start + cut.left, head)]
            elif read is not None:
                found.append(read)
        found = self._joined(found)
        if open_parts:
            found.append(_unread(text, open_parts[-1][0], entities))
        return found if len(found) > 1 else []

    def _joined(self, found: Sequence[Request]) -> List[Request]:
        """Neighbours that turned out to be about one matter ("I can't log in, I forgot my password") as one."""
        joined: List[Request] = []
        for request in found:
            if not joined or self._are_two(joined[-1], request, answers=True):
                joined.append(request)
                continue
            before = joined.pop()
            words = f"{before.text} {request.text}"
            joined.append(before._replace(text=words, entities=[*before.entities, *request.entities]))
        return joined

    def _pair(self, text: str, offset: int, entities: Sequence[Entity]) -> Optional[Tuple[Cut, Request, Request]]:
        """The place where ``text`` falls into two requests most surely, with what both sides were read as."""
        places = cuts(text)
        if not places:
            return None
        parts = [self._plain(part) for cut in places for part in (text[: cut.left], text[cut.right :])]
        vectors = [Vectors(*pair) for pair in zip(*self._encode(parts), strict=True)]
        readings = [self._model.predict(part, each) for part, each in zip(parts, vectors, strict=True)]
        best: Optional[Tuple[float, Cut, Request, Request]] = None
        for index, cut in enumerate(places):
            head = _request(text[: cut.left], offset, readings[2 * index], entities)
            tail = _request(text[cut.right :], offset + cut.right, readings[2 * index + 1], entities)
            sure = min(head.confidence, tail.confidence)
            answers = head.intent in ANSWERS and cut.firm and offset == 0
            if sure >= SURE and self._are_two(head, tail, answers) and (best is None or sure > best[0]):
                best = (sure, cut, head, tail)
        return best and best[1:]

    def _are_two(self, head: Request, tail: Request, answers: bool) -> bool:
        if tail.intent not in self._wishes:
            return False
        if head.intent not in self._wishes:
            return answers
        first, second = _orders(head.entities), _orders(tail.entities)
        if first and second and first != second:
            return True
        matters = frozenset(ALIKE.get(intent, intent) for intent in (head.intent, tail.intent))
        return len(matters) == 2 and matters not in SAME_MATTER

    def _one_wish_many_orders(self, text: str, whole: Reading, entities: Sequence[Entity]) -> List[Request]:
        """ "cancel A-1042 and A-1057": the wish stands for each order that a joining word or comma adds."""
        named = sorted((item for item in entities if item["entity"] == ORDER), key=lambda item: int(item["start"]))
        joined = all(_JOINT.fullmatch(text[before["end"] : after["start"]]) for before, after in pairwise(named))
        if len(_orders(named)) < 2 or len(_orders(named)) != len(named) or not joined:
            return []
        before, behind = text[: named[0]["start"]], text[named[-1]["end"] :]
        texts = [f"{before}{text[item['start'] : item['end']]}{behind}".strip() for item in named[:MOST]]
        wish = self._sure_wish(whole) or self._sure_wish(self.read(texts[0]))
        if wish is None:
            return []
        found = [Request(one, *wish, [item]) for one, item in zip(texts, named, strict=False)]
        return [*found, _unread(text, named[MOST]["start"], entities)] if len(named) > MOST else found

    def read(self, text: str) -> Reading:
        """Of words that are not the whole message: a part of it, or what is left of it."""
        plain = self._plain(text)
        ((sentence, layer),) = zip(*self._encode([plain]), strict=True)
        return self._model.predict(plain, Vectors(sentence, layer))

    def _sure_wish(self, reading: Reading) -> Optional[Tuple[str, float]]:
        intent, confidence = reading.ranking[0]
        return (intent, confidence) if intent in self._wishes and not reading.rejected and confidence >= SURE else None


def _unread(text: str, start: int, entities: Sequence[Entity]) -> Request:
    """All that comes after the most requests that are read."""
    inside = [item for item in entities if start <= item["start"]]
    return Request(text[start:].strip(), OUT_OF_SCOPE, 0.0, inside)


def _request(text: str, start: int, reading: Reading, entities: Sequence[Entity]) -> Request:
    intent, confidence = reading.ranking[0]
    if reading.rejected:
        intent, confidence = OUT_OF_SCOPE, 0.0
    inside = [item for item in entities if start <= item["start"] and item["end"] <= start + len(text)]
    return Request(text.strip(), intent, confidence, inside)


def _orders(entities: Sequence[Entity]) -> FrozenSet[str]:
    return frozenset(str(item["value"]) for item in entities if item["entity"] == ORDER)
