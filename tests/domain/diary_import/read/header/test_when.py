"""Which of several dates and times the visit is."""

from __future__ import annotations

import pytest

from tests.domain.diary_import.read.header.choosing import asked, chosen, places

WHO = "Patient | Mobile"
ANN = "Ann Lee | 07700 900111"
BOB = "Bob Ray | 07700 900112"


def when(header: str, one: str, two: str = "", country: str = "GB") -> dict[str, str]:
    """The places of the times in a file that must not be asked about."""
    rows = [f"{WHO} | {header}", f"{ANN} | {one}", f"{BOB} | {two or one}"]
    columns = chosen("\n".join(rows), country=country)
    assert asked(columns) == []
    found = places(columns)
    return {kind: name for kind, name in found.items() if kind not in ("name", "phone")}


def asked_when(header: str, one: str, two: str = "") -> list[list[tuple[str, str]]]:
    """The questions about a file."""
    return asked(
        chosen("\n".join([f"{WHO} | {header}", f"{ANN} | {one}", f"{BOB} | {two or one}"]))
    )


@pytest.mark.parametrize(
    ("header", "one", "expected"),
    [
        (
            "Start Time | End Time",
            "2027-03-03 10:30 | 2027-03-03 11:00",
            {"starts_at": "Start Time", "ends_at": "End Time"},
        ),
        (
            "Created At | Start Time",
            "2027-01-15 17:30 | 2027-03-03 10:30",
            {"starts_at": "Start Time"},
        ),
        (
            "Date Added | Appointment Date | Time",
            "2027-01-15 | 2027-03-03 | 10:30",
            {"date": "Appointment Date", "time": "Time"},
        ),
        (
            "DOB | Date | Time | Last Visit",
            "1980-05-01 | 2027-03-03 | 10:30 | 2026-09-01",
            {"date": "Date", "time": "Time"},
        ),
        ("Date | From | To", "2027-03-03 | 09:00 | 09:30",
         {"date": "Date", "time": "From", "ends_at": "To"}),
        ("Date | Start | End", "2027-03-03 | 09:00 | 09:30",
         {"date": "Date", "time": "Start", "ends_at": "End"}),
        ("Date | Time | AM/PM", "2027-03-03 | 02:30 | PM",
         {"date": "Date", "time": "Time", "am_pm": "AM/PM"}),
        ("Date | Hour | Minute", "2027-03-03 | 9 | 30",
         {"date": "Date", "hour": "Hour", "minute": "Minute"}),
        ("Starts at | Timezone", "2027-03-03 10:30 | Europe/London",
         {"starts_at": "Starts at", "time_zone": "Timezone"}),
        ("Date | Time | Cancelled at", "2027-03-03 | 10:30 | ",
         {"date": "Date", "time": "Time", "cancelled_at": "Cancelled at"}),
        ("Date of visit | Time | Length", "2027-03-03 | 10:30 | 30",
         {"date": "Date of visit", "time": "Time", "duration": "Length"}),
    ],
)  # fmt: skip
def test_the_visit_among_other_dates(header: str, one: str, expected: dict[str, str]) -> None:
    assert when(header, one) == expected


def test_a_date_of_booking_before_a_start_is_set_aside() -> None:
    found = when(
        "Booking Date | Booking Time | Start",
        "2027-01-05 | 08:00 | 2027-03-03 10:30",
        "2027-02-05 | 09:13 | 2027-03-04 11:30",
    )

    assert found == {"starts_at": "Start"}


def test_two_dates_that_could_be_the_visit_are_asked_about_the_later_one_first() -> None:
    questions = asked_when("booking date | scheduled date | time", "2027-02-05 | 2027-03-03 | 9:00")

    assert questions == [[("scheduled date", "date"), ("booking date", "date")]]


def test_a_date_under_an_unknown_name_is_asked_about() -> None:
    questions = asked_when("Zorp | Time", "2027-03-03 | 10:30")

    assert questions == [[("Zorp", "date"), ("Zorp", "")]]


def test_the_clinics_clock_and_the_patients_are_asked_about() -> None:
    questions = asked_when("Date | Clinic time | Patient time", "2027-03-03 | 11:00 | 08:00")

    assert questions == [[("Clinic time", "time"), ("Patient time", "time")]]


def test_a_patients_time_zone_is_asked_about_and_is_likely_of_no_matter() -> None:
    questions = asked_when("Start | Invitee Time Zone", "2027-03-03 10:30 | Europe/London")

    assert questions == [[("Invitee Time Zone", ""), ("Invitee Time Zone", "time_zone")]]


def test_a_column_of_noughts_beside_the_hour_is_the_minute() -> None:
    assert when("Date | Hour | Min", "2027-03-03 | 9 | 00", "2027-03-03 | 9 | 30") == {
        "date": "Date", "hour": "Hour", "minute": "Min"
    }  # fmt: skip


def test_minutes_without_a_nought_may_be_a_length() -> None:
    questions = asked_when("Date | Hour | Min", "2027-03-03 | 9 | 15", "2027-03-03 | 9 | 30")

    assert questions == [[("Min", "minute"), ("Min", "duration"), ("Min", "")]]


def test_an_answer_wins_and_silences_the_question() -> None:
    table = f"{WHO} | booking date | scheduled date | time\n{ANN} | 2027-02-05 | 2027-03-03 | 9:00"

    columns = chosen(table, answers={"booking date": "date"})

    assert (asked(columns), places(columns)["date"]) == ([], "booking date")
    assert columns.set_aside == ["scheduled date"]


def test_a_patients_clock_is_not_taken_for_the_time_beside_another_one() -> None:
    columns = chosen(
        "Name | Mobile | Date | Zorp | Patient time\n"
        "Ann Lee | 07700 900111 | 2027-03-03 | 11:00 | 08:00\n"
        "Bob Ray | 07700 900112 | 2027-03-03 | 12:00 | 09:00"
    )

    assert asked(columns) == [[("Zorp", "time"), ("Patient time", "time")]]


def test_an_end_days_after_the_start_is_asked_about_as_of_a_series() -> None:
    header = "start date | end date | time"

    series = asked_when(header, "08/03/2027 | 12/04/2027 | 9:00", "15/03/2027 | 30/04/2027 | 9:30")
    single = asked_when(header, "08/03/2027 | 08/03/2027 | 9:00", "15/03/2027 | 15/03/2027 | 9:30")

    assert series == [[("end date", "ends_at"), ("end date", "")]]
    assert single == []
