"""Short logs for tests: a story a line, in the envelope of the contract."""

from __future__ import annotations

from typing import Any

from eval.outcomes.model import DAY, HOUR, Conversation, conversation_of, told

START = 1_772_442_000.0  # 2 March 2026, 09:00 UTC
MINUTE = 60.0


class Log:
    """Grows by ``log.customer("…")`` and the like; each event comes a minute after the one before."""

    def __init__(self, name: str, customer: str | None = "cus_1", at: float = START, channel: str = "web") -> None:
        self.name = name
        self.at = at
        self.events: list[dict[str, Any]] = []
        self.add("conversation.opened", "system", channel=channel, customer_id=customer, locale="en")

    def add(self, event: str, source: str, /, **data: Any) -> Log:
        self.events.append(
            {
                "id": f"evt_{self.name}_{len(self.events) + 1}",
                "seq": len(self.events) + 1,
                "type": event,
                "version": 1,
                "conversation_id": self.name,
                "occurred_at": told(self.at),
                "source": source,
                "epoch": 1,
                "visibility": "all",
                "data": data,
            }
        )
        self.at += MINUTE
        return self

    def later(self, *, minutes: float = 0, hours: float = 0, days: float = 0) -> Log:
        self.at += minutes * MINUTE + hours * HOUR + days * DAY
        return self

    def episode(self, name: str) -> Log:
        return self.add("episode.opened", "system", episode_id=name)

    def customer(self, text: str, intent: str | None = None, frustration: float = 0.0) -> Log:
        self.add("message.sent", "customer", text=text, author="customer")
        if intent:
            seq = len(self.events)
            self.add(
                "triage.decided", "bot", reply_to=[seq], decision="continue", rule="none", frustration=frustration,
                complexity=0.0, intent=intent, confidence=0.9,
            )  # fmt: skip
        return self

    def bot(self, text: str = "Delivery takes two days.", **data: Any) -> Log:
        reply_to = [event["seq"] for event in self.events if event["source"] == "customer"][-1:]
        return self.add("message.sent", "bot", text=text, author="bot", reply_to=reply_to, **data)

    def done(self, operation: str = "op_1", state: str = "verified", kind: str = "cancel_order") -> Log:
        more = {"receipt": f"rcp_{operation}"} if state == "verified" else {}
        return self.add("action.performed", "bot", operation_id=operation, kind=kind, state=state, summary="", **more)

    def solved(self, yes: bool = True, **data: Any) -> Log:
        return self.add("feedback.given", "customer", kind="solved" if yes else "not_solved", **data)

    def handed_over(self, reason: str = "frustration", by: str = "bot") -> Log:
        self.add("handoff.requested", by, reason=reason)
        return self.add("handoff.queued", "system", handoff_id=f"hnd_{self.name}", queue="general", position=1)

    def accepted(self) -> Log:
        return self.add("handoff.accepted", "agent", handoff_id=f"hnd_{self.name}", agent_id="agt_1", agent_name="Ana")

    def agent(self, text: str = "I have looked at it.") -> Log:
        return self.add("message.sent", "agent", text=text, author="agt_1")

    def closed(self, by: str = "system", outcome: str | None = None) -> Log:
        self.add("episode.closed", "system", episode_id="", reason="closed")
        return self.add("conversation.closed", "agent" if by != "system" else "system", by=by, outcome=outcome)

    def conversation(self, **more: Any) -> Conversation:
        return conversation_of(self.events, **more)
