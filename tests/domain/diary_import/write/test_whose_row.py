"""Whose visit a row is: families, several visits, other names, new numbers, entries by hand."""

from datetime import timedelta

import pytest

from reminders.models import AuditEntry, Contact
from tests import factories as make
from tests.domain.diary_import.importing import (
    ANN,
    NOW,
    bring_in,
    csv_of,
    diary,
    summary,
    sydney,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=8)


def test_a_family_shares_a_phone_and_stays_two_people() -> None:
    sydney()
    bring_in(csv_of(ANN, "2,Ben Lee,0491 570 006,2026-03-04,10:00"))

    assert [(row[1], row[2]) for row in diary()] == [
        ("Ann Lee", "+61491570006"),
        ("Ben Lee", "+61491570006"),
    ]
    assert Contact.objects.count() == 2


def test_one_person_with_two_appointments_is_one_contact() -> None:
    sydney()
    bring_in(csv_of(ANN, "2,ANN LEE,+61 491 570 006,2026-03-05,10:00"))

    assert Contact.objects.count() == 1


def test_another_name_on_the_same_appointment_is_another_person() -> None:
    sydney()
    bring_in(csv_of(ANN))

    outcome = bring_in(csv_of("1,Ben Lee,0491 570 006,2026-03-04,10:00"))

    assert summary(outcome) == (0, 1, 0, 0)
    assert diary() == [("1", "Ben Lee", "+61491570006", "2026-03-04 10:00", "booked", 2)]
    assert Contact.objects.count() == 2


def test_a_new_number_of_the_same_person_reaches_their_other_appointments() -> None:
    sydney()
    bring_in(csv_of(ANN, "2,Ann Lee,0491 570 006,2026-03-06,10:00"))

    outcome = bring_in(csv_of("1,Ann Lee,0491 570 156,2026-03-04,10:00"), now=LATER)

    assert summary(outcome) == (0, 1, 0, 0)
    assert [(row[0], row[2], row[5]) for row in diary()] == [
        ("1", "+61491570156", 2),
        ("2", "+61491570156", 2),
    ]
    assert AuditEntry.objects.get(kind="contact_changed").details["phone"] == [
        "+61491570006",
        "+61491570156",
    ]


def test_two_rows_that_disagree_about_a_number_make_two_people() -> None:
    sydney()
    bring_in(csv_of(ANN, "2,Ann Lee,0491 570 006,2026-03-06,10:00"))

    bring_in(
        csv_of("1,Ann Lee,0491 570 156,2026-03-04,10:00", "2,Ann Lee,0491 570 157,2026-03-06,10:00")
    )

    assert [row[2] for row in diary()] == ["+61491570156", "+61491570157"]
    assert Contact.objects.count() == 3


def test_an_appointment_entered_by_hand_is_adopted_not_doubled() -> None:
    site = sydney()
    contact = make.make_contact(first_name="Ann", last_name="Lee", phone="+61491570006")
    make.make_appointment(location=site, contact=contact)

    outcome = bring_in(csv_of(ANN))

    assert summary(outcome) == (0, 1, 0, 0)
    assert diary() == [("1", "Ann Lee", "+61491570006", "2026-03-04 10:00", "booked", 1)]
