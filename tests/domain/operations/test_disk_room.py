"""Disks that are nearly full are told of before they are."""

from pathlib import Path

import pytest
from pytest_django import Settings

from reminders.domain.common.troubles import current
from reminders.domain.operations import disk_room
from tests.factories import NOON

MB, GB = 1024**2, 1024**3


@pytest.mark.parametrize(
    ("total", "free", "scarce"),
    [
        (100 * GB, 60 * GB, False),
        (100 * GB, 4 * GB, True),
        (1000 * GB, 20 * GB, False),
        (1000 * GB, 4 * GB, True),
        (2 * GB, 600 * MB, False),
        (2 * GB, 400 * MB, True),
        (2 * GB, 0, True),
    ],
)
def test_scarce_is_what_would_be_used_up_soon(total: int, free: int, scarce: bool) -> None:
    [disk, *_] = disk_room.disks(lambda _folder: (total, total - free, free))

    assert (disk.free, disk.scarce) == (free, scarce)


def test_a_folder_that_is_gone_is_left_out(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_FOLDER, settings.DATA_DIR = tmp_path / "gone", tmp_path

    assert next(disk_room.disks()).folder == tmp_path


@pytest.mark.django_db
def test_everybody_hears_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = disk_room.Disk(tmp_path, 120 * MB, scarce=True)
    monkeypatch.setattr(disk_room, "disks", lambda: iter([full]))

    assert disk_room.tell_of_scarce_ones(now=NOON) == 1

    assert [trouble.words.split(", ")[1] for trouble in current(now=NOON)] == [
        f"{tmp_path}: 120 MB left"
    ]
