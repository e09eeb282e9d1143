"""The states of a conversation before each of its actions, kept up as it grows.

Rasa replays a tracker from its beginning for every prediction (``DialogueStateTracker.generate_all_prior_trackers``).
Here a second tracker follows the first: it takes in the events that are new and notes the state before each action. It
gives what Rasa's replay gives, and starts anew where an event takes back others.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Iterable, List

from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker

TAKES_BACK = (ActionReverted, ActiveLoop, Restarted, SessionStarted, UserUtteranceReverted)
_PLACE = "frontdesk_follower"


class Follower:
    def __init__(self, tracker: DialogueStateTracker) -> None:
        self._behind = tracker.init_copy()
        self._states: List[State] = []
        self.seen = 0

    def take(self, events: Iterable[Event], domain: Domain) -> None:
        for event in events:
            if isinstance(event, ActionExecuted):
                self._states.append(_state(self._behind, domain))
            self._behind.update(event)

    def states(self, domain: Domain) -> List[State]:
        """Before each action so far, and now."""
        return [*self._states, _state(self._behind, domain)]


def states_of(tracker: DialogueStateTracker, domain: Domain) -> List[State]:
    """What ``domain.states_for_tracker_history(tracker)`` gives."""
    follower = tracker.__dict__.get(_PLACE)
    count = len(tracker.events)
    new: List[Event] = list(islice(tracker.events, follower.seen, count)) if follower else []
    if follower is None or follower.seen > count or any(isinstance(event, TAKES_BACK) for event in new):
        follower = tracker.__dict__[_PLACE] = Follower(tracker)
        new = tracker.applied_events()
    follower.take(new, domain)
    follower.seen = count
    return follower.states(domain)


def _state(tracker: Any, domain: Any) -> State:
    state: State = domain._clean_state(domain.get_active_state(tracker))
    return state
