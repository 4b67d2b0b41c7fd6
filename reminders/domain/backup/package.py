"""The one file of a backup: written, read back whole, and looked at before anything is touched.

A tar of `manifest.json` (version, moment, migrations, checksums), `database.dump` (of pg_dump),
`settings.json` and, where a passphrase was given, `secrets.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.version import product_version
from reminders.domain.backup import programs
from reminders.domain.backup.programs import BackupError
from reminders.domain.backup.secrets import opened_secrets, plain_settings, sealed_secrets
from reminders.domain.operations import schema

FORMAT = 1
NAME = "reminders-{:%Y%m%dT%H%M%SZ}.backup"
PATTERN = "reminders-*.backup"
MANIFEST, DUMP, SETTINGS, SECRETS = (
    "manifest.json",
    "database.dump",
    "settings.json",
    "secrets.json",
)
A_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `made_at` is UTC: what happened later is not in it."""

    version: str
    made_at: datetime
    server: int
    migrations: frozenset[tuple[str, str]]
    checksums: dict[str, str]


def write(
    folder: Path, *, now: datetime, passphrase: str = "", keep_days: int | None = None
) -> Path:
    """Write a backup into the folder, read it back, and only then forget those that are too old.

    Returns the file. Raises BackupError; nothing half-written stays under a backup's name.
    """
    secrets = sealed_secrets(passphrase) if passphrase else None
    target = folder / NAME.format(now)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as name:
            draft = Path(name) / "draft"
            _write(Path(name), draft, now=now, secrets=secrets)
            _check(draft, passphrase=passphrase)
            os.replace(draft, target)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}") from error
    if keep_days is not None:
        forget(folder, older_than=now - timedelta(days=keep_days), but=target)
    return target


def write_if_asked(*, now: datetime) -> Path | None:
    """Write a backup by the settings; None where no folder for backups is set."""
    if not settings.BACKUP_FOLDER or not settings.BACKUP_EVERY_HOURS:
        return None
    return write(
        settings.BACKUP_FOLDER,
        now=now,
        passphrase=settings.BACKUP_PASSPHRASE,
        keep_days=settings.BACKUP_KEEP_DAYS or None,
    )


def forget(folder: Path, *, older_than: datetime, but: Path) -> int:
    """Delete the backups in this folder that were made before, never the newest; return how
    many.
    """
    old = [
        path for path in folder.glob(PATTERN) if path != but and path.name < NAME.format(older_than)
    ]
    for path in old:
        path.unlink()
    return len(old)


def _write(room: Path, draft: Path, *, now: datetime, secrets: bytes | None) -> None:
    dump = room / DUMP
    programs.run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={dump}")
    parts = {SETTINGS: json.dumps(plain_settings(), indent=1, default=str).encode()}
    parts |= {SECRETS: secrets} if secrets else {}
    with dump.open("rb") as stream:
        checksums = {DUMP: hashlib.file_digest(stream, "sha256").hexdigest()}
    checksums |= {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    manifest = {
        "format": FORMAT,
        "version": product_version(),
        "made_at": now.isoformat(),
        "server": programs.server_version(),
        "migrations": sorted(MigrationLoader(connection).applied_migrations),
        "checksums": checksums,
    }
    # Names and numbers of patients: nobody's but ours, from the first byte on.
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as tar:
            for name, part in {MANIFEST: json.dumps(manifest).encode(), **parts}.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(part), 0o600
                tar.addfile(entry, io.BytesIO(part))
            tar.add(dump, DUMP)
        stream.flush()
        os.fsync(stream.fileno())


def _check(path: Path, *, passphrase: str) -> None:
    """Read what was written from its first byte to its last."""
    with opened(path) as (_, dump):
        programs.run("pg_restore", "--file=/dev/null", str(dump))
    if passphrase:
        secrets_in(path, passphrase)


def secrets_in(path: Path, passphrase: str) -> dict[str, str]:
    """The secrets that a backup holds, by name. Raises BackupError where there are none."""
    try:
        with tarfile.open(path) as tar:
            return opened_secrets(_part(tar, SECRETS), passphrase)
    except (tarfile.TarError, OSError) as error:
        raise BackupError(f"{path} can't be read: it is damaged, or no backup.") from error


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, Path]]:
    """What a backup says of itself, and its dump in a file; every checksum was compared by then.

    Raises BackupError for a damaged file, and for one of a newer version than this program.
    """
    # Beside the backup: the folder for temporary files may be small, and others' to look into.
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=path.parent) as room:
        dump = Path(room) / DUMP
        try:
            with tarfile.open(path) as tar:
                manifest = _manifest(json.loads(_part(tar, MANIFEST)))
                for name, checksum in manifest.checksums.items():
                    if _unpack(tar, name, dump if name == DUMP else None) != checksum:
                        raise BackupError(f"{path} is damaged: {name} is not what was written.")
        except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise BackupError(f"{path} can't be read: it is damaged, or no backup.") from error
        refuse_newer(manifest)
        yield manifest, dump


def refuse_newer(manifest: Manifest) -> None:
    """Raise BackupError for a backup whose tables this program does not know, or can't complete."""
    if schema.is_half_way(manifest.migrations):
        raise BackupError(schema.DEVELOPMENT)
    if unknown := sorted(manifest.migrations - schema.known_migrations()):
        app, name = unknown[-1]
        raise BackupError(
            f"This backup was made by a newer version ({manifest.version}): {app}.{name} is not "
            f"known here. Install that version, restore, and upgrade from there."
        )


def _manifest(read: dict[str, Any]) -> Manifest:
    if read["format"] != FORMAT or DUMP not in read["checksums"]:
        raise BackupError("This backup is of a format that is not known here.")
    return Manifest(
        version=read["version"],
        made_at=datetime.fromisoformat(read["made_at"]),
        server=int(read["server"]),
        migrations=frozenset((app, name) for app, name in read["migrations"]),
        checksums=read["checksums"],
    )


def _part(tar: tarfile.TarFile, name: str) -> bytes:
    stream = tar.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream.read()


def _unpack(tar: tarfile.TarFile, name: str, target: Path | None) -> str:
    """The checksum of a part, written to a file on the way where one is given."""
    stream, digest = tar.extractfile(name), hashlib.sha256()
    if stream is None:
        raise KeyError(name)
    with target.open("wb") if target else open(os.devnull, "wb") as out:
        while piece := stream.read(A_PIECE):
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()
