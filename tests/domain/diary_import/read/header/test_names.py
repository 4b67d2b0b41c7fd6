"""What the names of columns mean, in every language that is known."""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path

import pytest

from reminders.domain.diary_import.read.header.fields import KINDS
from reminders.domain.diary_import.read.header.names.naming import read_names
from reminders.domain.diary_import.read.header.names.vocabulary import ASKED, languages

NAMES = list(csv.DictReader((Path(__file__).parent / "names.csv").open(encoding="utf-8")))
BY_LANGUAGE = {tag: list(rows) for tag, rows in groupby(NAMES, key=lambda row: row["language"])}


def test_every_language_is_tried() -> None:
    assert BY_LANGUAGE.keys() == languages().keys()
    assert len(BY_LANGUAGE) >= 15


@pytest.mark.parametrize("tag", BY_LANGUAGE)
def test_a_name_means_one_thing(tag: str) -> None:
    rows = BY_LANGUAGE[tag]
    named = read_names([row["header"] for row in rows])

    assert {row["header"]: each.sure for row, each in zip(rows, named, strict=True)} == {
        row["header"]: row["kind"] for row in rows
    }


@pytest.mark.parametrize("tag", languages())
def test_the_words_of_a_language_say_known_kinds(tag: str) -> None:
    language = languages()[tag]

    assert {kind for kinds in language.names.values() for kind in kinds} <= KINDS
    assert {"mobile", "date", "last_name", "birth", "practitioner", "status"} <= {
        kind for kinds in language.names.values() for kind in kinds
    }


def test_a_name_with_an_unknown_word_is_understood_in_part() -> None:
    named = read_names(["Frobnicated Appointment Date", "Frobnicated Price"])

    assert [each.kinds for each in named] == [{"date": ASKED}, {}]


def test_words_of_another_language_are_too_short_to_be_trusted() -> None:
    named = read_names(["Date", "Time", "Client", "Vor"])

    assert named[3].sure == ""


def test_what_a_table_is_called_is_no_part_of_its_columns() -> None:
    named = read_names(["pc_eventDate", "pc_startTime", "pc_title", "fname"])

    assert [each.sure for each in named[:2]] == ["date", "time"]


@pytest.mark.parametrize(
    "header", ["APPOINTMENT DATE", "appointment_date", "AppointmentDate", " Appointment  date: "]
)
def test_case_and_signs_do_not_matter(header: str) -> None:
    assert read_names([header])[0].sure == "date"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Heure [HH:MM AM/PM]", "time"),
        ("Date (dd.mm.yyyy)", "date"),
        ("Datum / Date", "date"),
        ("Natel / Portable", "mobile"),
        ("Date / Time", "starts_at"),
    ],
)
def test_a_name_in_two_languages_or_with_its_form_behind_it(header: str, kind: str) -> None:
    named = read_names([header, "Patient"])

    assert named[0].sure == kind
