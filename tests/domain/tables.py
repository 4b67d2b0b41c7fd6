"""Reads the tables of cases: one CSV row is one test, named by its `case` column."""

import csv
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from reminders.domain.clock.rule_schedule import (
    Late,
    Quiet,
    Schedule,
    SendingHours,
    read_wall_time,
    zone,
)

CASES = Path(__file__).parent / "cases"
DEFAULTS = {
    "confirmation": (Quiet.LATER, timedelta(hours=3), timedelta(hours=2)),
    "reminder": (Quiet.EARLIER, timedelta(minutes=15), timedelta(minutes=10)),
}


def rows(name: str) -> list[object]:
    """Parameters for `pytest.mark.parametrize("row", ...)`: a dict for each row of
    cases/<name>.csv.
    """
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["case"]) for row in csv.DictReader(file)]


def instant(text: str) -> datetime:
    """An instant written with its offset, such as 2026-06-09T10:30+10:00, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def wall(text: str, key: str) -> datetime:
    """The instant of a wall time such as 2026-06-09T10:30 in a zone."""
    return read_wall_time(datetime.fromisoformat(text), zone(key)).at


def hours(key: str, text: str, open_days: str = "1-7") -> SendingHours:
    """Sending hours from 08:00-20:00 and open weekdays from 1-5 (empty: none entered)."""
    opens, closes = map(time.fromisoformat, text.split("-"))
    first, last = map(int, open_days.split("-")) if open_days else (1, 0)
    return SendingHours(zone(key), opens, closes, frozenset(range(first, last + 1)))


def schedule(message: str, rule: str, quiet: str = "", late: str = "") -> Schedule:
    """A rule from words: 1 day; 2 days 17:00; 60 minutes; with "weekdays" behind: open days
    only.
    """
    count, unit, *more = rule.split()
    at = [time.fromisoformat(word) for word in more if ":" in word]
    default_quiet, min_notice, cutoff = DEFAULTS[message]
    return Schedule(
        days_before=None if unit == "minutes" else int(count),
        at_time=at[0] if at else None,
        minutes_before=int(count) if unit == "minutes" else None,
        weekdays_only="weekdays" in more,
        quiet=Quiet(quiet) if quiet else default_quiet,
        late=Late(late) if late else Late.AT_ONCE,
        min_notice=min_notice,
        cutoff=cutoff,
    )
