"""The table of rights as people wrote it down once more, and what it cannot say.

`tests/crawl/test_rights.py` asks every address whether it keeps to the table.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reminders.domain.common.access import seed_roles
from reminders.domain.rights.actions import TABLE as RIGHTS
from reminders.domain.rights.roles import PERMISSIONS, ROLES_IN_ORDER, starts_with
from reminders.domain.rights.table import Reach
from reminders.models import Contact, InboxItem
from tests.factories import make_location, make_user
from tests.views.access_table import OPEN, TABLE, WHOLE_SITE, may
from tests.views.access_things import things

pytestmark = pytest.mark.django_db


def addresses(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name)


def test_every_address_has_its_row_in_the_table_of_rights():
    there = set(addresses(get_resolver().url_patterns))

    assert there == {name for name in RIGHTS if name != "admin" and not name.startswith("admin:")}
    assert there == {row.url for row in TABLE} | OPEN


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_role_may_what_people_wrote_down(row):
    needed = RIGHTS[row.url].needs(row.method)

    assert {role for role in ROLES_IN_ORDER if starts_with(role, needed)} == may(row)


def test_what_holds_everywhere_takes_somebody_who_sees_everything():
    assert {name for name, row in RIGHTS.items() if row.reach is Reach.ALL} == WHOLE_SITE


def test_what_has_rules_of_its_own_is_written_down_twice():
    assert {name for name, row in RIGHTS.items() if row.is_own} - OPEN == {
        "admin:login",
        "admin:logout",
    }


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
