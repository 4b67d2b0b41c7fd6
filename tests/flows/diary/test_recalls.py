"""Ann was here half a year ago: she is found, invited, answers, and is booked by a person."""

from __future__ import annotations

from datetime import date, time, timedelta

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import create_appointment
from reminders.domain.recalls import batch
from reminders.domain.recalls.due import Stage, at_stage, holding
from reminders.domain.recalls.figures import recall_figures
from reminders.domain.recalls.find import find_due
from reminders.models import Appointment, Contact, Recall
from tests import factories as make
from tests.flows.conftest import ANN, Clinic


def test_a_recall_from_the_night_to_the_next_visit(clinic: Clinic) -> None:
    check_up = make.make_service(recall_months=6)
    ann = make.make_contact(phone=ANN)
    make.make_appointment(
        contact=ann, service=check_up, location=clinic.place, day=date(2025, 9, 1), status="arrived"
    )
    now = clinic.world.now
    assert [find_due(now=now), find_due(now=now)] == [1, 0]

    look = batch.preview(Stage.FIRST, now=now, location_ids=None)
    assert [one.recall.contact for one in look.going] == [ann]
    ids = [one.recall.pk for one in look.going]
    sent, texts = batch.send(ids, Stage.FIRST, by=SYSTEM, now=now, location_ids=None)
    again = batch.send(ids, Stage.FIRST, by=SYSTEM, now=now, location_ids=None)
    assert (texts, again) == (1, (None, 0))
    clinic.wait_until(now + timedelta(hours=2))
    clinic.hear("Yes please")

    told = [words for status, words in clinic.texts() if status == "delivered"]
    assert told == [
        "Hi Ann, it is time for your next visit at Harbour Dental. To book, reply to this text "
        "or call 020 7946 0123.",
        "Thanks, we have passed your message to the reception at Harbour Dental. "
        "If it is urgent, call 020 7946 0123.",
    ]
    assert (clinic.cards(), Appointment.objects.count()) == (["recall"], 1)
    assert sent is not None
    assert batch.undo(sent.pk, by=SYSTEM, now=clinic.world.now) == 0
    create_appointment(
        location=clinic.place, contact=Contact.objects.get(pk=ann.pk), day=date(2026, 3, 20),
        at=time(9), by=SYSTEM, now=clinic.world.now,
    )  # fmt: skip
    assert not holding(now=clinic.world.now).exists()


def test_a_second_invitation_after_three_weeks_and_no_third(clinic: Clinic) -> None:
    visit = make.make_appointment(
        contact=make.make_contact(phone=ANN), service=make.make_service(recall_months=6),
        location=clinic.place, day=date(2025, 9, 1), status="arrived",
    )  # fmt: skip
    find_due(now=clinic.world.now)
    for stage in (Stage.FIRST, Stage.SECOND):
        now = clinic.world.now
        ids = list(at_stage(holding(now=now), stage, now=now).values_list("pk", flat=True))
        batch.send(ids, stage, by=SYSTEM, now=now, location_ids=[visit.location_id])
        clinic.wait_until(now + timedelta(hours=1))
        clinic.world.now += timedelta(days=22)

    now = clinic.world.now
    due = [at_stage(holding(now=now), stage, now=now).count() for stage in Stage]
    figures = recall_figures(since=now - timedelta(days=90), until=now, location_ids=None, now=now)
    assert (due, Recall.objects.get().texts) == ([0, 0, 1], 2)
    assert (figures.booked, figures.open) == (0, 0)
