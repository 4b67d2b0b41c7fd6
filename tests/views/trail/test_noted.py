"""What stands in the trail afterwards: who, from where, what, about whom; and never in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reminders.domain.signing_in.links import make as make_link
from reminders.domain.trail.write import digest
from reminders.models import StaffProfile, TrailEntry
from tests.factories import make_location, make_user
from tests.views.door.steps import RIGHT, SECOND, code, with_app, wrong_code
from tests.views.trail.entries import HERE, browser_of, entries, only

pytestmark = pytest.mark.django_db


def test_signing_in_and_out() -> None:
    user = with_app()
    client = Client(REMOTE_ADDR=HERE)

    client.post("/sign-in/", RIGHT)
    client.post(SECOND, {"code": wrong_code()})
    client.post(SECOND, {"code": code()})
    client.post("/sign-out/")

    who = {"user_id": user.pk, "address": HERE, "contact_id": None}
    assert entries("sign_in", "refused", "sign_out") == [
        {"kind": "refused", "details": {"why": "code"}} | who,
        {"kind": "sign_in", "details": {"by": ["password", "totp"]}} | who,
        {"kind": "sign_out", "details": {}} | who,
    ]


def test_a_wrong_password_names_whose_it_was_and_never_what_was_typed() -> None:
    user = make_user("ann", group="receptionist")
    client = Client(REMOTE_ADDR=HERE)

    client.post("/sign-in/", {"username": "ann", "password": "secret-word"})
    client.post("/sign-in/", {"username": "Secret-Name", "password": "secret-word"})

    assert [(one["user_id"], one["details"]) for one in entries("refused")] == [
        (user.pk, {"why": "password"}),
        (None, {"why": "password", "name": digest("secret-name")}),
    ]
    assert "secret" not in repr(entries()).lower()


def test_a_machine_that_tries_on_during_its_pause_does_not_fill_the_trail() -> None:
    make_user("ann", group="receptionist")
    for _ in range(15):
        Client(REMOTE_ADDR=HERE).post("/sign-in/", {"username": "ann", "password": "no"})

    found = [one["details"]["why"] for one in entries("refused")]
    assert found == ["password"] * 9 + ["password, a pause began"]


def test_second_steps_and_proof(django_capture_on_commit_callbacks: Any) -> None:
    callbacks = django_capture_on_commit_callbacks
    user = with_app(group="receptionist")
    client = browser_of(user)

    client.post("/proof/", {"password": "a long password", "next": "/account/"})
    with callbacks(execute=True):
        client.post("/account/codes/new/")
        client.post("/account/app/remove/")

    assert only("proof")["details"] == {"by": "password"}
    assert {(one["details"]["change"], one["details"]["as"]) for one in entries("second_step")} == {
        ("made anew", "recovery_codes"),
        ("removed", "totp"),
        ("removed", "recovery_codes"),
    }
    assert {(one["user_id"], one["details"]["user"]) for one in entries("second_step")} == {
        (user.pk, user.pk)
    }


def test_an_administrator_changes_roles_locations_and_a_lost_second_step() -> None:
    place = make_location()
    by, user = make_user(group="administrator"), with_app("bea", group="receptionist")
    manager = Group.objects.get(name="manager")
    client, profile = browser_of(by), StaffProfile.objects.get(user=user)
    before = TrailEntry.objects.order_by("pk").last().pk

    client.post(
        f"/admin/auth/user/{user.pk}/change/",
        {
            "username": "bea",
            "is_active": "on",
            "groups": [manager.pk],
            "staff_profile-TOTAL_FORMS": 1,
            "staff_profile-INITIAL_FORMS": 1,
            "staff_profile-0-id": profile.pk,
            "staff_profile-0-user": user.pk,
            "staff_profile-0-locations": [place.pk],
        },
    )
    client.post(reverse("people_forget_factors", args=[user.pk]))
    client.post(reverse("people_role", args=[manager.pk]), {"second_factor": "yes"})

    told = TrailEntry.objects.filter(pk__gt=before).order_by("pk")
    receptionist = Group.objects.get(name="receptionist").pk
    assert {(one.user_id, one.address) for one in told} == {(by.pk, HERE)}
    assert sorted(str(one.details) for one in told) == sorted(
        str(one)
        for one in (
            {"of": "roles", "user": user.pk, "removed": [receptionist]},
            {"of": "roles", "user": user.pk, "added": [manager.pk]},
            {"user": user.pk, "change": "no longer given all locations"},
            {"of": "locations", "user": user.pk, "added": [place.pk]},
            {"user": user.pk, "change": "taken away"},
            {"role": manager.pk, "change": "second step needed"},
        )
    )


def test_what_a_role_allows() -> None:
    role = Group.objects.create(name="new")
    role.permissions.set([])
    user = make_user()
    right = Group.objects.get(name="manager").permissions.get(codename="change_wording")
    role.permissions.add(right)
    user.user_permissions.add(right)
    role.user_set.add(user)
    user.groups.clear()
    pk = role.pk
    role.delete()

    assert [one["details"] for one in entries("rights") if "change" not in one["details"]] == [
        {"role": pk, "added": ["change_wording"], "of": "rights"},
        {"user": user.pk, "added": ["change_wording"], "of": "rights"},
        {"role": pk, "added": [user.pk], "of": "users"},
        {"user": user.pk, "removed": [pk], "of": "roles"},
    ]
    assert entries("rights")[-1]["details"] == {"role": pk, "change": "role deleted"}


def test_passwords_however_they_are_set() -> None:
    user = make_user("ann")
    token = make_link(user, now=timezone.now())
    new = {"new_password1": "another long 1", "new_password2": "another long 1"}

    Client().post(reverse("choose_password", args=[token]), new)
    user.refresh_from_db()
    user.set_password("yet another")
    user.save()
    # A sign-in that writes a hash anew is no new password, nor is one that notes the moment.
    user.save(update_fields=["last_login"])

    about = {"user": user.pk}
    assert [one["details"] for one in entries("password")] == [
        {"change": "link made"} | about,
        {"change": "new password"} | about,
        {"change": "new password"} | about,
    ]


def test_who_left_is_switched_off_signed_out_and_may_come_back() -> None:
    by, user = make_user(group="administrator"), make_user("bea", group="receptionist")
    client, theirs = browser_of(by), browser_of(user)
    make_link(user, now=timezone.now())
    address = reverse("people_switch", args=[user.pk])

    off = client.post(address, {"to": "off"}, follow=True).content.decode()
    there = theirs.get("/").status_code
    own = client.post(reverse("people_switch", args=[by.pk]), {"to": "off"}).status_code
    user.refresh_from_db()
    left = (user.is_active, there, own)
    client.post(address, {"to": "on"})
    user.refresh_from_db()

    assert ("bea is switched off" in off, "Switched off</h2>" in off) == (True, True)
    assert (left, user.is_active) == ((False, 302, 404), True)
    changes = [one["details"]["change"] for one in entries("user") if one["user_id"] == by.pk]
    assert changes == ["switched off", "switched on"]


def test_the_last_administrator_cannot_be_switched_off() -> None:
    by = make_user(is_superuser=False, group="manager")
    by.groups.first().permissions.add(
        *Group.objects.get(name="administrator").permissions.exclude(codename="change_group")
    )
    last = make_user(group="administrator")

    browser_of(by).post(reverse("people_switch", args=[last.pk]), {"to": "off"})

    last.refresh_from_db()
    assert last.is_active
