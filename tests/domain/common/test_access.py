"""Which locations a user sees: all is said by a flag, and nothing is meant by an empty list."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from reminders.domain.common.access import remember, scope_of
from reminders.models import StaffProfile
from tests.factories import make_appointment, make_contact, make_location, make_user

pytestmark = pytest.mark.django_db


def seen(user: User) -> tuple[bool, int]:
    scope = scope_of(User.objects.get(pk=user.pk))
    return scope.restricted, len(scope.locations)


def test_a_new_user_sees_no_location():
    make_location()
    user = User.objects.create_user("new")

    assert (seen(user), StaffProfile.objects.get(user=user).all_locations) == ((True, 0), False)


def test_who_sees_all_locations_sees_a_new_one_too():
    user = make_user()
    make_location()

    assert seen(user) == (False, 1)


def test_a_superuser_sees_every_location_whatever_the_list_says():
    mine, _ = make_location(), make_location()

    assert seen(make_user(locations=(mine,), is_superuser=True)) == (False, 2)


@pytest.mark.parametrize("gone", ["deleted", "switched off"])
def test_a_user_whose_only_location_is_gone_sees_nothing(gone):
    mine, other = make_location(), make_location()
    make_appointment(location=other, contact=make_contact(first_name="Foreigner"))
    user = make_user(group="manager", locations=(mine,))
    if gone == "deleted":
        StaffProfile.locations.through.objects.all().delete()
        mine.delete()
    else:
        mine.active = False
        mine.save(update_fields=["active"])
    client = Client()
    client.force_login(user)

    pages = [
        client.get(address).content.decode() for address in ("/", "/contacts/", "/appointments/")
    ]

    assert seen(user) == (True, 0)
    assert [page for page in pages if "Foreigner" in page] == []


@pytest.mark.parametrize("everywhere", [False, True])
def test_the_pages_begin_with_the_only_location_that_is_listed_for_somebody(everywhere):
    mine, _other = make_location(), make_location()
    user = make_user(locations=(mine,))
    StaffProfile.objects.filter(user=user).update(all_locations=everywhere)

    assert scope_of(user).chosen == mine


def test_all_locations_that_were_chosen_stay_chosen():
    mine, _other = make_location(), make_location()
    user = make_user(locations=(mine,))
    StaffProfile.objects.filter(user=user).update(all_locations=True)

    remember(scope_of(user).profile, location=None)

    assert scope_of(user).chosen is None
