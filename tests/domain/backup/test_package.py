"""The file of a backup: what is in it, and what is refused before anything is touched."""

import io
import json
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from reminders.domain.backup import package, programs, put_back
from reminders.domain.backup.programs import BackupError
from reminders.domain.backup.secrets import opened_secrets, sealed_secrets
from reminders.models import Contact, Portion
from tests.factories import NOON, make_contact

PASSPHRASE = "twelve or more characters"


@pytest.fixture
def backup(transactional_db: None, tmp_path: Path) -> Path:
    """A backup of a database with one patient, with its secrets."""
    make_contact(last_name="Backed-up")
    return package.write(tmp_path, now=NOON, passphrase=PASSPHRASE)


def database() -> str:
    """What the test database is called."""
    return str(connection.settings_dict["NAME"])


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The backup with its parts changed, as a whole tar again."""
    target = path.with_name("changed.backup")
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        for entry in old.getmembers():
            stream = old.extractfile(entry)
            assert stream is not None
            part = change(entry.name, stream.read())
            entry.size = len(part)
            new.addfile(entry, io.BytesIO(part))
    return target


def test_a_backup_holds_everything_and_is_nobody_elses(backup: Path) -> None:
    with package.opened(backup) as (manifest, dump):
        assert manifest.made_at == NOON
        assert set(manifest.checksums) == {"database.dump", "settings.json", "secrets.json"}
        assert dump.stat().st_size > 10_000
    assert backup.stat().st_mode & 0o077 == 0
    assert backup.name == "reminders-20260302T120000Z.backup"
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_the_secrets_come_back_by_their_passphrase_alone(
    backup: Path,
    settings: Any,  # Any: pytest-django's fixture
) -> None:
    held = package.secrets_in(backup, PASSPHRASE)

    assert held["SECRET_KEY"] == settings.SECRET_KEY
    assert settings.SECRET_KEY.encode() not in backup.read_bytes()
    with pytest.raises(BackupError, match="not the one of this backup"):
        package.secrets_in(backup, "another passphrase")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(BackupError, match="too short"):
        sealed_secrets("short")


def test_secrets_that_are_no_secrets_are_refused() -> None:
    with pytest.raises(BackupError, match="can't be read"):
        opened_secrets(b"{}", PASSPHRASE)


def test_it_is_restored_in_the_place_of_what_is_there(backup: Path) -> None:
    make_contact(last_name="Later")

    put_back.restore(backup, now=NOON + timedelta(hours=2), replace=database())

    assert list(Contact.objects.values_list("last_name", flat=True)) == ["Backed-up"]


def test_a_damaged_one_is_refused_and_nothing_is_touched(backup: Path) -> None:
    def damage(name: str, part: bytes) -> bytes:
        return part[:-9] + b"x" * 9 if name == "database.dump" else part

    make_contact(last_name="Later")
    for path in (rewritten(backup, damage), _cut(backup)):
        with pytest.raises(BackupError, match="damaged"):
            put_back.restore(path, now=NOON, replace=database())

    assert Contact.objects.count() == 2


def _cut(path: Path) -> Path:
    target = path.with_name("cut.backup")
    target.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return target


def test_one_of_a_newer_version_is_refused_and_nothing_is_touched(backup: Path) -> None:
    def newer(name: str, part: bytes) -> bytes:
        if name != "manifest.json":
            return part
        manifest = json.loads(part)
        manifest["migrations"].append(["reminders", "9999_later"])
        return json.dumps(manifest).encode()

    with pytest.raises(BackupError, match="newer version"):
        put_back.restore(rewritten(backup, newer), now=NOON, replace=database())

    assert Contact.objects.count() == 1


def test_one_of_a_version_before_the_first_that_lacks_steps_is_refused(backup: Path) -> None:
    def half_way(name: str, part: bytes) -> bytes:
        if name != "manifest.json":
            return part
        manifest = json.loads(part)
        manifest["migrations"].remove(["reminders", "0052_words_of_mails"])
        return json.dumps(manifest).encode()

    with pytest.raises(BackupError, match="before the first release"):
        put_back.restore(rewritten(backup, half_way), now=NOON, replace=database())

    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("replace", "says"), [("", "is not empty"), ("another", "not another: nothing was touched")]
)
def test_what_is_there_is_lost_only_where_it_is_named(
    backup: Path, replace: str, says: str
) -> None:
    with pytest.raises(BackupError, match=says):
        put_back.restore(backup, now=NOON, replace=replace)

    assert Contact.objects.count() == 1


def test_one_that_fails_half_way_leaves_the_database_as_it_was(
    backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(put_back, "GONE", "SELECT 1/0;")

    with pytest.raises(BackupError, match="division by zero"):
        put_back.restore(backup, now=NOON, replace=database())

    assert Contact.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("of_an_older_version", [False, True])
def test_whom_the_provider_was_asked_about_is_not_believed_of_a_backup(
    of_an_older_version: bool,
) -> None:
    later = NOON + timedelta(minutes=2)
    Portion.objects.create(messages=[], claimed_until=later, held_until=later)
    with connection.cursor() as cursor:
        if of_an_older_version:
            cursor.execute("ALTER TABLE reminders_portion RENAME TO not_there_yet")
        cursor.execute(put_back.GONE)
        if of_an_older_version:
            cursor.execute("ALTER TABLE not_there_yet RENAME TO reminders_portion")

    assert Portion.objects.exists() == of_an_older_version


def test_old_backups_go_once_a_new_one_is_verified(backup: Path) -> None:
    newer = package.write(backup.parent, now=NOON + timedelta(days=3), keep_days=4)
    newest = package.write(backup.parent, now=NOON + timedelta(days=6), keep_days=4)

    assert sorted(backup.parent.glob("*.backup")) == [newer, newest]


def test_a_missing_or_older_program_is_said(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "server_version", lambda: 99)

    with pytest.raises(BackupError, match="an older pg_dump does not read a newer server"):
        programs.program("pg_dump")
    with pytest.raises(BackupError, match="pg_unheard_of is missing: install"):
        programs.program("pg_unheard_of")
