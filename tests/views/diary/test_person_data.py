"""The page of one person's data: looking, giving out, legal hold, forgetting."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.signing_in.proof import LENIENT
from reminders.models import AuditEntry, Contact, ContactMerge, LegalHold
from tests import factories as make
from tests.domain.retention.somebody import SIGNS, Somebody, found_in_database, make_somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody() -> Somebody:
    """Their visit was three days ago."""
    return make_somebody(
        at=timezone.now() - timedelta(days=3),
        location=make.make_location(),
        rule=make.make_confirmation_rule(),
    )


@pytest.fixture
def client(sign_in: Callable[..., Client]) -> Client:
    """A manager of every location."""
    return sign_in("manager", first_name="Robin")


def address(somebody: Somebody, part: str = "") -> str:
    return f"/contacts/{somebody.contact.pk}/data/{part}"


def test_the_persons_page_leads_there_for_those_who_may(
    somebody: Somebody, client: Client, sign_in: Callable[..., Client]
) -> None:
    page = f"/contacts/{somebody.contact.pk}/"

    assert address(somebody) in client.get(page).content.decode()
    assert address(somebody) not in sign_in("receptionist").get(page).content.decode()


def test_it_says_what_goes_and_what_stays(somebody: Somebody, client: Client) -> None:
    page = client.get(address(somebody)).content.decode()

    assert "3 texts: words and number" in page
    assert "a STOP holds when somebody comes with the number again" in page


def test_a_former_entry_leads_to_the_person(somebody: Somebody, client: Client) -> None:
    former = ContactMerge.objects.get().person

    assert "Quackenbush" in client.get(f"/contacts/{former}/data/").content.decode()


@pytest.mark.parametrize(("form", "kind"), [("json", "application/json"), ("html", "text/html")])
def test_the_export_is_a_file_without_a_name_in_its_name(
    somebody: Somebody, client: Client, form: str, kind: str
) -> None:
    file = client.post(address(somebody, "export/"), {"as": form})

    assert file.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert file.headers["Content-Disposition"] == (
        f'attachment; filename="person-{somebody.contact.pk}.{form}"'
    )
    assert [sign for sign in SIGNS if sign not in file.content.decode()] == []
    if form == "json":
        assert json.loads(file.content)["person"][0]["notes"] == "allergic to shellfish"


def test_a_hold_takes_a_reason_is_shown_and_ends(somebody: Somebody, client: Client) -> None:
    client.post(address(somebody, "hold/"), {"reason": " "})
    assert not LegalHold.objects.exists()

    client.post(address(somebody, "hold/"), {"reason": "A claim"})
    page = client.get(address(somebody)).content.decode()
    assert ("A claim" in page, "Robin" in page, "I have read what goes" in page) == (
        True,
        True,
        False,
    )
    assert "legal hold" in client.get(f"/contacts/{somebody.contact.pk}/").content.decode()
    client.post(address(somebody, "forget/"), {"sure": "on"})
    assert Contact.objects.get(pk=somebody.contact.pk).forgotten_at is None

    client.post(address(somebody, "hold/"), {"to": "end"})
    kinds = AuditEntry.objects.filter(kind__startswith="hold_").order_by("at")
    assert list(kinds.values_list("kind", flat=True)) == ["hold_set", "hold_ended"]


def test_nobody_is_forgotten_by_a_slip_of_the_finger(somebody: Somebody, client: Client) -> None:
    client.post(address(somebody, "forget/"))

    assert Contact.objects.get(pk=somebody.contact.pk).first_name == "Wilhelmina"


def test_who_is_forgotten_is_found_no_more(somebody: Somebody, client: Client) -> None:
    answer = client.post(address(somebody, "forget/"), {"sure": "on"}, follow=True)

    assert "This person is forgotten." in answer.content.decode()
    assert found_in_database() == {}
    assert client.get(address(somebody)).status_code == 404
    assert "(no name)" not in client.get("/contacts/").content.decode()
    assert client.get(f"/appointments/{somebody.visit.pk}/").status_code == 200
    assert client.get(f"/?date={somebody.visit.local_date}").status_code == 200


def test_who_is_known_elsewhere_too_is_for_those_who_see_both(
    somebody: Somebody, sign_in: Callable[..., Client]
) -> None:
    make.make_appointment(contact=somebody.contact)
    client = sign_in("manager", somebody.visit.location)

    for part in ("", "export/", "hold/", "forget/"):
        ask = client.post if part else client.get
        answer = ask(address(somebody, part), {"sure": "on", "reason": "x"})
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            f"/contacts/{somebody.contact.pk}/",
        )
    assert Contact.objects.get(pk=somebody.contact.pk).first_name == "Wilhelmina"


@pytest.mark.parametrize(("part", "given"), [("export/", {"as": "json"}), ("forget/", {"sure": 1})])
def test_an_open_browser_is_not_enough_for_it(
    somebody: Somebody, client: Client, part: str, given: dict[str, object]
) -> None:
    session = client.session
    session["proved_at"] = (timezone.now() - LENIENT - timedelta(minutes=1)).timestamp()
    session.save()

    answer = client.post(address(somebody, part), given)

    assert answer.headers["Location"].startswith("/proof/?next=")
    assert Contact.objects.get().name == somebody.contact.name
