"""Rasa's message processor with the waiting taken out, and with failures made visible.

Against ``rasa.core.processor.MessageProcessor``:

* the tracker comes from and goes to the caller (``bot.turns``): no session, no lock, no store on the way;
* an action sees the live tracker. Rasa copies it by replaying every event, for each action of each turn; a copy is made
  here only where a policy's events would have to be undone;
* nothing is deep-copied for debug logs, and the graph runs without Dask (``bot.runner``);
* an action that fails ends the turn with ``action_tool_failed``, a sentence and a person. Rasa logs it as done;
* once a person is to take over, the assistant says nothing more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, List, Tuple

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import ActionLimitReached, MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.collect import Collector, check_returns
from bot.policies.triage import SLOT, TOOL_FAILED
from bot.reading import read
from bot.runner import StraightRunner

Report = Callable[[str, BaseException], None]


def _silent(action: str, problem: BaseException) -> None:
    """Default for ``report``: nobody listens."""


def _stands(event: Event) -> bool:
    """Events that hold whether or not the action goes well: the decision of triage, and Rasa's note on featurising."""
    return isinstance(event, DefinePrevUserUtteredFeaturization) or (isinstance(event, SlotSet) and event.key == SLOT)


class TurnProcessor(MessageProcessor):
    """``report`` is told the name of an action that failed and the exception."""

    report: Report = staticmethod(_silent)

    @staticmethod
    def _load_model(model_path: Any) -> Tuple[str, ModelMetadata, GraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, StraightRunner
            )
        return Path(model_path).name, metadata, runner

    async def turn(self, message: UserMessage, tracker: DialogueStateTracker, output: Collector) -> None:
        """Take ``message`` into ``tracker`` and act until the assistant listens; answers gather in ``output``."""
        await self._handle_message_with_tracker(message, tracker)
        await self.run_action_extract_slots(output, tracker)
        await self._run_prediction_loop(output, tracker)

    async def parse_message(
        self, message: UserMessage, tracker: Any = None, only_output_properties: bool = True
    ) -> Any:
        if tracker is None:
            tracker = DialogueStateTracker.from_events(message.sender_id, [], slots=self.domain.slots)
        data = self._parse_message_with_graph(message, tracker, only_output_properties)
        return read(data, tracker) if message.parse_data is None else data

    async def run_action_extract_slots(
        self, output_channel: Any, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        events = await self._get_action(ACTION_EXTRACT_SLOTS).run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    async def _run_prediction_loop(self, output_channel: Any, tracker: DialogueStateTracker) -> None:
        going = True
        while going:
            if output_channel.handed_over:
                tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
                return
            try:
                action, prediction = self.predict_next_with_tracker_if_should(tracker)
            except ActionLimitReached as problem:
                self.report("prediction loop", problem)
                await self._end_in_failure(output_channel, tracker)
                return
            going = await self._run_action(action, tracker, output_channel, self.nlg, prediction)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: Any,
        nlg: Any,
        prediction: PolicyPrediction,
    ) -> bool:
        name = action.name()
        harmless = all(_stands(event) for event in prediction.events)
        view = tracker if harmless else tracker.copy()
        view.update_with_events(prediction.events, self.domain)
        try:
            events: List[Event] = await action.run(output_channel, nlg, view, self.domain) or []
            check_returns(events)
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(name, prediction.policy_name, prediction.max_confidence))
            return self.should_predict_another_action(name)
        except Exception as problem:  # noqa: BLE001 - whatever an action's road can bring; it becomes a visible end
            self.report(name, problem)
            await self._end_in_failure(output_channel, tracker)
            return False
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            if not harmless:
                tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        return self.should_predict_another_action(name)

    async def _end_in_failure(self, output: Collector, tracker: DialogueStateTracker) -> None:
        events = await self._get_action(TOOL_FAILED).run(output, self.nlg, tracker, self.domain)
        tracker.update(ActionExecuted(TOOL_FAILED))
        tracker.update_with_events(events, self.domain)
        await self._send_bot_messages(events, tracker, output)
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))

    @staticmethod
    async def _send_bot_messages(events: List[Event], tracker: DialogueStateTracker, output_channel: Any) -> None:
        for event in events:
            if isinstance(event, BotUttered):
                await output_channel.send_response(tracker.sender_id, event.message())
