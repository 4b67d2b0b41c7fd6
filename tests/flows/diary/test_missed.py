"""A patient does not come: noted by itself, texted at a click, and called back by the patient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reminders.domain.common.audit import Actor
from reminders.domain.missed.automatic import note_missed
from reminders.domain.missed.history import missed_by
from reminders.domain.missed.text import text_missed
from reminders.models import Appointment, InboxItem
from tests.flows.conftest import Clinic


def test_who_did_not_come_is_texted_and_the_answer_is_left_to_staff(clinic: Clinic) -> None:
    clinic.place.missed_after_minutes = 60
    clinic.place.missed_from = clinic.world.now
    clinic.place.save()
    clinic.diary("1,Ann Lee,07700 900123,2026-03-03,10:00")
    clinic.wait_until(datetime(2026, 3, 3, 11, 45, tzinfo=UTC))

    assert note_missed(clock=clinic.world.clock) == 1
    assert clinic.statuses() == {"1": "no_show"}

    visit = Appointment.objects.select_related("contact", "location").get()
    text_missed(visit, by=Actor.staff(None), now=clinic.world.now)
    clinic.world.settle()
    assert clinic.texts()[-1][1] == (
        "Ann, we missed you on Tue 3 March at 10:00 at Harbour Dental. "
        "For a new time, call 020 7946 0123."
    )

    clinic.hear("Sorry, I was ill. Yes please, another time")
    # To a text of staff nothing is read by itself: the visit stays as it is, and somebody answers.
    assert clinic.statuses() == {"1": "no_show"}
    assert InboxItem.objects.filter(contact=visit.contact, done_at=None).exists()
    now = clinic.world.now + timedelta(days=1)
    assert missed_by([visit.contact_id], now=now)[visit.contact_id].words == "Missed 1 of 1"
