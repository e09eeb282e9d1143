"""What the system itself says to a customer in one language: honest, brief, and true at the moment it is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handoff.contract.events import ContactKind, HandoffReason


@dataclass(frozen=True)
class Notices:
    """The sentences, with ``{names}`` for what is filled in. ``weekdays`` begin with Monday, ``months`` with January.

    ``moment`` takes ``{weekday}``, ``{day}``, ``{month}``, ``{time}`` and ``{zone}``. ``mail_…``: what stands around a
    colleague's words in a mail, for ``{company}``, ``{author}`` and the ``{address}`` of the page.
    """

    still_working: str
    turn_failed: str
    files_alone: str
    files_unseen: str
    not_solved: str
    of_course: str
    taken_up: str
    called_away: str
    passed_on: str
    reopened: str
    reopened_by: str
    next_in_line: str
    number_in_line: str
    nothing_repeated: str
    still_there: str
    a_minute: str
    minutes: str
    back_at: str
    all_away: str
    leave_or_wait: str
    left_email: str
    left_phone: str
    mail_subject: str
    mail_opening: str
    mail_come_back: str
    moment: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]

    def queued(self, position: int, reason: HandoffReason, opening: str | None) -> str:
        """``opening``: what is said before the place; ``None``: the usual words, empty: nothing."""
        if opening is None:
            opening = self.of_course if reason == "explicit_request" else self.taken_up
        place = self.next_in_line if position == 1 else self.number_in_line.format(position=position)
        return f"{opening} {place} {self.nothing_repeated}".strip()

    def asking_whether_there(self, minutes: int) -> str:
        span = self.a_minute if minutes == 1 else self.minutes.format(minutes=minutes)
        return self.still_there.format(span=span)

    def nobody_there(self, opens_at: datetime | None) -> str:
        """``opens_at``: in the time zone of the people's hours, where it is outside them."""
        when = self.back_at.format(when=self._moment(opens_at)) if opens_at else self.all_away
        return f"{when} {self.leave_or_wait}"

    def message_left(self, due_at: datetime, by: ContactKind) -> str:
        return (self.left_phone if by == "phone" else self.left_email).format(when=self._moment(due_at))

    def _moment(self, at: datetime) -> str:
        """The reader may live in another zone than the people who answer, so the zone is said."""
        return self.moment.format(
            weekday=self.weekdays[at.weekday()],
            day=at.day,
            month=self.months[at.month - 1],
            time=f"{at:%H:%M}",
            zone=f"{at:%Z}",
        )
