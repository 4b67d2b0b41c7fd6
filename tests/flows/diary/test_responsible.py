"""A mother is texted in her child's place, answers for both, and the child comes of age."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.responsible.choose import choose, end
from reminders.models import Contact
from tests.flows.conftest import Clinic

MOTHER, CHILD, SECOND = "+447700900123", "+447700900131", "+447700900132"
ANNA = "9,Anna Lee,07700 900123,2026-06-01,10:00"
MIA = "1,Mia Lee,07700 900131,2026-03-04,10:00"
LEO = "2,Leo Lee,,2026-03-04,10:30"


def named(name: str) -> Contact:
    return Contact.objects.get(name=name)


def responsible(clinic: Clinic, *wards: str, years: int | None = None) -> None:
    for ward in wards:
        anna = named("Anna Lee")
        choose(named(ward).pk, anna.pk, years=years, by=SYSTEM, now=clinic.world.now)
    clinic.world.settle()


def test_the_mother_is_asked_and_confirms_for_her_child(clinic: Clinic) -> None:
    clinic.diary(ANNA, MIA)
    responsible(clinic, "Mia Lee")

    clinic.wait_until(datetime(2026, 3, 3, 10, 30, tzinfo=UTC))
    clinic.hear("Y", phone=MOTHER)

    asked = (
        "Hi Anna, the appointment for Mia at Harbour Dental is on Wed 4 March at 10:00. "
        "Reply Y to confirm or N if you can't come."
    )
    thanks = "Thanks Anna (Mia), see you Wed 4 March at 10:00 at Harbour Dental."
    told = [words for status, words in clinic.texts(MOTHER) if status == "delivered"]
    assert told == [asked, thanks]
    assert [status for status, _ in clinic.texts(CHILD)] == ["cancelled"]
    assert clinic.statuses() == {"1": "confirmed", "9": "booked"}


def test_she_answers_for_one_of_two_children_and_herself(clinic: Clinic) -> None:
    thursday = [one.replace("03-04", "03-05") for one in (MIA, LEO)]
    clinic.diary("9,Anna Lee,07700 900123,2026-03-05,09:30", *thursday)
    responsible(clinic, "Mia Lee", "Leo Lee")

    clinic.wait_until(datetime(2026, 3, 4, 10, 30, tzinfo=UTC))
    asked = [words for status, words in clinic.texts(MOTHER) if status == "delivered"]
    assert len(asked) == 1
    assert "1) Anna 09:30, 2) Mia 10:00, 3) Leo 10:30" in asked[0]
    clinic.hear("Y 2 and N 3", phone=MOTHER)

    assert clinic.statuses() == {"9": "booked", "1": "confirmed", "2": "declined"}


def test_a_child_of_age_is_texted_themselves(clinic: Clinic) -> None:
    clinic.diary(ANNA, MIA, "3,Mia Lee,07700 900131,2026-03-06,10:00")
    Contact.objects.filter(name="Mia Lee").update(birth_date=date(2010, 3, 5))
    responsible(clinic, "Mia Lee", years=16)

    clinic.wait_until(datetime(2026, 3, 6, 12, tzinfo=UTC))

    words = [words for status, words in clinic.texts(MOTHER) if status == "delivered"]
    assert [("Wed 4 March" in one, "Mia" in one) for one in words] == [(True, True)] * 2
    own = [words for status, words in clinic.texts(CHILD) if status == "delivered"]
    assert ["Hi Mia" in one and "Fri 6 March" in one for one in own] == [True, True]


def test_a_diary_that_changes_the_childs_number_moves_no_text(clinic: Clinic) -> None:
    clinic.diary(ANNA, MIA)
    responsible(clinic, "Mia Lee")
    clinic.diary("1,Mia Lee,07700 900137,2026-03-04,10:00")

    clinic.wait_until(datetime(2026, 3, 4, 12, tzinfo=UTC))

    assert [s for s, _ in clinic.texts(MOTHER)].count("delivered") == 2
    assert clinic.texts("+447700900137") == []


@pytest.mark.parametrize("back", ["end", "diary"])
def test_a_change_withdraws_what_was_scheduled_and_says_it_anew(clinic: Clinic, back: str) -> None:
    clinic.diary(ANNA, MIA)
    responsible(clinic, "Mia Lee")
    clinic.wait_until(datetime(2026, 3, 2, 16, tzinfo=UTC))
    if back == "end":
        end(named("Mia Lee").pk, by=SYSTEM, now=clinic.world.now)
        then = CHILD
    else:
        clinic.diary("9,Anna Lee,07700 900132,2026-06-01,10:00")
        then = SECOND
    clinic.wait_until(datetime(2026, 3, 4, 12, tzinfo=UTC))

    assert [s for s, _ in clinic.texts(MOTHER)] == ["cancelled"]
    assert [s for s, _ in clinic.texts(then)].count("delivered") == 2


def test_a_second_number_is_tried_once(clinic: Clinic) -> None:
    """The first number does not exist; the answer from the second counts."""
    gone = "+447700900990"
    clinic.diary("1,Ann Lee,07700 900990,2026-03-04,10:00")
    Contact.objects.filter(name="Ann Lee").update(second_phone=SECOND)

    clinic.wait_until(datetime(2026, 3, 3, 10, 30, tzinfo=UTC))
    first, second = clinic.texts(gone), clinic.texts(SECOND)
    clinic.hear("Y", phone=SECOND)

    assert [status for status, _ in first] == ["failed", "scheduled"]
    assert [status for status, _ in second] == ["delivered"]
    assert first[0][1] == second[0][1]
    assert (clinic.statuses(), clinic.cards()) == ({"1": "confirmed"}, [])
