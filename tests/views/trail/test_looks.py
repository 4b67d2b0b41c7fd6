"""What is looked at, searched for, taken away and refused, as it stands in the trail afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reminders.domain.trail.write import digest
from reminders.models import TrailEntry
from tests.factories import make_appointment, make_contact, make_location, make_user
from tests.views.access_table import TABLE
from tests.views.access_things import things
from tests.views.trail.entries import HERE, browser_of, entries, only

pytestmark = pytest.mark.django_db
OF_ONE = {"contact", "appointment", "card"}
PARTS = {"appointment_menu"}
"""What opens on a row of the day sheet, and shows nothing more than the row."""


@pytest.mark.parametrize(
    "row",
    [one for one in TABLE if one.method == "GET" and one.names in OF_ONE and one.url not in PARTS],
    ids=str,
)
def test_every_page_about_one_patient_is_noted_as_a_look(row: Any) -> None:
    user = make_user(group="manager")
    there: dict[str, Any] = things(make_location(), user=user)
    client = browser_of(user)
    query = f"?{row.query.format(**there)}" if row.query else ""

    client.get(reverse(row.url, args=[there[row.names]]) + query)

    looks = entries("look")
    assert {(one["user_id"], one["address"], one["details"]["page"]) for one in looks} == {
        (user.pk, HERE, row.url)
    }
    assert there["contact"] in {one["contact_id"] for one in looks}


def test_what_a_page_looks_up_by_itself_is_no_look() -> None:
    contact = make_contact()
    client = browser_of(make_user(group="receptionist"))
    address = reverse("conversation", args=[contact.pk])
    client.get(address)

    client.get(f"{address}?token=old", headers={"HX-Request": "true"})

    assert len(entries("look")) == 1


def test_nobody_looked_at_what_they_may_not_see() -> None:
    mine, other = make_location(), make_location()
    visit = make_appointment(location=other)
    client = browser_of(make_user(group="receptionist", locations=(mine,)))

    client.get(reverse("conversation", args=[visit.contact_id]))
    client.get(reverse("appointment", args=[visit.pk]))

    assert entries("look") == []


def test_what_a_role_does_not_allow_and_what_is_not_theirs_is_noted_as_refused() -> None:
    mine, other = make_location(), make_location()
    visit = make_appointment(location=other)
    user = make_user(group="receptionist", locations=(mine,))
    client = browser_of(user)

    client.get("/set-up/rules/")
    client.get(reverse("appointment", args=[visit.pk]))
    manager = make_user(group="manager")
    browser_of(manager).get("/admin/auth/user/")
    by_itself = {"HX-Request": "true", "X-Looked-By-Itself": "yes"}
    client.get(reverse("conversation", args=[visit.contact_id]) + "?token=x", headers=by_itself)
    client.get("/no/such/page/")
    Client().get("/set-up/rules/")

    assert [(one["user_id"], one["details"]) for one in entries("denied")] == [
        (user.pk, {"page": "rules", "status": 403}),
        (user.pk, {"page": "appointment", "status": 404, "id": visit.pk}),
        (manager.pk, {"page": "auth_user_changelist", "status": 403}),
    ]


@pytest.mark.parametrize(
    ("url", "field"),
    [("contacts", "q"), ("appointments", "q"), ("appointment_pick", "who")],
)
def test_a_search_is_noted_without_its_words(url: str, field: str) -> None:
    make_contact(first_name="Zebedee", last_name="Quux")
    client = browser_of(make_user(group="receptionist"))

    client.post(reverse(url), {field: "Zebedee  QUUX"})

    entry = only("search")
    assert entry["details"]["digest"] == digest("zebedee quux")
    assert (entry["details"]["page"], entry["contact_id"]) == (url, None)
    assert "zebedee" not in repr(entries()).lower()


def test_the_administrations_rows_and_searches() -> None:
    contact = make_contact(first_name="Zebedee")
    visit = make_appointment(contact=contact)
    client = browser_of(make_user(group="administrator"))

    client.get(f"/admin/reminders/contact/{contact.pk}/change/")
    client.get(f"/admin/reminders/appointment/{visit.pk}/change/")
    client.get("/admin/reminders/contact/?q=zebedee")

    assert [(one["contact_id"], one["details"]["page"]) for one in entries("look")] == [
        (contact.pk, "admin contact"),
        (contact.pk, "admin appointment"),
    ]
    assert only("search")["details"]["digest"] == digest("zebedee")


def test_files_and_prints() -> None:
    visit = make_appointment()
    client = browser_of(make_user(group="manager"))
    today = f"{timezone.now():%Y-%m-%d}"

    client.get(f"/not-sent/?as=csv&since={today}&until={today}")
    for path in (f"/contacts/{visit.contact_id}/", f"/appointments/{visit.pk}/", "/calls/", "/xx"):
        client.post("/printed/", {"path": path})

    assert only("download")["details"] == {"file": "unsent", "first": today, "last": today}
    assert [(one["details"], one["contact_id"]) for one in entries("print")] == [
        ({"page": "conversation"}, visit.contact_id),
        ({"page": "appointment"}, visit.contact_id),
        ({"page": "call_list"}, None),
    ]
    assert Client().post("/printed/", {"path": "/calls/"}).status_code == 302


def test_an_export_notes_itself_and_tells_who_looked(capsys: Any) -> None:
    contact = make_contact()
    user = make_user(group="manager", first_name="Robin")
    client = browser_of(user)
    client.get(f"/contacts/{contact.pk}/")

    written = client.post(f"/contacts/{contact.pk}/data/export/", {"as": "json"}).json()
    call_command("person", "export", str(contact.pk), "--format", "json")
    call_command("export_appointments")

    assert [(one["what"], one["by"]) for one in written["trail"]] == [
        ("Looked at a patient", "Robin"),
        ("Gave out a patient’s data", "Robin"),
    ]
    by_command = TrailEntry.objects.filter(source="command").order_by("pk")
    assert [(one.kind, one.contact_id) for one in by_command] == [
        ("export", contact.pk),
        ("download", None),
    ]
    assert all(one.details["login"] for one in by_command)


def test_a_wish_to_be_forgotten() -> None:
    contact = make_contact(first_name="Zebedee")
    client = browser_of(make_user(group="manager"))

    client.post(f"/contacts/{contact.pk}/data/forget/", {"sure": "yes"})

    assert only("erase")["contact_id"] == contact.pk


@pytest.mark.parametrize("url", ["conversation", "contact_edit", "contact_merge"])
def test_a_look_costs_one_statement(url: str, sign_in: Any) -> None:
    contact, other = make_contact(), make_contact()
    client = sign_in()
    address = reverse(url, args=[contact.pk]) + f"?other={other.pk}"
    client.get(address)

    with CaptureQueriesContext(connection) as context:
        client.get(address)

    asked = [one["sql"] for one in context.captured_queries if "trailentry" in one["sql"]]
    assert (len(asked), asked[0].split()[0]) == (1, "INSERT")
