"""What we write for calendars, read back by another reader and line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar
from pytest_django import Settings

from reminders.domain.calendars.events import CalendarVisit, feed, published

NOW = datetime(2026, 3, 2, 12, 0, 0, 123, tzinfo=UTC)
VISIT = CalendarVisit(
    uuid=UUID("6f1c2c0e-5b43-4a53-9d6e-0c6f1f6a9f11"),
    version=3,
    changed_at=NOW - timedelta(days=1),
    starts_at=datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
    minutes=45,
    title="Appointment at Harbour Dental",
    place="Harbour Dental",
    address="1 Quay Street; back, door",
    is_sure=True,
)


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://reminders.example"


def event_of(written: bytes):
    """The only event of a file."""
    [event] = Calendar.from_ical(written).walk("VEVENT")
    return event


def test_a_visit_is_read_back_as_it_is():
    calendar = Calendar.from_ical(published(VISIT, now=NOW))
    event = event_of(published(VISIT, now=NOW))

    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert event["UID"] == f"{VISIT.uuid}@reminders.example"
    assert (event["SEQUENCE"], event["STATUS"]) == (3, "CONFIRMED")
    assert event.decoded("DTSTAMP") == NOW.replace(microsecond=0)
    assert event.decoded("DTSTART") == VISIT.starts_at
    assert event.decoded("DTEND") == VISIT.starts_at + timedelta(minutes=45)
    assert event["LOCATION"] == "Harbour Dental, 1 Quay Street; back, door"
    # RFC 5546, 3.2.1: what is published has an organiser and nobody who attends.
    assert event["ORGANIZER"] == "mailto:noreply@reminders.example"
    assert "ATTENDEE" not in event


def test_a_move_keeps_the_id_and_raises_the_sequence():
    moved = replace(VISIT, version=4, starts_at=VISIT.starts_at + timedelta(hours=2))

    before, after = event_of(published(VISIT, now=NOW)), event_of(published(moved, now=NOW))

    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (3, 4)


def test_a_cancelled_visit_strikes_the_entry_out():
    event = event_of(published(replace(VISIT, version=4, is_off=True), now=NOW))

    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 4)


@pytest.mark.parametrize(
    "title", ["Termin: Zahnärzte am Hafen " * 5, "موعد: عيادة الميناء " * 8, "预约" * 60]
)
def test_lines_end_and_fold_as_the_standard_says(title):
    written = published(replace(VISIT, title=title.strip()), now=NOW)

    assert written.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    # No letter is cut in two by a fold.
    assert all(line.decode("utf-8") is not None for line in lines)
    assert event_of(written)["SUMMARY"] == title.strip()


@pytest.mark.parametrize(
    "evil", ["x\r\nATTENDEE:mailto:a@b", "BEGIN:VEVENT\nEND:VEVENT", 'a";CN=b']
)
def test_words_of_others_are_words_and_no_properties(evil):
    written = published(replace(VISIT, place=evil, note=evil, title=evil), now=NOW)

    event = event_of(written)
    assert "ATTENDEE" not in event
    assert b"\r\nATTENDEE" not in written
    assert event["DTSTART"].dt == VISIT.starts_at


def test_an_unchanged_feed_has_the_same_bytes():
    first, again = (feed([VISIT], title="Harbour Dental") for _ in range(2))

    assert first == again
    assert "METHOD" not in Calendar.from_ical(first)
