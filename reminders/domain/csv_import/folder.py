"""The watched folder: files that another program puts there are imported by themselves.

A file in a sub-folder is read with the mapping of that name; one on top with the mapping remembered for its
header, else by the names of its columns. It ends in `done` or `failed`, there with the reasons beside it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction

from reminders.domain.access import ADMINISTRATOR, MANAGER
from reminders.domain.csv_import.problems import ImportRefused
from reminders.domain.csv_import.running import (
    Options,
    import_file,
    options_with_mapping,
    remembered_mapping,
)
from reminders.domain.csv_import.sources import Source, open_path
from reminders.domain.csv_import.tables import open_table
from reminders.models import Import

logger = logging.getLogger(__name__)
WORKING, DONE, FAILED = "working", "done", "failed"
ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".ods"})
SETTLED = 5
"""Seconds without a change after which a file is complete."""
GIVEN_UP = 30 * 60
"""Seconds after which a file in `working` belongs to a worker that died."""


def pick_up_files(folder: str | Path, *, now: datetime) -> int:
    """Import the new files of the folder, the oldest first; return how many were dealt with."""
    top = Path(folder)
    for name in (WORKING, DONE, FAILED):
        (top / name).mkdir(parents=True, exist_ok=True)
    _bring_back(top)
    dealt_with = 0
    for path, mapping in _new_files(top):
        claimed = _claim(path, top / WORKING)
        if claimed:
            _import(claimed, top, mapping, now=now)
            dealt_with += 1
    return dealt_with


def _new_files(top: Path) -> Iterator[tuple[Path, str]]:
    places = [(top, "")] + [
        (place, place.name)
        for place in sorted(top.iterdir())
        if place.is_dir() and not place.name.startswith(".") and place.name not in (WORKING, DONE, FAILED)
    ]
    found = [(path, mapping) for place, mapping in places for path in place.iterdir() if _is_ready(path)]
    yield from sorted(found, key=lambda each: (each[0].stat().st_mtime, each[0].name))


def _is_ready(path: Path) -> bool:
    if path.name.startswith((".", "~")) or path.suffix.lower() not in ENDINGS or path.is_symlink():
        return False
    return path.is_file() and time.time() - path.stat().st_mtime >= SETTLED


def _claim(path: Path, working: Path) -> Path | None:
    """Move the file aside, which only one of several workers can do."""
    target = _free(working / path.name)
    try:
        path.rename(target)
    except FileNotFoundError:
        return None
    os.utime(target)
    return target


def _bring_back(top: Path) -> None:
    """Files of a worker that died: as an import is whole or not at all, they are simply new again."""
    for path in (top / WORKING).iterdir():
        if path.is_file() and time.time() - path.stat().st_mtime > GIVEN_UP:
            path.rename(_free(top / path.name))


def _free(path: Path) -> Path:
    for n in range(1, 10_000):
        if not path.exists():
            return path
        path = path.with_name(f"{path.stem.removesuffix(f'-{n - 1}')}-{n}{path.suffix}")
    return path


def _import(path: Path, top: Path, mapping: str, *, now: datetime) -> None:
    try:
        with open_path(path) as source:
            import_file(source, _options(source, mapping), now=now)
    except ImportRefused as refused:
        _note_refusal(path, refused, mapping, now=now)
        target = _free(top / FAILED / path.name)
        path.rename(target)
        lines = [problem.in_words() for problem in refused.problems]
        target.with_name(f"{target.name}.errors.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
        return
    path.rename(_free(top / DONE / path.name))


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
