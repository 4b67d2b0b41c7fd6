"""Dates of birth as diaries keep them: taken over only where they say one day."""

from datetime import date

import pytest

from reminders.domain.diary.birth_dates import birth_dates, keep_birth_dates
from reminders.models import Contact
from tests.factories import make_appointment, make_contact

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("1980-04-03", {date(1980, 4, 3)}),
        ("3.4.1980", {date(1980, 4, 3), date(1980, 3, 4)}),
        ("13/04/1980", {date(1980, 4, 13)}),
        ("4/13/1980", {date(1980, 4, 13)}),
        ("31. 12. 25", {date(2025, 12, 31)}),
        ("31.12.26", {date(1926, 12, 31)}),
        ("1.1.1899", set()),
        ("31.2.1980", set()),
        ("1.2", set()),
        ("", set()),
        ("soon", set()),
    ],
)
def test_what_a_written_date_may_mean(written, days):
    assert set(birth_dates(written, today=TODAY).values()) == days


@pytest.mark.django_db
class TestTakenOver:
    def kept(self, *visits: tuple[str, str, str]) -> dict[str, date | None]:
        """The dates of birth after these visits: name, column, what it says."""
        people = {name: make_contact(first_name=name, last_name="") for name, _, _ in visits}
        for name, column, written in visits:
            make_appointment(contact=people[name], extra={column: written})
        keep_birth_dates(["DOB", "Born"], today=TODAY)
        return dict(Contact.objects.values_list("first_name", "birth_date"))

    def test_the_whole_column_decides_which_number_is_the_day(self):
        found = self.kept(("Ann", "DOB", "03/04/1980"), ("Ben", "DOB", "25/04/1980"))

        assert found == {"Ann": date(1980, 4, 3), "Ben": date(1980, 4, 25)}

    def test_where_nothing_decides_only_what_can_not_be_misread_is_taken(self):
        found = self.kept(("Ann", "DOB", "03/04/1980"), ("Ben", "DOB", "05/05/1980"))

        assert found == {"Ann": None, "Ben": date(1980, 5, 5)}

    def test_two_dates_under_one_entry_are_nobodys(self):
        found = self.kept(
            ("Ann", "DOB", "1980-04-03"), ("Ann", "Born", "1981-04-03"), ("Ben", "DOB", "")
        )

        assert found == {"Ann": None, "Ben": None}

    def test_what_staff_wrote_stays(self):
        known = make_contact(first_name="Ann", birth_date=date(1979, 1, 1))
        make_appointment(contact=known, extra={"DOB": "1980-04-03"})

        assert keep_birth_dates(["DOB"], today=TODAY) == 0
        assert Contact.objects.get().birth_date == date(1979, 1, 1)
