"""The migration that gives patient numbers their diary, over data of before."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

from reminders.models import Contact
from tests import factories as make

BEFORE = import_module("reminders.migrations.0014_numbers_of_a_diary").Migration.dependencies[0][1]


@pytest.mark.django_db(transaction=True)
def test_numbers_get_the_diary_of_their_appointments_and_placeholders_go() -> None:
    main, mill = make.make_location(name="Main"), make.make_location(name="Mill")
    names = {}
    for number, diaries in {"7": [""], "8": ["B", "B"], "9": ["B", "C"], "NEW": ["B"], "0": []}.items():
        contact = make.make_contact(external_id=number)
        names[contact.pk] = number
        for n, diary in enumerate(diaries):
            place = mill if diary else main
            make.make_appointment(
                contact=contact, location=place, diary=diary, external_id=f"{number}-{diary}-{n}"
            )
    call_command("migrate", "reminders", BEFORE, verbosity=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'contact_external_id%'")
            assert cursor.fetchall() == [("contact_external_id_once",)]
    finally:
        call_command("migrate", "reminders", verbosity=0)

    found = {names[row.pk]: (row.external_id, row.diary) for row in Contact.objects.all()}
    assert found == {"7": ("7", ""), "8": ("8", "B"), "9": ("9", ""), "NEW": ("", ""), "0": ("", "")}
