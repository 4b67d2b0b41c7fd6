"""Exports in the manner of practice software of several countries come in without touching a
drop-down.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.uploads import choose, go, upload
from reminders.models import Appointment, Contact, Import
from tests import factories as make
from tests.domain.diary_import.importing import NOW

pytestmark = pytest.mark.django_db
SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.*"))
SITES = {
    "au": ("Sydney", "Australia/Sydney", "AU", "+61"),
    "de": ("Köln", "Europe/Berlin", "DE", "+44"),
    "fr": ("Lyon", "Europe/Paris", "FR", "+44"),
    "nl": ("Delft", "Europe/Amsterdam", "NL", "+44"),
    "uk": ("Leeds", "Europe/London", "GB", "+44"),
    "us": ("Brooklyn", "America/New_York", "US", "+1"),
}
PEOPLE = ["Ann Lee", "Bob Ray", "Zoë Élan", "Mary Ann O'Neil", "Dirk van Dam", "Sam Cho"]
STARTS = [
    "2026-03-16 09:00",
    "2026-03-16 09:30",
    "2026-03-16 14:15",
    "2026-03-17 08:45",
    "2026-03-18 12:00",
    "2026-03-19 16:30",
]
ASKED = {"uk_massage.csv": "dmy"}
"""The one file that does not tell how its dates are written, and the answer."""
STARTS_ASKED = [
    f"2026-03-{day:02} {at}"
    for day, at in zip((4, 4, 4, 5, 6, 9), (each[11:] for each in STARTS), strict=True)
]
CONFIRMED = {
    "au_salon.csv": 6,
    "de_physio.csv": 2,
    "fr_cabinet.csv": 2,
    "us_clinic.csv": 1,
    "us_dental.txt": 2,
}


def checked(row: Import) -> Import:
    work_off_imports(now=NOW)
    row.refresh_from_db()
    return row


def test_there_are_more_than_ten_from_six_countries() -> None:
    assert (len(SAMPLES), {path.name[:2] for path in SAMPLES}) == (14, set(SITES))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_export_comes_in_with_at_most_one_question(path: Path) -> None:
    name, zone, country, prefix = SITES[path.name[:2]]
    make.make_location(name=name, zone=zone, country=country)

    row = checked(upload([path.read_bytes()], name=path.name, location=None, now=NOW))
    if path.name in ASKED:
        assert (row.state, row.problems[0]["ask"]) == ("uploaded", "dates")
        choose(row, mapping=row.mapping, date_format=ASKED[path.name], location=None)
        row = checked(row)
    assert (row.state, row.counts["new"], row.counts["cannot_be_reminded"]) == ("ready", 6, 0)
    assert go(row, gone="keep", remember_as=path.name, confirmed=False)
    assert checked(row).state == "applied"

    found = Appointment.objects.select_related("contact", "practitioner").order_by("starts_at")
    assert [f"{each.local_date} {each.local_time:%H:%M}" for each in found] == (
        STARTS_ASKED if path.name in ASKED else STARTS
    )
    assert [each.contact.name.casefold() for each in found] == [
        person.casefold() for person in PEOPLE
    ]
    assert [each.contact.phone.startswith(prefix) for each in found] == [True] * 6
    assert Contact.objects.values("phone").distinct().count() == 6
    assert found.filter(status="confirmed").count() == CONFIRMED.get(path.name, 0)
    assert row.counts["unchanged"] == 0
    again = checked(upload([path.read_bytes()], name=path.name, location=None, now=NOW))
    assert (again.state, again.counts["unchanged"]) == ("ready", 6)
