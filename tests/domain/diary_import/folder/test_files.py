"""The watched folder with odd names and links: nothing of it blocks other files or reaches
elsewhere.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command

from reminders.domain.diary_import import pick_up_files
from reminders.domain.diary_import.folder.files import FoundFile, Tree
from reminders.models import Import, ImportMapping
from tests import factories as make
from tests.domain.diary_import.folder.test_pick_up import MINUTE, files, put
from tests.domain.diary_import.importing import ANN, NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db
GOOD = csv_of("2,Bob Ray,0491 570 156,2026-03-05,11:30")
BAD = csv_of("1,Ann Lee,0491 570 006,never,10:00")
LATIN_1 = os.fsdecode("Zoë".encode("latin-1"))


def beside_a_good_one(folder: Path, name: str, content: bytes) -> int:
    """Put a file there, and a good one that is newer; how many are dealt with."""
    sydney()
    put(folder, name, content, seconds_old=90)
    put(folder, "good.csv", GOOD)
    return pick_up_files(folder, now=NOW)


@pytest.mark.parametrize(
    "name",
    [
        f"{LATIN_1}.csv",
        f"{LATIN_1 * 80}.csv",
        f"{'x' * 251}.csv",
        f"{'ü' * 125}.csv",
        "a\nb\u202e.csv",
        "%s {0} ''.csv",
    ],
    ids=ascii,
)
def test_a_refused_file_of_any_name_goes_to_failed_and_blocks_no_other(
    tmp_path: Path, name: str
) -> None:
    make.make_user("mia", group="manager", email="mia@example.com")

    assert beside_a_good_one(tmp_path, name, BAD) == 2

    assert [row[1] for row in diary()] == ["Bob Ray"]
    assert len(files(tmp_path)) == 3
    assert [name for name in files(tmp_path) if not name.startswith("failed/")] == ["done/good.csv"]
    refused = Import.objects.get(state="refused")
    assert refused.filename.isprintable()
    assert len(mail.outbox) == 1
    assert pick_up_files(tmp_path, now=NOW + MINUTE) == 0


def test_a_name_that_is_no_text_reads_with_marks_in_the_place_of_its_bytes(tmp_path: Path) -> None:
    assert beside_a_good_one(tmp_path, f"{LATIN_1}.csv", csv_of(ANN)) == 2

    assert sorted(Import.objects.values_list("filename", "state")) == [
        ("Zo\ufffd.csv", "applied"),
        ("good.csv", "applied"),
    ]


@pytest.mark.parametrize(
    "name", ["n" * 255, LATIN_1, "x" * 100, "a\nb", ". .", "ü" * 127], ids=ascii
)
def test_a_sub_folder_of_any_name_blocks_no_file(tmp_path: Path, name: str) -> None:
    assert beside_a_good_one(tmp_path, f"{name}/list.csv", csv_of(ANN)) == (
        1 if name[0] == "." else 2
    )

    assert [row[1] for row in diary()] == ["Bob Ray"]
    refused = Import.objects.filter(state="refused").values_list("filename", flat=True)
    assert list(refused) == ([] if name[0] == "." else ["list.csv"])
    assert list((tmp_path / "working").iterdir()) == []


def test_a_mapping_of_the_longest_name_is_found(tmp_path: Path) -> None:
    ImportMapping.objects.create(
        name="n" * 80, columns={"A": "name", "B": "phone", "C": "starts_at"}
    )

    content = b"A,B,C\nAnn Lee,0491 570 006,2026-03-04 10:00\n"
    assert beside_a_good_one(tmp_path, f"{'n' * 80}/list.csv", content) == 2

    assert [row[1] for row in diary()] == ["Ann Lee", "Bob Ray"]


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside with a diary in it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    put(folder, "secret.csv", csv_of(ANN))
    return folder


class TestLinks:
    def test_a_linked_folder_is_left_alone_and_what_is_in_it(
        self, tmp_path: Path, elsewhere: Path
    ) -> None:
        (tmp_path / "North").symlink_to(elsewhere)

        assert beside_a_good_one(tmp_path, "x.csv", GOOD.replace(b"2,", b"3,", 1)) == 2

        assert files(elsewhere) == ["secret.csv"]
        assert "Ann Lee" not in [row[1] for row in diary()]

    def test_a_linked_file_is_left_alone(self, tmp_path: Path, elsewhere: Path) -> None:
        (tmp_path / "a.csv").symlink_to(elsewhere / "secret.csv")

        assert beside_a_good_one(tmp_path, "x.csv", BAD) == 2
        assert (tmp_path / "a.csv").is_symlink()

    def test_a_file_that_becomes_a_link_meanwhile_is_refused_unread(
        self, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        move = Tree.move

        def swapped(tree: Tree, file: FoundFile, *place: str) -> FoundFile:
            if file.name == "a.csv" and place[0] == "working":
                (tmp_path / "a.csv").unlink()
                (tmp_path / "a.csv").symlink_to(elsewhere / "secret.csv")
            return move(tree, file, *place)

        monkeypatch.setattr(Tree, "move", swapped)
        assert beside_a_good_one(tmp_path, "a.csv", csv_of(ANN)) == 2

        assert [row[1] for row in diary()] == ["Bob Ray"]
        assert "is a link to another file" in (tmp_path / "failed/a.csv.errors.txt").read_text()
        assert (elsewhere / "secret.csv").read_bytes() == csv_of(ANN)

    def test_nothing_is_moved_to_a_linked_folder_of_ours(
        self, tmp_path: Path, elsewhere: Path
    ) -> None:
        (tmp_path / "done").symlink_to(elsewhere)

        assert beside_a_good_one(tmp_path, "x.csv", BAD) == 1

        assert files(elsewhere) == ["secret.csv"]
        assert len(diary()) == 1

    def test_a_reasons_file_is_not_written_through_a_link(
        self, tmp_path: Path, elsewhere: Path
    ) -> None:
        (tmp_path / "failed").mkdir()
        (tmp_path / "failed/x.csv.errors.txt").symlink_to(elsewhere / "secret.csv")

        assert beside_a_good_one(tmp_path, "x.csv", BAD) == 2

        assert (elsewhere / "secret.csv").read_bytes() == csv_of(ANN)
        assert (tmp_path / "failed/x.csv.errors-1.txt").exists()


def test_a_pipe_and_an_unreadable_thing_make_nobody_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()

    assert beside_a_good_one(tmp_path, "x.csv", BAD) == 2


def test_one_file_that_cannot_be_moved_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    move = Tree.move

    def stuck(tree: Tree, file: FoundFile, *place: str) -> FoundFile:
        if file.name == "Ann Lee.csv":
            raise PermissionError(13, "Permission denied", file.name)
        return move(tree, file, *place)

    monkeypatch.setattr(Tree, "move", stuck)
    with caplog.at_level(logging.ERROR):
        assert beside_a_good_one(tmp_path, "Ann Lee.csv", BAD) == 1

    assert ("can't be dealt with: Permission denied" in caplog.text, "Ann" in caplog.text) == (
        True,
        False,
    )


def test_a_refusal_that_cannot_be_moved_is_told_once_when_it_could(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = Tree.move

    def stuck(tree: Tree, file: FoundFile, *place: str) -> FoundFile:
        if place == ("failed",):
            raise OSError(28, "No space left on device")
        return move(tree, file, *place)

    with monkeypatch.context() as patched:
        patched.setattr(Tree, "move", stuck)
        assert beside_a_good_one(tmp_path, "x.csv", BAD) == 1
    assert Import.objects.filter(state="refused").count() == 0

    assert pick_up_files(tmp_path, now=NOW + MINUTE) == 1
    assert Import.objects.filter(state="refused").count() == 1


def test_what_the_former_version_had_taken_up_is_found(tmp_path: Path) -> None:
    sydney()
    ImportMapping.objects.create(
        name="North", columns={"A": "name", "B": "phone", "C": "starts_at"}
    )
    content = b"A,B,C\nAnn Lee,0491 570 006,2026-03-04 10:00\n"
    put(tmp_path, "working/20260301T080000.000000+0000~1~North/list.csv", content)

    assert pick_up_files(tmp_path, now=NOW) == 1

    assert (files(tmp_path), diary()[0][1]) == (["done/list.csv"], "Ann Lee")


def test_the_command_tells_of_a_file_whose_name_is_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("import_appointments", str(tmp_path / f"{LATIN_1}.csv"))

    assert "Zo\ufffd.csv" in capsys.readouterr().err
