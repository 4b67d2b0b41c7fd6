"""While texts are held, the tasks that would use what the backup does not know stand still."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from reminders import tasks
from reminders.domain.operations.health import status_report
from reminders.domain.operations.periodic_tasks import periodic_jobs
from reminders.domain.sending.after_restore.hold import REMEMBERED_FOR, STAND_STILL, lost_hours
from reminders.models import RestoreHold, TaskRun
from reminders.sandbox import Sandbox


@pytest.fixture
def hold(transactional_db: None, sandbox: Sandbox) -> RestoreHold:
    """A backup of two hours ago that has just been restored."""
    now = timezone.now()
    return RestoreHold.objects.create(backup_at=now - timedelta(hours=2), restored_at=now)


def test_what_stands_still_are_tasks_that_there_are() -> None:
    assert STAND_STILL - {job.task for job in periodic_jobs()} == set()


def test_held_tasks_do_nothing_until_somebody_says_go_on(hold: RestoreHold) -> None:
    rung = [getattr(tasks, name) for name in sorted(STAND_STILL)]
    for task in rung:
        task()
    assert set(TaskRun.objects.values_list("name", flat=True)) & STAND_STILL == set()

    RestoreHold.objects.update(went_on_at=timezone.now())
    for task in (tasks.expire, tasks.send, tasks.replies):
        task()
    ran = set(TaskRun.objects.values_list("name", flat=True))
    assert {"expire", "send", "replies"} <= ran


def test_the_provider_is_asked_only_where_somebody_wanted_it(hold: RestoreHold) -> None:
    tasks.catch_up()
    hold.refresh_from_db()
    assert hold.caught_up_at is None

    RestoreHold.objects.update(asked_at=timezone.now())
    tasks.catch_up()
    hold.refresh_from_db()
    assert hold.caught_up_at is not None


def test_the_lost_hours_are_remembered_as_long_as_the_provider_does(hold: RestoreHold) -> None:
    assert lost_hours(now=hold.restored_at) == (hold.backup_at, hold.restored_at)
    assert lost_hours(now=hold.restored_at + REMEMBERED_FOR) is None


def test_backups_are_written_where_a_folder_is_set_and_failures_are_told(
    transactional_db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.BACKUP_FOLDER, settings.BACKUP_EVERY_HOURS = tmp_path / "backups", 24
    tasks.backup()
    assert len(list((tmp_path / "backups").glob("*.backup"))) == 1

    (tmp_path / "a file").write_text("in the way")
    settings.BACKUP_FOLDER = tmp_path / "a file"
    tasks.backup()
    assert "backup" in status_report(now=timezone.now())["troubles"]
