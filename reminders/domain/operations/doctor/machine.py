"""This machine: its settings, clock, disks, folders, and who may read its secrets."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from reminders.domain.clock.wall_time import tzdata_version
from reminders.domain.common import database_clock
from reminders.domain.operations.disk_room import disks
from reminders.domain.operations.doctor.findings import Finding, Findings, danger, ok, warning

A_LITTLE = timedelta(seconds=10)
OLD_RULES = timedelta(days=400)
"""Some country changes its clocks in most years."""
SEND_AT_LEAST = timedelta(seconds=60)
BACKUPS = "reminders-*.backup"


def given(**_: object) -> Findings:
    """Settings that start, and are not meant for real patients."""
    real = not settings.PROVIDER_IS_HERE
    found = [
        (settings.DEBUG, "DEBUG is on: error pages show what patients wrote.", "Unset DEBUG."),
        (
            real and settings.EMBEDDED_DATABASE,
            "The database is the embedded one.",
            "Set DATABASE_URL to a PostgreSQL server that is backed up.",
        ),
        (
            real and settings.EMBEDDED_BROKER,
            "The broker is the embedded one.",
            "Set CELERY_BROKER_URL to Redis or RabbitMQ.",
        ),
        (
            not settings.ADMINS,
            "Nobody is written to when something breaks.",
            "Set ADMINS and EMAIL_URL, or ALERT_WEBHOOK_URL.",
        ),
        (
            settings.SEND_EVERY > SEND_AT_LEAST,
            "Texts are handed over less than once a minute.",
            "Set SEND_EVERY to 15 seconds.",
        ),
    ]
    amiss = [warning("settings", "Settings", words, mend) for is_so, words, mend in found if is_so]
    yield from amiss or [ok("settings", "Settings", "As they should be.")]


def clock(**_: object) -> Findings:
    """This machine's against the database's. Raises the database's errors."""
    off = -database_clock.measure()
    mend = "Have the time of these machines set by the network (NTP): timedatectl set-ntp true"
    words = f"This machine is {database_clock.in_words(off)} of the database."
    if abs(off) > database_clock.TOLERATED:
        yield danger("clock", "Clocks", words, mend)
    elif abs(off) > A_LITTLE:
        yield warning("clock", "Clocks", words, mend)
    else:
        yield ok("clock", "Clocks", "This machine and the database agree.")


def time_zones(*, now: datetime) -> Findings:
    """Whether the rules of time zones are of this year or the last."""
    version = tzdata_version()
    year = int(version.partition(".")[0])
    if now.date() - date(year, 1, 1) > OLD_RULES + timedelta(days=365):
        yield warning(
            "time_zones",
            "Time zone rules",
            f"Release {version} is old.",
            "Update: pip install --upgrade tzdata, or a newer version of this.",
        )
    else:
        yield ok("time_zones", "Time zone rules", f"Release {version}")


def disk_room(**_: object) -> Findings:
    """Room on each disk that this program writes to."""
    for disk in disks():
        if disk.scarce:
            yield warning("room", "Disk", disk.words, "Free room there, or enlarge the disk.")
        else:
            yield ok("room", "Disk", disk.words)


def import_folder(**_: object) -> Findings:
    """Whether the watched folder can be read and written to."""
    folder = settings.IMPORT_FOLDER
    if folder:
        yield _usable(folder, "folder", "Import folder")


def _usable(folder: Path, code: str, title: str) -> Finding:
    if not folder.is_dir():
        return danger(code, title, f"{folder} is not there.", f"Make it: mkdir -p {folder}")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return danger(
            code,
            title,
            f"{folder} can't be read and written to by this user.",
            f"Give this user rights: chown or setfacl on {folder}",
        )
    return ok(code, title, f"{folder} can be used.")


def backups(*, now: datetime) -> Findings:
    """Whether there are any, how old the latest is, and whether others may read them."""
    folder, every = settings.BACKUP_FOLDER, timedelta(hours=settings.BACKUP_EVERY_HOURS)
    if not folder:
        yield warning(
            "backup",
            "Backups",
            "None are written.",
            "Set BACKUP_FOLDER to a folder on another disk.",
        )
        return
    usable = _usable(folder, "backup", "Backups")
    if usable.level != "ok":
        yield usable
        return
    written = [path.stat().st_mtime for path in folder.glob(BACKUPS)]
    if not written:
        yield danger(
            "backup", "Backups", f"There is none in {folder}.", "Write one: manage.py backup"
        )
        return
    hours = round((now.timestamp() - max(written)) / 3600)
    words = f"The latest is {hours} hours old." if hours else "The latest is of this hour."
    if every and timedelta(hours=hours) > 2 * every:
        yield danger(
            "backup", "Backups", words, "Try manage.py backup, and see that the worker runs."
        )
    else:
        yield ok("backup", "Backups", words)


def secrets(*, environment: Mapping[str, str] = os.environ, **_: object) -> Findings:
    """Whether files that hold secrets or patients are closed to others."""
    files = [settings.DATA_DIR / "secret-key"]
    files += [Path(path) for name, path in environment.items() if name.endswith("_FILE") and path]
    files += sorted(settings.BACKUP_FOLDER.glob(BACKUPS)) if settings.BACKUP_FOLDER else []
    open_ones = [path for path in files if _is_open(path)]
    for path in open_ones[:10]:
        yield danger(
            "rights",
            "Rights of files",
            f"Every user of this machine can read {path}.",
            f"Close it: chmod o-rwx {path}",
        )
    if not open_ones:
        yield ok("rights", "Rights of files", "Secrets are closed to others.")


def _is_open(path: Path) -> bool:
    try:
        found = path.stat()
        # A folder above that is closed keeps everybody out.
        above = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
    except OSError:
        return False
    return above and bool(found.st_mode & (stat.S_IROTH | stat.S_IWOTH))
