"""A test that commits leaves the database as it found it, whatever it did to seeded rows."""

import pytest
from django.contrib.auth.models import Group, Permission

from reminders.models import Contact, Location
from tests.factories import make_contact, make_location

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_rows_that_were_written_are_gone_and_seeded_ones_are_back(turn: str) -> None:
    assert not Contact.objects.exists()
    assert not Location.objects.exists()
    assert Group.objects.filter(name="manager", permissions__isnull=False).exists()
    assert not Permission.objects.filter(name=turn).exists()

    make_location(name=turn)
    make_contact()
    Group.objects.filter(name="manager").update(name="chief")
    Group.objects.exclude(name="chief").delete()
    Permission.objects.update(name=turn)
