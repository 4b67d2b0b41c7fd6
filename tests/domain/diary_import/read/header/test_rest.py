"""Numbers, status, consent, and what nobody knows."""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.read.header.columns import recognised, stop_if_missing
from tests.domain.diary_import.read.header.choosing import asked, chosen, places

HEADER = "Patient | Mobile | Date | Time"
ANN = "Ann Lee | 07700 900111 | 2027-03-03 | 10:30"
ANN_AGAIN = "Ann Lee | 07700 900111 | 2027-03-10 | 10:30"
BOB = "Bob Ray | 07700 900112 | 2027-03-04 | 11:30"


def with_column(name: str, *values: str, before: bool = False) -> str:
    """A diary of three rows with one more column."""
    rows = zip((HEADER, ANN, BOB, ANN_AGAIN), (name, *values), strict=False)
    return "\n".join(f"{x} | {row}" if before else f"{row} | {x}" for row, x in rows)


def test_colours_may_tell_what_became_of_visits_where_no_status_does() -> None:
    colours = ["Green", "Red", "Green"]
    alone = with_column("Colour", *colours)

    assert asked(chosen(alone)) == [[("Colour", ""), ("Colour", "status")]]
    beside = "\n".join(f"{line} | {word}" for line, word in zip(
        alone.splitlines(), ["Status", "Booked", "Booked", "Booked"], strict=True))  # fmt: skip
    assert asked(chosen(beside)) == []


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Appointment", ["101", "102", "103"], "external_id"),
        ("Visit ID", ["A-1", "A-2", "A-3"], "external_id"),
        ("id", ["7", "8", "9"], "external_id"),
        ("MRN", ["7", "8", "7"], "patient_id"),
        ("Appt State", ["Booked", "Broken", "Booked"], "status"),
        ("Slot Status", ["Booked", "Booked", "Booked"], "status"),
        ("Annulé", ["oui", "non", "non"], "cancelled"),
        ("Canceled", ["true", "false", "false"], "cancelled"),
        ("Deleted", ["0", "1", "0"], "deleted"),
        ("SMS consent", ["Yes", "No", "Yes"], "may_text"),
        ("Do not contact", ["", "x", ""], "no_texts"),
        ("Reminder type", ["SMS", "Email", "SMS"], "channel"),
        ("Deceased", ["", "", "Yes"], "deceased"),
        ("Confirmed", ["Not Confirmed", "Text Confirmed", "Not Confirmed"], "status"),
        ("Treatment", ["Check-up", "Filling", "Check-up"], "service"),
    ],
)
def test_a_column_is_taken_where_name_and_content_agree(
    name: str, values: list[str], kind: str
) -> None:
    columns = chosen(with_column(name, *values, before=kind == "external_id"))

    assert (asked(columns), places(columns)[kind]) == ([], name)


def test_a_number_that_repeats_over_days_is_no_appointments() -> None:
    columns = chosen(with_column("ID", "7", "8", "7", before=True))

    assert asked(columns) == [[("ID", "patient_id"), ("ID", "external_id"), ("ID", "")]]


def test_a_number_that_repeats_in_the_same_row_twice_is_a_slip_of_the_rows() -> None:
    columns = chosen("\n".join([f"ID | {HEADER}", f"7 | {ANN}", f"7 | {ANN}"]))

    assert (asked(columns), places(columns)["external_id"]) == ([], "ID")


def test_an_id_right_after_the_patient_is_asked_about() -> None:
    columns = chosen(
        "Date | Time | Patient | ID | Cell\n2027-03-03 | 9:00 | Ann Lee | 7 | 07700 900111"
    )

    assert [kind for _, kind in asked(columns)[0]] == ["patient_id", "external_id", ""]


def test_a_familys_account_is_no_patients_number() -> None:
    columns = chosen(with_column("Account #", "30", "30", "30"))

    assert (asked(columns), "patient_id" in columns.places) == ([], False)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Zorp", ["Y", "N", "Y"]),
        ("Zorp", ["Booked", "Cancelled", "Booked"]),
        ("Zorp", ["Opted in", "No SMS", ""]),
        ("Zorp", ["A", "X", "A"]),
        ("Consent", ["Yes", "No", "Yes"]),
    ],
)
def test_what_could_change_the_meaning_is_asked_about(name: str, values: list[str]) -> None:
    columns = chosen(with_column(name, *values))

    assert [header for header, _ in asked(columns)[0]][:1] == [name]
    assert ("", "") not in asked(columns)[0]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Notes", ["bring the letter", "", "late"]),
        ("Fee", ["80", "90", "80"]),
        ("Online", ["Yes", "No", "Yes"]),
        ("Postcode", ["N1 1AA", "N1 1AB", "N1 1AA"]),
        ("Zorp", ["something quite long", "something else again", "and other words"]),
    ],
)
def test_what_is_harmless_is_set_aside_and_named(name: str, values: list[str]) -> None:
    columns = chosen(with_column(name, *values))

    assert (asked(columns), columns.set_aside) == ([], [name])


def test_codes_are_not_asked_about_beside_a_status() -> None:
    table = "\n".join(
        f"{row} | {status} | {code}"
        for row, status, code in [
            (HEADER, "Status", "Zorp"), (ANN, "Booked", "A"), (BOB, "Booked", "X"),
            (ANN_AGAIN, "Booked", "A"),
        ]
    )  # fmt: skip

    assert asked(chosen(table)) == []


def test_an_answer_that_sets_aside_silences_the_question() -> None:
    columns = chosen(with_column("Zorp", "Y", "N", "Y"), answers={"zorp": ""})

    assert (asked(columns), columns.set_aside) == ([], ["Zorp"])


def test_what_a_question_may_still_bring_is_not_missing() -> None:
    stop_if_missing(chosen("Zorp | Mobile | Date | Time\n" + ANN))

    with pytest.raises(ImportRefused, match="There is no name column"):
        stop_if_missing(chosen("Mobile | Date | Time\n07700 900111 | 2027-03-03 | 9:00"))


@pytest.mark.parametrize(
    "header",
    [
        ["Date", "Time", "Patient", "Mobile"],
        ["Datum", "Uhrzeit", "Patient", "Handy"],
        ["Data", "Godzina", "Pacjent", "Telefon"],
        ["予約日", "予約時間", "患者氏名", "携帯電話"],
        ["تاريخ الموعد", "وقت الموعد", "اسم المريض", "رقم الجوال"],
    ],
)
def test_a_header_is_recognised_in_every_language(header: list[str]) -> None:
    assert recognised(header) == 4


def test_a_row_of_an_appointment_is_no_header() -> None:
    assert recognised(["Date", "2027-03-03", "Patient", "07700 900111"]) == 0
    assert recognised(["Report of Smith Dental", ""]) == 0


def test_a_column_called_active_that_says_more_is_the_status() -> None:
    columns = chosen(with_column("Active", "Booked", "Confirmed", "Cancelled"))

    assert (asked(columns), columns.header[columns.places["status"]]) == ([], "Active")


def test_words_of_a_status_under_an_unknown_name_are_asked_about() -> None:
    columns = chosen(with_column("Zorp", "Booked", "Confirmed", "Booked"))

    assert [kind for _, kind in asked(columns)[0]] == ["status", "cancelled", ""]
