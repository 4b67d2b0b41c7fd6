"""Whether two entries on one phone may be one person, by their names."""

from __future__ import annotations

import pytest

from reminders.domain.diary.alike import Person, name_key, why_on_one_phone


def person(name: str, **values: str) -> Person:
    """ "First|Last", or a whole name that nobody could take apart."""
    first, _, last = name.rpartition("|")
    return Person(1, first, last, **values)


def why(one: str, other: str) -> str | None:
    both = person(one), person(other)
    found = {why_on_one_phone(*both), why_on_one_phone(*reversed(both))}
    assert len(found) == 1  # whoever comes first
    return found.pop()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë|Núñez", "zoe|nunez"),
        ("Anne-Marie|O'Neil", "Anne Marie|ONeil"),
        ("Jörg|Müller", "Joerg|Mueller"),
        ("Bjørn|Sørensen", "Bjoern|Sorensen"),
        ("Łukasz|Wiśniewski", "Lukasz|Wisniewski"),
        ("|王小明", "|王小明"),
    ],
)
def test_case_accents_and_signs_do_not_make_two_people(one: str, other: str) -> None:
    assert why(one, other) == "name"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nagy|Zsófia", "Zsófia|Nagy"),
        ("Maria|da Silva", "da Silva|Maria"),
        ("明|王", "王|明"),
    ],
)
def test_the_same_names_in_another_order(one: str, other: str) -> None:
    assert why(one, other) == "order"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sara|Lee", "Sarah|Lee"),
        ("Ann|Lee", "Anne|Lee"),
        ("Katherine|Lee", "Catherine|Lee"),
        ("Michael|Lee", "Micheal|Lee"),
        ("Jonathan|Lee", "Jonathon|Lee"),
        ("Sofia|Rossi", "Sophia|Rossi"),
        ("Lukas|Braun", "Lucas|Braun"),
        ("Yvonne|Mayer", "Ivonne|Mayer"),
        ("Ann|Smith", "Ann|Smyth"),
        ("Ann|Thompson", "Ann|Thomson"),
        ("Ann|Hofmann", "Ann|Hoffmann"),
        ("Ann|Brown", "Ann|Bronw"),
        ("Mary|Lee", "Mary Ann|Lee"),
        ("Mary A|Lee", "Mary Ann|Lee"),
    ],
)
def test_a_name_that_is_spelt_a_little_differently(one: str, other: str) -> None:
    assert why(one, other) == "spelling"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ann|Lee", "Ann|Walker"), ("María José|Ruiz", "María José|Gómez Ruiz")],
)
def test_the_same_first_name_with_another_family_name(one: str, other: str) -> None:
    assert why(one, other) == "family_name"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann|Lee", "Ben|Lee"),  # a family
        ("Tim|Lee", "Tom|Lee"),  # twins with like names
        ("Mia|Lee", "Mila|Lee"),
        ("Mila|Lee", "Lila|Lee"),
        ("Jan|Novák", "Jana|Nováková"),
        ("Paul|Lee", "Paula|Lee"),
        ("Mario|Rossi", "Maria|Rossi"),
        ("Martin|Lee", "Martina|Lee"),
        ("Louis|Martin", "Louise|Martin"),
        ("Simon|Lee", "Simone|Lee"),
        ("Alina|Lee", "Elina|Lee"),
        ("Mary Ann|Lee", "Mary Jane|Lee"),
        ("John|Smith", "John|Smith Jr"),  # a father and his son
        ("John Sr.|Smith", "John|Smith II"),
        ("|王小明", "|王小红"),  # of one piece nobody knows which part is the given name
        ("민수|김", "민서|김"),
        ("|A. Bakker", "|B. Bakker"),
        ("|", "|"),
        ("A|Lee", "A|Walker"),  # an initial is anybody's
        ("Ann|", "Ann|Walker"),
        ("Ann|Lee", "Ben|Walker"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    assert why(one, other) is None


def test_who_is_called_as_the_other_one_is_written() -> None:
    elizabeth, liz = person("Elizabeth|Lee", preferred_name="Liz"), person("Liz|Lee")

    assert why_on_one_phone(elizabeth, liz) == "spelling"
    assert why_on_one_phone(elizabeth, person("Ann|Lee")) is None


def test_the_diarys_own_numbers_tell_people_apart() -> None:
    one, other = (person("Ann|Lee", external_id=number, diary="x") for number in ("7", "8"))

    assert why_on_one_phone(one, other) is None
    assert why_on_one_phone(one, other._replace(diary="y")) == "name"
    assert why_on_one_phone(one, other._replace(external_id="")) == "name"


def test_the_key_of_a_name_is_that_of_the_same_name_in_any_order() -> None:
    assert name_key(person("Zsófia|Nagy")) == name_key(person("nagy|Zsofia"))
    assert name_key(person("Ann|Lee")) != name_key(person("Anna|Lee"))
    assert name_key(person("John|Smith")) != name_key(person("John|Smith Jr"))
