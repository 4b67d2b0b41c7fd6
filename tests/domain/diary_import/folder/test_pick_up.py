"""The watched folder: what is put there is imported, moved to done or failed, and told of."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError

from reminders.domain.diary_import import (
    ImportOutcome,
    Options,
    import_file,
    pick_up_files,
)
from reminders.domain.diary_import.folder import pick_up
from reminders.domain.diary_import.folder.files import FoundFile, Tree
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.header.columns import header_digest
from reminders.models import Appointment, Import, ImportMapping
from tests import factories as make
from tests.domain.diary_import.importing import ANN, NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


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


def die(*names: str) -> Callable[..., FoundFile]:
    """A worker that dies as it moves a file to one of these folders; use it in place of
    `Tree.move`.
    """
    move = Tree.move

    def moved(tree: Tree, file: FoundFile, *place: str) -> FoundFile:
        if place[0] in names:
            raise SystemExit
        return move(tree, file, *place)

    return moved


class TestAWorkerThatDies:
    def test_before_it_imported_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sydney()
        ImportMapping.objects.create(
            name="North", columns={"A": "name", "B": "phone", "C": "starts_at"}
        )
        put(tmp_path, "North/list.csv", b"A,B,C\nAnn Lee,0491 570 006,2026-03-04 10:00\n")
        with monkeypatch.context() as patched:
            patched.setattr(pick_up, "import_file", die_at_once)
            with pytest.raises(SystemExit):
                pick_up_files(tmp_path, now=NOW)
        put(tmp_path, "later.csv", csv_of(ANN.replace("10:00", "16:00")), seconds_old=30)

        assert pick_up_files(tmp_path, now=NOW + MINUTE) == 2

        assert files(tmp_path) == ["done/later.csv", "done/list.csv"]
        assert sorted(row[3] for row in diary()) == ["2026-03-04 10:00", "2026-03-04 16:00"]
        assert list((tmp_path / "working").iterdir()) == []

    def test_after_it_imported_the_file_which_must_not_come_in_over_a_newer_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sydney()
        put(tmp_path, "monday.csv", csv_of(ANN))
        with monkeypatch.context() as patched:
            patched.setattr(Tree, "move", die("done"))
            with pytest.raises(SystemExit):
                pick_up_files(tmp_path, now=NOW)
        put(
            tmp_path,
            "tuesday.csv",
            csv_of(ANN.replace("03-04,10:00", "03-05,16:00")),
            seconds_old=30,
        )

        for minutes in (10, 40, 41):
            pick_up_files(tmp_path, now=NOW + minutes * MINUTE)

        assert [row[3] for row in diary()] == ["2026-03-05 16:00"]
        assert files(tmp_path) == ["done/monday.csv", "done/tuesday.csv"]
        assert [row.filename for row in Import.objects.order_by("pk")] == [
            "monday.csv",
            "tuesday.csv",
        ]

    def test_while_it_lets_go_of_older_files_and_so_imported_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sydney()
        put(tmp_path, "monday.csv", csv_of(ANN))
        with monkeypatch.context() as patched:
            patched.setattr(pick_up, "follow", die_at_once)
            with pytest.raises(SystemExit):
                pick_up_files(tmp_path, now=NOW)
        assert diary() == []

        pick_up_files(tmp_path, now=NOW + MINUTE)

        assert [row[3] for row in diary()] == ["2026-03-04 10:00"]
        assert files(tmp_path) == ["done/monday.csv"]

    def test_each_time_over_the_same_file_which_then_holds_up_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sydney()
        make.make_user("mia", group="manager", email="mia@example.com")
        put(tmp_path, "bad.csv", csv_of(ANN), seconds_old=90)
        put(tmp_path, "good.csv", csv_of(ANN))
        with monkeypatch.context() as patched:
            patched.setattr(pick_up, "import_file", die_at_once)
            for minutes in range(3):
                with pytest.raises(SystemExit):
                    pick_up_files(tmp_path, now=NOW + minutes * MINUTE)

        assert pick_up_files(tmp_path, now=NOW + 3 * MINUTE) == 2

        assert files(tmp_path) == ["done/good.csv", "failed/bad.csv", "failed/bad.csv.errors.txt"]
        assert [each.to for each in mail.outbox] == [["mia@example.com"]]


def die_at_once(*_: object, **__: object) -> None:
    raise SystemExit


def test_a_fault_of_the_program_is_told_and_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sydney()
    make.make_user("mia", group="manager", email="mia@example.com")
    put(tmp_path, "bad.csv", csv_of(ANN), seconds_old=90)
    put(tmp_path, "good.csv", csv_of("2,Bob Ray,0491 570 156,2026-03-05,11:30"))

    def stumble(source: Source, options: Options, **rest: Any) -> ImportOutcome:
        if source.name == "bad.csv":
            raise ZeroDivisionError("Ann Lee")
        return import_file(source, options, **rest)

    monkeypatch.setattr(pick_up, "import_file", stumble)

    assert (pick_up_files(tmp_path, now=NOW), pick_up_files(tmp_path, now=NOW)) == (2, 0)

    assert files(tmp_path) == ["done/good.csv", "failed/bad.csv", "failed/bad.csv.errors.txt"]
    assert (tmp_path / "failed/bad.csv.errors.txt").read_text().startswith("A fault of the program")
    assert [(each.to, each.subject) for each in mail.outbox] == [
        (["mia@example.com"], "A diary was not imported")
    ]
    assert list(Import.objects.order_by("pk").values_list("filename", "state")) == [
        ("bad.csv", "refused"),
        ("good.csv", "applied"),
    ]
    assert ("ZeroDivisionError" in caplog.text, "Ann" in caplog.text) == (True, False)


def test_without_the_database_a_file_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sydney()
    put(tmp_path, "monday.csv", csv_of(ANN))

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(pick_up, "import_file", gone)
        with pytest.raises(OperationalError):
            pick_up_files(tmp_path, now=NOW)

    assert (pick_up_files(tmp_path, now=NOW + MINUTE), files(tmp_path)) == (1, ["done/monday.csv"])


def test_one_worker_at_a_time(tmp_path: Path) -> None:
    sydney()
    put(tmp_path, "monday.csv", csv_of(ANN))

    with pick_up._alone() as alone:
        assert (alone, pick_up_files(tmp_path, now=NOW)) == (True, 0)

    assert pick_up_files(tmp_path, now=NOW) == 1
