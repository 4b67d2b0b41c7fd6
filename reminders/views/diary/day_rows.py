"""A line of the day sheet: what is offered at this time of day, and every value as it is shown.

A page shows a hundred lines, and half of its time goes into their template. So what that would work
out with tags, filters and conditions of its own stands here: 65 ms for 120 lines became 30.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from reminders.domain.common.etags import digest
from reminders.domain.missed.history import Missed
from reminders.domain.pages.day_sheet import FAILED, SETTLED, DayRow, DayState
from reminders.domain.pages.words import text_state
from reminders.formatting import at_zone, badge, icon, inline, phone
from reminders.models import Appointment, Message

ARRIVES_FROM = timedelta(minutes=60)
TOO_LATE_AFTER = timedelta(minutes=5)
OVER = timedelta(minutes=30)
"""So long after its start a visit is past."""
LOOKS = {
    DayState.CHECK: "chat-question",
    DayState.UNREACHABLE: "call-off",
    DayState.DECLINED: "x-circle",
    DayState.NOTHING: "minus-circle",
    DayState.ASKED: "send",
    DayState.CONFIRMED: "check-circle",
    DayState.ARRIVED: "person-check",
    DayState.NO_SHOW: "person-x",
    DayState.CANCELLED: "ban",
}
"""The icon of each state; its colour carries the state's own name."""


@dataclass(frozen=True)
class SheetLine:
    """A row as it is shown now, with the actions that make sense at this time of day."""

    row: DayRow
    now: datetime
    history: Missed | None = None

    @property
    def missed(self) -> str:
        """How often the patient did not come; blank where they always came."""
        return self.history.words if self.history else ""

    @cached_property
    def state(self) -> DayState:
        """The one state of the appointment."""
        return self.row.state

    @property
    def id(self) -> str:
        """As text, which a template need not write as people of this country write numbers."""
        return str(self.row.id)

    @cached_property
    def name(self) -> SafeString:
        """The patient's, escaped once for the several places where it stands."""
        return escape(self.row.name)

    @property
    def badge(self) -> SafeString:
        """The state, as a badge; a reply to be checked leads to its card."""
        shown = badge(self.state, LOOKS[self.state], self.state.words)
        if self.state != DayState.CHECK or self.row.card_id is None:
            return shown
        return format_html(
            '<a class="state-link" href="{}">{}</a>', address("inbox_card", self.row.card_id), shown
        )

    @cached_property
    def buttons(self) -> list[tuple[str, str, str]]:
        """The likeliest actions: status, words and icon. The row's menu has them all."""
        row = self.row
        if self.state in SETTLED:
            return []
        until = row.starts_at - self.now
        offered = []
        if until <= ARRIVES_FROM:
            offered.append(("arrived", "Arrived", "person-check"))
            # Not at the very start: people are a few minutes late, and a no-show ends what is asked
            # of them.
            if until < -TOO_LATE_AFTER:
                offered.append(("no_show", "Did not come", "person-x"))
            return offered
        if row.status == Appointment.Status.BOOKED:
            offered += [("confirmed", "Confirm", "check"), ("declined", "Decline", "x")]
        return offered

    @property
    def over(self) -> bool:
        """Whether the visit began a while ago."""
        return self.row.starts_at < self.now - OVER

    @cached_property
    def digest(self) -> str:
        """A short token that changes with anything shown of this line."""
        # What time alone changes belongs in it, too: else the buttons of the morning stay all day.
        return digest((self.row.digest, self.buttons, self.over, self.missed))

    @property
    def classes(self) -> str:
        over, settled = " is-over" if self.over else "", "" if self.buttons else " is-settled"
        return f"day-row is-{self.state}{over}{settled}"

    @property
    def starts(self) -> str:
        """For programs: the instant by ISO 8601."""
        return self.row.starts_at.isoformat()

    @property
    def time(self) -> str:
        return f"{self.row.local_time:%H:%M}"

    @property
    def lasts(self) -> str:
        """How long, in minutes; blank where nobody said."""
        return f"{self.row.duration} min" if self.row.duration else ""

    @property
    def number(self) -> str:
        """The phone number as it is written at home."""
        return phone(self.row.phone, self.row.country)

    @property
    def actions(self) -> SafeString:
        """The buttons of `buttons`, each with the patient's name for screen readers."""
        return SafeString(
            "".join(
                format_html(
                    '<button class="btn btn-soft btn-small do-{}" name="to" value="{}">{}{}'
                    '<span class="visually-hidden"> {}</span></button>',
                    to,
                    to,
                    icon(symbol),
                    words,
                    self.name,
                )
                for to, words, symbol in self.buttons
            )
        )

    @cached_property
    def note(self) -> str:
        """What else is to be said of the state, below it."""
        row = self.row
        match self.state:
            case DayState.CHECK:
                return row.card_words
            case DayState.UNREACHABLE:
                failed = row.out_state in FAILED and row.out_at and not row.wrong_number
                return row.out_words if failed else row.reason_words
            case DayState.NOTHING:
                due = f"Text goes out {inline(at_zone(row.next_at, row.zone))}"
                return due if row.next_at else row.reason_words
            case DayState.ASKED:
                return "No answer yet"
        return ""

    @property
    def is_by_staff(self) -> bool:
        """Whether somebody wrote the last text, so that its own words are shown."""
        return self.row.out_kind in (Message.Kind.STAFF, Message.Kind.CORRECTION)

    @property
    def texted(self) -> str:
        """When the last text left, and what became of it where the state does not say so."""
        row, at = self.row, at_zone(self.row.out_at, self.row.zone)
        says_it = self.state == DayState.UNREACHABLE or row.out_state == Message.State.DELIVERED
        if says_it and self.state != DayState.ASKED:
            return at
        return f"{at} · {text_state(row.out_state, news=row.out_words)}"

    @property
    def answered(self) -> str:
        """When the last reply came."""
        return at_zone(self.row.in_at, self.row.zone)

    @property
    def is_long(self) -> bool:
        """Whether the reply takes more than a line."""
        return len(self.row.in_text) > 30

    @property
    def page(self) -> str:
        """The address of the appointment's page."""
        return address("appointment", self.row.id)

    @property
    def to_mark(self) -> str:
        """Where a new status goes."""
        return address("appointment_status", self.row.id)

    @property
    def menu(self) -> str:
        """Where the row's menu comes from."""
        return address("appointment_menu", self.row.id)


def address(name: str, pk: int) -> str:
    """The address of a page about one thing; looking up hundreds of them is slow."""
    before, after = _around_id(name)
    return f"{before}{pk}{after}"


@cache
def _around_id(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[0]).rpartition("/0/")
    return f"{before}/", f"/{after}"
