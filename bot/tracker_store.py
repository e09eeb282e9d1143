"""Live trackers by conversation: a cache, never a store. What the gateway did not write down is forgotten here too."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Dict, List, NamedTuple, Optional

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

CAPACITY = 2000
WINDOW = 45
"""Events kept when a tracker is cut; the cut falls between two turns."""
LIMIT = 75
"""A tracker longer than this is cut after its turn."""


class TrackerMiss(Exception):
    """No tracker of this version is here: the gateway must send its events."""


class Live(NamedTuple):
    version: int
    tracker: DialogueStateTracker


class LiveTrackers(TrackerStore):
    """A tracker is *taken out* for its turn and put back only when the turn ended well: any failure drops it."""

    def __init__(self, domain: Optional[Domain], capacity: int = CAPACITY) -> None:
        super().__init__(domain)
        self._capacity = capacity
        self._live: OrderedDict[str, Live] = OrderedDict()

    def take(self, conversation: str, version: int, events: Optional[List[Dict[str, Any]]]) -> DialogueStateTracker:
        """The tracker after ``version`` turns: live, primed from ``events``, or new. Raises ``TrackerMiss``.

        Given events always win over the cache: they are what was stored.
        """
        live = self._live.pop(conversation, None)
        if events is not None:
            return self.primed(conversation, events)
        if live is not None and live.version == version:
            return live.tracker
        if version == 0:
            return self.primed(conversation, [])
        raise TrackerMiss(conversation)

    def put(self, conversation: str, version: int, tracker: DialogueStateTracker) -> None:
        self._live[conversation] = Live(version, self._cut(tracker))
        while len(self._live) > self._capacity:
            self._live.popitem(last=False)

    def forget(self, conversation: str) -> bool:
        """Whether a tracker was here."""
        return self._live.pop(conversation, None) is not None

    def primed(self, conversation: str, events: List[Dict[str, Any]]) -> DialogueStateTracker:
        """A tracker started from stored events; raises ``ValueError`` when they are none of Rasa's."""
        tracker = DialogueStateTracker(conversation, self.domain.slots)
        tracker.update_with_events(deserialise_events(events), self.domain, override_timestamp=False)
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    def _cut(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        if len(tracker.events) <= LIMIT:
            return tracker
        events = list(tracker.events)
        start = next(
            (at for at in range(len(events) - WINDOW, len(events)) if isinstance(events[at], UserUttered)), len(events)
        )
        shorter = DialogueStateTracker(tracker.sender_id, self.domain.slots)
        shorter.update_with_events([*snapshot(tracker), *events[start:]], self.domain, override_timestamp=False)
        return shorter

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Part of Rasa's interface; turns use ``put``."""

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        live = self._live.get(sender_id)
        return live.tracker if live else None


def snapshot(tracker: DialogueStateTracker) -> List[Event]:
    """The state as events: slots that differ from their beginning, the active form, and listening."""
    events: List[Event] = [
        SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.value != slot.initial_value
    ]
    if tracker.active_loop_name:
        events.insert(0, ActiveLoop(tracker.active_loop_name))
    return [*events, ActionExecuted(ACTION_LISTEN_NAME)]
