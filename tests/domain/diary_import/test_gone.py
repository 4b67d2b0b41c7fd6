"""What a file no longer holds, and files that are only a part."""

from datetime import UTC, datetime

import pytest

from reminders.domain.diary_import import ImportRefused, NeedsConfirmation
from reminders.models import Appointment, Import, Location
from tests import factories as make
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    agreeing,
    asked,
    bring_in,
    csv_of,
    diary,
    summary,
    sydney,
)
from tests.domain.diary_import.test_meaning import LATER

pytestmark = pytest.mark.django_db


def test_what_is_gone_from_the_file_is_kept_unless_asked() -> None:
    sydney()
    rows = [f"{n},P{n} Lee,0491 570 {n + 100},2026-03-{n + 2:02},10:00" for n in range(1, 11)]
    bring_in(csv_of(*rows))

    outcome = bring_in(csv_of(*rows[:4], *rows[5:]), now=LATER)

    assert summary(outcome) == (0, 0, 9, 1)
    assert {row[4] for row in diary()} == {"booked"}


def test_what_is_gone_is_cancelled_when_asked_and_booked_again_when_it_is_back() -> None:
    sydney()
    rows = [f"{n},P{n} Lee,0491 570 {n + 100},2026-03-{n + 2:02},10:00" for n in range(1, 11)]
    bring_in(csv_of(*rows))

    bring_in(csv_of(*rows[:4], *rows[5:]), now=LATER, gone="cancel")
    assert [row[0] for row in diary() if row[4] == "cancelled"] == ["5"]

    bring_in(csv_of(*rows), now=LATER, gone="cancel")
    assert {row[4] for row in diary()} == {"booked"}


def test_outside_the_files_dates_and_locations_nothing_is_gone() -> None:
    first, second = sydney("Sydney"), sydney("Perth")
    make.make_appointment(location=second, external_id="x")
    make.make_appointment(
        location=first, external_id="y", day=datetime(2026, 3, 20, tzinfo=UTC).date()
    )
    make.make_appointment(location=first)

    outcome = bring_in(csv_of(f"{ANN},Sydney", header=f"{HEADER},location"))

    assert summary(outcome) == (1, 0, 0, 0)


def test_more_than_a_fifth_is_never_cancelled_without_a_second_yes() -> None:
    sydney()
    rows = [f"{n},P{n} Lee,0491 570 {n + 100},2026-03-{n + 2:02},10:00" for n in range(1, 11)]
    bring_in(csv_of(*rows))
    short = csv_of(rows[0], *rows[4:])

    with pytest.raises(NeedsConfirmation) as refused:
        bring_in(short, gone="cancel")
    assert "3 of 10 coming appointments (30%) are gone" in str(refused.value)
    assert {row[4] for row in diary()} == {"booked"}

    assert bring_in(short, gone="cancel", confirmed=True).counts.gone == 3
    assert [row[4] for row in diary()].count("cancelled") == 3


def test_a_file_of_exactly_half_the_size_is_questioned_too() -> None:
    sydney()
    rows = [f"{n},Ann Lee,0491 570 006,2026-03-{n:02},10:00" for n in range(4, 24)]
    bring_in(csv_of(*rows))

    assert asked(csv_of(*rows[:11])) == {}
    assert asked(csv_of(*rows)) == {}
    assert asked(csv_of(*rows[:10])) == {
        "check:half": "The file has 10 rows; the last one of this kind had 20. Is it complete?"
    }
    assert asked(csv_of(*rows[:10]), answers=agreeing("half")) == {}


def test_a_small_sites_file_is_not_held_against_a_large_sites() -> None:
    sydney()
    sydney("Perth")
    rows = [f"{n},Ann Lee,0491 570 006,2026-03-{n:02},10:00" for n in range(4, 24)]
    bring_in(csv_of(*rows), location="Sydney")

    small = bring_in(csv_of("99,Cy Orr,0491 570 157,2026-03-06,10:00"), location="Perth")

    assert (small.warnings, Import.objects.latest("pk").location) == (
        [],
        Location.objects.get(name="Perth"),
    )


def test_an_import_for_one_site_does_not_take_another_sites_appointment_by_its_id() -> None:
    sydney()
    perth = sydney("Perth")
    bring_in(csv_of(ANN), location="Sydney")

    with pytest.raises(
        ImportRefused, match="belongs to an appointment of a location that you do not look"
    ):
        bring_in(csv_of(ANN), only_locations=frozenset([perth.pk]))
    assert Appointment.objects.get().location.name == "Sydney"


def test_a_file_half_the_size_of_the_last_is_questioned() -> None:
    sydney()
    rows = [f"{n},P{n} Lee,0491 570 {n + 100},2026-03-{n + 2:02},10:00" for n in range(1, 13)]
    bring_in(csv_of(*rows))

    assert asked(csv_of(*rows[:4])) == {
        "check:half": "The file has 4 rows; the last one of this kind had 12. Is it complete?"
    }
