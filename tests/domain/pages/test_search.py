"""People are found however their name is spelt and typed, and by their date of birth."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reminders.domain.common.access import Scope, scope_of
from reminders.domain.pages.search import find_appointments, find_contacts
from reminders.models import Contact
from reminders.models.in_sql.folding import typed_words
from tests.factories import make_appointment, make_contact, make_location, make_user

pytestmark = pytest.mark.django_db
# Latin, Greek and Cyrillic letters; others have neither accents nor capitals to be folded.
LETTERS = st.text(st.characters(categories=("Lu", "Ll"), max_codepoint=0x52F), min_size=2)


@pytest.fixture
def scope() -> Scope:
    make_location(country="GB")
    return scope_of(User.objects.get(pk=make_user(group="receptionist").pk))


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("José", "Núñez", "jose nunez"),
        ("Jose", "Nunez", "José Núñez"),
        ("Ann", "O'Brien", "obrien"),
        ("Ann", "O’Brien", "O'Brien"),
        ("Ann", "O'Brien", "brien"),
        ("Ann", "OBrien", "o'brien"),
        ("Jörg", "Müller", "muller"),
        ("Jörg", "Müller", "Mueller joerg"),
        ("Joerg", "Mueller", "Jörg Müller"),
        ("Jens", "Strauß", "strauss"),
        ("Jens", "Strauss", "STRAUẞ"),
        ("Jens", "Straße", "strasse"),
        ("Åse", "Sørensen", "aase soerensen"),
        ("Åse", "Sørensen", "ase sorensen"),
        ("Łukasz", "Żółć", "zolc lukasz"),
        ("İpek", "Işık", "ipek isik"),
        ("Đặng", "Thị Hương", "dang huong"),
        ("Zoe", "Smith-Jones", "jones zoe"),
        ("Zoe", "Smith-Jones", "smith-j"),
        ("Анна", "Йорк", "йорк"),
        ("Νίκος", "Παπάς", "ΝΙΚΟΣ παπας"),
        ("지우", "김", "김지" [:1]),
        ("ليلى", "الحداد", "ليلى"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_any_spelling_and_order(scope, first, last, typed):
    one = make_contact(first_name=first, last_name=last)
    make_contact(first_name="Nobody", last_name="Else")

    found = find_contacts(typed + " " + first[:1] if len(typed) == 1 else typed, scope=scope)

    assert found.ids == [one.pk]


def test_people_are_found_by_what_they_like_to_be_called(scope):
    one = make_contact(first_name="Margaret", last_name="Lee", preferred_name="Peggy")

    assert find_contacts("peggy lee", scope=scope).ids == [one.pk]


def test_another_name_is_not_found(scope):
    make_contact(first_name="Jörg", last_name="Müller")

    assert [find_contacts(typed, scope=scope).ids for typed in ("moller", "mü x", "brien")] == [
        [],
        [],
        [],
    ]


@pytest.mark.parametrize(
    "typed", ["3.4.1980", "03/04/1980", "4/3/1980", "1980-04-03", "3. 4. 80", "03-04-80"]
)
def test_people_are_found_by_their_date_of_birth(scope, typed):
    one = make_contact(first_name="Ann", birth_date=date(1980, 4, 3))
    make_contact(first_name="Ben", birth_date=date(1981, 4, 3))
    visit = make_appointment(contact=one)
    place = visit.location_id

    found = find_contacts(typed, scope=scope)
    visits = find_appointments(typed, scope=scope, location_ids=[place], today=date(2026, 1, 1))

    assert (found.ids, visits.ids) == ([one.pk], [visit.pk])


@pytest.mark.parametrize("typed", ["31.2.1980", "99/99/9999", "1.2", "0.0.0"])
def test_what_is_no_date_finds_nobody_and_breaks_nothing(scope, typed):
    # No number: that of somebody else here may have three noughts.
    make_contact(birth_date=date(1980, 2, 1), phone="")

    assert find_contacts(typed, scope=scope).ids == []


def test_names_go_through_their_index(scope):
    Contact.objects.bulk_create(
        Contact(first_name=f"Person{number}", last_name=f"Müller{number}") for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reminders_contact")
        cursor.execute(
            "EXPLAIN SELECT id FROM reminders_contact "
            "WHERE search @@ to_tsquery('simple', '(''mueller12'':* | ''muller12'':*)')"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "contact_search" in plan


class TestFolding(TestCase):
    """The database and what is typed fold names in the same way."""

    @settings(max_examples=60, deadline=None)
    @given(LETTERS)
    def test_whoever_is_typed_as_they_are_written_is_found(self, name):
        one = make_contact(first_name=name[:100], last_name="")
        words = typed_words(name[:100])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT lexeme FROM reminders_contact, unnest(search) WHERE id = %s", [one.pk]
            )
            stored = {row[0] for row in cursor.fetchall()}

        assert all(any(word in stored for word in spellings) for spellings in words), (
            words,
            stored,
        )
