"""An import that takes its time on a worker of two threads, and texts that fall due meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.uploads import go, upload
from reminders.models import Import
from tests.faults.support.programs import Site, accepted_twice, taken, wait_for
from tests.faults.support.world import World

pytestmark = pytest.mark.faults

START = 60.0
AN_IMPORT_TAKES = 120
"""Seconds: longer than anything below."""
TEXTS_COME_WITHIN = 30.0
SLOW_IMPORT = f"""
CREATE FUNCTION slow_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep({AN_IMPORT_TAKES});
    RETURN NULL;
END $$;
CREATE TRIGGER slow_import BEFORE INSERT ON reminders_importrow
    FOR EACH STATEMENT EXECUTE FUNCTION slow_import();
"""
UNDER_WAY = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
END_IT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


@contextmanager
def slow_imports() -> Iterator[None]:
    """Whoever writes down the rows of a file takes minutes for it, in its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(SLOW_IMPORT)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(END_IT)
            cursor.execute("DROP TRIGGER slow_import ON reminders_importrow")
            cursor.execute("DROP FUNCTION slow_import")


def is_under_way() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY)
        return bool(cursor.fetchone()[0])


def test_an_import_under_way_delays_no_text(clinic: World, running: Site) -> None:
    day = (timezone.now() + timedelta(days=9)).date()
    file = f"id,name,phone,date,time\n1,Ann Lee,212 555 0101,{day},10:00\n"
    row = upload([file.encode()], name="a.csv", location=clinic.place(), now=timezone.now())
    work_off_imports(now=timezone.now())
    assert go(row, gone="keep", remember_as="", confirmed=False)
    PeriodicTask.objects.filter(task="reminders.tasks.imports").update(enabled=True)
    PeriodicTasks.update_changed()
    with slow_imports():
        running.worker(WORKER_THREADS="2")
        running.beat()
        wait_for(is_under_way, seconds=START, site=running)
        clinic.now = timezone.now()
        clinic.book(50, starts_in=timedelta(hours=20))
        wait_for(lambda: taken(clinic) == 50, seconds=TEXTS_COME_WITHIN, site=running)

        assert is_under_way()
        running.stop()
    assert accepted_twice(clinic) == []
    assert Import.objects.get().state not in {"applied", "refused", "failed"}
