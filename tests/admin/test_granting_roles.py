"""Rights of roles, and the last administrator."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User

from reminders.domain.setup.colleagues import granting
from reminders.domain.setup.colleagues.granting import Before, GrantError
from reminders.models import Location, StaffProfile
from tests.admin.test_granting import (
    ACTORS,
    administrator,
    form_of,
    group,
    limited_administrator,
    role,
    save,
    signed_in,
)
from tests.factories import make_location, make_user

pytestmark = pytest.mark.django_db


def save_role(by: User, name: str, permissions) -> int:
    row = group(name)
    given = {"name": name, "permissions": [one.pk for one in permissions]}
    return signed_in(by).post(f"/admin/auth/group/{row.pk}/change/", given).status_code


@pytest.mark.parametrize("who", ACTORS, ids=lambda who: who.__name__)
def test_nobody_changes_a_role_of_their_own(who: Callable[[], User]):
    user = who()
    user.groups.first().permissions.add(*Permission.objects.filter(codename__endswith="_group"))
    name = user.groups.first().name
    before = set(group(name).permissions.all())

    statuses = (save_role(user, name, []), save_role(user, name, Permission.objects.all()))
    deleting = signed_in(user).post(f"/admin/auth/group/{group(name).pk}/delete/", {"post": "yes"})

    assert (statuses, deleting.status_code, set(group(name).permissions.all())) == (
        (403, 403),
        403,
        before,
    )


def test_a_role_gets_no_more_than_who_changes_it_has():
    by = make_user()
    by.groups.add(role("of roles", "change_group", "view_group", "change_reminderrule"))
    plain = role("plain", "view_group")
    more = Permission.objects.filter(codename__in=["view_group", "change_user"])

    refused = save_role(by, "plain", more)
    taken = save_role(by, "plain", Permission.objects.filter(codename="change_group"))

    assert (refused, taken) == (200, 302)
    assert list(plain.permissions.values_list("codename", flat=True)) == ["change_group"]


def test_the_role_of_somebody_above_is_not_changed():
    by = administrator()
    small = role("small", "view_contact")
    owner = make_user(is_superuser=True)
    owner.groups.add(small)

    assert save_role(by, "small", []) == 403


def test_a_limited_administrator_changes_no_role():
    role("small", "view_contact")

    assert save_role(limited_administrator(), "small", []) == 403


def test_the_owner_changes_any_role_but_leaves_an_administrator():
    owner = make_user(is_superuser=True)

    assert save_role(owner, "administrator", []) == 302
    assert group("administrator").permissions.count() == 0
    assert granting.has_administrator() is True


@pytest.mark.parametrize("taken", ["deleted", "switched off", "demoted", "limited", "role emptied"])
def test_the_last_administrator_stays(taken):
    """Two who take each other's rights at the same moment: the second looks again at what is
    left.
    """
    last = administrator()
    before = Before.change_by(last)
    match taken:
        case "deleted":
            last.delete()
        case "switched off":
            User.objects.update(is_active=False)
        case "demoted":
            last.groups.clear()
        case "limited":
            StaffProfile.objects.update(all_locations=False)
        case "role emptied":
            group("administrator").permissions.clear()

    with pytest.raises(GrantError, match="last administrator stays"):
        granting.check_change(before)


def test_another_administrator_may_be_switched_off():
    stays, goes = administrator(), administrator()

    save(stays, goes, is_active=None)

    assert list(User.objects.filter(is_active=True)) == [stays]


@pytest.mark.parametrize("owner", [True, False])
def test_nobody_deletes_a_user(owner):
    client = signed_in(make_user(is_superuser=True) if owner else administrator())
    user = make_user(group="receptionist")

    alone = client.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"})
    client.post(
        "/admin/auth/user/",
        {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"},
    )

    assert (alone.status_code, User.objects.filter(pk=user.pk).exists()) == (403, True)


def test_a_refusal_at_the_end_is_told_and_nothing_is_kept(monkeypatch):
    by, user = administrator(), make_user("stays", group="receptionist")

    def refuse(before: Before, *, user: User | None = None) -> None:
        raise GrantError(granting.LAST_ADMINISTRATOR)

    monkeypatch.setattr(granting, "check_change", refuse)
    client = signed_in(by)
    saved = client.post(
        f"/admin/auth/user/{user.pk}/change/", form_of(user, username="x"), follow=True
    )
    small = role("small", "view_contact")
    deleted = client.post(f"/admin/auth/group/{small.pk}/delete/", {"post": "yes"}, follow=True)
    several = client.post(
        "/admin/auth/group/",
        {"action": "delete_selected", "_selected_action": [small.pk], "post": "yes"},
        follow=True,
    )

    pages = [page.content.decode() for page in (saved, deleted, several)]
    assert [granting.LAST_ADMINISTRATOR in page for page in pages] == [True, True, True]
    assert [" successfully" in page for page in pages] == [False, False, False]
    assert User.objects.get(pk=user.pk).username == "stays"
    assert Group.objects.filter(name="small").exists()


def test_a_limited_administrator_lists_no_staff_of_other_locations():
    mine, other = make_location(), make_location()
    by, colleague = administrator(locations=(mine,)), make_user(locations=(mine,))
    make_user(locations=(other,))
    make_user(locations=(mine, other))
    make_user()
    make_user(is_superuser=True, locations=(mine,))

    shown = signed_in(by).get("/admin/auth/user/").context["cl"].result_list

    assert {user.pk for user in shown} == {by.pk, colleague.pk}


@pytest.mark.parametrize("action", [False, True])
def test_a_location_that_limits_users_is_not_deleted_and_the_page_says_whom(action):
    place = make_location(name="Mill")
    make_user("bea", locations=(place,))
    client = signed_in(administrator())
    given: dict[str, Any] = {"post": "yes"}
    if action:
        given |= {"action": "delete_selected", "_selected_action": [place.pk]}
    address = "/admin/reminders/location/" + ("" if action else f"{place.pk}/delete/")

    page = client.post(address, given, follow=True).content.decode()

    assert Location.objects.filter(pk=place.pk).exists()
    assert "can&#x27;t be deleted while users are limited to it: bea" in page.replace(
        "&#39;", "&#x27;"
    )


def test_a_location_of_those_who_see_all_may_go():
    place = make_location()
    user = make_user()
    user.staff_profile.locations.add(place)

    signed_in(administrator()).post(
        f"/admin/reminders/location/{place.pk}/delete/", {"post": "yes"}
    )

    assert not Location.objects.filter(pk=place.pk).exists()
