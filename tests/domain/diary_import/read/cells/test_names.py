"""Names taken apart, greetings that are a name or none, and marks beside names."""

import time

import pytest

from reminders.domain.diary_import.read.cells.marks import (
    DECEASED,
    NO_TEXTS,
    is_surely_unmarked,
    marked_parts,
    read_marks,
)
from reminders.domain.diary_import.read.cells.names import (
    PersonName,
    is_no_name,
    read_name,
    read_parts,
    split_name,
    without_title,
)
from tests.domain.diary_import.read.cells.tables import rows


@pytest.mark.parametrize("row", rows("names"))
def test_a_name_is_taken_apart_as_the_table_says(row: dict[str, str]) -> None:
    expected = PersonName(row["first"], row["last"], row["preferred"])
    assert read_name(row["text"]) == expected
    assert split_name(row["text"]) == expected[:2]


@pytest.mark.parametrize("row", rows("names"))
def test_nobody_is_greeted_by_a_title_an_initial_or_a_remark(row: dict[str, str]) -> None:
    first = row["first"]
    assert not first.isupper() or len(first) == 2 or not first.isascii()
    assert not set(first.split()) & {"Mr", "Mrs", "Dr", "&", "and", "Baby", "Test", "de", "van"}
    assert "(" not in first
    assert "." not in first


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Ann", "Lee", ("Ann", "Lee")),
        ("Dr Ann", "Lee", ("Ann", "Lee")),
        ("Mr", "Marlow", ("", "Marlow")),
        ("Mr & Mrs", "Smith", ("", "Mr & Mrs Smith")),
        ("", "O'HARA", ("", "O'HARA")),
        ("ÉLODIE", "BÉLANGER-LÜDEN", ("Élodie", "BÉLANGER-LÜDEN")),
        ("ann", "lee", ("Ann", "lee")),
        ("A.", "Bakker", ("", "A. Bakker")),
        ("A", "Bakker", ("", "A Bakker")),
        ("Anna Q.", "Lee", ("Anna", "Q. Lee")),
        ("Baby of Ann", "Lee", ("", "Baby of Ann Lee")),
        ("Ann (Annie)", "Lee", ("Ann", "Lee", "Annie")),
        ("Ann", "Mrs Lee", ("Ann", "Lee")),
        ("Mary Ann", "de la Rue", ("Mary Ann", "de la Rue")),
        ("Mr", "", ("", "Mr")),
        ("太郎", "山田", ("太郎", "山田")),
    ],
)
def test_a_name_in_two_cells(first: str, last: str, expected: tuple[str, ...]) -> None:
    assert read_parts(first, last) == PersonName(*expected)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Nagy Zsófia", "Zsófia", "Nagy"),
        ("Lee Ann", "Ann", "Lee"),
        ("Lee, Ann", "Ann", "Lee"),
        ("ROSSI CHIARA", "Chiara", "ROSSI"),
        ("De Luca Luca", "Luca", "De Luca"),
        ("LO PRESTI ILARIA", "Ilaria", "LO PRESTI"),
        ("Dr. Nagy Zsófia Anna", "Zsófia Anna", "Nagy"),
        ("Nagy Z.", "", "Z. Nagy"),
        ("Nagy", "", "Nagy"),
        ("Zsófia", "Zsófia", ""),
        ("García López María", "María", "García López"),
        ("Kovácsné Nagy Anna", "Anna", "Kovácsné Nagy"),
        ("Kovács Jánosné", "", "Kovács Jánosné"),
        ("Fortin René", "René", "Fortin"),
        ("Nguyen Thi Hoa", "", "Nguyen Thi Hoa"),  # nobody knows which of them is called
        ("Jan NOVÁK", "Jan", "NOVÁK"),
        ("NOVÁK NOVOTNÝ Jan", "Jan", "NOVÁK NOVOTNÝ"),
        ("Иванов Пётр Сергеевич", "Пётр Сергеевич", "Иванов"),
        ("王小明", "王小明", ""),
    ],
)
def test_where_family_names_come_first_the_rest_is_greeted(
    text: str, first: str, last: str
) -> None:
    assert read_name(text, family_first=True) == PersonName(first, last)


@pytest.mark.parametrize(
    "text",
    ["", " ", "NULL", "N/A", "-", "?", "TBA", "Mr", "Mrs.", "Dr. Dr.", "Frau", "0", "123", "様"],
)
def test_what_is_nobodys_name(text: str) -> None:
    assert is_no_name(text)


@pytest.mark.parametrize(
    "text", ["Ann", "Tom", "Inga", "Na Li", "Nan", "Blank", "Leer", "Li", "O", "Mr Lee", "山田"]
)
def test_what_is_a_name(text: str) -> None:
    assert not is_no_name(text)


def test_a_title_is_left_where_nothing_else_is() -> None:
    assert [without_title(text) for text in ("Mr Ann", "Dr. med. Uwe", "Mr", "Mr Mrs", "Ann")] == [
        *("Ann", "Uwe", "Mr", "Mr Mrs", "Ann"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "marks"),
    [
        ("Alder, Tess *DECEASED*", "Alder, Tess", {DECEASED}),
        ("Nell Archer (no texts)", "Nell Archer", {NO_TEXTS}),
        ("Ann Lee DO NOT CONTACT", "Ann Lee", {NO_TEXTS}),
        ("Ann Lee [DO NOT TEXT]", "Ann Lee", {NO_TEXTS}),
        ("Ann Lee **no sms**", "Ann Lee", {NO_TEXTS}),
        ("Ann Lee DNC", "Ann Lee", {NO_TEXTS}),
        ("Lee, Ann (keine SMS)", "Lee, Ann", {NO_TEXTS}),
        ("† Hans Müller", "Hans Müller", {DECEASED}),
        ("Hans Müller †", "Hans Müller", {DECEASED}),
        ("Hans Müller (verstorben 2025)", "Hans Müller", {DECEASED}),
        ("Müller Hans verstorben", "Müller Hans", {DECEASED}),
        ("Jean Dupont (décédé)", "Jean Dupont", {DECEASED}),
        ("Jan Kowalski - zmarły", "Jan Kowalski", {DECEASED}),
        ("RIP Ann Lee", "Ann Lee", {DECEASED}),
        ("Ann Lee RIP", "Ann Lee", {DECEASED}),
        ("山田太郎（故人）", "山田太郎", {DECEASED}),
        ("Ann Lee (deceased) (no texts)", "Ann Lee", {DECEASED, NO_TEXTS}),
        ("Deceased", "", {DECEASED}),
        # Names, and remarks that say something else.
        ("Rip Torn", "Rip Torn", set()),
        ("Torn, Rip", "Torn, Rip", set()),
        ("Mort Smith", "Mort Smith", set()),
        ("MORT Jean", "MORT Jean", set()),
        ("Ann Stop", "Ann Stop", set()),
        ("Ann Lee (refused)", "Ann Lee (refused)", set()),
        ("Ann Lee (VIP)", "Ann Lee (VIP)", set()),
        ("Ann Lee - late", "Ann Lee - late", set()),
        ("Lee-Smith, Ann", "Lee-Smith, Ann", set()),
        ("x" * 301 + " deceased", "x" * 301 + " deceased", set()),
    ],
)
def test_a_mark_beside_a_name(text: str, name: str, marks: set[str]) -> None:
    assert read_marks(text) == (name, marks)
    assert not (marks and is_surely_unmarked(text))


@pytest.mark.parametrize(
    ("note", "marks"),
    [
        ("No texts", {NO_TEXTS}),
        ("Likes tea; no sms.", {NO_TEXTS}),
        ("Deceased", {DECEASED}),
        ("keine SMS\nKasse", {NO_TEXTS}),
        ("husband deceased", set()),
        ("prefers no texts about bills", set()),
        ("refused", set()),
        ("", set()),
    ],
)
def test_a_note_says_only_what_stands_in_it_alone(note: str, marks: set[str]) -> None:
    assert frozenset(marked_parts(note).values()) == marks


def test_plain_names_are_split_in_no_time() -> None:
    split_name("Ann Lee")
    started = time.thread_time()
    for _ in range(10_000):
        split_name("Ann Lee")
    assert time.thread_time() - started < 0.5
