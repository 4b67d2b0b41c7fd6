"""The file itself: where its bytes come from, how many there may be, and what kind of file it is.

Everything after this module reads from a seekable file on disk, so that memory does not grow with
the file. What the bytes mean as text is decided in `encodings`.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reminders.domain.diary_import.problems import refuse

MAX_BYTES = 100 * 1024 * 1024
BLOCK = 1024 * 1024
TOO_BIG = (
    "The file is larger than 100 MB. Export a shorter period, or split it and import the parts."
)
ACCEPTED = "Export the diary as CSV (or XLSX or ODS) and import that file."

CSV, WORKBOOK, HTML, XML, ICS = "csv", "workbook", "html", "xml", "ics"
"""How a file is read: as text, or by the converter as one of its kinds."""

_OLE = b"\xd0\xcf\x11\xe0"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "This is a PDF document, not a table."),
    (b"\x89PNG", "This is a picture, not a table."),
    (b"\xff\xd8\xff", "This is a picture, not a table."),
    (b"GIF8", "This is a picture, not a table."),
    (b"II*\0", "This is a picture, not a table."),
    (b"\x1f\x8b", "This is a compressed file (gzip). Unpack it and import the file inside."),
    (b"BZh", "This is a compressed file (bzip2). Unpack it and import the file inside."),
    (b"\xfd7zXZ", "This is a compressed file (xz). Unpack it and import the file inside."),
    (b"{\\rtf", "This is a text document (RTF), not a table."),
    (b"Rar!", "This is a compressed file (RAR). Unpack it and import the file inside."),
    (b"7z\xbc\xaf", "This is a compressed file (7-Zip). Unpack it and import the file inside."),
    (b"PK\x05\x06", "This is an archive with nothing in it."),
    (b"SQLite format 3", "This is a database file, not a table."),
    (b"\0\x01\0\0Standard ", "This is an Access database, not a table."),
    (b"\x7fELF", "This is a program, not a table."),
    (b"MZ", "This is a program, not a table."),
    (b"MIME-Version:", "This is an e-mail or a web archive, not a table."),
    (b"BEGIN:VCARD", "These are business cards (vCard), not appointments."),
    (
        b"\x09\x04\x06\0",
        "This is a workbook of Excel 4 or older. Save it as .xlsx or CSV and import that file.",
    ),
    (
        b"\x09\x02\x06\0",
        "This is a workbook of Excel 4 or older. Save it as .xlsx or CSV and import that file.",
    ),
)
_OLE_DOCUMENTS = (
    (
        "EncryptedPackage",
        "This workbook is protected by a password. Save it without one, or save it as CSV.",
    ),
    ("WordDocument", "This is a Word document, not a table."),
    ("PowerPoint Document", "This is a presentation, not a table."),
    ("__properties_version1.0", "This is an e-mail of Outlook, not a table."),
)
_WEB_PAGE = (
    b"<!doctype html",
    b"<html",
    b"<table",
    b"<head",
    b"<body",
    b"<meta",
    b"<div",
    b"<style",
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?([A-Za-z0-9_-]{1,30})", re.IGNORECASE)
_BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass
class Source:
    """An open, seekable file with the name that people know it by."""

    file: BinaryIO
    name: str
    size: int

    def blocks(self) -> Iterator[bytes]:
        """The bytes from the beginning, a block at a time."""
        self.file.seek(0)
        while block := self.file.read(BLOCK):
            yield block

    def head(self, length: int = 8192) -> bytes:
        """The first bytes."""
        self.file.seek(0)
        return self.file.read(length)

    def digest(self) -> str:
        """SHA-256 of the bytes, to recognise the same file."""
        digest = hashlib.sha256()
        for block in self.blocks():
            digest.update(block)
        return digest.hexdigest()

    def kind(self) -> str:
        """How the file is read, by what it begins with: as text, or by the converter."""
        head = self.head()
        if head.startswith((b"PK\x03\x04", _OLE)):
            return WORKBOOK
        start = head.lstrip(_BLANK).lower()
        if start.startswith(b"begin:vcalendar"):
            return ICS
        if start.startswith((b"<?xml", b"<workbook")):
            return HTML if b"<html" in start[:2048] else XML
        return HTML if start.startswith(_WEB_PAGE) else CSV

    def named_charset(self) -> str:
        """The encoding that a web page names for itself; "" when Python knows none of that name."""
        found = _CHARSET.search(self.head())
        try:
            return codecs.lookup(found[1].decode()).name if found else ""
        except LookupError:
            return ""

    def stop_if_no_table(self) -> None:
        """Refuse kinds of files that are no table at all, by what they begin with."""
        head = self.head()
        if head.startswith(_OLE):
            self._stop_if_no_workbook(head)
        for magic, words in _KINDS:
            if head.startswith(magic):
                raise refuse(f"{words} {ACCEPTED}" if "import" not in words else words)

    def _stop_if_no_workbook(self, head: bytes) -> None:
        """The old kind of container also holds documents, and .xlsx files that are encrypted: the
        names in its list of contents tell.
        """
        if len(head) < 512:
            raise refuse(f"The workbook is damaged and can't be opened. {ACCEPTED}")
        self.file.seek((int.from_bytes(head[48:52], "little") + 1) * 512)
        contents = self.file.read(4096)
        for name, words in _OLE_DOCUMENTS:
            if name.encode("utf-16-le") in contents:
                raise refuse(words if "CSV" in words else f"{words} {ACCEPTED}")


@contextmanager
def open_path(path: Path) -> Iterator[Source]:
    """Open a file on disk; refuse with words what cannot be opened."""
    name = printable(str(path))
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise refuse(f"There is no file {name}. Check the name.") from None
    except IsADirectoryError:
        raise refuse(f"{name} is a folder. Name the file inside it.") from None
    except OSError as error:
        raise refuse(f"{name} can't be opened: {error.strerror}.") from error
    with open_file(file, name=path.name) as source:
        yield source


@contextmanager
def open_file(file: BinaryIO, *, name: str) -> Iterator[Source]:
    """Take over an open file, and close it in the end; a pipe is copied to a temporary file."""
    with file:
        if not file.seekable():
            with open_stream(file, name=name) as source:
                yield source
            return
        yield _checked(file, name)


@contextmanager
def open_stream(stream: BinaryIO, *, name: str) -> Iterator[Source]:
    """Copy a stream, such as standard input, to a temporary file and open that."""
    with open_blocks(iter(lambda: stream.read(BLOCK), b""), name=name) as source:
        yield source


@contextmanager
def open_blocks(blocks: Iterable[bytes], *, name: str) -> Iterator[Source]:
    """Put blocks of bytes together in a temporary file and open that."""
    with tempfile.TemporaryFile() as file:
        size = 0
        for block in blocks:
            size += len(block)
            if size > MAX_BYTES:
                raise refuse(TOO_BIG)
            file.write(block)
        yield _checked(file, name)


def _checked(file: BinaryIO, name: str) -> Source:
    size = file.seek(0, 2)
    if size > MAX_BYTES:
        raise refuse(TOO_BIG)
    if not size:
        raise refuse(f"The file is empty. {ACCEPTED}")
    return Source(file=file, name=printable(name), size=size)


def printable(name: str) -> str:
    """A file's or folder's name for people, logs and the database; bytes that are no text read as
    U+FFFD.
    """
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


def copy_to(source: Source, target: Path) -> None:
    """Write the bytes to a file of their own."""
    source.file.seek(0)
    with target.open("wb") as file:
        shutil.copyfileobj(source.file, file, BLOCK)
