"""Files of the watched folder that were dealt with go once they are old; all others stay."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reminders.domain.diary_import.folder.past import forget_old, old_files

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def put(file: Path, *, days_ago: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("a diary", encoding="utf-8")
    at = (NOW - timedelta(days=days_ago)).timestamp()
    os.utime(file, (at, at))


def left(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_only_old_ones_in_done_and_failed_go(tmp_path: Path) -> None:
    for place in ("done", "failed", "done/mapping", "working/stamp", ".", "mapping"):
        put(tmp_path / place / "old.csv", days_ago=31)
        put(tmp_path / place / "new.csv", days_ago=29)
    before = NOW - timedelta(days=30)

    assert old_files(tmp_path, before=before) == 3
    assert forget_old(tmp_path, before=before) == 3

    assert left(tmp_path) == [
        "done/mapping/new.csv",
        "done/new.csv",
        "failed/new.csv",
        "mapping/new.csv",
        "mapping/old.csv",
        "new.csv",
        "old.csv",
        "working/stamp/new.csv",
        "working/stamp/old.csv",
    ]


def test_a_link_leads_to_no_other_file(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    put(outside / "old.csv", days_ago=400)
    folder.mkdir()
    (folder / "done").symlink_to(outside)

    assert forget_old(folder, before=NOW) == 0
    assert left(outside) == ["old.csv"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert old_files(tmp_path / "nowhere", before=NOW) == 0
    with pytest.raises(OSError, match="nowhere"):
        forget_old(tmp_path / "nowhere", before=NOW)
