"""Calendars (.ics): single events, repetitions and their exceptions, and times in every zone."""

from __future__ import annotations

import pytest

from tests.domain.diary_import.read.files.opening import opened, refusal_of

NAMES = ["UID", "Summary", "Start", "End"]


def calendar(*events: str, head: str = "", end: str = "\r\n") -> bytes:
    """A calendar; each event is its lines without the frame, a UID is added where there is none."""
    framed = []
    for number, event in enumerate(events):
        lines = [line.strip() for line in event.strip().splitlines()]
        if not any(line.startswith("UID") for line in lines):
            lines.insert(0, f"UID:e{number}")
        framed += ["BEGIN:VEVENT", *lines, "END:VEVENT"]
    heads = [line.strip() for line in head.strip().splitlines()]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//EN",
        *heads,
        *framed,
        "END:VCALENDAR",
        "",
    ]
    return end.join(lines).encode()


def events_of(content: bytes) -> list[dict[str, str]]:
    """The rows by the names of their columns."""
    table, rows = opened(content)
    assert table.kind == "ics"
    return [dict(zip(table.header, [*row, *[""] * 20], strict=False)) for row in rows]


def starts_of(content: bytes) -> list[str]:
    return [event["Start"] for event in events_of(content)]


def test_a_visit_is_declined_when_all_who_were_asked_have_declined() -> None:
    declined = "ATTENDEE;CN=Ann;PARTSTAT=DECLINED:mailto:ann@mail.example"
    accepted = "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@mail.example"
    alone, both = f"{ANN}\n{declined}", f"{ANN}\n{declined}\n{accepted}"
    assert [event["Status"] for event in events_of(calendar(alone, both))] == ["DECLINED", ""]


ANN = "SUMMARY:Ann Lee\nDTSTART:20270303T093000Z\nDTEND:20270303T100000Z"


def test_an_event_is_a_row() -> None:
    content = calendar(
        r"""UID:17@clinic.example
        SUMMARY:Ann Lee\, check-up
        DTSTART:20270303T093000Z
        DTEND:20270303T100000Z
        STATUS:CONFIRMED
        LOCATION:Main Street
        DESCRIPTION:Mobile: 07700 900100\nFirst visit
        ORGANIZER;CN="Dr Ash":mailto:ash@clinic.example
        ATTENDEE;CN="Lee, Ann":mailto:ann@mail.example
        ATTENDEE;CN=Ann:tel:+447700900100
        ATTENDEE;CUTYPE=ROOM;CN=Room 1:mailto:room1@clinic.example
        CREATED:20270101T080000Z"""
    )
    assert events_of(content) == [
        {
            "UID": "17@clinic.example",
            "Summary": "Ann Lee, check-up",
            "Start": "2027-03-03T09:30:00+00:00",
            "End": "2027-03-03T10:00:00+00:00",
            "All day": "FALSE",
            "Time zone": "",
            "Status": "CONFIRMED",
            "Location": "Main Street",
            "Description": "Mobile: 07700 900100\nFirst visit",
            "Organizer": "Dr Ash",
            "Attendee": "Lee, Ann; Ann",
            "Attendee phone": "+447700900100",
            "Attendee e-mail": "ann@mail.example",
            "Created": "2027-01-01T08:00:00+00:00",
        }
    ]


OWN_ZONE = """BEGIN:VTIMEZONE
    TZID:Clinic Time
    BEGIN:STANDARD
    DTSTART:19700101T000000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0200
    END:STANDARD
    END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("start", "head", "read"),
    [
        ("DTSTART:20270303T093000Z", "", "2027-03-03T09:30:00+00:00"),
        ("DTSTART:20270303T093000", "", "2027-03-03T09:30:00"),
        ("DTSTART:20270303T093000", "X-WR-TIMEZONE:Europe/Paris", "2027-03-03T09:30:00+01:00"),
        ("DTSTART;TZID=Europe/London:20270603T093000", "", "2027-06-03T09:30:00+01:00"),
        ("DTSTART;TZID=America/New_York:20270303T093000", "", "2027-03-03T09:30:00-05:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20270303T093000", "", "2027-03-03T09:30:00+01:00"),
        ("DTSTART;TZID=AUS Eastern Standard Time:20270303T093000", "", "2027-03-03T09:30:00+11:00"),
        ('DTSTART;TZID="Romance Standard Time":20270303T093000', "", "2027-03-03T09:30:00+01:00"),
        ("DTSTART;TZID=Clinic Time:20270303T093000", OWN_ZONE, "2027-03-03T09:30:00+02:00"),
        ("DTSTART;VALUE=DATE:20270303", "", "2027-03-03"),
        ("DTSTART;VALUE=DATE-TIME:20270303T093000Z", "", "2027-03-03T09:30:00+00:00"),
    ],
)
def test_times_come_with_the_offset_of_their_zone(start: str, head: str, read: str) -> None:
    assert starts_of(calendar(f"SUMMARY:Ann\n{start}", head=head)) == [read]


@pytest.mark.parametrize("rule", ["", "RRULE:FREQ=WEEKLY;COUNT=1"])
def test_a_zone_that_nobody_knows_is_named_in_its_column(rule: str) -> None:
    content = calendar(f"SUMMARY:Ann\nDTSTART;TZID=Eastern Standard Time 1:20270303T093000\n{rule}")
    (event,) = events_of(content)
    assert (event["Start"], event["Time zone"]) == (
        "2027-03-03T09:30:00",
        "Eastern Standard Time 1",
    )


def test_an_event_of_a_whole_day_says_so() -> None:
    (event,) = events_of(calendar("SUMMARY:Holiday\nDTSTART;VALUE=DATE:20270303"))
    assert (event["All day"], event["Start"]) == ("TRUE", "2027-03-03")


def test_a_start_that_cannot_be_read_is_a_row_without_one() -> None:
    (event,) = events_of(calendar("SUMMARY:Ann\nDTSTART:3 March 2027"))
    assert (event["Summary"], event["Start"]) == ("Ann", "")


def test_a_length_is_an_end() -> None:
    (event,) = events_of(calendar("SUMMARY:Ann\nDTSTART:20270303T093000Z\nDURATION:PT45M"))
    assert event["End"] == "2027-03-03T10:15:00+00:00"


@pytest.mark.parametrize(
    ("event", "head"), [(f"{ANN}\nSTATUS:CANCELLED", ""), (ANN, "METHOD:CANCEL")]
)
def test_a_cancelled_event_says_so(event: str, head: str) -> None:
    assert [row["Status"] for row in events_of(calendar(event, head=head))] == ["CANCELLED"]


class TestRepeated:
    """An event that repeats is a row for each date, with an id of its own."""

    WEEKLY = """UID:w
        SUMMARY:Walter Pym
        DTSTART;TZID=Europe/London:20270316T080000
        DTEND;TZID=Europe/London:20270316T083000
        RRULE:FREQ=WEEKLY;COUNT=4"""

    def test_each_keeps_the_time_on_the_wall_when_the_clocks_change(self) -> None:
        assert [(event["UID"], event["Start"]) for event in events_of(calendar(self.WEEKLY))] == [
            ("w/20270316T080000Z", "2027-03-16T08:00:00+00:00"),
            ("w/20270323T080000Z", "2027-03-23T08:00:00+00:00"),
            ("w/20270330T070000Z", "2027-03-30T08:00:00+01:00"),
            ("w/20270406T070000Z", "2027-04-06T08:00:00+01:00"),
        ]

    @pytest.mark.parametrize(
        "without",
        [
            "EXDATE;TZID=Europe/London:20270323T080000",
            "EXDATE:20270323T080000Z",
            "EXDATE;TZID=Europe/London:20270323T080000,20290101T080000",
        ],
    )
    def test_dates_that_are_taken_out_are_no_rows(self, without: str) -> None:
        days = [start[:10] for start in starts_of(calendar(f"{self.WEEKLY}\n{without}"))]
        assert days == ["2027-03-16", "2027-03-30", "2027-04-06"]

    @pytest.mark.parametrize("zone", ["Europe/London", "GMT Standard Time"])
    def test_one_that_was_moved_keeps_its_id(self, zone: str) -> None:
        moved = f"""UID:w
            RECURRENCE-ID;TZID={zone}:20270323T080000
            SUMMARY:Walter Pym
            DTSTART;TZID={zone}:20270324T110000"""
        found = events_of(calendar(self.WEEKLY, moved))
        assert [(event["UID"], event["Start"]) for event in found][1] == (
            "w/20270323T080000Z",
            "2027-03-24T11:00:00+00:00",
        )
        assert len(found) == 4

    def test_one_that_was_cancelled_says_so(self) -> None:
        off = """UID:w
            RECURRENCE-ID;TZID=Europe/London:20270323T080000
            SUMMARY:Walter Pym
            STATUS:CANCELLED
            DTSTART;TZID=Europe/London:20270323T080000"""
        assert [event["Status"] for event in events_of(calendar(self.WEEKLY, off))] == [
            *("", "CANCELLED", "", "")
        ]

    def test_one_whose_series_is_not_in_the_file_is_a_row(self) -> None:
        alone = f"RECURRENCE-ID:20270303T093000Z\n{ANN}"
        assert [event["UID"] for event in events_of(calendar(alone))] == ["e0/20270303T093000Z"]

    def test_dates_that_are_listed_are_rows(self) -> None:
        content = calendar(f"{ANN}\nRDATE:20270310T093000Z,20270312T093000Z")
        assert [start[:10] for start in starts_of(content)] == [
            *("2027-03-03", "2027-03-10", "2027-03-12")
        ]

    def test_without_an_end_a_year_is_read_and_told(self) -> None:
        content = calendar("SUMMARY:Ann\nDTSTART:20200107T093000Z\nRRULE:FREQ=WEEKLY")
        table, rows = opened(content)
        assert (rows[0][2], rows[-1][2], len(rows)) == (
            "2027-03-02T09:30:00+00:00",
            "2028-02-29T09:30:00+00:00",
            53,
        )
        assert table.warnings == [
            "Of the calendar the events from 2027-02-28 to 2028-03-01 are read, repeated ones with "
            "each date."
        ]

    @pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY"])
    def test_what_repeats_without_measure_is_refused_by_name(self, rule: str) -> None:
        content = calendar(f"SUMMARY:Bomb\nDTSTART:20270303T093000Z\nRRULE:{rule}")
        assert refusal_of(content).startswith("The event “Bomb” repeats more than 2,000 times")

    @pytest.mark.parametrize("rule", ["FREQ=SECONDLY,DAILY", "FREQ=MINUTELY,MINUTELY"])
    def test_a_rule_with_two_measures_is_refused_by_name(self, rule: str) -> None:
        content = calendar(f"SUMMARY:Bob\nDTSTART:20270303T093000Z\nRRULE:{rule}", ANN)
        assert refusal_of(content).startswith("The event “Bob” repeats more than 2,000 times")

    def test_a_rule_without_a_measure_leaves_the_other_events(self) -> None:
        content = calendar("SUMMARY:Bob\nDTSTART:20270303T093000Z\nRRULE:INTERVAL=1", ANN)
        assert sorted(event["Summary"] for event in events_of(content)) == ["Ann Lee", "Bob"]

    def test_a_date_taken_out_that_cannot_be_read_spoils_the_series(self) -> None:
        content = calendar(f"{self.WEEKLY}\nEXDATE:23 March 2027")
        assert [(event["UID"], event["Start"]) for event in events_of(content)] == [("w", "")]

    def test_a_rule_that_is_none_leaves_the_other_events(self) -> None:
        content = calendar("SUMMARY:Bob\nDTSTART:20270303T093000Z\nRRULE:FREQ=OFTEN", ANN)
        assert sorted((event["Summary"], event["Start"][:10]) for event in events_of(content)) == [
            ("Ann Lee", "2027-03-03"),
            ("Bob", ""),
        ]


def test_past_and_far_events_are_left_out_and_counted() -> None:
    content = calendar(
        ANN,
        "SUMMARY:Old\nDTSTART:20200303T093000Z",
        "SUMMARY:Older\nDTSTART;VALUE=DATE:19990303",
        "SUMMARY:Far\nDTSTART:20300303T093000Z",
    )
    table, rows = opened(content)
    assert [row[1] for row in rows] == ["Ann Lee"]
    assert table.warnings[0].endswith("Left out: 2 earlier and 1 later.")


def test_of_an_event_that_stands_there_twice_the_later_version_holds() -> None:
    later = "UID:a\nSUMMARY:Ann Lee\nSEQUENCE:2\nDTSTART:20270304T110000Z"
    assert starts_of(calendar(f"UID:a\nSEQUENCE:1\n{ANN}", later)) == ["2027-03-04T11:00:00+00:00"]
    assert starts_of(calendar(later, f"UID:a\nSEQUENCE:1\n{ANN}")) == ["2027-03-04T11:00:00+00:00"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_are_read_in_any_encoding(encoding: str) -> None:
    content = calendar(ANN.replace("Ann Lee", "Zoë Müller")).decode().encode(encoding)
    assert [event["Summary"] for event in events_of(content)] == ["Zoë Müller"]


def test_long_lines_are_folded_between_the_bytes_of_a_letter() -> None:
    content = calendar(ANN.replace("Ann Lee", "Zoé")).replace(
        "Zo\u00e9".encode(), b"Zo\r\n \xc3\xa9"
    )
    assert [event["Summary"] for event in events_of(content)] == ["Zoé"]


def test_line_ends_of_other_systems_and_two_calendars_in_one_file() -> None:
    content = calendar(ANN, end="\n") + calendar(f"UID:b\n{ANN}", end="\n")
    assert [event["UID"] for event in events_of(content)] == ["b", "e0"]


def test_a_long_id_is_shortened_and_stays_one_of_its_own() -> None:
    content = calendar(f"UID:{'0' * 300}1\n{ANN}", f"UID:{'0' * 300}2\n{ANN}")
    ids = [event["UID"] for event in events_of(content)]
    assert len(set(ids)) == 2
    assert max(map(len, ids)) <= 100


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "The calendar is damaged"),
        (calendar(ANN) + calendar(ANN).partition(b"END:VEVENT")[0], "The calendar is damaged"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\n", "The calendar is damaged"),
    ],
)
def test_a_damaged_calendar_is_refused(content: bytes, words: str) -> None:
    assert refusal_of(content).startswith(words)


def test_a_calendar_without_events_has_no_rows() -> None:
    table, rows = opened(calendar())
    assert (table.header[:4], rows) == (NAMES, [])
