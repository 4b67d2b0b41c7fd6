"""What staff save from a form: each is one transaction, refused when somebody else was quicker.

The transaction is opened here and nowhere above, because a change that the database stops for
another can only be done again as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import retry_on_conflict
from reminders.domain.diary.appointments import create_appointment
from reminders.domain.diary.contacts import change_contact, create_contact
from reminders.domain.diary.wrong_numbers import is_right_after_all
from reminders.models import Appointment, Contact, Location


@retry_on_conflict
def save_contact(
    contact: Contact,
    changes: Mapping[str, Any],
    *,
    seen: str,
    number_is_right: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Change a contact as staff filled in the form that showed the state with the etag `seen`.

    `number_is_right` takes back what calls found of the present number. Raises
    ChangedMeanwhileError.
    """
    with transaction.atomic():
        change_contact(contact, changes, seen=seen, by=by, now=now)
        if number_is_right:
            is_right_after_all(Contact.objects.get(pk=contact.pk), by=by, now=now)


@retry_on_conflict
def book(
    patient: Contact | Mapping[str, Any],
    *,
    location: Location,
    day: date,
    at: time,
    by: Actor,
    now: datetime,
    **plain: Any,
) -> Appointment:
    """Book a visit for a patient who is known, or who is added by these columns with the visit.

    `day` and `at` are the location's wall clock; `plain` is as in `create_appointment`.
    """
    with transaction.atomic():
        if not isinstance(patient, Contact):
            patient = create_contact(patient, by=by, now=now)
        return create_appointment(
            location=location, contact=patient, day=day, at=at, by=by, now=now, **plain
        )
