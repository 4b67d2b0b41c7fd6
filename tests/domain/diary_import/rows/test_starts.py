"""When a visit begins and how long it takes, from all the cells of a row that say so."""

from datetime import UTC, datetime

import pytest

from reminders.domain.diary_import.questions import About
from reminders.models import Appointment
from tests import factories as make
from tests.domain.diary_import.importing import bring_in, refusal, sydney
from tests.domain.diary_import.rows.asked import asked, meaning, said
from tests.domain.diary_import.rows.diary import csv, london, walls

pytestmark = pytest.mark.django_db


def instants() -> list[datetime]:
    return list(Appointment.objects.order_by("external_id").values_list("starts_at", flat=True))


def lengths() -> list[int | None]:
    return list(Appointment.objects.order_by("external_id").values_list("duration", flat=True))


class TestAmAndPm:
    MAPPING = {"AM/PM": "am_pm"}

    def test_a_column_of_its_own_says_which_half_of_the_day(self) -> None:
        london()

        bring_in(
            csv(
                "date,time,AM/PM",
                "2027-03-03,2:30,PM",
                "2027-03-03,09:30,a.m.",
                "2027-03-03,7:15,am",
                "2027-03-03,12:15,P",
            ),
            mapping=self.MAPPING,
        )

        assert walls() == [
            "2027-03-03 14:30",
            "2027-03-03 09:30",
            "2027-03-03 07:15",
            "2027-03-03 12:15",
        ]

    def test_a_time_that_says_it_itself_or_is_of_24_hours_needs_no_column(self) -> None:
        london()

        bring_in(
            csv(
                "date,time,AM/PM", "2027-03-03,2:30 PM,", "2027-03-03,14:30,PM", "2027-03-03,15:00,"
            ),
            mapping=self.MAPPING,
        )

        assert walls() == ["2027-03-03 14:30", "2027-03-03 14:30", "2027-03-03 15:00"]

    def test_a_blank_is_a_mistake_in_every_such_row(self) -> None:
        london()

        told = refusal(
            csv("date,time,AM/PM", "2027-03-03,2:30,", "2027-03-03,2:30,"), mapping=self.MAPPING
        )

        assert told == [
            "Row 2, column “AM/PM”: AM or PM is missing. Fill it in.",
            "Row 3, column “AM/PM”: AM or PM is missing. Fill it in.",
        ]

    def test_with_a_date_and_time_in_one_cell(self) -> None:
        london()

        bring_in(csv("starts_at,AM/PM", "2027-03-03 2:30,PM"), mapping=self.MAPPING)

        assert walls() == ["2027-03-03 14:30"]

    def test_a_word_that_is_no_half_of_the_day_is_asked_about(self) -> None:
        london()
        content = csv("date,time,AM/PM", "2027-03-03,2:30,later")

        assert asked(content, mapping=self.MAPPING) == [
            ("What does “later” mean in the column “AM/PM”? (1 row)", ["am", "pm"])
        ]
        bring_in(content, mapping=self.MAPPING, answers=meaning("AM/PM", "later", "pm"))
        assert walls() == ["2027-03-03 14:30"]


def test_hour_and_minute_of_their_own() -> None:
    london()

    bring_in(
        csv("date,time,Hr,Mi", "2027-03-03,,9,5", "2027-03-03,,14,30", "2027-03-03,,8,"),
        mapping={"Hr": "hour", "Mi": "minute"},
    )

    assert walls() == ["2027-03-03 09:05", "2027-03-03 14:30", "2027-03-03 08:00"]


class TestZones:
    MAPPING = {"Timezone": "time_zone"}
    OWN = said(About.COLUMN, "time_zone", "Timezone")

    def test_a_zone_that_is_not_the_locations_is_asked_about(self) -> None:
        london()
        content = csv("starts_at,Timezone", "2027-03-03 21:30,Australia/Sydney")

        assert asked(content, mapping=self.MAPPING) == [
            (
                "The column “Timezone” names “Australia/Sydney”, but the location's clocks show "
                "Europe/London. Whose clock are the times of these rows?",
                ["time_zone", ""],
            )
        ]

    @pytest.mark.parametrize(
        ("zone", "utc"),
        [
            ("Australia/Sydney", 10),
            ("AUS Eastern Standard Time", 10),
            ("Sydney", 10),
            ("+11:00", 10),
            ("UTC", 21),
            ("Pacific Time (US & Canada)", 29),
        ],
    )
    def test_each_rows_time_is_of_the_zone_that_it_names(self, zone: str, utc: int) -> None:
        london()

        bring_in(
            csv("starts_at,Timezone", f"2027-03-03 21:30,{zone}"),
            mapping=self.MAPPING,
            answers=self.OWN,
        )

        assert instants() == [datetime(2027, 3, 3 + utc // 24, utc % 24, 30, tzinfo=UTC)]

    def test_the_date_and_time_of_the_location_are_kept(self) -> None:
        sydney()

        bring_in(
            csv("starts_at,Timezone", "2027-03-03 21:30,Europe/London"),
            mapping=self.MAPPING,
            answers=self.OWN,
        )

        assert walls() == ["2027-03-04 08:30"]

    def test_zones_with_the_locations_clock_are_not_asked_about(self) -> None:
        london()

        bring_in(
            csv(
                "starts_at,Timezone",
                "2027-03-03 21:30,Europe/London",
                "2027-07-03 21:30,GMT Standard Time",
                "2027-07-03 21:30,",
                "2027-07-03 21:30,Europe/Jersey",
            ),
            mapping=self.MAPPING,
        )

        assert walls() == ["2027-03-03 21:30", *["2027-07-03 21:30"] * 3]

    def test_letters_that_several_zones_use_are_asked_about(self) -> None:
        london()
        content = csv("starts_at,Timezone", "2027-03-03 21:30,EST")

        [(words, choices)] = asked(content, mapping=self.MAPPING)

        assert words == "Which time zone is “EST”? (1 row)"
        assert choices == ["America/New_York", "Australia/Sydney", "America/Panama", "default"]
        bring_in(content, mapping=self.MAPPING, answers=meaning("Timezone", "EST", "default"))
        assert walls() == ["2027-03-03 21:30"]

    def test_one_zone_for_the_whole_file_goes_before_the_column(self) -> None:
        london()

        bring_in(
            csv("starts_at,Timezone", "2027-07-03 21:30,EST"),
            mapping=self.MAPPING,
            answers=said(About.TIME_ZONE, "Australia/Sydney"),
        )

        assert instants() == [datetime(2027, 7, 3, 11, 30, tzinfo=UTC)]

    def test_a_zone_for_the_whole_file_leaves_instants_as_they_are(self) -> None:
        london()

        bring_in(
            csv("starts_at", "2027-07-03T21:30:00Z", "2027-07-03T21:30:00+02:00"),
            answers=said(About.TIME_ZONE, "Australia/Sydney"),
        )

        assert [at.hour for at in instants()] == [21, 19]

    def test_letters_behind_the_times_are_asked_about_for_the_whole_file(self) -> None:
        london()
        content = csv("date,time", "2027-07-03,9:30 AM EDT", "2027-07-03,10:00 AM EDT")

        assert asked(content) == [
            (
                "“EDT” stands behind the times. In which time zone are the times?",
                ["America/New_York", "Australia/Sydney", "Europe/London"],
            )
        ]
        bring_in(content, answers=said(About.TIME_ZONE, "America/New_York"))
        assert [at.hour for at in instants()] == [13, 14]

    def test_a_zone_in_the_name_of_the_column_is_asked_about_where_it_matters(self) -> None:
        london()
        winter, summer = "2027-03-03 10:30", "2027-07-03 10:30"
        question = "“GMT” stands in the name of “Start (GMT)”. In which time zone are the times?"

        assert asked(csv("Start (GMT)", winter, summer)) == [
            (question, ["Europe/London", "UTC", "Africa/Accra"])
        ]
        bring_in(
            csv("Start (GMT)", winter, summer),
            answers=said(About.TIME_ZONE, "UTC"),
        )
        assert walls() == ["2027-03-03 10:30", "2027-07-03 11:30"]

    def test_a_zone_in_the_name_of_the_column_that_changes_nothing_is_not_asked_about(self) -> None:
        london()

        bring_in(csv("start_time_utc", "2027-03-03 10:30"))

        assert walls() == ["2027-03-03 10:30"]

    def test_letters_of_another_zone_hold_for_the_row_behind_whose_time_they_stand(self) -> None:
        make.make_location(zone="America/New_York", country="US")

        bring_in(
            csv("date,time", "2027-03-03,9:30 AM EST", "2027-07-03,9:30 AM PDT"),
        )

        assert [at.hour for at in instants()] == [14, 16]


class TestEnds:
    MAPPING = {"End Time": "ends_at"}

    def test_the_end_gives_the_length(self) -> None:
        london()

        bring_in(
            csv(
                "starts_at,End Time",
                "2027-03-03 10:30,2027-03-03 11:15",
                "2027-03-03 10:30,11:00",
                "2027-03-03 10:30,",
                "2027-03-03 22:30,2027-03-04 00:15",
            ),
            mapping=self.MAPPING,
        )

        assert lengths() == [45, 30, None, 105]

    def test_a_cell_that_holds_a_stretch_gives_both(self) -> None:
        london()

        bring_in(csv("date,time", "2027-03-03,10:30 - 11:15", "2027-03-03,09:00"))

        assert (walls(), lengths()) == (["2027-03-03 10:30", "2027-03-03 09:00"], [45, None])

    def test_a_column_of_minutes_goes_before_the_end(self) -> None:
        london()

        bring_in(
            csv("starts_at,duration,End Time", "2027-03-03 10:30,20,11:15"), mapping=self.MAPPING
        )

        assert lengths() == [20]

    @pytest.mark.parametrize(
        ("end", "words"),
        [
            ("2027-03-03 10:00", "The end is before the start. Correct one of the two."),
            ("09:00", "The end is before the start. Correct one of the two."),
            (
                "2027-03-09 10:45",
                "The end is more than a day after the start. Correct one of them.",
            ),
            ("soon", "“soon” is not a time. Write it like 09:30 or 2:15 PM."),
        ],
    )
    def test_an_end_that_cannot_be_is_a_mistake(self, end: str, words: str) -> None:
        london()
        content = csv("starts_at,End Time", f"2027-03-03 10:30,{end}")

        assert refusal(content, mapping=self.MAPPING) == [f"Row 2, column “End Time”: {words}"]

    def test_the_column_of_am_and_pm_speaks_of_the_start(self) -> None:
        london()

        bring_in(
            csv("date,time,AM/PM,End Time", "2027-03-03,11:30,AM,12:15", "2027-03-03,2:30,PM,3:00"),
            mapping={"AM/PM": "am_pm", "End Time": "ends_at"},
        )

        assert lengths() == [45, 30]
