"""Whether the disks that this program writes to have room left; the database's own is asked
otherwise, see `database_room`.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from reminders.domain.common import troubles

MEGABYTE = 1024 * 1024
SCARCE = 500 * MEGABYTE
"""A diary with its pieces, a backup of a small site: less than that is little for anything."""
SCARCE_SHARE, PLENTY = 0.05, 5 * 1024 * MEGABYTE
"""A disk that is full to 95 percent is near its end, unless it is a large one."""


class Usage(NamedTuple):
    """Bytes of one disk, as `shutil.disk_usage` tells them."""

    total: int
    used: int
    free: int


class Disk(NamedTuple):
    """A folder that is written to, and the room on its disk."""

    folder: Path
    free: int
    scarce: bool

    @property
    def words(self) -> str:
        """The room that is left, as people read it."""
        return f"{self.folder}: {self.free // MEGABYTE:,} MB left"


def disks(usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage) -> Iterator[Disk]:
    """Each disk once, by the first folder that lies on it; one that can't be asked is left out."""
    seen = set()
    for folder in filter(None, _folders()):
        try:
            device, found = folder.stat().st_dev, Usage(*usage(folder))
        except OSError:
            continue
        if device not in seen:
            seen.add(device)
            yield Disk(folder, found.free, _is_scarce(found))


def tell_of_scarce_ones(*, now: datetime) -> int:
    """Tell of disks of this machine that are nearly full; return how many there are."""
    scarce = [disk for disk in disks() if disk.scarce]
    for disk in scarce:
        place = f"{socket.gethostname()} {disk.folder}"
        troubles.tell("room", place=place, words=f"{socket.gethostname()}, {disk.words}", now=now)
    return len(scarce)


def _folders() -> list[Path | None]:
    given = [settings.DATA_DIR, settings.BACKUP_FOLDER, settings.IMPORT_FOLDER]
    return [*given, Path(tempfile.gettempdir())]


def _is_scarce(found: Usage) -> bool:
    small_share = found.free < found.total * SCARCE_SHARE and found.free < PLENTY
    return found.free < SCARCE or small_share
