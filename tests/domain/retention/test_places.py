"""The data map names every table, and the page every place."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from pytest_django import Settings

from reminders.domain.retention.periods import KINDS
from reminders.domain.retention.places import places
from tests.programs import ROOT

TRUST = ROOT / "docs" / "trust"


def test_every_table_of_ours_stands_in_the_data_map() -> None:
    named = set(re.findall(r"`(\w+)`", (TRUST / "data-map.md").read_text(encoding="utf-8")))

    assert {model._meta.model_name for model in apps.get_app_config("reminders").get_models()} <= (
        named
    )


def test_the_periods_in_the_document_are_those_of_the_code() -> None:
    text = (TRUST / "retention.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+) days?\b.*? \| (\d+)", text, re.MULTILINE)

    assert rows == [(kind.title, str(kind.days), str(kind.least)) for kind in KINDS]


def test_the_watched_folder_is_named(settings: Settings, tmp_path: Path) -> None:
    settings.IMPORT_FOLDER = tmp_path

    assert [place.name for place in places() if str(tmp_path) in place.name] != []
