"""Forgetting one person: what is called off, what it waits for, and that nothing is left."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from config.launcher.embedded.programs import programs_folder
from reminders.domain.common.audit import SYSTEM
from reminders.domain.consent.blocklist_sync import sync_blocked_numbers
from reminders.domain.diary.merge import MergeError, merge_contacts
from reminders.domain.pages.data_quality import Flaw, FlawSearch, flawed
from reminders.domain.person_data.erase import ErasureError, finish_waiting, forget_person
from reminders.domain.person_data.holdings import find_people, holdings_of
from reminders.domain.person_data.preview import preview
from reminders.domain.retention.holds import end_hold, set_hold
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    Erasure,
    InboxItem,
    KeptOptOut,
    LegalHold,
    Message,
    Suppression,
)
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.retention.somebody import (
    PHONE,
    SIGNS,
    Somebody,
    found_in_database,
    make_somebody,
)

pytestmark = pytest.mark.django_db
NOW = make.NOON + timedelta(days=10)
VISIT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def somebody() -> Somebody:
    """Their visit was a week ago."""
    return make_somebody(
        at=VISIT, location=make.make_location(), rule=make.make_confirmation_rule()
    )


def forget(somebody: Somebody) -> Erasure:
    return forget_person(somebody.contact.pk, by=SYSTEM, now=NOW)


def test_nothing_is_found_of_somebody_who_was_forgotten(somebody: Somebody) -> None:
    assert set(SIGNS) == {sign for signs in found_in_database().values() for sign in signs}

    erasure = forget(somebody)

    assert erasure.done_at == NOW
    assert found_in_database() == {}


def test_the_figures_and_the_opt_out_stay(somebody: Somebody) -> None:
    forget(somebody)

    visit = Appointment.objects.get()
    assert (visit.pk, visit.starts_at, visit.contact_id) == (
        somebody.visit.pk,
        VISIT,
        somebody.contact.pk,
    )
    assert set(Message.objects.values_list("state", "text")) == {("delivered", "")}
    assert (Suppression.objects.count(), KeptOptOut.objects.count()) == (0, 1)


def test_the_history_says_that_it_was_done_and_nothing_of_what_was(somebody: Somebody) -> None:
    forget(somebody)

    lines = AuditEntry.objects.filter(contact=somebody.contact)
    assert {"erasure_asked", "person_forgotten"} <= set(lines.values_list("kind", flat=True))
    assert {str(details) for details in lines.values_list("details", flat=True)} == {"{}"}


def test_a_full_dump_of_the_database_holds_nothing_of_them(
    transactional_db: None, tmp_path: Path
) -> None:
    # The server's own, where it is the embedded one; else whichever the machine has.
    program = (
        programs_folder() / "pg_dump" if settings.EMBEDDED_DATABASE else shutil.which("pg_dump")
    )
    if program is None:
        pytest.skip("there is no pg_dump here")
    somebody = make_somebody(
        at=VISIT, location=make.make_location(), rule=make.make_confirmation_rule()
    )
    assert signs_in_dump(program, tmp_path) == sorted(SIGNS)

    forget(somebody)

    assert signs_in_dump(program, tmp_path) == []


def signs_in_dump(program: str | Path, folder: Path) -> list[str]:
    """The signs that a plain pg_dump of everything holds."""
    place = settings.DATABASES["default"]
    dumped = subprocess.run(
        [
            str(program),
            f"--host={place['HOST']}",
            f"--username={place['USER']}",
            str(place["NAME"]),
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    ).stdout.lower()
    return sorted(sign for sign in SIGNS if sign.lower() in dumped)


def test_a_text_at_the_provider_is_withdrawn_first_and_the_rest_waits_for_it(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    sandbox.set_clock(NOW)
    visit = make.make_appointment(day=(NOW + timedelta(days=3)).date())
    text = make.make_message(
        contact=visit.contact,
        appointment=visit,
        phone=visit.contact.phone,
        scheduled_at=NOW + timedelta(days=1),
        expires_at=NOW + timedelta(days=2),
    )

    erasure = forget_person(visit.contact_id, by=SYSTEM, now=NOW)

    visit.refresh_from_db()
    assert (erasure.done_at, visit.status) == (None, "cancelled")
    assert finish_waiting(now=NOW) == 0
    assert Contact.objects.get(pk=visit.contact_id).first_name == "Ann"

    withdraw_stale(api, clock=lambda: NOW)
    assert finish_waiting(now=NOW) == 1
    text.refresh_from_db()
    assert (text.is_final, text.text, text.phone) == (True, "", "")
    assert Contact.objects.get(pk=visit.contact_id).name == ""


def test_an_opt_out_that_the_provider_does_not_know_yet_is_told_first(somebody: Somebody) -> None:
    Suppression.objects.filter(phone=PHONE).update(synced_at=None)

    assert forget(somebody).done_at is None

    Suppression.objects.filter(phone=PHONE).update(synced_at=NOW)
    assert finish_waiting(now=NOW) == 1
    assert found_in_database() == {}


def test_the_providers_list_does_not_bring_the_number_back(
    somebody: Somebody, sandbox: Sandbox, api: MessagesApi
) -> None:
    api.block([PHONE])
    forget(somebody)

    sync_blocked_numbers(api, now=NOW + timedelta(days=1))

    assert found_in_database() == {}
    assert PHONE in api.blocked_numbers()


def test_a_shared_number_stays_with_the_others(somebody: Somebody) -> None:
    other = make.make_contact(phone=PHONE)

    forget(somebody)

    # What came from a shared number and names nobody may be the other one's.
    assert found_in_database().keys() == {
        "reminders_contact",
        "reminders_suppression",
        "reminders_reply",
        "reminders_deliveryreport",
    }
    other.refresh_from_db()
    assert (other.phone, other.first_name) == (PHONE, "Ann")


def test_a_text_for_a_family_goes_with_each_of_them(somebody: Somebody) -> None:
    child = make.make_appointment(contact=make.make_contact(first_name="Odd"))
    text = make.make_message(contact=child.contact, text="Odd and Wilhelmina", state="delivered")
    for visit in (child, somebody.visit):
        make.make_handed_over(visit, make.make_confirmation_rule(), message=text)

    forget(somebody)

    assert found_in_database() == {}
    assert Contact.objects.get(pk=child.contact_id).first_name == "Odd"


def test_a_card_that_waits_for_them_ends(somebody: Somebody) -> None:
    InboxItem.objects.update(done_at=None)

    forget(somebody)

    assert list(InboxItem.objects.values_list("done_at", "outcome")) == [(NOW, "forgotten")]


def test_nobody_on_hold_is_forgotten(somebody: Somebody) -> None:
    set_hold(somebody.contact.pk, reason="A claim", by=SYSTEM, now=NOW)
    with pytest.raises(ErasureError):
        forget(somebody)

    end_hold(somebody.contact.pk, by=SYSTEM, now=NOW)
    assert forget(somebody).done_at == NOW


def test_a_hold_set_meanwhile_stops_what_waits(somebody: Somebody) -> None:
    Suppression.objects.filter(phone=PHONE).update(synced_at=None)
    forget(somebody)
    Suppression.objects.filter(phone=PHONE).update(synced_at=NOW)
    set_hold(somebody.contact.pk, reason="A claim", by=SYSTEM, now=NOW)

    assert finish_waiting(now=NOW) == 0


def test_what_is_booked_while_they_wait_is_called_off(somebody: Somebody) -> None:
    Suppression.objects.filter(phone=PHONE).update(synced_at=None)
    forget(somebody)
    visit = make.make_appointment(contact=somebody.contact, day=(NOW + timedelta(days=3)).date())
    Suppression.objects.filter(phone=PHONE).update(synced_at=NOW)

    assert finish_waiting(now=NOW) == 1
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_why_somebody_was_on_hold_goes_with_them(somebody: Somebody) -> None:
    set_hold(somebody.contact.pk, reason="Mrs Quackenbush sues", by=SYSTEM, now=NOW)
    end_hold(somebody.contact.pk, by=SYSTEM, now=NOW)

    forget(somebody)

    assert found_in_database() == {}
    assert LegalHold.objects.count() == 1


def test_nobody_forgotten_is_listed_as_without_a_number(somebody: Somebody) -> None:
    forget(somebody)

    everybody = FlawSearch(location_ids=None, coming=False, now=NOW)
    assert flawed(Flaw.MISSING, everybody) == []


def test_somebody_who_waits_to_be_forgotten_is_merged_with_nobody(somebody: Somebody) -> None:
    Suppression.objects.filter(phone=PHONE).update(synced_at=None)
    forget(somebody)

    with pytest.raises(MergeError, match="forgotten"):
        merge_contacts(make.make_contact().pk, somebody.contact.pk, seen={}, by=SYSTEM, now=NOW)


def test_a_merged_person_is_found_by_either_id_and_either_number(somebody: Somebody) -> None:
    former = somebody.contact.merges.get()

    asked = (str(somebody.contact.pk), str(former.person), PHONE, former.phone, "07700 900871")
    assert [find_people(one) for one in asked] == [[somebody.contact]] * 5
    assert find_people("nobody") == find_people("0") == []


def test_the_preview_counts_what_then_goes(somebody: Somebody) -> None:
    seen = preview(holdings_of(somebody.contact), now=NOW)

    assert forget(somebody).counts == {words: count for count, words in seen.going}
    assert {"3 texts: words and number", "2 rows of imported files"} <= {
        f"{count} {words}" for count, words in seen.going
    }
