"""The files of the watched folder, touched only through opened folders: no link below the top is
followed.

Whoever may put a file there could else have files of other places imported, moved away or
overwritten. Names are as the system gives them, undecodable bytes and all; `sources.printable` is
for those who show them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from reminders.domain.diary_import.problems import refuse

Place = tuple[str, ...]
"""The names of the folders that lead somewhere, from the top."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = (
    os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)  # a pipe must not make anybody wait
# O_EXCL: a link that somebody puts in its place is an error, and not written through.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: where it lies, its name, and when it was last written (seconds since
    1970).
    """

    place: Place
    name: str
    changed_at: float


@contextmanager
def open_tree(top: Path) -> Iterator[Tree]:
    """Hold the top folder open, which alone may be a link; raises OSError when that is not
    possible.
    """
    held = os.open(top, _FOLDER)
    try:
        yield Tree(held)
    finally:
        os.close(held)


class Tree:
    """An opened folder and what lies below it. All methods raise OSError, also where a link is in
    the way.
    """

    def __init__(self, top: int) -> None:
        self._top = top

    @contextmanager
    def _at(self, place: Place) -> Iterator[int]:
        held = os.open(".", _FOLDER, dir_fd=self._top)
        try:
            for name in place:
                # One folder at a time: O_NOFOLLOW minds only the last name of a path.
                inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=held)
                os.close(held)
                held = inner
            yield held
        finally:
            os.close(held)

    def make(self, *place: str) -> None:
        """Make a folder, and those that lead to it, where they are missing."""
        for depth, name in enumerate(place):
            with self._at(place[:depth]) as above, suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)

    def folders(self, *place: str) -> list[str]:
        """The names of the folders in it; links to folders are none."""
        with self._at(place) as held, os.scandir(held) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))

    def files(self, *place: str) -> list[FoundFile]:
        """The regular files in it."""
        found = []
        with self._at(place) as held, os.scandir(held) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # its program has taken it away again
                    seen = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(seen.st_mode):
                        found.append(FoundFile(place, entry.name, seen.st_mtime))
        return found

    def open(self, file: FoundFile) -> BinaryIO:
        """Open a file for reading; raise ImportRefused when it is no regular file or can't be
        opened.
        """
        try:
            with self._at(file.place) as held:
                opened = os.fdopen(os.open(file.name, _FILE, dir_fd=held), "rb")
        except OSError as error:
            words = "it is a link to another file" if error.errno == errno.ELOOP else error.strerror
            raise refuse(f"The file can't be opened: {words}.") from error
        # Asked of what is open: since it was listed, something else may bear the name.
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            opened.close()
            raise refuse("This is no file that can be read. Export the diary again.")
        return opened

    def move(self, file: FoundFile, *place: str) -> FoundFile:
        """Move a file to a folder, under another name where its own is taken."""
        with self._at(file.place) as source, self._at(place) as target:
            name = _free(target, file.name)
            os.rename(file.name, name, src_dir_fd=source, dst_dir_fd=target)
        return FoundFile(place, name, file.changed_at)

    def remove(self, file: FoundFile) -> None:
        """Delete a file; one that is gone already is no error."""
        with self._at(file.place) as held, suppress(FileNotFoundError):
            os.unlink(file.name, dir_fd=held)

    def write(self, place: Place, name: str, text: str) -> None:
        """Write a new text file, under another name where its own is taken or too long."""
        with self._at(place) as held:
            opened = os.open(_free(held, name), _NEW, 0o640, dir_fd=held)
            with os.fdopen(opened, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)

    def remove_empty(self, *place: str) -> None:
        """Remove a folder and those above it, as far as nothing is in them; the first one stays."""
        with suppress(OSError):
            for depth in range(len(place) - 1, 0, -1):
                with self._at(place[:depth]) as above:
                    os.rmdir(place[depth], dir_fd=above)


def _free(held: int, name: str) -> str:
    """The name, or one like it that is free and not longer than the file system takes."""
    path, most = PurePath(name), os.fpathconf(held, "PC_NAME_MAX")
    for n in range(10_000):
        ending = f"-{n}{path.suffix}" if n else path.suffix
        tried = _cut(path.stem, most - len(os.fsencode(ending))) + ending
        try:
            os.stat(tried, dir_fd=held, follow_symlinks=False)
        except FileNotFoundError:
            return tried
    raise FileExistsError(errno.EEXIST, "ten thousand files have this name")


def _cut(stem: str, most: int) -> str:
    """The beginning of a name, in bytes, without half a character at its end."""
    whole = os.fsencode(stem)
    return stem if len(whole) <= most else whole[:most].decode(errors="ignore")
