"""Text tables as programs and people leave them: separators, quotes, titles, totals,
headers twice.
"""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.read.files.passed_over import Reason
from tests.domain.diary_import.read.files.opening import (
    HEADER,
    names_of,
    opened,
    refusal_of,
    rows_of,
)

ANN = "1,Ann Lee,0491 570 006,2027-03-03,10:30"
BOB = "2,Bob Ray,0491 570 156,2027-03-04,11:30"


def lines(*rows: str, end: str = "\n") -> bytes:
    return (end.join(rows) + end).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\r\n"])
def test_lines_may_end_in_any_way(end: str) -> None:
    assert names_of(lines(HEADER, ANN, BOB, end=end)) == ["Ann Lee", "Bob Ray"]


@pytest.mark.parametrize("separator", [";", "\t", "|", "^", "~"])
def test_the_line_that_names_the_separator_holds(separator: str) -> None:
    content = lines(f"sep={separator}", HEADER, ANN, BOB).replace(b",", separator.encode())
    assert names_of(content) == ["Ann Lee", "Bob Ray"]


def test_the_separator_line_may_follow_a_byte_order_mark() -> None:
    assert names_of("\ufeffsep=;\r\n".encode() + lines(HEADER, ANN).replace(b",", b";")) == [
        "Ann Lee"
    ]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ('"Ann ""Annie"" Lee"', 'Ann "Annie" Lee'),
        ('"Ann \\"Annie\\" Lee"', 'Ann "Annie" Lee'),
        ('"Ann \\"Annie, Lee"', 'Ann "Annie, Lee'),
        ('"Ann\nLee"', "Ann\nLee"),
        ("O'Brien", "O'Brien"),
        ('"C:\\"', "C:\\"),
        ('"=""Ann Lee"""', "Ann Lee"),
        ('="Ann Lee"', "Ann Lee"),
        ("O&#39;Brien", "O'Brien"),
        ("Z&uuml;lal &amp; Ann", "Zülal & Ann"),
        ("AT&T Lee", "AT&T Lee"),
        ("R&notes", "R&notes"),
    ],
)
def test_a_cell_is_what_was_meant_by_the_signs_around_and_inside_of_it(
    cell: str, name: str
) -> None:
    content = lines(HEADER, ANN.replace("Ann Lee", cell), BOB)
    assert names_of(content) == [name, "Bob Ray"]


def test_two_tables_beside_each_other_are_refused() -> None:
    content = lines(f"{HEADER},,{HEADER}", f"{ANN},,{BOB}")
    assert refusal_of(content).startswith("Row 1: The header names its columns twice")


def test_a_parent_named_beside_the_patient_is_no_second_table() -> None:
    content = lines("name,phone,name,phone,date,time", "Ann,0491 570 006,Di,0491 570 110,x,y")
    assert len(rows_of(content)) == 1


def test_blank_lines_and_the_words_of_a_report_stand_above_the_header() -> None:
    content = lines("", "", "Smile Dental", "Printed,2027-03-01", "", ",,,,", HEADER, ANN)
    table, rows = opened(content)
    assert (table.header_row, len(rows)) == (7, 1)


def test_a_long_preamble_with_criteria_is_passed() -> None:
    criteria = [f"Criterion {n},any" for n in range(15)]
    assert opened(lines(*criteria, HEADER, ANN))[0].header_row == 16


def test_a_criterion_that_is_called_like_a_column_is_no_header() -> None:
    content = lines("Location,Main,Date,2027-03-03", "", HEADER, ANN)
    assert opened(content)[0].header_row == 3


def test_a_header_in_a_language_that_nobody_knows_is_the_first_full_row() -> None:
    content = lines("Ημερολόγιο", "", "αα,ββ,γγ,δδ,εε", ANN, BOB)
    table, rows = opened(content)
    assert (table.header, len(rows)) == (["αα", "ββ", "γγ", "δδ", "εε"], 2)


class TestPassedOver:
    """Rows that are no appointment are told with their words, and never silently lost."""

    def told(self, *rows: str) -> dict[Reason, list[tuple[int, str]]]:
        table, found = opened(lines(HEADER, *rows))
        assert [row[1] for row in found] == ["Ann Lee", "Bob Ray"]
        return table.passed_over.listed

    def test_the_header_of_the_next_page(self) -> None:
        assert self.told(ANN, HEADER.upper(), BOB) == {Reason.HEADER: [(3, "ID")]}

    def test_the_header_of_the_next_page_after_a_byte_order_mark(self) -> None:
        assert self.told(ANN, "\ufeff" + HEADER, BOB) == {Reason.HEADER: [(3, "id")]}

    def test_titles_of_groups_wherever_they_stand(self) -> None:
        told = self.told("Dr Ash", ANN, ",,Dr Beech,,", BOB)
        assert told == {Reason.TITLE: [(2, "Dr Ash"), (4, "Dr Beech")]}

    @pytest.mark.parametrize(
        "total",
        ["Total,2,,,", "TOTALS:,2,,,", "Summe,,,,2", "Gesamt: 2,,,,", "Итого,2,,,", "合計,2,,,"],
    )
    def test_totals(self, total: str) -> None:
        words = total.split(",")[0]
        assert self.told(ANN, total, BOB) == {Reason.TOTAL: [(3, words)]}

    def test_blanks_are_nothing_at_all(self) -> None:
        assert self.told(ANN, " , ,\t, ,", "", "\u00a0,,,,", BOB) == {}

    def test_the_end_of_a_report(self) -> None:
        told = self.told(ANN, BOB, "Total: 2", "Printed by Kim")
        assert told == {Reason.TOTAL: [(4, "Total: 2")], Reason.TITLE: [(5, "Printed by Kim")]}

    def test_what_is_kept_of_it_is_bounded(self) -> None:
        rows = [row for n in range(100) for row in (f"Group {n}", ANN, BOB)]
        table, found = opened(lines(HEADER, *rows))
        assert len(found) == 200
        ((reason, count, listed),) = table.passed_over.by_reason()
        assert (reason, count, len(listed)) == (Reason.TITLE, 100, 20)


@pytest.mark.parametrize(
    "row",
    [
        "Total,Ann Lee,0491 570 006,2027-03-03,10:30",
        "7,Summe,0491 570 006,2027-03-03,10:30",
        "id,Ann Lee,0491 570 006,2027-03-03,10:30",
        ",Ann Lee,,2027-03-03,",
        "3,Ann Lee,,,",
    ],
)
def test_what_may_be_an_appointment_is_never_passed_over(row: str) -> None:
    assert rows_of(lines(HEADER, row)) == [row.split(",")]


def test_a_list_of_titles_is_no_diary() -> None:
    words = refusal_of(lines(HEADER, *[f"Ann {n}" for n in range(30)], ANN))
    assert words.startswith("Row 2: 30 rows have a single cell each, such as “Ann 0”")


class TestDatesInTitles:
    """Lists kept by hand: the day stands once, above its rows."""

    ROWS = ("Wednesday 3 March 2027", "9.00,Ann Lee,1", "10.30,Bob Ray,2", "Thursday 4 March 2027")

    def test_they_become_a_column(self) -> None:
        table, rows = opened(lines("time,who,ph,for", *self.ROWS, "9.30,Cy Orr,3,nails"))
        assert table.header == ["time", "who", "ph", "for", "Date"]
        assert [row[4] for row in rows] == [self.ROWS[0], self.ROWS[0], self.ROWS[3]]
        assert table.warnings == [
            "The date of a row is that of the title above it, such as “Wednesday 3 March 2027”."
        ]

    def test_not_where_the_table_has_dates_of_its_own(self) -> None:
        table, _ = opened(lines(HEADER, "3 March 2027", ANN, BOB))
        assert (table.header, table.dated) == (HEADER.split(","), False)

    def test_a_row_above_the_first_title_has_none(self) -> None:
        _, rows = opened(lines("time,who,ph,for", "8.00,Di Fox,4,", *self.ROWS))
        assert [row[4] for row in rows] == ["", self.ROWS[0], self.ROWS[0]]


class TestAHeaderBelowAppointments:
    """The second of two lists in one file, or a second page, may have the better known header."""

    SECOND = "Date,Time,Patient,Mobile"
    BELOW = "2027-03-04,11:00,Bob Ray,07700 900124"

    def test_does_not_take_the_first_ones_place(self) -> None:
        first = "Date,Time,Zorp,Mobile"
        above = ["2027-03-03,10:30,Ann Lee,07700 900123", "2027-03-03,11:00,Cy Orr,07700 900125"]

        assert rows_of("\n".join([first, *above, self.SECOND, self.BELOW]).encode()) == [
            each.split(",") for each in [*above, self.SECOND, self.BELOW]
        ]

    def test_may_stand_below_the_practices_own_phone_and_the_date_of_printing(self) -> None:
        own = "Harbour Physio,020 7946 0100,printed,01/03/2027"

        assert rows_of("\n".join([own, self.SECOND, self.BELOW]).encode()) == [
            self.BELOW.split(",")
        ]
