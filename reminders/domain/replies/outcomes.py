"""The words of deciding about a reply: what it is about, what it answers, and what is to be done.

`ReplyOutcome` is stored with the reply and read by staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem


class ReplyOutcome(StrEnum):
    """What a reply did, as it is stored with it."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    DECLINED_LATE = "declined_late"
    ALREADY_CONFIRMED = "already_confirmed"
    ALREADY_DECLINED = "already_declined"
    UNDER_WAY = "under_way"
    PASSED = "passed"
    MOVED = "moved"
    NOT_THEIRS = "not_theirs"
    CALLED_OFF = "called_off"
    SETTLED = "settled"
    RESCHEDULE = "reschedule"
    NO_MORE = "no_more"
    ASKED_WHICH = "asked_which"
    PAUSED = "paused"
    STOPPED = "stopped"
    STARTED = "started"
    HELPED = "helped"
    THANKS = "thanks"
    SOONER = "sooner"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_LOST = "offer_lost"
    GIVEN_AWAY = "given_away"
    EMERGENCY = "emergency"
    UNCLEAR = "unclear"
    UNMATCHED = "unmatched"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class RepliedAppointment:
    """An appointment that a reply may be about. `moved`: it is not where or when the text said.
    UTC.

    `given_away`: it was off, and somebody else has its time by now.
    `not_theirs`: it is another person's by now, or its person has another number. Such a one keeps
    its place in the list, so that "2 no" means what the text numbered 2, but is neither changed nor
    spoken of.
    """

    id: int
    status: str
    starts_at: datetime
    zone: str
    late_hours: int
    moved: bool = False
    not_theirs: bool = False
    given_away: bool = False
    first_name: str = ""
    name: str = ""
    minutes: int = Appointment.USUAL_MINUTES

    @property
    def ends_at(self) -> datetime:
        """When it is over (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reply answers. `asks` is None where that is not known.

    `family` are the appointments of the list whose numbers hold. `others`: the number was told
    lately of appointments besides those of the text, and they have no answer. `invited`: the
    text was an invitation to come again.
    """

    asks: Asks | None
    family: Sequence[RepliedAppointment] = ()
    others: bool = False
    invited: bool = False


@dataclass(slots=True)
class Decision:
    """What is to be done: `cards` are kinds with their appointment, `purpose` and `about` the
    answer's.
    """

    outcome: ReplyOutcome
    statuses: dict[int, Appointment.Status] = field(default_factory=dict)
    cards: dict[InboxItem.Kind, int | None] = field(default_factory=dict)
    purpose: str = ""
    about: tuple[int, ...] = ()
    no_more: tuple[int, ...] = ()
    stop: bool = False
    start: bool = False
    pause: bool = False
