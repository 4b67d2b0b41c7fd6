"""What the preview says that was understood, and new names that are somebody known."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.preview import READ
from reminders.domain.diary_import.uploads import go, upload
from reminders.models import Appointment, Import, ImportRow, Location, Practitioner
from reminders.views.diary_import.reading import read_lines
from tests import factories as make
from tests.domain.diary_import.importing import csv_of, sydney
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 2, 26, 9, 0, tzinfo=UTC)
SignIn = Callable[..., Client]
HEADER = "id,name,preferred name,phone,date,time,status,practitioner"
ANN = '1,"Lee, Ann",Annie,0491 570 006,"Mar 3, 2027",9:30a,Booked,Dr Patell'


@pytest.fixture
def site() -> Location:
    """One location in Australia."""
    return sydney()


def checked(*rows: str, header: str = HEADER) -> Import:
    row = upload([csv_of(*rows, header=header)], name="diary.csv", location=None, now=NOW)
    return worked_off(row)


def worked_off(row: Import) -> Import:
    work_off_imports(now=NOW)
    row.refresh_from_db()
    assert row.state in ("ready", "applied"), row.problems
    return row


def told(row: Import) -> list[dict[str, tuple[str, str, str]]]:
    """Each row: by label what is written, what was read, and what becomes of it."""
    return [
        {cell.label: (cell.written, cell.read, cell.note) for cell in line.cells}
        for line in read_lines(row)
    ]


def test_a_row_is_shown_as_it_was_understood(site: Location) -> None:
    assert told(checked(ANN)) == [
        {
            "When": ("Mar 3, 2027 · 9:30a", "Wed 3 March 2027, 09:30 in Sydney", ""),
            "Patient": ("Lee, Ann · Annie", "Ann Lee", "greeted as “Annie”"),
            "Phone": ("0491 570 006", "0491 570 006", ""),
            "Status": ("Booked", "Booked", ""),
            "Where and with whom": ("Dr Patell", "Sydney, Dr Patell", ""),
        }
    ]


def test_the_first_ten_are_shown_and_one_of_each_kind(site: Location) -> None:
    plain = [
        f"{n},P{n} Lee,,+44 7700 9000{10 + n},2027-03-0{1 + n % 5},1{n % 9}:1{n % 6},Booked,"
        for n in range(30)
    ]
    row = checked(
        *plain,
        "40,Ed Roe,,12,2027-03-04,10:00,Booked,",
        "41,Flo Roe,,13,2027-03-04,10:00,Booked,",
        "42,Cy Orr,,0491 570 157,2027-03-04,10:00,Cancelled,",
        "43,Di Orr,,0491 570 158,2027-03-04,10:00,Cancelled,",
    )

    lines = read_lines(row)

    assert [line.number for line in lines] == [*range(2, 12), 32, 34]
    assert lines[10].cells[2].strange
    assert lines[11].cells[3].read == "Cancelled"


def test_what_is_known_of_a_patient_stays_where_the_file_says_nothing(site: Location) -> None:
    ann = make.make_contact(
        first_name="Ann", last_name="Lee", phone="+61491570006", preferred_name="Nan"
    )
    header = "id,name,phone,date,time"

    (line,) = told(checked("1,ANN LEE,0491 570 006,2027-03-03,09:30", header=header))

    assert line["Patient"] == ("ANN LEE", ann.name, "greeted as “Nan”")


def test_the_reading_is_gone_once_the_file_is_imported(site: Location) -> None:
    row = checked(ANN)
    assert go(row, gone="keep", remember_as="", confirmed=False)
    row = worked_off(row)

    assert (row.state, read_lines(row)) == ("applied", [])
    assert ImportRow.objects.get().before is None


def test_the_preview_shows_it_and_escapes_it(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    row = checked(ANN.replace("Lee, Ann", "Lee, <b>Ann"))

    page = as_read(client.get(reverse("import", args=[row.pk])))

    assert "Wed 3 March 2027, 09:30 in Sydney" in page
    assert "&lt;b&gt;Ann" in page
    assert "<b>Ann" not in page


def test_a_new_name_that_is_somebody_known_is_taken_as_them(
    sign_in: SignIn, site: Location
) -> None:
    make.make_practitioner(name="Dr Patel")
    client = sign_in("manager")
    row = checked(ANN, ANN.replace("1,", "2,", 1).replace("9:30a", "10:30a"))
    page = as_read(client.get(reverse("import", args=[row.pk])))
    assert "New practitioners: <b><bdi>Dr Patell</bdi></b> (2 rows)" in page
    assert "Or is it Dr Patel?" in page

    client.post(reverse("import_known_names", args=[row.pk]), {"practitioner-0": "Dr Patel"})
    row = worked_off(row)
    assert row.counts["new_practitioners"] == []
    assert told(row)[0]["Where and with whom"] == ("Dr Patell", "Sydney, Dr Patel", "")

    go(row, gone="keep", remember_as="", confirmed=False)
    worked_off(row)
    assert list(Practitioner.objects.values_list("name", flat=True)) == ["Dr Patel"]
    assert Appointment.objects.filter(practitioner__name="Dr Patel").count() == 2


@pytest.mark.parametrize("given", [{}, {"practitioner-0": ""}, {"practitioner-0": "Dr Nobody"}])
def test_nobody_else_than_was_offered_is_taken(
    sign_in: SignIn, site: Location, given: dict[str, str]
) -> None:
    make.make_practitioner(name="Dr Patel")
    client = sign_in("manager")
    row = checked(ANN)

    page = client.post(reverse("import_known_names", args=[row.pk]), given, follow=True)

    row.refresh_from_db()
    assert "Choose who it is first." in as_read(page)
    assert (row.state, row.answers) == ("ready", [])


def test_who_looks_after_one_location_is_offered_only_its_practitioners(
    sign_in: SignIn, site: Location
) -> None:
    elsewhere = make.make_practitioner(name="Dr Patel")
    make.make_appointment(location=sydney("Perth"), practitioner=elsewhere)
    client = sign_in("manager", site)
    row = checked(f"{ANN},Sydney", header=f"{HEADER},location")
    row.created_by = User.objects.latest("pk")
    row.save(update_fields=["created_by"])

    assert "Dr Patel<" not in as_read(client.get(reverse("import", args=[row.pk])))
    client.post(reverse("import_known_names", args=[row.pk]), {"practitioner-0": "Dr Patel"})
    row.refresh_from_db()
    assert row.answers == []


def test_the_reading_stands_beside_the_old_values(site: Location) -> None:
    row = checked(ANN)
    go(row, gone="keep", remember_as="", confirmed=False)
    worked_off(row)

    row = checked(ANN.replace("9:30a", "11:30a"))

    kept = ImportRow.objects.get(of=row)
    assert (kept.outcome, kept.before["time"][1], kept.before[READ]["name"]) == (
        "changed",
        "11:30:00",
        "Ann Lee",
    )
