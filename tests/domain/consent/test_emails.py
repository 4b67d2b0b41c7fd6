"""Addresses as diaries, staff and patients say them, and what holds for whoever has one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import PATIENT
from reminders.domain.consent.emails import (
    keep_addresses,
    let_all_agree,
    note_dead,
    states_of,
    stop,
)
from reminders.domain.consent.typed_email import AddressError, email_columns
from reminders.models import Appointment, AuditEntry, Contact, EmailRoad
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ANN, NEW = "ann@home.example", "ann@work.example"


def said(cell: str, *, contact: Contact | None = None, **columns: str) -> Contact:
    """Somebody of whom the latest visit in the diary says this."""
    visit = make.make_appointment(contact=contact)
    Appointment.objects.filter(pk=visit.pk).update(extra={"E-mail": cell} | columns)
    keep_addresses(["E-mail", "Mail 2"], now=NOON)
    visit.contact.refresh_from_db()
    return visit.contact


def test_the_diarys_address_is_taken_over_without_a_consent() -> None:
    contact = said(" Ann@Home.example ")

    assert (contact.email, contact.email_agreed_at) == (ANN, None)
    assert not contact.is_mailed
    assert AuditEntry.objects.get(kind="contact_changed").details == {"email": ["", ANN]}


def test_with_a_word_for_the_whole_site_the_consent_comes_with_it() -> None:
    EmailRoad.objects.create(pk=1, diary_agrees=True)

    assert said(ANN).is_mailed


@pytest.mark.parametrize(
    "columns", [{"cell": f"{ANN}; {NEW}"}, {"cell": ANN, "Mail 2": NEW}], ids=["cell", "columns"]
)
def test_two_addresses_are_nobodys_until_somebody_chooses(columns: dict[str, Any]) -> None:
    contact = said(**columns)

    assert contact.email == ""
    assert ANN in contact.email_as_given


def test_what_staff_wrote_stays_until_the_diary_says_something_new() -> None:
    contact = said(ANN)
    Contact.objects.filter(pk=contact.pk).update(email=NEW, email_agreed_at=NOON)

    keep_addresses(["E-mail"], now=NOON)
    contact.refresh_from_db()
    assert contact.email == NEW

    Appointment.objects.update(extra={"E-mail": "ann@third.example"})
    keep_addresses(["E-mail"], now=NOON)
    contact.refresh_from_db()
    assert (contact.email, contact.email_agreed_at) == ("ann@third.example", None)


def test_a_later_visit_that_says_nothing_takes_nothing_away() -> None:
    contact = said(ANN)

    assert said("", contact=contact).email == ANN


def test_a_stop_holds_for_everybody_with_the_address_and_for_whoever_gets_it_later() -> None:
    EmailRoad.objects.create(pk=1, diary_agrees=True)
    ann, ben = said(ANN), said(ANN)

    assert stop(ANN, by=PATIENT, now=NOON) == 2

    for one in (ann, ben):
        one.refresh_from_db()
        assert (one.email_state, one.email_agreed_at) == ("stopped", None)
    assert not said(ANN).is_mailed
    assert stop(ANN, by=PATIENT, now=NOON) == 0
    assert AuditEntry.objects.filter(kind="email_stopped").count() == 2


def test_a_dead_address_is_written_to_no_more_and_agreed_to_all_the_same() -> None:
    contact = said(ANN)
    let_all_agree(by=PATIENT, now=NOON)
    contact.refresh_from_db()
    assert contact.is_mailed

    note_dead(ANN, by=PATIENT, now=NOON)

    contact.refresh_from_db()
    assert (contact.email_state, contact.email_agreed_at) == ("bounced", NOON)
    assert states_of([ANN]) == {ANN: "bounced"}


# As staff type it


def test_a_typed_address_with_a_consent() -> None:
    given = {"email": "Ann@Home.example", "by_email": True}

    assert email_columns(given, None, now=NOON) == {
        "email": ANN,
        "email_state": "",
        "email_agreed_at": NOON,
    }
    assert email_columns({}, None, now=NOON) == {}


def test_another_address_wants_another_consent_and_the_same_one_keeps_its_day() -> None:
    contact = make.make_contact(email=ANN, email_agreed_at=NOON)
    later = NOON + timedelta(days=1)

    kept = email_columns({"email": ANN, "by_email": True}, contact, now=later)
    moved = email_columns({"email": NEW, "by_email": True}, contact, now=later)
    gone = email_columns({"email": "", "by_email": True}, contact, now=later)

    assert (kept["email_agreed_at"], moved["email_agreed_at"]) == (NOON, later)
    assert gone == {"email": "", "email_state": "", "email_agreed_at": None}


def test_staff_may_say_that_a_stop_or_a_bounce_is_over() -> None:
    stopped = make.make_contact(email=ANN, email_state="stopped")
    dead = make.make_contact(email=NEW, email_agreed_at=NOON, email_state="bounced")

    assert email_columns({"email": ANN, "by_email": True}, stopped, now=NOON)["email_state"] == ""
    given = {"email": NEW, "by_email": True}
    assert email_columns(given, dead, now=NOON)["email_state"] == "bounced"
    assert email_columns(given | {"email_is_right": True}, dead, now=NOON)["email_state"] == ""


@pytest.mark.parametrize("typed", ["ann", "ann@home.example, bob@home.example", "none@none"])
def test_what_is_no_address_is_refused_in_words(typed: str) -> None:
    with pytest.raises(AddressError):
        email_columns({"email": typed, "by_email": True}, None, now=NOON)
