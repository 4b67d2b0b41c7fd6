"""Every page and action, for every role, at an own and at a foreign location: the server
decides.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reminders.domain.common.access import PERMISSIONS, seed_roles
from reminders.models import Contact, InboxItem
from tests.factories import make_location, make_user
from tests.views.access_table import EVERYWHERE, OPEN, STAFF, TABLE, WHOLE_SITE, Row, things

pytestmark = pytest.mark.django_db

ALLOWED = {200, 204, 302, 409, 422}
"""What an action may answer that was let in: done, elsewhere, too late, or asked with too little.
"""


def ask(user: User | None, row: Row, there: dict[str, Any]) -> Any:
    client = Client()
    if user:
        client.force_login(user)
    address = reverse(row.url, args=[there[row.names]] if row.names else [])
    query = f"?{row.query.format(**there)}" if row.query else ""
    if row.method == "GET":
        return client.get(address + query)
    given = {name: value.format(**there) for name, value in row.given.items()}
    return client.post(address + query, given)


def addresses(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name)


def test_every_address_has_its_row():
    assert set(addresses(get_resolver().url_patterns)) == {row.url for row in TABLE} | OPEN


@pytest.mark.parametrize("role", [*STAFF, ""])
@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_role_may_what_the_table_says_at_its_own_locations(row, role):
    mine, other = make_location(), make_location()
    limits = () if row.url in WHOLE_SITE else (mine,)
    user, stranger = make_user(group=role, locations=limits), make_user(group="manager")
    own = things(mine, user=user)
    foreign = things(other, user=stranger, name="Foreigner")

    status = ask(user, row, own).status_code
    limited = row.is_of_a_place and row.url not in WHOLE_SITE
    elsewhere = ask(user, row, foreign) if limited else None

    assert (status != 403, status in ALLOWED | {403}) == (role in row.roles, True)
    if elsewhere is not None:
        assert elsewhere.status_code in whats_foreign(row, role)
        assert "Foreigner" not in elsewhere.content.decode()


def whats_foreign(row: Row, role: str) -> set[int]:
    """How an address answers to what belongs to another location."""
    if role not in row.roles:
        return {403}
    return ALLOWED if row.names in EVERYWHERE or row.url == "appointment_new" else {404}


@pytest.mark.parametrize("row", [row for row in TABLE if not row.names], ids=str)
def test_no_list_shows_anybody_of_another_location(row):
    mine, other = make_location(), make_location()
    user = make_user(group=row.roles[-1], locations=(mine,))
    there = things(mine, user=user)
    things(other, user=make_user(group="manager"), name="Foreigner")

    page = ask(user, row, there).content.decode()

    assert "Foreigner" not in page


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_stranger_is_asked_to_sign_in(row):
    response = ask(None, row, things(make_location(), user=make_user()))

    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize(
    "row",
    [row for row in TABLE if row.url not in {one.url for one in TABLE if one.method == "GET"}],
    ids=str,
)
def test_what_changes_something_is_never_a_link(row):
    user = make_user(group="administrator")
    there = things(make_location(), user=user)

    assert ask(user, Row(row.url, "GET", row.roles, row.names), there).status_code == 405


@pytest.mark.parametrize("row", [row for row in TABLE if row.url in WHOLE_SITE], ids=str)
def test_what_holds_everywhere_is_not_for_a_manager_of_one_location(row):
    mine = make_location()
    user = make_user(group="administrator", locations=(mine,))

    assert ask(user, row, things(mine, user=user)).status_code == 403


def test_a_user_who_left_is_a_stranger():
    client = Client()
    user = make_user(group="manager")
    client.force_login(user)
    user.is_active = False
    user.save(update_fields=["is_active"])

    assert client.get("/").status_code == 302


def test_every_permission_of_the_roles_exists():
    granted = {
        role: set(
            Group.objects.get(name=role).permissions.values_list(
                "content_type__app_label", "codename"
            )
        )
        for role in PERMISSIONS
    }

    assert granted == PERMISSIONS


def test_a_role_keeps_what_an_administrator_made_of_it():
    group = Group.objects.get(name="receptionist")
    group.permissions.clear()

    seed_roles()

    assert group.permissions.count() == 0


def test_a_restricted_receptionist_changes_nothing_of_another_location():
    mine, other = make_location(), make_location()
    user = make_user(group="receptionist", locations=(mine,))
    there: dict[str, Any] = things(other, user=user, name="Foreigner")
    client = Client()
    client.force_login(user)

    client.post(f"/contacts/{there['contact']}/edit/", {"first_name": "Changed"})
    client.post(f"/inbox/{there['card']}/done/", {"revision": "1"})

    assert Contact.objects.get(pk=there["contact"]).first_name == "Foreigner"
    assert InboxItem.objects.get(pk=there["card"]).done_at is None
