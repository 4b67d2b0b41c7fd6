"""How the large tables lie on the disk: room for updates, vacuum, and no index twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from reminders.models import Appointment
from tests import factories as make

pytestmark = pytest.mark.django_db

LARGE = ("appointment", "reminder", "message", "reply", "deliveryreport", "importrow")


def ask(statement: str, *given: Any) -> list[Any]:  # Any: as the cursor takes and gives it
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def updates_of_appointments() -> tuple[int, int]:
    """Rows updated, and of these the ones that wrote no index, as this session counted so far."""
    [(updated, hot)] = ask(
        "SELECT pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid) "
        "FROM pg_class WHERE oid = 'reminders_appointment'::regclass"
    )
    return updated, hot


def test_a_status_that_changes_writes_no_index_of_the_appointment() -> None:
    """Of one in ten, as on a day: their pages have room for the new row."""
    one = make.make_appointment()
    plain = {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}
    alike = {name: value for name, value in plain.items() if name not in ("id", "uuid")}
    rows = Appointment.objects.bulk_create(Appointment(**alike) for _ in range(1_000))
    ids = [row.pk for row in rows[::10]]
    before = updates_of_appointments()

    Appointment.objects.filter(pk__in=ids).update(status="confirmed", status_since=timezone.now())

    updated, hot = (new - old for new, old in zip(updates_of_appointments(), before, strict=True))
    assert (updated, hot >= 95) == (100, True)


def test_the_large_tables_are_vacuumed_before_a_fifth_of_them_is_dead() -> None:
    rows = ask(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) "
        "AND array_to_string(reloptions, ' ') LIKE '%%autovacuum_vacuum_scale_factor=0.02%%'",
        [f"reminders_{name}" for name in LARGE],
    )
    assert sorted(name for (name,) in rows) == sorted(f"reminders_{name}" for name in LARGE)


def test_no_id_of_the_provider_is_indexed_twice() -> None:
    rows = ask(
        "SELECT tablename, count(*) FROM pg_indexes WHERE tablename = ANY(%s) "
        "AND indexdef LIKE '%%(provider_id%%' GROUP BY 1 ORDER BY 1",
        [f"reminders_{name}" for name in LARGE],
    )
    assert rows == [
        ("reminders_deliveryreport", 1),
        ("reminders_message", 1),
        ("reminders_reply", 1),
    ]
