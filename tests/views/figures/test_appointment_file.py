"""Appointments as a file: what is chosen, what leaves, what is noted."""

import csv
import io
from datetime import date

import pytest

from reminders.models import TrailEntry
from tests.factories import (
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
)
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
MARCH = "first=2026-03-01&last=2026-03-31"


def rows(response):
    """The file's rows, its mark for spreadsheets taken off."""
    written = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(written)))


def taken(client, query):
    return rows(client.get(f"/appointments/export/?as=csv&{query}"))


def test_the_columns_that_were_chosen_in_the_order_of_the_file(sign_in):
    place = make_location(name="North", zone="Australia/Sydney")
    visit = make_appointment(location=place, contact=make_contact(first_name="Ann"))
    make_handed_over(visit, make_confirmation_rule())

    found = taken(
        sign_in("manager"), f"{MARCH}&column=text&column=time&column=date&column=name&column=status"
    )

    assert found == [
        ["Date", "Time", "Patient", "Status", "Last text"],
        ["2026-03-04", "10:00", "Ann Lee", "Booked", "With the provider"],
    ]


HARMLESS = [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
    ("+cmd|x", "'+cmd|x"),
    ("-2+3", "'-2+3"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝1+1", "'＝1+1"),
    ('Ann, "the"\nline', 'Ann, "the"\nline'),
]


@pytest.mark.parametrize(("name", "written"), HARMLESS)
def test_no_spreadsheet_runs_a_patients_name(sign_in, name, written):
    make_appointment(contact=make_contact(first_name=name, last_name=""))

    assert taken(sign_in("manager"), f"{MARCH}&column=name") == [["Patient"], [written]]


def test_a_number_stays_a_number(sign_in):
    visit = make_appointment()

    found = taken(sign_in("manager"), f"{MARCH}&column=phone")

    assert found == [["Phone"], [visit.contact.phone]]


def test_a_limited_user_takes_their_locations_only(sign_in):
    theirs, other = make_location(), make_location()
    make_appointment(location=theirs, contact=make_contact(first_name="Ann"))
    make_appointment(location=other, contact=make_contact(first_name="Ben"))
    client = sign_in("manager", theirs)

    for query in ("", f"&location={other.pk}", f"&location={other.pk}&location={theirs.pk}"):
        assert taken(client, f"{MARCH}&column=name{query}") == [["Patient"], ["Ann Lee"]]


def test_what_was_taken_is_in_the_trail_without_a_name(sign_in):
    visit = make_appointment()

    taken(sign_in("manager"), f"{MARCH}&column=name")

    assert list(TrailEntry.objects.filter(kind="download").values_list("details", flat=True)) == [
        {
            "file": "appointments",
            "first": "2026-03-01",
            "last": "2026-03-31",
            "locations": [visit.location_id],
            "columns": ["name"],
            "count": 1,
        }
    ]


DAYS = [
    ("first=2026-03-31&last=2026-03-01", (date(2026, 3, 1), date(2026, 3, 31))),
    ("first=2026-01-01&last=2029-01-01", (date(2026, 1, 1), date(2027, 1, 1))),
    ("first=0001-01-01&last=9999-12-31", (date(2000, 1, 1), date(2000, 12, 31))),
    ("first=2026-03-02&last=x", (date(2026, 3, 2), None)),
]


@pytest.mark.parametrize(("query", "days"), DAYS)
def test_days_are_put_right(sign_in, query, days):
    make_location()

    wanted = sign_in("manager").get(f"/appointments/export/?{query}").context["wanted"]

    assert (wanted.first, days[1] and wanted.last) == days


def test_without_a_column_nothing_is_written(sign_in):
    make_appointment()

    page = sign_in("manager").get(f"/appointments/export/?as=csv&{MARCH}")

    assert "Choose at least one column." in as_read(page)


def test_the_page_says_how_many_there_are(sign_in):
    make_appointment()

    page = as_read(sign_in("manager").get(f"/appointments/export/?{MARCH}&column=name"))

    assert "<strong>1</strong> appointment from 1 Mar 2026 to 31 Mar 2026" in page


def test_a_receptionist_takes_nothing(sign_in):
    assert sign_in("receptionist").get("/appointments/export/").status_code == 403
