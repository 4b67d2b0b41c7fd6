"""What calls had found before numbers were marked as wrong is kept."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from reminders.models import CallAttempt, Contact
from tests.factories import make_appointment, make_contact

pytestmark = pytest.mark.django_db
MIGRATION = import_module("reminders.migrations.0016_wrong_numbers_and_first_login")


def test_calls_in_force_mark_the_number_and_older_ones_do_not():
    found, corrected, undone, plain, none = (
        make_appointment(contact=make_contact(first_name=name, **more))
        for name, more in {"A": {}, "B": {}, "C": {}, "D": {}, "E": {"phone": ""}}.items()
    )
    for one in (found, found, corrected, undone, none):
        at = one.contact.updated_at + timedelta(hours=-1 if one is corrected else 1)
        CallAttempt.objects.create(
            appointment=one, at=at, outcome="wrong_number", undone_at=at if one is undone else None
        )
    CallAttempt.objects.create(
        appointment=plain, at=plain.contact.updated_at + timedelta(hours=1), outcome="called"
    )

    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.KEEP_WHAT_CALLS_FOUND)

    marked = Contact.objects.exclude(wrong_number="")
    assert [(one.pk, one.has_wrong_number) for one in marked] == [(found.contact_id, True)]
    assert (
        list(CallAttempt.objects.exclude(phone="").values_list("appointment", "phone"))
        == [(found.pk, found.contact.phone)] * 2
    )
