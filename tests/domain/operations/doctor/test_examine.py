"""The doctor: each fault is found, and told with what mends it."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import OperationalError
from pytest_django import Settings

from reminders.domain.common import database_clock
from reminders.domain.operations import database_room
from reminders.domain.operations.doctor import elsewhere, examine, machine, services
from reminders.domain.operations.doctor.findings import Finding
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from reminders.domain.sending.client import messages_api
from reminders.models import TaskRun
from reminders.provider import MessagesApi, SenderAddress
from reminders.sandbox import Sandbox
from tests.factories import NOON
from tests.programs import free_port

HOUR = timedelta(hours=1)


def one(found: Iterator[Finding], code: str) -> Finding:
    """The only finding of this code."""
    [chosen] = [each for each in found if each.code == code]
    return chosen


def levels(found: Iterator[Finding]) -> dict[str, str]:
    return {each.code: each.level for each in found}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A machine of its own, closed and empty."""
    tmp_path.chmod(0o755)
    settings.DATA_DIR, settings.BACKUP_FOLDER, settings.IMPORT_FOLDER = tmp_path, None, None
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "mend"),
    [
        ({"DEBUG": True}, "Unset DEBUG"),
        ({"PROVIDER_IS_HERE": False, "EMBEDDED_DATABASE": True}, "Set DATABASE_URL"),
        ({"PROVIDER_IS_HERE": False, "EMBEDDED_BROKER": True}, "Set CELERY_BROKER_URL"),
        ({"ADMINS": []}, "Set ADMINS"),
        ({"SEND_EVERY": timedelta(minutes=5)}, "Set SEND_EVERY"),
        ({}, ""),
    ],
)
def test_settings_that_are_not_for_patients(settings: Settings, changes, mend: str) -> None:
    settings.DEBUG, settings.ADMINS = False, [("a", "a@clinic.example")]
    settings.EMBEDDED_DATABASE = settings.EMBEDDED_BROKER = False
    for name, value in changes.items():
        setattr(settings, name, value)

    [found] = machine.given()

    assert found.mend.startswith(mend)
    assert found.level == ("warning" if mend else "ok")


@pytest.mark.parametrize(
    ("version", "level"), [("2026.1", "ok"), ("2025.2", "ok"), ("2023.3", "warning")]
)
def test_rules_of_time_zones_grow_old(
    monkeypatch: pytest.MonkeyPatch, version: str, level: str
) -> None:
    monkeypatch.setattr(machine, "tzdata_version", lambda: version)

    assert [each.level for each in machine.time_zones(now=NOON)] == [level]


@pytest.mark.parametrize(
    ("mode", "level"), [(0o600, "ok"), (0o640, "ok"), (0o644, "danger"), (0o602, "danger")]
)
def test_secrets_that_others_can_read(folder: Path, mode: int, level: str) -> None:
    secret = folder / "api-secret"
    secret.write_text("x")
    secret.chmod(mode)
    (folder.parent).chmod(0o755)

    found = [machine._is_open(secret)]

    assert found == [level == "danger"] or not _open_to_others(folder)


def _open_to_others(folder: Path) -> bool:
    return all(above.stat().st_mode & 0o001 for above in folder.resolve().parents)


def test_an_open_secret_is_told_with_the_command_that_closes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_is_open", lambda path: path.name == "api-secret")

    found = list(machine.secrets(environment={"MESSAGES_API_SECRET_FILE": "/run/api-secret"}))

    assert [(each.level, each.mend) for each in found] == [
        ("danger", "Close it: chmod o-rwx /run/api-secret")
    ]


def no_folder(_folder: Path, settings: Settings) -> None:
    settings.BACKUP_FOLDER = None


def gone(folder: Path, settings: Settings) -> None:
    settings.BACKUP_FOLDER = folder / "gone"


def none_yet(folder: Path, settings: Settings) -> None:
    settings.BACKUP_FOLDER = folder


def written(hours: int) -> Callable[[Path, Settings], None]:
    def write(folder: Path, settings: Settings) -> None:
        settings.BACKUP_FOLDER = folder
        file = folder / "reminders-20260302T000000Z.backup"
        file.touch()
        at = (NOON - hours * HOUR).timestamp()
        os.utime(file, (at, at))

    return write


@pytest.mark.parametrize(
    ("happens", "level", "mend"),
    [
        (no_folder, "warning", "Set BACKUP_FOLDER"),
        (gone, "danger", "Make it: mkdir -p"),
        (none_yet, "danger", "Write one: manage.py backup"),
        (written(0), "ok", ""),
        (written(47), "ok", ""),
        (written(49), "danger", "Try manage.py backup"),
    ],
)
def test_backups(folder: Path, settings: Settings, happens, level: str, mend: str) -> None:
    settings.BACKUP_EVERY_HOURS = 24
    happens(folder, settings)

    [found] = machine.backups(now=NOON)

    assert (found.level, found.mend[: len(mend)]) == (level, mend)


def test_the_import_folder(folder: Path, settings: Settings) -> None:
    assert list(machine.import_folder()) == []
    settings.IMPORT_FOLDER = folder
    assert levels(machine.import_folder()) == {"folder": "ok"}
    settings.IMPORT_FOLDER = folder / "gone"
    assert levels(machine.import_folder()) == {"folder": "danger"}


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, "ok"), (11, "warning"), (-11, "warning"), (600, "danger")]
)
def test_clocks(monkeypatch: pytest.MonkeyPatch, seconds: int, level: str) -> None:
    monkeypatch.setattr(database_clock, "measure", lambda: timedelta(seconds=seconds))

    assert [each.level for each in machine.clock()] == [level]


@pytest.mark.parametrize(
    ("fault", "level", "words"),
    [
        (None, "ok", "takes our key"),
        ("401", "danger", "refused the account"),
        ("503", "danger", "HTTP 503"),
        ("error_500_before", "danger", "HTTP 500"),
        ("reset_after_receiving", "danger", "No whole answer"),
    ],
)
def test_the_provider(sandbox: Sandbox, api: MessagesApi, fault, level: str, words: str) -> None:
    if fault:
        sandbox.order_fault(fault, "status")

    found = one(elsewhere.provider(api), "provider")

    assert found.level == level
    assert words in found.words
    assert bool(found.mend) == (level == "danger")


@pytest.mark.parametrize(
    ("used", "level"),
    [([], None), (["+15550001"], "ok"), (["15550001"], "ok"), (["+15550001", "+2"], "danger")],
)
def test_senders_that_are_not_approved(used: list[str], level: str | None) -> None:
    approved = [SenderAddress("+15550001", "INTERNATIONAL", "")]

    assert levels(elsewhere._senders(approved, used)) == ({"senders": level} if level else {})


@pytest.mark.parametrize(("days", "level"), [(90, "ok"), (13, "warning"), (-1, "warning")])
def test_a_certificate_that_ends_soon(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, days: int, level: str
) -> None:
    settings.PUBLIC_URL = "https://reminders.example"
    monkeypatch.setattr(elsewhere, "_ends_at", lambda _host, _port: NOON + timedelta(days=days))

    assert levels(elsewhere.certificate(now=NOON)) == {"certificate": level}


def test_an_address_that_nobody_answers_at(settings: Settings) -> None:
    settings.PUBLIC_URL = f"https://127.0.0.1:{free_port()}"
    assert levels(elsewhere.certificate()) == {"certificate": "warning"}
    settings.PUBLIC_URL = "http://localhost"
    assert levels(elsewhere.certificate()) == {}


def test_a_mail_server_that_is_away(settings: Settings) -> None:
    assert list(elsewhere.mail()) == []
    settings.EMAIL_URL = urlsplit("smtp://mail.example")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert levels(elsewhere.mail()) == {"mail": "danger"}


@pytest.mark.django_db
def test_the_database_and_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    found = levels(services.database())
    assert found == dict.fromkeys(("database", "connections", "writable", "migrations"), "ok")

    monkeypatch.setattr(database_room, "refusal", lambda *, fresh: "disk")
    assert levels(services.database())["writable"] == "danger"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("workers", "title", "mend"),
    [("", "Worker", "Start the worker"), ("one worker does", "Scheduler", "Start the scheduler")],
)
def test_which_of_worker_and_scheduler_is_missing(
    monkeypatch: pytest.MonkeyPatch, workers: str, title: str, mend: str
) -> None:
    monkeypatch.setattr(services, "_workers", lambda: workers)
    [found] = services.worker_and_beat(now=NOON)
    assert (found.level, found.title) == ("danger", title)
    assert found.mend.startswith(mend)

    note(HEARTBEAT, started=NOON)
    TaskRun.objects.update(succeeded_at=NOON)
    assert levels(services.worker_and_beat(now=NOON)) == {"background": "ok"}


def test_a_check_that_breaks_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> Iterator[Finding]:
        raise RuntimeError("with a patient's name")

    def away() -> Iterator[Finding]:
        raise OperationalError("host=db.example")

    assert [(each.level, each.words) for each in examine._guarded("disk_room", breaks)] == [
        ("warning", "It could not be looked at (RuntimeError).")
    ]
    [found] = examine._guarded("database", away)
    assert (found.level, found.mend) == ("danger", examine.MEND_DATABASE)


@pytest.mark.django_db
def test_the_command_says_all_of_it_and_ends_with_2_when_something_is_amiss(
    sandbox: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(services, "reach_broker", lambda: "")
    monkeypatch.setattr(services, "_workers", lambda: "")
    monkeypatch.setattr(examine, "release_connection", lambda: None)
    messages_api.cache_clear()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json")
    told = json.loads(capsys.readouterr().out)
    with pytest.raises(SystemExit):
        call_command("doctor")
    written = capsys.readouterr().out

    assert ended.value.code == 2
    found = {each["code"]: each["level"] for each in told["findings"]}
    assert told["well"] is False
    assert (found["database"], found["background"], found["provider"]) == ("ok", "danger", "ok")
    assert all(each["mend"] for each in told["findings"] if each["level"] != "ok")
    assert "AMISS  Worker: None has answered at all so far.\n         Start the worker" in written
