"""Who shows that the visit is theirs reads more of it, and has three tries."""

from __future__ import annotations

from datetime import date

import pytest

from tests import factories as make
from tests.views.patient.page import text_of, texted, visit_soon

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "written", ["24.12.1980", "12/24/1980", "1980-12-24", "24121980", "24 12 80"]
)
def test_a_birth_date_shows_more(written):
    doctor, service = make.make_practitioner(name="Dr Patel"), make.make_service(name="Check-up")
    contact = make.make_contact(birth_date=date(1980, 12, 24))
    phone = texted(visit_soon(contact=contact, practitioner=doctor, service=service))

    words = text_of(phone.press("prove", proof=written))

    assert all(part in words for part in ("Ann", "Dr Patel", "Check-up"))
    # It is told once: another look at the address shows no more than before.
    assert "Dr Patel" not in phone.words()


def test_of_a_family_a_birth_date_shows_one_and_the_number_all():
    place, number = make.make_location(name="Harbour Dental"), make.phone()
    born = {"Ann": date(1980, 12, 24), "Ben": date(2010, 1, 2)}
    people = [make.make_contact(first_name=n, phone=number, birth_date=b) for n, b in born.items()]
    phone = texted(*(visit_soon(contact=one, location=place) for one in people))

    one = text_of(phone.press("prove", proof="2.1.2010"))
    both = text_of(phone.press("prove", proof=number[-4:]))

    assert ("Ann" in one, "Ben" in one) == (False, True)
    assert ("Ann" in both, "Ben" in both) == (True, True)


def test_three_wrong_tries_end_it_for_this_link():
    contact = make.make_contact(birth_date=date(1980, 12, 24))
    phone = texted(visit_soon(contact=contact))

    tries = [text_of(phone.press("prove", proof=f"{day}.12.1980")) for day in (1, 2, 3)]
    right = phone.press("prove", proof="24.12.1980")

    assert ["Tries left: 2" in tries[0], "Tries left: 1" in tries[1]] == [True, True]
    assert "wrong too often" in tries[2]
    # The browser goes to these words, but not each time that the page is opened later.
    focused = ["autofocus" in page.content.decode() for page in (right, phone.open())]
    assert focused == [True, False]
    assert (right.status_code, "Ann" in text_of(right)) == (422, False)
    # The page itself goes on.
    assert phone.press("yes").status_code == 303


@pytest.mark.parametrize("written", ["", "   ", "Ann", "123", "12345", "31.31.31"])
def test_what_is_no_proof_at_all_costs_no_try(written):
    phone = texted(visit_soon())

    assert phone.press("prove", proof=written).status_code == 422
    assert phone.link.wrong_tries == 0
