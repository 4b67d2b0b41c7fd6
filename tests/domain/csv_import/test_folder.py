"""The watched folder: what is put there is imported, moved to done or failed, and told of."""

import os
import time
from pathlib import Path

import pytest
from django.core import mail

from reminders.domain.csv_import import pick_up_files
from reminders.domain.csv_import.columns import header_digest
from reminders.models import Appointment, Import, ImportMapping
from tests import factories as make
from tests.domain.csv_import.importing import ANN, NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db


def put(folder: Path, name: str, content: bytes, *, seconds_old: int = 60) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - seconds_old,) * 2)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_file_is_imported_and_moved_to_done(tmp_path: Path) -> None:
    sydney()
    put(tmp_path, "monday.csv", csv_of(ANN))

    assert pick_up_files(tmp_path, now=NOW) == 1

    assert (files(tmp_path), len(diary())) == (["done/monday.csv"], 1)
    assert list(Import.objects.values_list("source", "state", "filename")) == [
        ("folder", "applied", "monday.csv")
    ]
    assert pick_up_files(tmp_path, now=NOW) == 0


def test_a_file_that_is_still_being_written_waits(tmp_path: Path) -> None:
    sydney()
    put(tmp_path, "monday.csv", csv_of(ANN), seconds_old=0)
    put(tmp_path, ".hidden.csv", csv_of(ANN))
    put(tmp_path, "notes.docx", b"PK")

    assert pick_up_files(tmp_path, now=NOW) == 0


def test_a_wrong_file_fails_with_its_reasons_and_an_e_mail(tmp_path: Path) -> None:
    sydney()
    make.make_user("mia", group="manager", email="mia@example.com")
    put(tmp_path, "monday.csv", csv_of(ANN, "2,Bob Ray,0491 570 156,2026-02-30,10:00"))

    pick_up_files(tmp_path, now=NOW)

    assert files(tmp_path) == ["failed/monday.csv", "failed/monday.csv.errors.txt"]
    assert (
        (tmp_path / "failed/monday.csv.errors.txt")
        .read_text(encoding="utf-8")
        .startswith("Row 3, column “date”")
    )
    assert (Import.objects.get().state, Appointment.objects.count()) == ("refused", 0)
    assert [(each.to, "Bob" in each.body) for each in mail.outbox] == [(["mia@example.com"], False)]


def test_a_sub_folder_names_the_mapping(tmp_path: Path) -> None:
    sydney()
    ImportMapping.objects.create(
        name="North", columns={"A": "name", "B": "phone", "C": "starts_at"}, date_format="mdy"
    )
    put(tmp_path, "North/list.csv", b"A,B,C\nAnn Lee,0491 570 006,03/04/2026 10:00\n")

    pick_up_files(tmp_path, now=NOW)

    assert diary()[0][3] == "2026-03-04 10:00"


def test_the_mapping_remembered_for_the_header_is_used(tmp_path: Path) -> None:
    sydney()
    ImportMapping.objects.create(
        name="North",
        header=header_digest(["A", "B", "C"]),
        columns={"A": "name", "B": "phone", "C": "starts_at"},
    )
    put(tmp_path, "list.csv", b"A,B,C\nAnn Lee,0491 570 006,2026-03-04 10:00\n")

    pick_up_files(tmp_path, now=NOW)

    assert Import.objects.get().mapping_name == "North"


def test_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    sydney()
    for content in (csv_of(ANN), csv_of(ANN.replace("10:00", "11:00"))):
        put(tmp_path, "diary.csv", content)
        pick_up_files(tmp_path, now=NOW)

    assert files(tmp_path) == ["done/diary-1.csv", "done/diary.csv"]


def test_a_file_of_a_worker_that_died_is_taken_up_again(tmp_path: Path) -> None:
    sydney()
    put(tmp_path, "working/diary.csv", csv_of(ANN), seconds_old=3600)

    assert pick_up_files(tmp_path, now=NOW) == 1
    assert len(diary()) == 1
