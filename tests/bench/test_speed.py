"""Planning a million reminders and reading a hundred thousand numbers must not be what people wait
for.

Run with `-m bench`; the limits leave room for a slow machine, the figures are printed with `-s`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import product
from sys import stdout
from time import perf_counter

import pytest

from reminders.domain.clock.rule_schedule import Schedule, SendingHours, plan, read_wall_time, zone
from reminders.domain.phones.parsing import PhoneNumber, read_phones
from tests.domain.tables import schedule

pytestmark = pytest.mark.bench
ZONES = ("Australia/Sydney", "Europe/London", "America/New_York")
KNOWN_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def microseconds_each(work: Callable[[], int]) -> float:
    begun = perf_counter()
    count = work()
    each = (perf_counter() - begun) / count * 1e6
    stdout.write(f"{each:.2f} microseconds each, {count} of them\n")
    return each


def appointments(days: int, copies: int) -> Iterator[tuple[SendingHours, datetime]]:
    """`copies` appointments on every quarter hour from 07:00 to 18:00, at a location in each
    zone.
    """
    for key, day, quarter in product(ZONES, range(days), range(44)):
        shown = datetime(2026, 2, 1, 7) + timedelta(days=day, minutes=15 * quarter)
        hours = SendingHours(zone(key), time(8), time(20))
        for _ in range(copies):
            yield hours, read_wall_time(shown, hours.zone).at


@pytest.mark.parametrize(
    ("days", "copies"), [(60, 20), (730, 1)], ids=["quarter hours shared", "all different"]
)
def test_a_plan_takes_less_than_15_microseconds(days: int, copies: int) -> None:
    jobs = list(appointments(days, copies))
    rules: list[Schedule] = [schedule("confirmation", "1 day"), schedule("reminder", "60 minutes")]

    def work() -> int:
        for (hours, starts_at), rule in product(jobs, rules):
            plan(rule, hours, starts_at=starts_at, known_since=KNOWN_SINCE)
        return len(jobs) * len(rules)

    assert microseconds_each(work) < 15


@pytest.mark.parametrize(
    ("country", "writing"),
    [("GB", "07700 9001{}"), ("AU", "+44 7700 9001{}"), ("US", "(212) 555-01{}")],
)
def test_a_number_takes_less_than_15_microseconds(country: str, writing: str) -> None:
    # The fictional ranges are small: spaces behind make the writings differ. The first reading
    # builds plans.
    raws = [writing.format(f"{n % 100:02}") + " " * (n // 100) for n in range(10_000)]
    read_phones(raws[:1], country)

    def work() -> int:
        assert all(isinstance(read, PhoneNumber) for read in read_phones(raws, country))
        return len(raws)

    assert microseconds_each(work) < 15
