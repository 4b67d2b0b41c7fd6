"""What patients read of a change of many visits, and what becomes of their reminders."""

from __future__ import annotations

from datetime import date, time

import pytest
from pytest_django import Settings

from reminders.domain.common.audit import SYSTEM
from reminders.domain.links.addresses import digest_of, secret_in
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.setup.wordings import WordingKey, save_wording
from reminders.domain.visit_page.show import visits_of
from reminders.domain.whole_day.choosing import begin, prepare
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import (
    Appointment,
    Location,
    Message,
    Reminder,
    VisitLink,
)
from tests import factories as make
from tests.domain.whole_day.visits import (
    CANCEL,
    LATE,
    LATER,
    carried_out,
    standing,
    texts,
    visit,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_the_text_about_a_move_carries_the_question_and_replaces_the_reminder(
    place: Location,
) -> None:
    row = visit(place, at=time(10))
    carried_out([row], LATER)

    rows = Reminder.objects.filter(appointment=row, version=2).order_by("rule__kind")
    assert list(rows.values_list("rule__kind", "state", "reason", "message__asks")) == [
        ("confirmation", "sending", "", "yes_no"),
        ("reminder", "skipped", "replaced", None),
    ]
    plan_appointments([row.pk], now=NOON)
    assert len(texts()) == 1
    assert Reminder.objects.filter(appointment=row, version=2, state="planned").count() == 0


def test_the_reminder_before_the_new_time_is_kept_where_that_is_wanted(place: Location) -> None:
    row = visit(place, at=time(10))
    carried_out([row], Wish(Kind.MOVE, minutes=120, keeps_reminders=True))

    kept = Reminder.objects.filter(appointment=row, version=2, rule__kind="reminder")
    assert list(kept.values_list("state", flat=True)) == ["planned"]


def test_moved_to_another_week_the_rules_ask_in_their_time(place: Location) -> None:
    row = visit(place)
    carried_out([row], Wish(Kind.MOVE, day=date(2026, 3, 10)))

    again = Appointment.objects.get(pk=row.pk)
    assert (again.local_date, again.local_time) == (date(2026, 3, 10), time(14))
    states = Reminder.objects.filter(appointment=row, version=2).values_list("state", flat=True)
    assert set(states) == {"planned"}
    assert texts() == [
        "Ann, your appointment has moved. It is now on Tue 10 March at 14:00 at "
        "Harbour Dental. Reply Y to confirm or N if you can't come."
    ]


def test_a_family_reads_of_its_moved_visits_in_one_text(place: Location) -> None:
    phone = make.phone()
    rows = [
        visit(
            place, at=time(10, 15 * index), contact=make.make_contact(first_name=name, phone=phone)
        )
        for index, name in enumerate(("Ann", "Ben"))
    ]
    carried_out(rows, LATER)

    assert texts() == [
        "Harbour Dental: your new times on Tue 3 March: 1) Ann 12:00, 2) Ben 12:15. "
        "Reply Y to confirm all, Y 2 for one only, or N if you can't come."
    ]
    message = Message.objects.get(state="queued")
    assert (message.asks, message.reminders.count()) == ("numbered", 2)


def test_a_family_reads_of_a_delay_once(place: Location) -> None:
    phone = make.phone()
    rows = [
        visit(
            place,
            day=NOON.date(),
            at=time(13, 15 * index),
            contact=make.make_contact(first_name=name, phone=phone),
        )
        for index, name in enumerate(("Ann", "Ben"))
    ]
    carried_out(rows, LATE)

    assert len(texts()) == 1


def test_outside_texting_hours_texts_wait_and_what_would_come_too_late_is_called(
    place: Location,
) -> None:
    evening = NOON.replace(hour=21)
    early, late = visit(place, at=time(8)), visit(place, at=time(14))
    change = prepare([early, late], by=SYSTEM, now=evening)

    begin(change, CANCEL, now=evening)

    assert standing(change) == [("done", "No texting hours left before the visit"), ("done", "")]
    (message,) = Message.objects.filter(state="queued")
    assert message.send_after == NOON.replace(day=3, hour=8)


def test_each_reads_it_in_their_language(place: Location) -> None:
    row = visit(place, contact=make.make_contact(first_name="Uwe", language="de"))
    carried_out([row], CANCEL)

    assert texts() == [
        "Uwe, leider müssen wir Ihren Termin bei Harbour Dental am Di., 3. März um 14:00 Uhr "
        "absagen. Für einen neuen Termin: 020 7946 0123."
    ]


def test_the_later_delay_replaces_the_one_that_waits(place: Location) -> None:
    row = visit(place, day=NOON.date(), at=time(13))
    carried_out([row], LATE)
    carried_out([row], Wish(Kind.LATE, minutes=45))

    assert len(texts()) == 1
    assert "45 minutes" in texts()[0]


def test_own_words_may_use_a_column_of_the_diary(place: Location) -> None:
    row = visit(place, extra={"Room": "12"})
    wish = Wish(Kind.TEXT, text="{first_name}, please go to room {x:Room|at the desk}")

    assert wish.problem(language="en", columns=["Room"]) == ""
    assert "no column “Room”" in wish.problem(language="en")
    carried_out([row], wish)
    assert texts() == ["Ann, please go to room 12"]


def test_of_a_child_the_parent_is_told(place: Location) -> None:
    parent = make.make_contact(first_name="Mia", last_name="Lee")
    row = visit(place, contact=make.make_contact(first_name="Tom", phone="", responsible=parent))

    carried_out([row], CANCEL)

    (message,) = Message.objects.filter(state="queued")
    assert message.phone == parent.phone
    assert message.text.startswith("Mia (Tom), we are sorry")


@pytest.mark.parametrize(("wish", "purpose"), [(LATER, "moved"), (CANCEL, "cancelled")])
def test_a_wording_with_a_link_gives_each_its_own(
    place: Location, settings: Settings, wish: Wish, purpose: str
) -> None:
    settings.PUBLIC_URL = "https://r.example"
    text = "{first_name}, {location}: {date} {time}. {link}"
    save_wording(WordingKey(purpose, "en"), text, by=SYSTEM, now=NOON)
    rows = [visit(place, contact=make.make_contact(first_name=name)) for name in ("Ann", "Ben")]

    carried_out(rows, wish)

    secrets = {secret_in(one) for one in texts()}
    assert len(secrets) == 2
    links = VisitLink.objects.select_related("message")
    assert {one.digest for one in links} == {digest_of(secret) for secret in secrets}
    assert {row.pk for one in links for _, row in visits_of(one)} == {row.pk for row in rows}
