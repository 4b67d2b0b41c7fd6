"""Nobody gives what they do not have, and nothing to themselves, whichever way the administration
offers.
"""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from reminders.domain.setup.colleagues import granting
from reminders.models import Location, StaffProfile
from tests.factories import make_location, make_user

pytestmark = pytest.mark.django_db
PROFILE = "staff_profile"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def role(name: str, *codes: str) -> Group:
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=codes))
    return group


def administrator(**values) -> User:
    return make_user(group="administrator", **values)


def form_of(user: User, **changes) -> dict:
    """What the form of a user posts, with the profile below it."""
    profile, _ = StaffProfile.objects.get_or_create(user=user)
    values = {
        "username": user.username,
        "is_active": "on",
        "groups": [group.pk for group in user.groups.all()],
        f"{PROFILE}-TOTAL_FORMS": 1,
        f"{PROFILE}-INITIAL_FORMS": 1,
        f"{PROFILE}-0-id": profile.pk,
        f"{PROFILE}-0-user": user.pk,
        f"{PROFILE}-0-locations": [place.pk for place in profile.locations.all()],
    }
    if profile.all_locations:
        values[f"{PROFILE}-0-all_locations"] = "on"
    return {name: value for name, value in (values | changes).items() if value is not None}


def save(by: User, user: User, **changes) -> int:
    address = f"/admin/auth/user/{user.pk}/change/"
    return signed_in(by).post(address, form_of(user, **changes)).status_code


def rights(user: User) -> granting.Rights:
    return granting.rights_of(User.objects.get(pk=user.pk))


def group(name: str) -> Group:
    return Group.objects.get(name=name)


EVERYTHING = {f"{PROFILE}-0-all_locations": "on"}
HR = (
    "change_user",
    "add_user",
    "view_user",
    "delete_user",
    "change_reminderrule",
    "change_staffprofile",
    "view_staffprofile",
    "add_staffprofile",
    "view_location",
)


def hr(*locations: Location) -> User:
    """Somebody who may change users, and little else."""
    user = make_user(locations=locations)
    user.groups.add(role("hr", *HR))
    return user


def limited_administrator() -> User:
    return administrator(locations=(make_location(),))


ACTORS = [administrator, limited_administrator, hr]


@pytest.mark.parametrize("who", ACTORS, ids=lambda who: who.__name__)
def test_nobody_gives_themselves_anything(who: Callable[[], User]):
    user, other = who(), make_location()
    before = rights(user)
    more = [one.pk for one in Group.objects.all()]

    save(user, user, groups=more, is_superuser="on", user_permissions=[1], **EVERYTHING,
         **{f"{PROFILE}-0-locations": [other.pk]})  # fmt: skip
    save(user, user, is_active=None)

    assert (rights(user), User.objects.get(pk=user.pk).is_active) == (before, True)


def test_ones_own_name_is_ones_own_to_change():
    user = administrator()

    assert save(user, user, first_name="Robin") == 302
    assert User.objects.get(pk=user.pk).first_name == "Robin"


def test_an_administrator_gives_what_they_have():
    mine, user = make_location(), make_user(group="receptionist", locations=(make_location(),))

    save(
        administrator(), user, groups=[group("manager").pk], **{f"{PROFILE}-0-locations": [mine.pk]}
    )
    save(administrator(), user, groups=[group("manager").pk], **EVERYTHING)

    assert list(user.groups.all()) == [group("manager")]
    assert (rights(user).everywhere, rights(user).locations) == (True, {mine.pk})


def test_who_lacks_a_role_cannot_give_it():
    user = make_user(locations=(make_location(),))

    status = save(hr(), user, groups=[group("administrator").pk])

    assert (status, user.groups.count()) == (200, 0)


def test_a_limited_administrator_gives_their_own_locations_only():
    mine, other = make_location(), make_location()
    by, user = administrator(locations=(mine,)), make_user(locations=(mine,))

    answers = [
        save(by, user, **{f"{PROFILE}-0-locations": [mine.pk, other.pk]}),
        save(by, user, **EVERYTHING),
    ]

    assert answers == [200, 302]
    assert rights(user) == granting.Rights(False, frozenset(), False, frozenset({mine.pk}))


def test_a_limited_administrators_new_user_sees_nothing_until_given_a_location():
    by = limited_administrator()
    password = "a long password"

    signed_in(by).post(
        "/admin/auth/user/add/",
        {"username": "twin", "password1": password, "password2": password,
         "groups": [group("administrator").pk], f"{PROFILE}-0-all_locations": "on"},
    )  # fmt: skip

    twin = User.objects.get(username="twin")
    assert (rights(twin).everywhere, rights(twin).locations) == (False, frozenset())
    assert rights(by).cover(rights(twin))


def above(name: str) -> User:
    """Somebody who may do more than a user administrator of one location, in one way or another."""
    user = make_user(name, locations=(make_location(),))
    match name:
        case "owner":
            user.is_superuser = True
            user.save()
        case "everywhere":
            StaffProfile.objects.filter(user=user).update(all_locations=True)
        case "role":
            user.groups.add(group("administrator"))
        case "permission":
            user.user_permissions.add(Permission.objects.get(codename="delete_group"))
        case "switched off":
            user.groups.add(group("administrator"))
            User.objects.filter(pk=user.pk).update(is_active=False)
    return user


@pytest.mark.parametrize(
    "name", ["owner", "everywhere", "elsewhere", "role", "permission", "switched off"]
)
def test_whoever_may_do_more_is_out_of_reach(name):
    user = above(name)
    places = (
        tuple(user.staff_profile.locations.all()) if name != "elsewhere" else (make_location(),)
    )
    by = hr(*places)
    before, password = rights(user), User.objects.get(pk=user.pk).password
    client, new = signed_in(by), {"password1": "another long one", "password2": "another long one"}

    client.post(f"/admin/auth/user/{user.pk}/password/", new | {"usable_password": "true"})
    client.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"})
    client.post(
        "/admin/auth/user/",
        {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"},
    )
    save(by, user, groups=[], username="seized", is_active=None)

    after = User.objects.get(pk=user.pk)
    assert (rights(user), after.password, after.username) == (before, password, name)


def test_a_colleague_gets_a_new_password():
    mine = make_location()
    user, by = make_user(group="receptionist", locations=(mine,)), administrator(locations=(mine,))
    new = {
        "password1": "another long one",
        "password2": "another long one",
        "usable_password": "true",
    }

    response = signed_in(by).post(f"/admin/auth/user/{user.pk}/password/", new)

    user.refresh_from_db()
    assert (response.status_code, user.check_password("another long one")) == (302, True)


def test_ones_own_password_takes_the_old_one():
    user = administrator()
    new = {
        "password1": "another long one",
        "password2": "another long one",
        "usable_password": "false",
    }

    response = signed_in(user).post(f"/admin/auth/user/{user.pk}/password/", new)

    user.refresh_from_db()
    assert (response.headers["Location"], user.check_password("a long password")) == (
        "/password/",
        True,
    )
