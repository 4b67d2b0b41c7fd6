"""Workbooks of every kind: which sheet is read, and what becomes of dates, times and numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from reminders.domain.diary_import.questions import About, Answers
from tests.domain.diary_import.read.files.books import HEADER, ods, ods_row, xls, xlsx
from tests.domain.diary_import.read.files.opening import (
    numbers_of,
    opened,
    question_of,
    refusal_of,
    rows_of,
)

ANN = ["17", "Ann Lee", "0491 570 006", date(2027, 3, 3), time(10, 30)]
BOB = ["18", "Bob Ray", "0491 570 156", date(2027, 3, 4), time(11, 0)]
ANN_READ = ["17", "Ann Lee", "0491 570 006", "2027-03-03", "10:30:00"]


def cell_of(value: object, number_format: str = "") -> str:
    """What the converter makes of one cell."""

    def finish(book: openpyxl.Workbook) -> None:
        if number_format:
            book.active["A2"].number_format = number_format
        if number_format == "@":
            book.active["A2"].data_type = "s"  # a text that looks like a formula

    content = xlsx({"Diary": [HEADER, [value, "Ann Lee", "1", "2", "3"]]}, finish=finish)
    return rows_of(content)[0][0]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (datetime(2027, 3, 3, 10, 30), "", "2027-03-03 10:30:00"),
        (datetime(2027, 3, 3), "yyyy-mm-dd hh:mm", "2027-03-03"),
        (datetime(2027, 3, 3), "dd.mm.yyyy", "2027-03-03"),
        (46449.4375, "[$-409]d/m/yy h:mm AM/PM;@", "2027-03-03 10:30:00"),
        (46449.4375 - 1e-9, "d/m/yy h:mm", "2027-03-03 10:30:00"),
        (time(10, 30), "", "10:30:00"),
        (0.4375, "hh:mm", "10:30:00"),
        (timedelta(hours=10, minutes=30), "[h]:mm", "10:30:00"),
        (timedelta(hours=25), "[h]:mm", "25:00:00"),
        (timedelta(hours=49, minutes=5), "[hh]:mm:ss", "49:05:00"),
        (46449, "", "46449"),
        (46449.4375, "", "46449.4375"),
        (46449, "0", "46449"),
        (17, "", "17"),
        (17.0, "", "17"),
        (0.5, "0%", "0.5"),
        (447700900123, "", "447700900123"),
        (61491570006, "0.00E+00", "61491570006"),
        (1234567890123456, "", "1234567890123456"),
        (7700900123, '"Tel. "0', "7700900123"),
        (True, "", "TRUE"),
        (False, "", "FALSE"),
        ("00123", "", "00123"),
        ("=1+1", "@", "=1+1"),
    ],
)
def test_cells_come_out_as_they_would_be_typed(
    value: object, number_format: str, text: str
) -> None:
    assert cell_of(value, number_format) == text


def test_the_calendar_of_old_macs_is_known() -> None:
    def finish(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    content = xlsx({"Diary": [HEADER, ANN]}, finish=finish)
    assert rows_of(content) == [ANN_READ]


class TestSheets:
    """The sheet that people see; where several may be meant, they are asked."""

    OTHER = [["z9", "Old Patient", "0491 570 157", "2026-01-01", "09:00"]] * 4

    @pytest.mark.parametrize("name", ["Old", "very old"])
    def test_a_hidden_sheet_is_left_aside_and_named(self, name: str) -> None:
        content = xlsx({name: [HEADER, *self.OTHER], "Diary": [HEADER, ANN]}, hidden=[name])
        table, rows = opened(content)
        assert (rows, table.sheet) == ([ANN_READ], "Diary")
        assert table.warnings == [
            f"Left aside: the hidden sheet “{name}”. Show it in the workbook to have it read."
        ]

    def test_several_with_rows_are_a_question(self) -> None:
        content = xlsx({"March": [HEADER, ANN], "April & May": [HEADER, BOB, BOB]})

        question = question_of(content)

        assert question.about is About.SHEET
        assert [(choice.answer.as_option(), choice.words) for choice in question.choices] == [
            ('--sheet "April & May"', "“April & May”: 3 rows"),
            ("--sheet March", "“March”: 2 rows"),
            ('--sheet "*"', "All 2 with the same columns, one below the other"),
        ]
        assert question.likeliest.example == "Appt ID, Patient, Mobile, Date, Start"

    def test_all_that_name_the_same_columns_may_be_read(self) -> None:
        content = xlsx(
            {"March": [HEADER, ANN], "Prices": [["Item"], ["Tea"]], "May": [HEADER, BOB]}
        )

        table, rows = opened(content, answers=Answers(sheet="*"))

        assert ([row[1] for row in rows], table.sheet) == (["Ann Lee", "Bob Ray"], "*")
        assert table.warnings[0].startswith("Read are the sheets “March”, “May”, one below")

    @pytest.mark.parametrize("name", ["march", " March "])
    def test_the_answer_names_one(self, name: str) -> None:
        content = xlsx({"March": [HEADER, ANN], "April": [HEADER, BOB]})
        table, rows = opened(content, answers=Answers(sheet=name))
        assert (table.sheet, rows) == ("March", [ANN_READ])
        assert table.warnings == ["Read is the sheet “March”. Left aside: “April” (2 rows)."]

    def test_a_name_that_is_none_is_told_with_those_that_are(self) -> None:
        content = xlsx({"March": [HEADER, ANN], "Old": [HEADER, BOB]}, hidden=["Old"])
        assert refusal_of(content, answers=Answers(sheet="Old")) == (
            "There is no visible sheet “Old” with rows in it. There is “March”."
        )

    def test_a_short_legend_beside_the_diary_is_left_aside(self) -> None:
        content = xlsx({"Legend": [["Code", "Words"], ["X", "none"]], "D": [HEADER, ANN, BOB]})
        table, rows = opened(content)
        assert (table.sheet, len(rows)) == ("D", 2)
        assert table.warnings == ["Read is the sheet “D”. Left aside: “Legend” (2 rows)."]

    def test_an_empty_sheet_is_no_sheet(self) -> None:
        assert rows_of(xlsx({"Tabelle1": [], "Diary": [HEADER, ANN], "T3": []})) == [ANN_READ]

    def test_titles_that_are_merged_stand_above_the_header(self) -> None:
        content = xlsx(
            {"Diary": [["Diary of March"], [], HEADER, ANN]},
            finish=lambda book: book.active.merge_cells("A1:E1"),
        )
        table, rows = opened(content)
        assert (table.header_row, rows) == (3, [ANN_READ])

    def test_rows_are_numbered_as_the_spreadsheet_shows_them(self) -> None:
        content = xlsx({"Diary": [[], [], ["", "Title"], [], HEADER, [], ANN, [], BOB]})
        assert numbers_of(content) == [5, 7, 9]
        assert numbers_of(xls([[], [], HEADER, [], ANN_READ])) == [3, 5]
        blank = (
            '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
        )
        rows = blank + ods_row(*HEADER) + blank + ods_row(*ANN_READ)
        assert numbers_of(ods({"Diary": rows})) == [5, 10]

    def test_a_sheet_of_one_row_has_no_appointments(self) -> None:
        table, rows = opened(xlsx({"Diary": [HEADER]}))
        assert (table.header, rows) == (HEADER, [])

    def test_rows_that_a_filter_hides_are_read_and_told(self) -> None:
        def finish(book: openpyxl.Workbook) -> None:
            book.active.row_dimensions[3].hidden = True

        table, rows = opened(xlsx({"Diary": [HEADER, ANN, BOB]}, finish=finish))
        assert len(rows) == 2
        assert table.warnings == [
            "1 row is hidden in the workbook, as a filter does (row 3), and read, too."
        ]

    def test_what_is_merged_over_several_rows_is_said_of_all_of_them(self) -> None:
        def finish(book: openpyxl.Workbook) -> None:
            book.active.merge_cells("B3:B4")
            book.active.merge_cells("C3:C4")
            book.active.merge_cells("A1:E1")

        second = ["18", "", "", "2027-03-10", "10:30"]
        content = xlsx({"Diary": [["The diary"], HEADER, ANN, second]}, finish=finish)
        assert [cells[1] for cells in rows_of(content)] == ["Ann Lee", "Ann Lee"]

    def test_rows_that_are_struck_through_have_a_column_that_says_so(self) -> None:
        def finish(book: openpyxl.Workbook) -> None:
            for row, struck in ((2, False), (3, True)):
                for cell in book.active[row]:
                    cell.font = Font(bold=True, strike=struck)
            book.active["B2"].font = Font(strike=True)  # a single cell is no cancellation

        table, rows = opened(xlsx({"Diary": [HEADER, ANN, BOB]}, finish=finish))
        assert table.header == [*HEADER, "Formatting"]
        assert [cells[-1] for cells in rows] == ["", "struck through"]

    def test_formulas_that_were_never_calculated_are_refused_by_cell(self) -> None:
        row = ["17", '="Ann"&" Lee"', "0491 570 006", "2027-03-03", "10:30"]
        words = refusal_of(xlsx({"Diary": [HEADER, row]}))
        assert words.startswith("The workbook has formulas without their values, such as in B2.")

    def test_formulas_on_a_sheet_that_is_not_meant_do_not_matter(self) -> None:
        content = xlsx({"Sums": [["Sum"], ["=1+1"]], "Diary": [HEADER, ANN, BOB]})
        assert len(rows_of(content)) == 2


class TestOld:
    """.xls, the kind before 2007."""

    def test_it_is_read_with_dates_times_and_numbers(self) -> None:
        row = [17.0, "Ann Lee", 61491570006.0, 46449.0, 0.4375]
        content = xls([HEADER, row], formats={3: "dd/mm/yyyy", 4: "h:mm"})
        assert rows_of(content) == [["17", "Ann Lee", "61491570006", "2027-03-03", "10:30:00"]]

    def test_a_time_beyond_a_day_stays_one(self) -> None:
        content = xls([HEADER, ["17", "Ann Lee", "1", "2", 25 / 24]], formats={4: "[h]:mm"})
        assert rows_of(content)[0][4] == "25:00:00"

    def test_its_hidden_sheet_is_left_aside(self) -> None:
        table, rows = opened(xls([HEADER, ANN_READ], hidden_first=True))
        assert (table.sheet, rows) == ("Diary", [ANN_READ])
        assert "“Old”" in table.warnings[0]


class TestOpenDocument:
    """.ods, of LibreOffice."""

    def test_hidden_sheets_are_left_aside(self) -> None:
        rows = ods_row(*HEADER) + ods_row(*ANN_READ)
        table, found = opened(ods({"Old": rows + rows, "Diary": rows}, hidden=["Old"]))
        assert (table.sheet, found) == ("Diary", [ANN_READ])

    def test_rows_that_a_filter_hides_are_told(self) -> None:
        rows = ods_row(*HEADER) + ods_row(*ANN_READ, hidden=True)
        table, found = opened(ods({"Diary": rows}))
        assert (len(found), table.warnings) == (
            1,
            ["Some rows are hidden in the workbook, as a filter does, and read, too."],
        )


def archive_of(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def container_of(name: str) -> bytes:
    """The old kind of container, with one name in its list of contents."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40 + (1).to_bytes(4, "little")
    return head.ljust(512, b"\0") + b"\0" * 512 + name.encode("utf-16-le") + b"\0" * 512


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive_of("word/document.xml"), "This is a Word document, not a table."),
        (archive_of("ppt/presentation.xml"), "This is a presentation, not a table."),
        (archive_of("Index/Document.iwa"), "This is a Numbers document."),
        (
            archive_of("diary.csv"),
            "This is an archive, but no XLSX or ODS workbook. Unpack it and import the file "
            "inside: "
            "“diary.csv”.",
        ),
        (archive_of("xl/workbook.xml"), "The workbook is damaged or protected"),
        (container_of("WordDocument"), "This is a Word document, not a table."),
        (
            container_of("EncryptedPackage"),
            "This workbook is protected by a password. Save it without one",
        ),
        (container_of("Workbook"), "The workbook is damaged or protected"),
        (b"\x09\x04\x06\0\0\0\x10\0", "This is a workbook of Excel 4 or older."),
        (b"{\\rtf1\\ansi", "This is a text document (RTF), not a table."),
        (b"BZh91AY", "This is a compressed file (bzip2)."),
        (b"MIME-Version: 1.0\r\n", "This is an e-mail or a web archive, not a table."),
        (
            b"BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n",
            "These are business cards (vCard), not appointments.",
        ),
    ],
)
def test_what_is_no_workbook_is_named(content: bytes, words: str) -> None:
    assert refusal_of(content).startswith(words)
