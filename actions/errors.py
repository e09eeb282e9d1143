"""Errors of the actions, typed by cause.

ActionsError              code, HTTP status, retryable, data
├── BackendError          what the business system answered
│   ├── BackendUnavailable   503, retryable: away, too slow, or its answer was lost
│   ├── NotFound             404: not there, or not this customer's; the two look the same
│   └── NotAllowed           409: a rule of the shop forbids it; ``rule`` names which
├── CodeRefused           409: a one-time code was wrong, spent, too old, or tried too often
└── CallRefused           4xx: the webhook's caller may not, or wrote nonsense
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal


class ActionsError(Exception):
    """``message`` is for people and logs and never holds a customer's words."""

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data: dict[str, Any] = data


class BackendError(ActionsError):
    pass


class BackendUnavailable(BackendError):
    """Nothing is known about the effect of the call that failed: it may have happened."""

    status = 503
    retryable = True

    def __init__(self, message: str = "The shop did not answer.") -> None:
        super().__init__("backend_unavailable", message)


class NotFound(BackendError):
    status = 404

    def __init__(self, message: str = "There is no such thing for this customer.") -> None:
        super().__init__("not_found", message)


Rule = Literal[
    "already_cancelled",
    "already_shipped",
    "not_delivered",
    "return_window_over",
    "report_window_over",
    "return_open",
    "final_sale",
    "nothing_to_refund",
    "refunded_already",
    "amount_too_high",
    "no_grounds",
    "not_paid_yet",
    "not_charged_twice",
    "second_is_pending",
    "not_late_yet",
    "already_reported",
    "no_subscription",
    "subscription_state",
    "unknown_plan",
    "pause_length",
    "not_locked",
    "no_phone",
    "not_a_slot",
    "slot_taken",
    "callback_open",
    "same_value",
    "bad_name",
    "bad_phone",
    "bad_email",
    "request_open",
    "no_refund",
    "refund_not_due",
    "not_cancelled",
    "not_charged_after",
    "charge_announced",
    "bad_address",
    "bad_postcode",
    "other_country",
    "amount_changed",
    "key_reused",
]


class NotAllowed(BackendError):
    """A rule of the shop forbids the change; nothing was changed."""

    status = 409

    def __init__(self, rule: Rule, message: str, **data: Any) -> None:
        super().__init__("not_allowed", message, rule=rule, **data)
        self.rule: Rule = rule


Refusal = Literal["wrong", "expired", "too_many", "none"]


class CodeRefused(ActionsError):
    status = 409

    def __init__(self, reason: Refusal) -> None:
        super().__init__("code_refused", f"The code was refused: {reason}.", reason=reason)
        self.reason = reason


class CallRefused(ActionsError):
    """Raised at the webhook's door; ``status`` is an instance's own here."""

    def __init__(self, http_status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.http_status = http_status
