"""Dates and times that leave something unsaid are read as somebody said of the file, else not at
all.
"""

from __future__ import annotations

from datetime import date

import pytest

from reminders.domain.diary_import.read.cells.dates import DMY, MDY, DateReader, UnreadableError
from reminders.domain.diary_import.read.cells.when.assumed import (
    Assumed,
    agreed_kinds,
    answered_kinds,
)

TODAY = date(2027, 3, 1)
FROM_TODAY = "no_year_2027-03-01"


@pytest.mark.parametrize(
    ("text", "code", "order", "country", "read"),
    [
        ("Wed 3 Mar", FROM_TODAY, DMY, "GB", "2027-03-03"),
        ("Mi, 3.3.", FROM_TODAY, DMY, "DE", "2027-03-03"),
        ("Mar 4", FROM_TODAY, MDY, "US", "2027-03-04"),
        ("4/3", FROM_TODAY, DMY, "GB", "2027-03-04"),
        ("4/3", FROM_TODAY, MDY, "US", "2027-04-03"),
        ("3月4日", FROM_TODAY, DMY, "JP", "2027-03-04"),
        ("15 Jan", FROM_TODAY, DMY, "GB", "2027-01-15"),
        ("15 Jan", "no_year_2026-11-01", DMY, "GB", "2027-01-15"),
        ("20 Dec", "no_year_2027-01-05", DMY, "GB", "2026-12-20"),
        ("Thu 3 Mar", FROM_TODAY, DMY, "GB", ""),
        ("31.2.", FROM_TODAY, DMY, "DE", ""),
        ("tomorrow", "relative_2027-03-01", DMY, "GB", "2027-03-02"),
        ("heute", "relative_2027-03-01", DMY, "DE", "2027-03-01"),
        ("270303", "dates_without_signs", "ymd", "SE", "2027-03-03"),
        ("03032027", "dates_without_signs", DMY, "GB", "2027-03-03"),
        ("116/03/03", "era_minguo", DMY, "TW", "2027-03-03"),
        ("民國116年3月3日", "era_minguo", DMY, "TW", "2027-03-03"),
        ("令和9年3月3日", "era_reiwa", DMY, "JP", "2027-03-03"),
        ("令和9年3月3日(水)", "era_reiwa", DMY, "JP", "2027-03-03"),
        ("令和9年3月3日(木)", "era_reiwa", DMY, "JP", ""),
        ("R9.3.3", "era_reiwa", DMY, "JP", "2027-03-03"),
        ("03/03/2570", "era_buddhist", DMY, "TH", "2027-03-03"),
    ],
)
def test_a_date_is_what_was_agreed_to(
    text: str, code: str, order: str, country: str, read: str
) -> None:
    agreed = DateReader(order, country=country, today=TODAY, agreed=frozenset({code}))
    assert _told(agreed, text) == read
    for others in (frozenset[str](), frozenset(set(Assumed) - {code})):
        unsaid = DateReader(order, country=country, today=TODAY, agreed=others)
        assert _told(unsaid, text) == ""


def test_a_start_is_what_was_agreed_to() -> None:
    for text, code, read in (
        ("Thu 4/3 9.00am", FROM_TODAY, "2027-03-04 09:00:00"),
        ("Mar 4 9:00 AM", FROM_TODAY, "2027-03-04 09:00:00"),
        ("tomorrow 9:30", "relative_2027-03-01", "2027-03-02 09:30:00"),
        ("46449.375", "counted_days", "2027-03-03 09:00:00"),
    ):
        reader = DateReader(DMY, country="GB", today=TODAY, agreed=frozenset({code}))
        assert str(reader.start(text).wall) == read
    reader = DateReader(DMY, today=TODAY, agreed=frozenset({"counted_seconds"}))
    assert str(reader.start("1804082400").instant) == "2027-03-03 14:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "read"), [("9.3", "09:30:00"), ("10", "10:00:00"), ("14.15", "14:15:00"), ("25", "")]
)
def test_a_time_that_lost_its_zero(text: str, read: str) -> None:
    reader = DateReader(DMY, agreed=frozenset({"lost_zero"}))
    try:
        assert str(reader.time(text)) == read
    except UnreadableError:
        assert read == ""


def test_a_no_weighs_more_than_a_yes() -> None:
    codes = ["lost_zero", "not_lost_zero", "no_year_soon", "half"]
    assert agreed_kinds(codes) == {}
    assert answered_kinds(codes) == {Assumed.LOST_ZERO}


def _told(reader: DateReader, text: str) -> str:
    try:
        return str(reader.date(text))
    except UnreadableError:
        return ""
