"""Imports beside others: progress that others see, workers that die, files that wait for their
location.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.background import IN_LINE, ProgressWriter
from reminders.domain.diary_import.undo import ask_to_undo
from reminders.domain.diary_import.uploads import discard, go, upload
from reminders.domain.diary_import.write.sites import lock_sites
from reminders.models import Appointment, Contact, Import, ImportRow
from tests.domain.diary_import.importing import ANN, HEADER, NOW, bring_in, csv_of, diary, sydney

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=8)
BOB = "2,Bob Ray,0491 570 156,2026-03-05,11:30"
WORKER = (
    "import django; django.setup(); from datetime import datetime; "
    "from reminders.domain.diary_import import work_off_imports; "
    f"work_off_imports(now=datetime.fromisoformat('{LATER.isoformat()}'))"
)


def uploaded(content: bytes) -> Import:
    return upload([content], name="diary.csv", location=None, now=NOW)


def confirmed(content: bytes) -> Import:
    """A file that was looked at and given its go."""
    row = uploaded(content)
    work_off_imports(now=LATER)
    assert go(row, gone="keep", remember_as="", confirmed=False)
    return row


def state(row: Import) -> str:
    return Import.objects.values_list("state", flat=True).get(pk=row.pk)


@contextmanager
def another_session() -> Iterator[BaseDatabaseWrapper]:
    """A second connection to the same database, in a transaction of its own."""
    other = connection.copy()
    other.ensure_connection()
    other.set_autocommit(False)
    try:
        yield other
    finally:
        other.rollback()
        other.close()


def eventually(done: Callable[[], bool], *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "It did not happen in time."
        time.sleep(0.05)


def test_progress_is_seen_while_the_import_is_in_its_transaction() -> None:
    row = uploaded(csv_of(ANN, BOB))

    with ProgressWriter(row.pk, every=0) as progress, transaction.atomic():
        progress.tell(45, "Writing the appointments")
        with another_session() as other, other.cursor() as cursor:
            cursor.execute("SELECT progress, words FROM reminders_import")
            assert cursor.fetchone() == (45, "Writing the appointments")
        transaction.set_rollback(True)


def test_a_worker_killed_while_it_applies_leaves_nothing_and_another_goes_on(
    database_url: str,
) -> None:
    sydney()
    row = confirmed(csv_of(ANN, BOB))
    with another_session() as other, other.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE reminders_importrow IN SHARE MODE"
        )  # appointments are written before rows
        worker = start_worker(database_url)
        eventually(lambda: somebody_waits_for("relation"))
        assert (state(row), work_off_imports(now=LATER)) == ("applying", 0)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert (Appointment.objects.count(), Contact.objects.count()) == (0, 0)

    eventually(lambda: work_off_imports(now=LATER) == 1)

    assert (state(row), [each[:2] for each in diary()]) == (
        "applied",
        [("1", "Ann Lee"), ("2", "Bob Ray")],
    )
    assert ImportRow.objects.count() == 2


def start_worker(database_url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment, cwd=Path(settings.BASE_DIR)
    )


def somebody_waits_for(kind: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = %s", [kind])
        return bool((cursor.fetchone() or (0,))[0])


def test_a_file_waits_in_the_queue_while_its_location_is_busy_and_no_worker_with_it() -> None:
    site, other_site = sydney(), sydney("Perth")
    header = f"{HEADER},location"
    busy, free = (
        confirmed(csv_of(f"{ANN},Sydney", header=header)),
        uploaded(csv_of(f"{BOB},Perth", header=header)),
    )

    with another_session() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7261994, %s)", [site.pk])
        assert work_off_imports(now=LATER) == 1
        busy.refresh_from_db()
        assert (busy.state, busy.words, state(free)) == ("applying", IN_LINE, "ready")

    assert work_off_imports(now=LATER) == 1
    assert state(busy) == "applied"
    assert not Appointment.objects.filter(location=other_site).exists()


def test_two_imports_of_one_location_follow_each_other() -> None:
    site = sydney()
    second = Thread(target=in_thread, args=(csv_of(ANN.replace("10:00", "12:00")),))
    with transaction.atomic():
        lock_sites([site.pk], wait=True)
        second.start()
        eventually(lambda: somebody_waits_for("advisory"))
        bring_in(csv_of(ANN))
    second.join()

    assert diary() == [("1", "Ann Lee", "+61491570006", "2026-03-04 12:00", "booked", 2)]


def in_thread(content: bytes) -> None:
    try:
        bring_in(content)
    finally:
        connection.close()


def test_two_locations_that_meet_in_one_new_patient_both_come_in() -> None:
    sydney(), sydney("Perth")
    header = "id,patient id,name,phone,date,time,location"
    first = "1,P1,Ann Lee,0491 570 006,2026-03-04,10:00,Sydney"
    second = Thread(
        target=in_thread,
        args=(csv_of(first.replace("1,P1", "2,P1").replace("Sydney", "Perth"), header=header),),
    )

    with transaction.atomic():
        bring_in(csv_of(first, header=header))
        second.start()
        eventually(lambda: somebody_waits_for("transactionid"))
    second.join()

    assert [each[:2] for each in diary()] == [("1", "Ann Lee"), ("2", "Ann Lee")]
    assert Contact.objects.count() == 1


def test_a_file_thrown_away_while_it_is_checked_is_simply_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sydney()
    uploaded(csv_of(ANN))

    def tell(self: ProgressWriter, percent: int, words: str) -> None:
        with another_session() as other, other.cursor() as cursor:
            cursor.execute("DELETE FROM reminders_importpart; DELETE FROM reminders_import")
            other.commit()

    monkeypatch.setattr(ProgressWriter, "tell", tell)
    work_off_imports(now=LATER)

    assert (Import.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_a_file_being_applied_can_be_neither_thrown_away_nor_taken_back() -> None:
    sydney()
    row = confirmed(csv_of(ANN))
    Import.objects.update(state="applying")

    assert (
        discard(row, user_id=None, now=NOW),
        ask_to_undo(row),
        go(row, gone="keep", remember_as="", confirmed=True),
    ) == (
        False,
        False,
        False,
    )
