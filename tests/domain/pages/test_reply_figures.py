"""How well replies are read, by week: alone, with a card, and turned round by staff."""

from datetime import date, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.appointments import set_status, undo_status
from reminders.domain.pages.figures.daily import compute_texts
from reminders.domain.pages.reply_figures import ReplyFigures, reply_figures
from reminders.models import Appointment, AuditEntry
from tests import factories as make
from tests.domain.replies.texting import answers, texted
from tests.factories import NOON

pytestmark = pytest.mark.django_db
WEEK = date(2026, 3, 2)
LATER = NOON + timedelta(hours=1)


def visit(**values: Any) -> Appointment:  # Any: whatever the factory takes
    return make.make_appointment(**({"location": make.make_location()} | values))


def turn(appointment: Appointment, status: str) -> None:
    """Somebody of the staff gives it this status an hour after NOON."""
    staff = Actor.staff(make.make_user().pk)
    set_status([appointment.pk], Appointment.Status(status), by=staff, now=LATER)


def figures(*places: int, everywhere: bool = True, since: date = WEEK) -> ReplyFigures:
    """Those of the week of NOON; of all locations where none is named."""
    ids = places or tuple(Appointment.objects.values_list("location_id", flat=True))
    compute_texts(since, date(2026, 3, 8), now=LATER)
    weeks = reply_figures(
        location_ids=ids,
        everywhere=everywhere,
        since=since,
        until=date(2026, 3, 8),
    )
    return dict(weeks)[WEEK]


def test_what_needed_nobody_what_has_a_card_and_what_was_taken():
    answers("Y", to=texted(visit()))
    answers("N", to=texted(visit()))
    answers("Yes if the bus runs", to=texted(visit()))

    assert figures() == ReplyFigures(replies=3, alone=2, cards=2, acted=2, undone=0)
    assert figures().alone_share == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("text", "status", "undone"),
    [
        ("Y", "declined", 1),
        ("Y", "booked", 1),
        ("N", "confirmed", 1),
        ("Y", "confirmed", 0),
        ("Y", "arrived", 0),
    ],
)
def test_only_what_staff_turned_round_was_undone(text, status, undone):
    one = visit()
    answers(text, to=texted(one))

    turn(one, status)

    assert (figures().acted, figures().undone) == (1, undone)


def test_what_staff_took_back_was_undone():
    one = visit()
    answers("Y", to=texted(one))
    event = AuditEntry.objects.get(kind="confirmed")

    undo_status(event.pk, by=Actor.staff(make.make_user().pk), now=LATER)

    assert (figures().undone, figures().undone_share) == (1, 1.0)


def test_a_patient_who_writes_again_undid_it_themselves():
    one = visit()
    text = texted(one)
    answers("Y", to=text)
    answers("Oh dear, flat tyre", to=text, now=NOON + timedelta(minutes=20))

    turn(one, "declined")

    assert (figures().acted, figures().undone) == (1, 0)


def test_what_staff_decided_first_is_no_error_of_the_reading():
    one = visit()
    turn(one, "confirmed")
    turn(one, "declined")

    assert figures() == ReplyFigures()


def test_another_locations_replies_do_not_count():
    mine, other = visit(), visit()
    answers("Y", to=texted(mine))
    answers("Hm, bus?", to=texted(other))
    answers("Y", phone=make.phone())

    assert figures(mine.location_id, everywhere=False) == ReplyFigures(1, 1, 0, 1, 0)
    assert figures(mine.location_id, other.location_id).replies == 3


def test_weeks_without_a_reply_are_there_and_no_more_than_six():
    weeks = reply_figures(
        location_ids=[],
        everywhere=True,
        since=date(2025, 3, 3),
        until=date(2026, 3, 8),
    )

    assert [week for week, _ in weeks] == [WEEK - timedelta(weeks=ago) for ago in range(5, -1, -1)]
    assert {one for _, one in weeks} == {ReplyFigures()}
