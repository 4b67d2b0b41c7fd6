"""What single rows get wrong is told with its row and column; what looks dangerous stays text."""

import pytest

from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.models import Appointment, Contact
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    bring_in,
    csv_of,
    diary,
    refusal,
    sydney,
)


@pytest.mark.django_db
class TestBadRows:
    """Each problem names its row and column, and nothing is imported."""

    @pytest.fixture(autouse=True)
    def _site(self) -> None:
        sydney()

    def check(self, content: bytes, *expected: str) -> None:
        assert refusal(content) == list(expected)
        assert (Appointment.objects.count(), Contact.objects.count()) == (0, 0)

    def test_no_phone_column(self) -> None:
        self.check(
            csv_of(ANN, header="id,name,fone,date,time"),
            "Column “fone”: Is this the patient's phone? (For example fone: 0491 570 006.) Answer "
            'with --column "fone=phone", --column "fone=".',
        )

    def test_nothing_that_could_be_a_phone(self) -> None:
        self.check(
            csv_of("1,Ann Lee,2026-03-04,10:00", header="id,name,date,time"),
            "There is no phone column. The columns are called “id”, “name”, “date”, “time”.",
        )

    def test_the_header_once_more_in_another_order(self) -> None:
        content = csv_of(ANN, "date,time,id,name,phone", "2026-03-05,11:30,2,Bob Ray,0491 570 156")
        words = (
            "Row 3: The header stands here once more with its columns in another order: these are "
            "two exports, one below the other. Import each by itself."
        )
        self.check(content, words)
        leave = Answers.of([Answer(About.ERRORS, "leave")])
        assert refusal(content, answers=leave) == [words]

    def test_no_header(self) -> None:
        assert refusal(f"{ANN}\n".encode())[0].startswith("Row 1: There is no header row")

    def test_no_header_is_not_guessed_away(self) -> None:
        content = f"{ANN}\n2,Bob Ray,0491 570 156,2026-03-05,11:30\n".encode()
        assert refusal(content)[0].startswith("Row 1: There is no header row")

    def test_a_zero_byte_in_the_header(self) -> None:
        self.check(
            csv_of(f"{ANN},x", header=f"{HEADER},ex\0tra"),
            "Row 1, column “6”: There is a zero byte in the text: the export is damaged. Export "
            "the "
            "file again.",
        )

    def test_a_workbook_with_a_password(self) -> None:
        directory = b"\0" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
        head = b"\xd0\xcf\x11\xe0" + b"\0" * 44 + (1).to_bytes(4, "little") + b"\0" * 460
        self.check(
            head + directory,
            "This workbook is protected by a password. Save it without one, or save it as CSV.",
        )

    def test_only_a_header(self) -> None:
        self.check(
            csv_of(), "The file has a header but no appointments. Export it again, with rows."
        )

    def test_dates_and_times_that_are_none(self) -> None:
        self.check(
            csv_of(
                ANN, "2,Bob,0491 570 156,2026-02-30,10:00", "3,Cy,0491 570 157,2026-03-01,25:00"
            ),
            "Row 3, column “date”: “2026-02-30” is not a date: there is no such day in the "
            "calendar.",
            "Row 4, column “time”: “25:00” is not a time: a day has the hours 0 to 23, an hour "
            "60 minutes.",
        )

    def test_an_id_twice(self) -> None:
        self.check(
            csv_of(ANN, ANN.replace("10:00", "10:00:00")),
            "Column “id”: What number is “id”: the patient's or the appointment's? (For example "
            "id: "
            '1.) Answer with --column "id=patient_id", --column "id=external_id", --column "id=".',
        )

    def test_the_same_appointment_twice_without_ids(self) -> None:
        row = "Ann Lee,0491 570 006,2026-03-04,10:00"
        self.check(
            csv_of(row, f"{row}:00", header="name,phone,date,time"),
            "Row 3: This is the same appointment as in row 2: same person, phone, location and "
            "start. "
            "Delete one of the two.",
        )

    def test_a_very_long_name(self) -> None:
        self.check(
            csv_of(ANN.replace("Ann Lee", "N" * 10_000)),
            "Row 2, column “name”: This name has 10,000 characters; at most 300 fit.",
        )

    def test_a_cell_of_ten_megabytes(self) -> None:
        assert refusal(csv_of(ANN.replace("Ann Lee", "N" * 10_000_000)))[0].startswith(
            "Row 2: The row is far too long"
        )

    def test_zero_bytes(self) -> None:
        self.check(
            csv_of(ANN, "2,B\0b,0491 570 156,2026-03-04,10:00"),
            "Row 3, column “name”: There is a zero byte in the text: the export is damaged. "
            "Export the "
            "file again.",
        )

    def test_bytes_that_are_no_text(self) -> None:
        content = (
            csv_of("1,Zoë Élan,0491 570 006,2026-03-04,10:00")
            + b"2,Zo\xff,0491 570 156,2026-03-04,10:00\n"
        )
        self.check(
            content,
            "Row 3, column “name”: A character can't be read as UTF-8. Save the file as “CSV "
            "UTF-8” in "
            "the spreadsheet "
            "and import that file.",
        )

    def test_a_lone_surrogate(self) -> None:
        content = (
            csv_of(ANN).decode().encode("utf-16")
            + b"2\0,\0\x00\xd8,\0"
            + "1,2,3\n".encode("utf-16-le")
        )
        assert refusal(content)[0].startswith(
            "Row 3, column “name”: A character can't be read as UTF-16"
        )

    def test_more_cells_than_the_header(self) -> None:
        assert refusal(csv_of(ANN, f"{ANN},x"))[0].startswith(
            "Row 3: The row has 6 cells, but the header has 5."
        )

    def test_two_columns_of_one_name_that_differ(self) -> None:
        self.check(
            csv_of(f"{ANN},0491 570 156", header=f"{HEADER},Phone"),
            "Which phone is texted? (For example phone: 0491 570 006; Phone (2): 0491 570 156.) "
            'Answer with --column "phone=phone", --column "Phone (2)=phone".',
        )

    def test_a_status_that_is_none(self) -> None:
        self.check(
            csv_of(f"{ANN},perhaps", header=f"{HEADER},status"),
            "Row 2, column “status”: What does the status “perhaps” mean? (1 row) (For example "
            'perhaps.) Answer with --meaning "status:perhaps=booked", --meaning '
            '"status:perhaps=cancelled", --meaning "status:perhaps=arrived", --meaning '
            '"status:perhaps=no_show" and so on.',
        )

    def test_no_name(self) -> None:
        self.check(
            csv_of("1,,0491 570 006,2026-03-04,10:00"),
            "Row 2, column “name”: There is no name. Fill it in.",
        )


@pytest.mark.django_db
def test_formulas_and_markup_are_stored_as_they_are() -> None:
    sydney()

    bring_in(
        csv_of(
            '1,"=HYPERLINK(""http://x"")",0491 570 006,2026-03-04,10:00',
            "2,<b>Bo</b> Ray,0491570156,2026-03-04,0.500",
        )
    )

    assert [row[1] for row in diary()] == ['=HYPERLINK("http://x")', "<b>Bo</b> Ray"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("491570156", "+61491570156"),
        ("61491570156", "+61491570156"),
        ("4.91570156E+8", "+61491570156"),
        ("4.9157E+8", ""),
        ("491570156.0", "+61491570156"),
    ],
)
def test_phones_that_a_spreadsheet_has_touched(written: str, phone: str) -> None:
    sydney()

    outcome = bring_in(csv_of(f"1,Ann Lee,{written},2026-03-04,10:00"))

    assert ([row[2] for row in diary()], outcome.counts.cannot_be_reminded) == (
        [phone],
        0 if phone else 1,
    )
