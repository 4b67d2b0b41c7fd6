"""Files that the command can't import: each is told where its fault is, in words, and nothing
changes.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from reminders.models import Appointment, Contact, Import, Reminder
from tests import factories as make

pytestmark = pytest.mark.django_db

DAY = str(date.today() + timedelta(days=10))  # noqa: DTZ011  # any coming day
HEADER = "id,name,phone,date,time\n"
GOOD = f"1,Ann Lee,0491 570 006,{DAY},10:00\n"
EXPORT = "Export the diary as CSV (or XLSX or ODS) and import that file."


def row(number: int, *, name: str = "Ben Ray", day: str = DAY, at: str = "11:00") -> str:
    """One line of a diary."""
    return f"{number},{name},0491 570 156,{day},{at}\n"


FILES: dict[str, tuple[str | bytes, str]] = {
    "a column that nobody knows instead of one that is needed": (
        HEADER.replace("date", "moon") + GOOD,
        f"Column “moon”: Is this date the visit? (For example moon: {DAY}.) "
        'Answer with --column "moon=date", --column "moon=".',
    ),
    "no header": (
        GOOD + row(2),
        "Row 1: There is no header row: the first row looks like an appointment. "
        "Add a row on top that names the columns: name, phone, date, time.",
    ),
    "two columns of one meaning": (
        f"id,name,name,phone,date,time\n1,Ann,Lee,0491 570 006,{DAY},10:00\n",
        "Whose names are these: which column names the patient? (For example name: Ann; "
        'name (2): Lee.) Answer with --column "name=name", --column "name (2)=name".',
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
        f"This is a picture, not a table. {EXPORT}",
    ),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", f"This is a PDF document, not a table. {EXPORT}"),
    "a web page": (
        "<html><body><table><tr><td>Ann</td></tr></table></body></html>",
        "There is no name, phone, date or time column. The columns are called “Ann”.",
    ),
    "a letter": (
        "Dear all,\nhere is the diary.\n",
        "There is no phone, date or time column. The columns are called “Dear all”.",
    ),
    "UTF-8 with a broken letter": (
        HEADER.encode()
        + row(2, name="Jürgen Ray").encode()
        + row(3, name="J?rgen").encode().replace(b"?", b"\xfc"),
        "The file mixes two encodings. Are these letters right? (For example “Jürgen” "
        "(utf-8+cp1252); “J\ufffdrgen” (utf-8).) Answer with --encoding utf-8+cp1252, "
        "--encoding utf-8.",
    ),
    "an empty file": ("", f"The file is empty. {EXPORT}"),
    "blank lines": ("\n \n", f"There is nothing in the file. {EXPORT}"),
    "a header alone": (
        HEADER,
        "The file has a header but no appointments. Export it again, with rows.",
    ),
    "a day that is none": (
        HEADER + GOOD + row(2, day="2027-02-30"),
        "Row 3, column “date”: “2027-02-30” is not a date: there is no such day in the calendar.",
    ),
    "a date in words": (
        HEADER + GOOD + row(2, day="soon"),
        "Row 3, column “date”: “soon” is not a date: “soon” is no month.",
    ),
    "an impossible time": (
        HEADER + GOOD + row(2, at="25:61"),
        "Row 3, column “time”: “25:61” is not a time: a day has the hours 0 to 23, an hour 60 "
        "minutes.",
    ),
    "an id twice": (
        HEADER + GOOD + row(2) + GOOD.replace("10:00", "10:00:00"),
        "Column “id”: What number is “id”: the patient's or the appointment's? (For example id: "
        '1, 2.) Answer with --column "id=patient_id", --column "id=external_id", --column "id=".',
    ),
    "an id of two people": (
        HEADER + GOOD + row(2) + row(1),
        "Column “id”: What number is “id”: the patient's or the appointment's? (For example id: "
        '1, 2.) Answer with --column "id=patient_id", --column "id=external_id", --column "id=".',
    ),
    "a name of 10,000 characters": (
        HEADER + GOOD + row(2, name="A" * 10_000),
        "Row 3, column “name”: This name has 10,000 characters; at most 300 fit.",
    ),
    "a zero byte": (
        HEADER + GOOD + row(2, name="Ben\0Ray"),
        "Row 3, column “name”: There is a zero byte in the text: the export is damaged. "
        "Export the file again.",
    ),
    "a zero byte in the header": (
        HEADER.replace("name", "na\0me") + GOOD,
        "Row 1, column “2”: There is a zero byte in the text: the export is damaged. Export the "
        "file again.",
    ),
    "a comma too many": (
        HEADER + GOOD + row(2, name="Ray, Ben, Dr"),
        "Row 3: The row has 7 cells, but the header has 5. "
        "Look for a separator inside a text that has no quotation marks around it.",
    ),
    "a location that is none": (
        HEADER.replace("time", "time,location") + GOOD.replace("\n", ",Nowhere\n"),
        "Row 2, column “location”: There is no location “Nowhere”. Which one is it? (For example "
        'Nowhere.) Answer with --meaning "location:Nowhere=create", --meaning '
        '"location:Nowhere=Sydney", --meaning "location:Nowhere=leave_out".',
    ),
}


def run(path: Path) -> tuple[int, str, list[str]]:
    """Exit code, standard output and the lines of standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_appointments", str(path), stdout=out, stderr=err)
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    return code, out.getvalue(), err.getvalue().splitlines()


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """Where the file goes; there is one location."""
    make.make_location(name="Sydney", zone="Australia/Sydney", country="AU")
    make.make_confirmation_rule()
    return tmp_path / "diary.csv"


@pytest.mark.parametrize(("content", "complaint"), FILES.values(), ids=FILES)
def test_a_bad_file_is_told_where_and_changes_nothing(
    diary: Path, content: str | bytes, complaint: str
) -> None:
    diary.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert run(diary) == (1, "", [complaint, "Nothing was imported."])
    assert [model.objects.count() for model in (Appointment, Contact, Reminder, Import)] == [
        0,
        0,
        0,
        0,
    ]


def test_every_fault_of_a_file_is_told_at_once(diary: Path) -> None:
    diary.write_text(HEADER + row(1, day="soon") + GOOD.replace("1,", "2,", 1) + row(3, at="late"))

    assert run(diary) == (
        1,
        "",
        [
            "Row 2, column “date”: “soon” is not a date: “soon” is no month.",
            "Row 4, column “time”: “late” is not a time. Write it like 09:30 or 2:15 PM.",
            "Nothing was imported.",
        ],
    )


def test_a_column_that_nobody_knows_is_kept_aside(diary: Path) -> None:
    diary.write_text(HEADER.replace("time", "time,shoe size") + GOOD.replace("\n", ",42\n"))

    assert run(diary)[0] == 0
    assert Appointment.objects.get().extra == {"shoe size": "42"}


def test_a_bad_phone_is_imported_and_told(diary: Path) -> None:
    diary.write_text(HEADER + GOOD.replace("0491 570 006", "12345"))

    assert run(diary) == (
        0,
        "1 row: 1 new, 0 changed, 0 unchanged, 0 gone from the file, 1 cannot be "
        "reminded.\nImported.\n",
        [
            "Cannot be reminded. Row 2, column “phone”: There is no such number in this country. "
            "Check the digits; if it is from abroad, write it with + and the country code."
        ],
    )
    assert (Appointment.objects.count(), Reminder.objects.get().state) == (1, "skipped")
