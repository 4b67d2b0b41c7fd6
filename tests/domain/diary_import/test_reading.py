"""Files as people send them: encodings, separators, workbooks, and what is no table at all."""

import io
import zipfile

import openpyxl
import pytest

from reminders.domain.diary_import import ImportRefused, open_stream
from reminders.domain.diary_import.read.files.tables import open_table
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    bring_in,
    csv_of,
    diary,
    sydney,
)

TEXT = f"{HEADER}\n1,Zoë Élan,0491 570 006,2026-03-04,10:00\n"


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    with open_stream(io.BytesIO(content), name="diary") as source, open_table(source) as table:
        return [(table.header_row, table.header), *table.rows()]


def problem_of(content: bytes) -> str:
    with pytest.raises(ImportRefused) as refused:
        rows_of(content)
    return str(refused.value.problems[0])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_usual_encoding_is_read(encoding: str) -> None:
    assert rows_of(TEXT.encode(encoding))[1] == (
        2,
        ["1", "Zoë Élan", "0491 570 006", "2026-03-04", "10:00"],
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_separator_is_found(separator: str) -> None:
    assert rows_of(TEXT.replace(",", separator).encode())[1][1][1] == "Zoë Élan"


def test_commas_inside_of_texts_do_not_mislead() -> None:
    content = "id;name;phone;date;time\n1;Lee, Ann, Mrs;0491 570 006;2026-03-04;10:00\n"
    assert rows_of(content.encode())[1][1][1] == "Lee, Ann, Mrs"


def test_rows_are_numbered_as_in_the_spreadsheet() -> None:
    content = b'id,name\r\n1,"Ann\r\nLee"\r\n\r\n,,\r\n5,Bob\r6,Cy\n'
    assert rows_of(content) == [
        (1, ["id", "name"]),
        (2, ["1", "Ann\r\nLee"]),
        (5, ["5", "Bob"]),
        (6, ["6", "Cy"]),
    ]


def test_a_title_above_the_header_and_the_separator_line_are_passed_over() -> None:
    content = b"sep=;\r\nDiary of March;;\r\n;;\r\nid;name;phone\r\n1;Ann;2\r\n"
    assert rows_of(content) == [(3, ["id", "name", "phone"]), (4, ["1", "Ann", "2"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\n\n\n", "There is nothing in the file."),
        (b"%PDF-1.7 ...", "This is a PDF document, not a table."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "The workbook is damaged and can't be opened."),
        (b"<!DOCTYPE html><table>", "There is no table in this web page."),
        (b"\x1f\x8b\x08", "This is a compressed file (gzip)."),
        (bytes(range(256)) * 8, "This is not a text file."),
        ("a,b".encode("utf-32"), "The file is in UTF-32"),
        (b"PK\x03\x04 broken", "The workbook is damaged"),
    ],
)
def test_what_is_no_table_is_told_apart(content: bytes, words: str) -> None:
    assert problem_of(content).startswith(words)


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert problem_of(file.getvalue()).startswith(
        "This is an archive, but no XLSX or ODS workbook."
    )


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(450):
                part.write(b" " * 1024 * 1024)
    assert problem_of(file.getvalue()).startswith("The workbook unpacks to more than 400 MB.")


def test_a_million_columns_are_refused() -> None:
    assert "far too long" in problem_of(",".join(f"c{n}" for n in range(1_000_000)).encode())


def test_a_quotation_mark_that_is_never_closed_does_not_eat_the_file() -> None:
    content = f'{HEADER}\n1,"Ann,1,2,3\n' + "2,Bob,1,2,3\n" * 100_000
    assert problem_of(content.encode()).startswith("Row 2: The row is far too long.")


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.django_db
def test_a_workbook_with_real_dates_and_numbers_is_read() -> None:
    from datetime import datetime, time

    sydney()
    content = workbook(
        ["Appt ID", "Patient", "Mobile", "Date", "Start"],
        [17, "Ann Lee", 491570006, datetime(2026, 3, 4), time(10, 0)],
        [18, "Bob Ray", 61491570156, datetime(2026, 3, 5), time(14, 30)],
    )

    bring_in(content)

    assert diary() == [
        ("17", "Ann Lee", "+61491570006", "2026-03-04 10:00", "booked", 1),
        ("18", "Bob Ray", "+61491570156", "2026-03-05 14:30", "booked", 1),
    ]


@pytest.mark.django_db
def test_a_footer_is_passed_over_and_told() -> None:
    sydney()

    outcome = bring_in(csv_of(ANN, "", "Total: 1", "Page 1"))

    assert (outcome.counts.rows, outcome.warnings) == (
        1,
        [
            "1 row passed over (4: “Total: 1”): a total.",
            "1 row passed over (5: “Page 1”): a title, not an appointment.",
        ],
    )


@pytest.mark.django_db
def test_a_title_between_the_rows_is_passed_over_and_told() -> None:
    sydney()

    outcome = bring_in(csv_of("Dr Ash", ANN))

    assert (outcome.counts.rows, outcome.warnings) == (
        1,
        ["1 row passed over (2: “Dr Ash”): a title, not an appointment."],
    )
