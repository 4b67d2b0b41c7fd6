"""The example files: whole in every language, and read without a question."""

import csv
import io
from datetime import date

import pytest

from reminders.domain.diary_import.asking.example import examples
from reminders.domain.diary_import.asking.options import GivenAnswers
from reminders.domain.diary_import.asking.unattended import options_for
from reminders.domain.diary_import.pipeline import Options, import_file
from reminders.domain.diary_import.read.files.sources import open_stream
from reminders.models import Appointment
from tests.domain.diary_import.importing import NOW, sydney

LANGUAGES = "en de fr es it nl pt pl sv da nb fi cs ja zh ar".split()
TODAY = date(2026, 3, 1)


def test_there_is_one_for_each_language() -> None:
    assert list(examples()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_name_of_its_own_and_says_what_it_is_for(language: str) -> None:
    example = examples()[language]
    text = example.as_csv(location="Mill", today=TODAY).removeprefix("\ufeff")

    header, *rows = csv.reader(io.StringIO(text), delimiter=example.separator)

    assert len(set(header)) == len(header) == 12
    assert [len(row) for row in rows] == [12, 12]
    assert [row[4] for row in rows] == ["2026-03-08", "2026-03-09"]
    assert all(column.what_for for column in example.columns)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_imported_without_a_question(language: str) -> None:
    sydney()
    sydney("Mill")
    content = examples()[language].as_csv(location="Mill", today=TODAY).encode()

    with open_stream(io.BytesIO(content), name="example.csv") as source:
        import_file(source, options_for(source, Options(), GivenAnswers(), now=NOW), now=NOW)

    rows = Appointment.objects.order_by("external_id")
    assert [(row.external_id, row.status, row.contact.language) for row in rows] == [
        ("1001", "booked", language),
        ("1002", "cancelled", language),
    ]
    assert all(row.contact.phone and row.location.name == "Mill" for row in rows)
