"""Text somebody who did not come, at one click: in their language, once for each visit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from reminders.domain.clock.sending_hours import next_open
from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import lock_appointment, retry_on_conflict
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.diary.staff_actions import StaffActionError, send_text
from reminders.domain.missed.worklist import PURPOSE
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.rule_book import hours_of
from reminders.domain.sending.outbox import USEFUL_FOR
from reminders.models import Appointment, Message, Reminder, ReminderRule, VisitChange


@retry_on_conflict
def text_missed(appointment: Appointment, *, by: Actor, now: datetime) -> Message:
    """Ask the patient to call for another time; outside of texting hours it waits for them.

    Raises StaffActionError where they were texted about it already, came after all, or can't be
    texted.
    """
    with transaction.atomic():
        # Two at a time would each find that no text is there yet.
        row = lock_appointment(appointment.pk)
        if row.status != Appointment.Status.NO_SHOW:
            raise StaffActionError("They came after all, or the visit was changed. Look again.")
        if Message.objects.filter(appointment=row, purpose=PURPOSE).exists():
            raise StaffActionError("They have been texted about this visit already.")
        if _told_by_rule(row).exists():
            raise StaffActionError("A rule has texted them about this visit already.")
        message = send_text(
            appointment.contact, words_for(appointment), by=by, now=now, appointment=appointment
        )
        message.purpose = PURPOSE
        message.scheduled_at = message.send_after = next_open(now, hours_of(appointment.location))
        message.expires_at = message.scheduled_at + USEFUL_FOR
        message.save(update_fields=["purpose", "scheduled_at", "send_after", "expires_at"])
        # A rule that would tell the same has nothing left to say.
        VisitChange.objects.filter(appointment=row).update(telling=VisitChange.Telling.HAND)
        plan_appointments([row.pk], now=now)
    return message


def _told_by_rule(visit: Appointment) -> QuerySet[Reminder]:
    texts = Reminder.objects.filter(appointment=visit, version=visit.version)
    return texts.filter(rule__kind=ReminderRule.Kind.MISSED, state__in=Reminder.HANDED_OVER)


def words_for(appointment: Appointment) -> str:
    """The text about a missed visit, in the language of whom is texted."""
    place, contact = appointment.location, appointment.contact
    texted = contact.texted_on(appointment.local_date)
    words = WordingCatalogue.load().words(None, PURPOSE, (texted.language, place.language))
    if words is None:
        raise StaffActionError("There is no wording for this text. Write one under Wordings.")
    return words.template.render(
        values_for(
            first_name=contact.addressed_on(appointment.local_date),
            name=contact.name,
            starts_at=appointment.starts_at,
            place=place,
            language=words.language,
        )
    )
