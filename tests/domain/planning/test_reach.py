"""One order of reasons why no text reaches somebody, of a patient or of who is texted instead."""

from datetime import date
from typing import Any

import pytest

from reminders.domain.planning.reach import count_reached, why_not_reached
from reminders.models import Appointment, Contact, Suppression
from tests import factories as make

REACHED = {"phone": "+447700900123", "channel": "sms", "wrong_number": ""}
CASES: list[tuple[dict[str, Any], dict[str, Any], bool, str]] = [
    ({}, {}, False, ""),
    ({}, {"phone": ""}, False, ""),
    ({"channel": "voice"}, {}, False, ""),
    ({"phone": ""}, {}, False, "no_phone"),
    ({"phone": "+449098790123"}, {}, False, "no_phone"),
    ({"wrong_number": "+447700900123"}, {}, False, "wrong_number"),
    ({"wrong_number": "+447700900124"}, {}, False, ""),
    ({}, {}, True, "opted_out"),
    ({"channel": "none"}, {}, False, "no_channel"),
    ({}, {"channel": "none"}, False, "no_channel"),
    ({"channel": "none", "phone": ""}, {}, True, "no_channel"),
    ({"phone": ""}, {}, True, "no_phone"),
    ({"wrong_number": "+447700900123"}, {}, True, "wrong_number"),
]


def somebody(**values: Any) -> Contact:
    return Contact(**(REACHED | values))


@pytest.mark.parametrize(("texted", "patient", "opted_out", "reason"), CASES)
def test_the_first_reason_is_told(
    texted: dict[str, Any], patient: dict[str, Any], opted_out: bool, reason: str
) -> None:
    found = why_not_reached(somebody(**texted), patient=somebody(**patient), opted_out=opted_out)
    assert found == reason


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("texted", "patient", "opted_out", "reason"),
    [*CASES, *((texted, None, *rest) for texted, patient, *rest in CASES if not patient)],
)
def test_a_count_of_many_visits_goes_by_the_same(
    texted: dict[str, Any], patient: dict[str, Any] | None, opted_out: bool, reason: str
) -> None:
    """Of a patient for whom somebody is responsible; None: of one who is texted themselves."""
    whom = make.make_contact(**(REACHED | kind_of(texted)))
    own = {"phone": "+447700900199", "responsible": whom}
    theirs = whom if patient is None else make.make_contact(**(own | patient))
    visit = make.make_appointment(contact=theirs)
    if opted_out:
        # What the patient's own number wants is not asked where somebody else is texted.
        Suppression.objects.create(
            phone=REACHED["phone"], reason=Suppression.Reason.PATIENT, since=make.NOON
        )

    assert count_reached(Appointment.objects.all()) == (0 if reason else 1)

    Appointment.objects.filter(pk=visit.pk).update(no_more_texts=True)
    assert count_reached(Appointment.objects.all()) == 0


@pytest.mark.django_db
def test_from_the_birthday_on_the_patients_own_number_counts() -> None:
    mother = make.make_contact(phone="")
    child = make.make_contact(responsible=mother, responsible_years=16, birth_date=date(2010, 3, 4))
    for day in (date(2026, 3, 3), date(2026, 3, 4)):
        make.make_appointment(contact=child, day=day)

    assert count_reached(Appointment.objects.all()) == 1


def kind_of(texted: dict[str, Any]) -> dict[str, Any]:
    """A paid line is neither a mobile nor a landline."""
    dear = texted.get("phone", "").startswith("+449")
    return texted | {"phone_kind": "other" if dear else "mobile"}
