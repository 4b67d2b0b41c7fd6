"""The page of the trail: who may see it, what it filters, its file, and its word on the chain."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reminders.domain.trail.check import check_all
from reminders.domain.trail.read import ROWS
from reminders.domain.trail.seal import seal_waiting
from reminders.models import TrailEntry
from tests.factories import make_contact, make_location, make_merge, make_user
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
ADDRESS = "/set-up/trail/"


@pytest.fixture
def client(sign_in: Callable[..., Client]) -> Client:
    """An administrator of every location."""
    return sign_in("administrator", username="boss")


def make_entry(**values: Any) -> TrailEntry:
    plain = {"at": timezone.now(), "kind": "look", "source": "person", "address": "192.0.2.9"}
    return TrailEntry.objects.create(**(plain | values))


def shown(client: Client, query: str = "") -> list[int]:
    return [row["entry"].pk for row in client.get(f"{ADDRESS}{query}").context["rows"]]


@pytest.mark.parametrize(
    ("role", "status"), [("receptionist", 403), ("manager", 403), ("administrator", 200)]
)
def test_it_is_for_those_with_the_right(
    role: str, status: int, sign_in: Callable[..., Client]
) -> None:
    client, contact = sign_in(role), make_contact()

    assert {client.get(ADDRESS + more).status_code for more in ("", "?as=csv", "chain/")} == {
        status
    }
    page = client.get(reverse("conversation", args=[contact.pk])).content.decode()
    assert ("Who looked" in page) == (status == 200)


def test_nor_for_somebody_who_sees_some_locations_only(sign_in: Callable[..., Client]) -> None:
    client = sign_in("administrator", make_location())

    assert client.get(ADDRESS).status_code == 403
    assert "Who did what" not in client.get("/set-up/").content.decode()


def test_it_reads_as_people_say_it(client: Client) -> None:
    contact = make_contact(first_name="Zebedee", last_name="Quux")
    user = make_user("ann", first_name="Ann", last_name="Lee")
    make_entry(contact_id=contact.pk, user=user, details={"page": "contact_edit"})
    make_entry(kind="refused", details={"why": "password", "name": "0123456789abcdef"})

    page = as_read(client.get(ADDRESS))

    for words in (
        "Zebedee Quux", "Ann Lee", "Looked at a patient", '<span class="sub">details</span>',
        "192.0.2.9",
        "Not signed in", "Sign-in refused", "password, name: 0123456789abcdef",
    ):  # fmt: skip
        assert words in page


def test_a_role_without_patients_reads_numbers(sign_in: Callable[..., Client]) -> None:
    contact = make_contact(first_name="Zebedee", last_name="Quux")
    make_entry(contact_id=contact.pk)
    user = make_user("auditor")
    user.user_permissions.add(Permission.objects.get(codename="view_trailentry"))
    client = Client()
    client.force_login(user)

    page = as_read(client.get(f"{ADDRESS}?patient={contact.pk}"))

    assert ("Zebedee" in page, f"Patient {contact.pk}" in page) == (False, True)


def test_it_filters_by_who_what_days_and_patient(client: Client) -> None:
    user, contact = make_user(), make_contact()
    long_ago = timezone.now() - timedelta(days=100)
    hers = make_entry(user=user).pk
    of_him = make_entry(contact_id=contact.pk).pk
    refused = make_entry(kind="refused").pk
    old = make_entry(contact_id=contact.pk, at=long_ago).pk
    day = f"{long_ago:%Y-%m-%d}"

    assert shown(client, f"?user={user.pk}") == [hers]
    assert shown(client, "?kind=refused") == [refused]
    assert shown(client, f"?since={day}&until={day}") == [old]
    # Of one patient everything, without a look for the right days.
    assert shown(client, f"?patient={contact.pk}") == [of_him, old]
    assert shown(client, f"?patient={contact.pk}&kind=refused") == []
    assert old not in shown(client)


def test_of_one_patient_it_also_shows_entries_that_were_merged_into_it(client: Client) -> None:
    kept = make_contact()
    former = make_merge(kept).person
    entry = make_entry(contact_id=former)

    assert shown(client, f"?patient={kept.pk}") == [entry.pk]


@pytest.mark.parametrize(
    "query",
    ["user=x", "kind=x", "since=x", "patient=-1", "after=x", "after=9_x", "until=9999-12-31",
     "since=0001-01-01", "patient=999999999999999999", "since=2031-01-01&until=2030-01-01"],
)  # fmt: skip
def test_whatever_the_address_says_it_answers(client: Client, query: str) -> None:
    assert client.get(f"{ADDRESS}?{query}").status_code == 200


def test_it_goes_on_behind_the_last_one_though_many_share_a_moment(client: Client) -> None:
    at = timezone.now()
    made = [make_entry(at=at, kind="download").pk for _ in range(ROWS * 2 + 3)]
    found, further = list[int](), ""
    while True:
        context = client.get(f"{ADDRESS}?kind=download&after={further}").context
        found += [row["entry"].pk for row in context["rows"]]
        further = context["further"]
        if not further:
            break

    assert found == made[::-1]


def test_looking_at_it_stands_in_it(client: Client) -> None:
    client.get(f"{ADDRESS}?patient=77")
    client.get(f"{ADDRESS}?as=csv")

    assert list(
        TrailEntry.objects.filter(kind__in=["trail", "download"])
        .order_by("pk")
        .values_list("kind", "details")
    ) == [("trail", {"patient": 77}), ("download", {"file": "trail"})]


def test_the_file_holds_what_is_chosen_and_nothing_that_a_spreadsheet_runs(client: Client) -> None:
    user = make_user("ann", first_name="=1+1", last_name="")
    at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    make_entry(at=at, user=user, contact_id=7, appointment_id=8, details={"page": "appointment"})
    make_entry(at=at, kind="search")
    seal_waiting(now=timezone.now())

    answer: Any = client.get(f"{ADDRESS}?as=csv&kind=look&since=2026-11-01&until=2026-11-30")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    (row,) = csv.DictReader(io.StringIO(text))
    entry = TrailEntry.objects.get(contact_id=7)
    assert row == {
        "number": str(entry.position),
        "at (UTC)": "2026-11-02T09:00:00.000+00:00",
        "who": "'=1+1",
        "user id": str(user.pk),
        "from": "192.0.2.9",
        "what": "Looked at a patient",
        "patient id": "7",
        "appointment id": "8",
        "details": "appointment",
        "seal": bytes(entry.seal or b"").hex(),
    }
    assert answer["Content-Disposition"].startswith('attachment; filename="trail-2026-11-01-to')


def test_it_says_whether_the_chain_is_whole_and_checks_when_asked(client: Client) -> None:
    assert "has not been checked yet" in as_read(client.get(ADDRESS))
    seal_waiting(now=timezone.now())
    check_all(now=timezone.now())
    whole = as_read(client.get(ADDRESS))

    client.post(f"{ADDRESS}check/")
    at_work = as_read(client.get(f"{ADDRESS}chain/"))

    assert ("The chain is whole" in whole, "new entry waits for a seal" in whole) == (True, True)
    assert ("Being checked now: 0 %" in at_work, "The chain is whole" in at_work) == (True, True)


def test_a_broken_chain_is_told_on_the_page_and_by_the_command(client: Client, capsys: Any) -> None:
    for _ in range(4):
        make_entry(kind="download")
    call_command("trail", "check")
    assert "The chain is whole: " in capsys.readouterr().out

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reminders_trailentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE reminders_trailentry SET kind = 'look' WHERE position = 3")
        cursor.execute("ALTER TABLE reminders_trailentry ENABLE TRIGGER USER")

    with pytest.raises(CommandError, match="broken at entry 3: changed"):
        call_command("trail", "check")
    assert "The chain is broken at entry 3" in as_read(client.get(ADDRESS))


def test_the_page_costs_the_same_for_few_and_for_many(
    client: Client, statements: Callable[[Callable[[], object]], int]
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            make_entry(contact_id=make_contact().pk, user=make_user())

    fill(2)
    client.get(ADDRESS)
    few = statements(lambda: client.get(ADDRESS))
    fill(40)

    assert statements(lambda: client.get(ADDRESS)) == few <= 18
