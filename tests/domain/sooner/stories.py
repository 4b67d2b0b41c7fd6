"""What comes in between, told in a few steps: late, early, twice, elsewhere, by another's hand."""

from __future__ import annotations

from datetime import date, time

from reminders.domain.common.audit import SYSTEM
from reminders.domain.consent.suppressions import OptOut, opt_out_all
from reminders.domain.diary.appointments import (
    change_appointment,
    create_appointment,
    set_status,
    undo_status,
)
from reminders.domain.sooner import staff
from reminders.domain.sooner.wishes import remove_wish
from reminders.models import Appointment, AuditEntry, Message, Suppression
from tests import factories as make
from tests.domain.sooner.scene import WEDNESDAY, Scene, at
from tests.faults.support.world import STAFF


def asked(scene: Scene) -> None:
    scene.decline()


def yes_in_time(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "Y", 5)


def yes_twice(scene: Scene) -> None:
    yes_in_time(scene)
    scene.says(scene.ben, "Yes!", 9)


def no(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "N", 5)


def no_and_no(scene: Scene) -> None:
    no(scene)
    scene.says(scene.clara, "no thanks", 7)


def no_then_yes(scene: Scene) -> None:
    no(scene)
    scene.says(scene.ben, "Yes", 8, to_offer=False)


def yes_but_later(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "yes but later", 5)


def another_day(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "Yes, Thursday", 5)


def the_day_restated(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "Yes, Wednesday at 10", 5)


def thanks(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "Thanks", 5)


def stop(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "STOP", 5)


def no_answer(scene: Scene) -> None:
    scene.decline()
    scene.ring(11)


def nobody_answers(scene: Scene) -> None:
    no_answer(scene)
    scene.ring(22)


def late_yes_while_next_is_asked(scene: Scene) -> None:
    no_answer(scene)
    scene.says(scene.ben, "Y", 12)


def late_yes_after_the_next_took_it(scene: Scene) -> None:
    scene.wish(scene.ben, days=[3])  # not Clara's Thursday, which becomes free in turn
    no_answer(scene)
    scene.says(scene.clara, "Y", 12)
    scene.says(scene.ben, "Y", 13)


def late_yes_when_nobody_took_it(scene: Scene) -> None:
    nobody_answers(scene)
    scene.says(scene.ben, "Y", 60)


def late_yes_when_it_is_too_near(scene: Scene) -> None:
    nobody_answers(scene)
    scene.says(scene.ben, "Y", 60 * 45)


def booked_by_hand(scene: Scene) -> None:
    scene.decline()
    stranger = make.make_contact(first_name="Dora")
    create_appointment(
        location=scene.place, contact=stranger, day=WEDNESDAY, at=time(10), by=STAFF, now=at(3)
    )
    scene.says(scene.ben, "Y", 5)


def booked_by_a_file(scene: Scene) -> None:
    scene.decline()
    scene.visit("Dora", WEDNESDAY, changed_at=at(3))
    scene.says(scene.ben, "Y", 5)


def own_visit_called_off(scene: Scene) -> None:
    scene.decline()
    set_status([scene.ben.pk], Appointment.Status.CANCELLED, by=STAFF, now=at(3))
    scene.says(scene.ben, "Y", 5)


def own_visit_is_sooner(scene: Scene) -> None:
    scene.decline()
    change_appointment(scene.ben, {"local_date": date(2026, 3, 3)}, by=STAFF, now=at(3))
    scene.says(scene.ben, "Y", 5)


def until_passed(scene: Scene) -> None:
    scene.wish(scene.ben, until=date(2026, 3, 3))
    scene.decline()


def other_days(scene: Scene) -> None:
    scene.wish(scene.ben, days=[1, 2, 4, 5])
    scene.decline()


def other_times(scene: Scene) -> None:
    scene.wish(scene.ben, time_from=time(10, 30))
    scene.decline()


def more_notice(scene: Scene) -> None:
    scene.wish(scene.ben, least_notice_hours=47)
    scene.decline()


def first_by_priority(scene: Scene) -> None:
    scene.wish(scene.clara, priority=1)
    scene.decline()


def other_location(scene: Scene) -> None:
    scene.wish(scene.ben, location=make.make_location())
    scene.decline()


def other_practitioner(scene: Scene) -> None:
    scene.wish(scene.ben, practitioner=make.make_practitioner())
    scene.decline()


def other_service(scene: Scene) -> None:
    scene.wish(scene.ben, service=make.make_service())
    scene.decline()


def too_long_for_it(scene: Scene) -> None:
    Appointment.objects.filter(pk=scene.ann.pk).update(duration=30)
    Appointment.objects.filter(pk=scene.ben.pk).update(duration=60)
    scene.decline()


def landline(scene: Scene) -> None:
    scene.person(scene.ben, phone_kind="landline")
    scene.decline()


def wrong_number(scene: Scene) -> None:
    scene.person(scene.ben, wrong_number=scene.ben.contact.phone)
    scene.decline()


def opted_out(scene: Scene) -> None:
    reason = Suppression.Reason.PATIENT
    opt_out_all([OptOut(scene.ben.contact.phone, reason, "STOP", None)], by=SYSTEM, now=at(-5))
    scene.decline()


def no_messages(scene: Scene) -> None:
    scene.person(scene.ben, channel="none")
    scene.decline()


def one_phone_for_two(scene: Scene) -> None:
    scene.person(scene.clara, phone=scene.ben.contact.phone)
    other = scene.visit("Eve", date(2026, 3, 5))
    scene.decline()
    set_status([other.pk], Appointment.Status.CANCELLED, by=STAFF, now=at(1))
    scene.ring(1)


def taken_off_the_list(scene: Scene) -> None:
    scene.decline()
    remove_wish(scene.wishes[scene.ben.pk], by=STAFF, now=at(3))
    scene.ring(3)


def text_that_reached_nobody(scene: Scene) -> None:
    scene.decline()
    Message.objects.filter(purpose="offer").update(state="failed")
    scene.ring(1)


def undone_after_it_is_out(scene: Scene) -> None:
    scene.decline()
    scene.last_text(scene.ben, 2)
    undo_status(AuditEntry.objects.get(kind="declined").pk, by=STAFF, now=at(3))
    scene.ring(3)
    scene.says(scene.ben, "Y", 5)


def undone_too_late(scene: Scene) -> None:
    yes_in_time(scene)
    line = AuditEntry.objects.get(kind="declined").pk
    assert not undo_status(line, by=STAFF, now=at(6))
    set_status([scene.ann.pk], Appointment.Status.CONFIRMED, by=STAFF, now=at(7))
    assert Appointment.objects.get(pk=scene.ann.pk).status == "declined"


def by_night(scene: Scene) -> None:
    scene.decline(60 * 9)
    assert scene.offers() == []
    scene.ring(60 * 20)


def stopped_by_staff(scene: Scene) -> None:
    slot = scene.decline()
    scene.last_text(scene.ben, 2)
    staff.stop(slot.pk, by=STAFF, now=at(3))
    scene.ring(3)


def given_on_the_phone(scene: Scene) -> None:
    scene.wish(scene.ben, days=[3])
    slot = scene.decline()
    scene.last_text(scene.ben, 2)
    staff.give(slot.pk, scene.wishes[scene.clara.pk].pk, by=STAFF, now=at(3))
    scene.ring(3)
    scene.says(scene.ben, "Y", 5)


def let_go(scene: Scene) -> None:
    slot = scene.decline()
    staff.let_go(slot.pk, by=STAFF, now=at(3))
    scene.ring(3)
