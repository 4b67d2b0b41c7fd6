"""Whose names and phones the columns hold."""

from __future__ import annotations

import pytest

from tests.domain.diary_import.read.header.choosing import asked, chosen, places

WHEN = "Date | Time"
AT = "2027-03-03 | 10:30"


def people(header: str, *rows: str, country: str = "GB") -> dict[str, str]:
    """The places of names and phones in a file that must not be asked about."""
    columns = chosen(
        "\n".join([f"{WHEN} | {header}", *(f"{AT} | {row}" for row in rows)]), country=country
    )
    assert asked(columns) == []
    return {kind: name for kind, name in places(columns).items() if kind not in ("date", "time")}


def asked_of(header: str, *rows: str) -> list[list[tuple[str, str]]]:
    """The questions about a file."""
    return asked(chosen("\n".join([f"{WHEN} | {header}", *(f"{AT} | {row}" for row in rows)])))


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Name | Home | Mobile", "Ann Lee | 020 7946 0300 | 07700 900111",
         {"name": "Name", "phone": "Mobile", "second_phone": "Home"}),
        ("Name | Telefono | Cellulare", "Ann Lee | 020 7946 0300 | 07700 900111",
         {"name": "Name", "phone": "Cellulare", "second_phone": "Telefono"}),
        ("Name | Phone | Next of kin phone | Fax | GP phone",
         "Ann Lee | 07700 900111 | 07700 900999 | 020 7946 0300 | 07700 900555",
         {"name": "Name", "phone": "Phone"}),
        ("Name | Phone 1 | Phone 2", "Ann Lee | 020 7946 0300 | 07700 900111",
         {"name": "Name", "phone": "Phone 2", "second_phone": "Phone 1"}),
        ("Patient | Preferred Name | Mobile", "Margaret Lee | Peggy | 07700 900111",
         {"name": "Patient", "preferred_name": "Preferred Name", "phone": "Mobile"}),
        ("Doctor | Patient | Mobile", "Dr Rosen | Ann Lee | 07700 900111",
         {"name": "Patient", "phone": "Mobile", "practitioner": "Doctor"}),
        ("Lekarz | Pacjent | Telefon", "Dr Rosen | Ann Lee | 07700 900111",
         {"name": "Pacjent", "phone": "Telefon", "practitioner": "Lekarz"}),
        ("Host name | Invitee name | SMS number", "Jo Rosen | Ann Lee | 07700 900111",
         {"name": "Invitee name", "phone": "SMS number", "practitioner": "Host name"}),
        ("Nom | Prénom | Portable", "Lee | Ann | 07700 900111",
         {"last_name": "Nom", "first_name": "Prénom", "phone": "Portable"}),
        ("Nombre | Apellidos | Móvil", "Ann | Lee Ray | 07700 900111",
         {"first_name": "Nombre", "last_name": "Apellidos", "phone": "Móvil"}),
        ("Calendar | Client | Cell", "Dr. Rosen | Ann Lee | 07700 900111",
         {"name": "Client", "phone": "Cell", "practitioner": "Calendar"}),
    ],
)  # fmt: skip
def test_the_patient_among_other_people(header: str, row: str, expected: dict[str, str]) -> None:
    assert people(header, row) == expected


def test_the_phones_of_others_are_never_the_patients_unasked() -> None:
    questions = asked_of(
        "Patient | Next of kin phone | Fax | GP phone",
        "Ann Lee | 07700 900999 | 020 7946 0300 | 020 7946 0301",
    )

    assert questions == [
        [("Next of kin phone", "guardian_phone"), ("Next of kin phone", "")]
    ]  # fmt: skip


def test_a_guardians_phone_beside_a_blank_one_of_the_patients_is_asked_about() -> None:
    questions = asked_of("Patient | Patient cell | Guardian cell", "Ann Lee | | 07700 900111")

    assert questions == [[("Guardian cell", ""), ("Guardian cell", "guardian_phone")]]


def test_two_mobiles_are_asked_about() -> None:
    questions = asked_of("Name | Mobile | Mobile", "Ann Lee | 07700 900111 | 07700 900112")

    assert [kind for _, kind in questions[0]] == ["phone", "phone"]


def test_a_phone_under_an_unknown_name_is_asked_about() -> None:
    assert asked_of("Name | Zorp", "Ann Lee | 07700 900111") == [[("Zorp", "phone"), ("Zorp", "")]]


def test_a_phone_that_says_yes_and_no_is_none() -> None:
    questions = asked_of("Name | Mobile | Phone", "Ann Lee | 07700 900111 | Y")

    assert [header for header, _ in questions[0]] == ["Phone"] * 6


def test_a_vets_patient_is_an_animal_and_the_owner_is_asked_about() -> None:
    questions = asked_of("Owner | Patient | Mobile", "Ann Lee | Rex | 07700 900111")

    assert questions == [[("Owner", "name"), ("Patient", "name")]]


def test_names_under_an_unknown_name_are_asked_about() -> None:
    assert asked_of("Zorp | Mobile", "Ann Lee | 07700 900111", "Bob Ray | 07700 900112")[0] == [
        ("Zorp", "name"), ("Zorp", "")
    ]  # fmt: skip


def test_a_title_beside_a_whole_name_is_what_the_visit_is_for() -> None:
    found = people("First name | Last name | Mobile | Title", "Ann | Lee | 07700 900111 | Check-up")

    assert found["service"] == "Title"


def test_mobiles_under_an_unknown_name_beside_landlines_are_asked_about() -> None:
    columns = chosen(
        "Date | Time | Name | Telephone | Zorp\n"
        "2027-03-03 | 10:30 | Ann Lee | 020 7946 0300 | 07700 900111\n"
        "2027-03-03 | 11:30 | Bob Ray | 020 7946 0301 | 07700 900112",
        country="GB",
    )

    assert asked(columns) == [[("Telephone", "phone"), ("Zorp", "phone")]]


def test_an_animal_called_the_patient_is_not_who_is_texted_where_somebody_else_is_named() -> None:
    questions = asked_of("name | Patient | Mobile", "Lee, Ann | Rex | 07700 900111")

    assert questions == [[("name", "name"), ("Patient", "name")]]


NAMES = (
    "Ann Lee",
    "Ben Ray",
    "Cleo Fox",
    "Dora Day",
    "Eve Hall",
    "Finn Moss",
    "Gus Hay",
    "Hal Orr",
)


def test_a_phone_that_repeats_beside_one_for_each_patient_is_asked_about() -> None:
    """Phone may be the practitioner's, and the patients' stand under a word that nobody knows."""
    rows = [f"{name} | 07700 90010{n % 2} | 07700 90020{n}" for n, name in enumerate(NAMES)]

    questions = asked_of("Name | Phone | Zzyx", *rows)

    assert questions == [[("Phone", "phone"), ("Zzyx", "phone")]]


def test_a_family_phone_beside_no_other_is_taken() -> None:
    rows = [f"{name} | 07700 90010{n % 2}" for n, name in enumerate(NAMES)]

    assert people("Name | Phone", *rows) == {"name": "Name", "phone": "Phone"}


def test_mobiles_under_a_strange_name_beside_landlines_are_asked_about() -> None:
    rows = [f"{name} | 020 7946 000{n} | 07700 90020{n}" for n, name in enumerate(NAMES)]

    assert asked_of("Name | Phone | Zzyx", *rows) == [[("Phone", "phone"), ("Zzyx", "phone")]]


def test_patients_of_one_name_beside_whole_names_may_be_animals() -> None:
    animals = ("Bella", "Rex", "Minka", "Simba", "Luna", "Rocky", "Daisy", "Felix")
    rows = [
        f"{animal} | {name} | 07700 90020{n}"
        for n, (animal, name) in enumerate(zip(animals, NAMES, strict=True))
    ]

    questions = asked_of("PatientName | Naam | Mobile", *rows)

    assert questions == [[("Naam", "name"), ("PatientName", "name")]]


@pytest.mark.parametrize(
    ("header", "choices"),
    [
        (
            "Patient | Client phone | Contact name | Contact mobile",
            [("Contact mobile", "phone"), ("Client phone", "phone")],
        ),
        (
            "Paciente | Teléfono | Nombre de contacto | Móvil de contacto",
            [("Móvil de contacto", "phone"), ("Teléfono", "phone")],
        ),
        (
            "Patient | Client phone | Spouse | Contact mobile",
            [("Contact mobile", "phone"), ("Client phone", "phone")],
        ),
    ],
)
def test_the_mobile_of_a_contact_beside_the_patients_phone_is_asked_about(
    header: str, choices: list[tuple[str, str]]
) -> None:
    rows = ("Ann Lee | 020 7946 0111 | Cy Orr | 07700 900111",) * 2

    assert choices in asked_of(header, *rows)


def test_the_phone_of_a_contact_alone_is_asked_about() -> None:
    questions = asked_of("Patient | Contact name | Contact mobile", "Ann Lee | Cy | 07700 900111")

    assert [("Contact mobile", "phone"), ("Contact mobile", "")] in questions


def test_the_phone_of_a_contact_is_no_second_phone() -> None:
    header = "Patient | Mobile | Contact name | Contact phone"

    assert "second_phone" not in people(header, "Ann Lee | 07700 900111 | Cy | 07700 900222")


def test_a_contact_phone_where_no_contact_is_named_is_the_patients() -> None:
    assert people("Name | Contact mobile", "Ann Lee | 07700 900111") == {
        "name": "Name",
        "phone": "Contact mobile",
    }
