"""The watched folder: files that another program puts there are imported by themselves.

A file in a sub-folder is read with the mapping of that name; one on top with the mapping remembered for its
header, else by the names of its columns. It ends in `done` or `failed`, there with the reasons beside it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from reminders.domain.access import ADMINISTRATOR, MANAGER
from reminders.domain.csv_import.problems import ImportRefused, refuse
from reminders.domain.csv_import.running import (
    Options,
    import_file,
    options_with_mapping,
    remembered_mapping,
)
from reminders.domain.csv_import.sources import Source, open_path
from reminders.domain.csv_import.tables import open_table
from reminders.domain.turns import GoOn, for_ever
from reminders.models import Import

logger = logging.getLogger(__name__)
WORKING, DONE, FAILED = "working", "done", "failed"
ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".ods"})
SETTLED = 5
"""Seconds without a change after which a file is complete."""
MOST_TRIES = 3
"""How often a file is taken up whose worker dies each time."""
FAULT = "A fault of the program stopped this. Nothing was changed. Please tell an administrator."
_STAMP = "%Y%m%dT%H%M%S.%f%z"
_TAKEN_UP = re.compile(r"(\d{8}T\d{6}\.\d{6}[+-]\d{4})~(\d+)~(.*)")
_LOCK = 7_261_996  # the advisory lock of the one worker at the folder


@dataclass(frozen=True, slots=True)
class _File:
    """A file to be imported, and the mapping to read it with, "" for none in particular.

    `since`: when it was first taken up (UTC), and `tries`: how often. They stand in the name of its folder
    in `working`, so that whoever finds it there later knows them.
    """

    path: Path
    mapping: str
    since: datetime
    tries: int = 0


def pick_up_files(folder: str | Path, *, now: datetime, go_on: GoOn = for_ever) -> int:
    """Import the new files of the folder, the oldest first; return how many were dealt with.

    One worker at a time: files of one diary must not overtake each other.
    """
    top = Path(folder)
    with _alone() as alone:
        if not alone:
            return 0
        for name in (WORKING, DONE, FAILED):
            (top / name).mkdir(parents=True, exist_ok=True)
        found = sorted([*_left_over(top), *_new_files(top, now=now)], key=_age)
        claimed = filter(None, (_claim(file, top) for file in takewhile(lambda _: go_on(), found)))
        return sum(_deal_with(file, top, now=now) for file in claimed)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other worker is at the folder. A worker that dies lets go: its connection closes."""
    beside = connection.copy()
    try:
        beside.set_autocommit(False)
        with beside.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            yield (cursor.fetchone() or (False,))[0]
    finally:
        with suppress(DatabaseError):
            beside.rollback()
        beside.close()


def _new_files(top: Path, *, now: datetime) -> list[_File]:
    places = [(top, "")] + [
        (place, place.name)
        for place in top.iterdir()
        if place.is_dir() and not place.name.startswith(".") and place.name not in (WORKING, DONE, FAILED)
    ]
    return [
        _File(path, mapping, now) for place, mapping in places for path in place.iterdir() if _is_ready(path)
    ]


def _left_over(top: Path) -> list[_File]:
    """Files of a worker that died, or that could not be moved away after they were imported."""
    found = []
    for path in (top / WORKING).glob("*/*"):
        told = _TAKEN_UP.fullmatch(path.parent.name)
        if told and path.is_file():
            found.append(_File(path, told[3], datetime.fromisoformat(told[1]), int(told[2])))
    return found


def _age(file: _File) -> tuple[float, str]:
    return file.path.stat().st_mtime, file.path.name


def _is_ready(path: Path) -> bool:
    if path.name.startswith((".", "~")) or path.suffix.lower() not in ENDINGS or path.is_symlink():
        return False
    return path.is_file() and time.time() - path.stat().st_mtime >= SETTLED


def _claim(file: _File, top: Path) -> _File | None:
    """Move the file aside, so that its program can go on writing there; None if that took it away again."""
    claimed = replace(file, tries=file.tries + 1)
    place = top / WORKING / f"{file.since:{_STAMP}}~{claimed.tries}~{file.mapping}"
    place.mkdir(exist_ok=True)
    try:
        return replace(claimed, path=_move(file.path, place))
    except FileNotFoundError:
        return None


def _move(path: Path, place: Path) -> Path:
    moved = path.rename(_free(place / path.name))
    if path.parent.parent.name == WORKING:
        with suppress(OSError):
            path.parent.rmdir()
    return moved


def _free(path: Path) -> Path:
    for n in range(1, 10_000):
        if not path.exists():
            return path
        path = path.with_name(f"{path.stem.removesuffix(f'-{n - 1}')}-{n}{path.suffix}")
    return path


def _deal_with(file: _File, top: Path, *, now: datetime) -> bool:
    try:
        _import(file, now=now)
    except ImportRefused as refused:
        _fail(file, top, refused, now=now)
        return True
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy, or the commit's answer got lost: the next round finds out
    except Exception as error:
        logger.error("A file of the watched folder stopped: %s", type(error).__name__)  # noqa: TRY400 -- the text may name patients
        _fail(file, top, refuse(FAULT), now=now)
        return True
    try:
        _move(file.path, top / DONE)
    except OSError as error:
        logger.warning("An imported file can't be moved to “%s”: %s", DONE, error.strerror)
        return False
    return True


def _import(file: _File, *, now: datetime) -> None:
    """Import the file, unless that was done already and only the file is still here."""
    with open_path(file.path) as source:
        if file.tries > 1 and _was_imported(source.digest(), since=file.since):
            return
        if file.tries > MOST_TRIES:
            raise refuse(FAULT)
        import_file(source, _options(source, file.mapping), now=now)


def _was_imported(digest: str, *, since: datetime) -> bool:
    """Whether these very bytes came in since; importing them again could overwrite a newer file's."""
    return Import.objects.filter(source="folder", digest=digest, applied_at__gte=since).exists()


def _fail(file: _File, top: Path, refused: ImportRefused, *, now: datetime) -> None:
    _note_refusal(file.path, refused, file.mapping, now=now)
    target = _move(file.path, top / FAILED)
    lines = [problem.in_words() for problem in refused.problems]
    target.with_name(f"{target.name}.errors.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _options(source: Source, mapping: str) -> Options:
    options = Options(source="folder")
    if mapping:
        return options_with_mapping(mapping, options)
    with open_table(source) as table:
        known = remembered_mapping(table.header)
    return options_with_mapping(known.name, options) if known else options


def _note_refusal(path: Path, refused: ImportRefused, mapping: str, *, now: datetime) -> None:
    """The outcome stands among the imports, and managers get an e-mail that names no patient."""
    with transaction.atomic():
        row = Import.objects.create(
            filename=path.name[:255],
            source="folder",
            state=Import.State.REFUSED,
            mapping_name=mapping[:80],
            counts={"rows": refused.rows, "errors": len(refused.problems) + refused.more},
            problems=[problem.as_json() for problem in refused.problems],
            created_at=now,
        )
    logger.warning("Import %s of the watched folder was refused.", row.pk)
    _tell_managers(row, len(refused.problems) + refused.more)


def _tell_managers(row: Import, errors: int) -> None:
    managers = User.objects.filter(is_active=True, groups__name__in=[MANAGER, ADMINISTRATOR]).exclude(
        email=""
    )
    addresses = sorted(set(managers.values_list("email", flat=True)))
    if addresses:
        found = "one problem was found" if errors == 1 else f"{errors:,} problems were found"
        send_mail(
            "A diary was not imported",
            f"The file {row.filename} in the watched folder was not imported: {found}.\n"
            "The import page lists what to correct. Nothing in the diary was changed.\n",
            None,
            addresses,
            fail_silently=True,
        )
