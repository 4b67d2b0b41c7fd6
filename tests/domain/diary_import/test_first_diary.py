"""A diary larger than all that was there before: what the database knows of its tables must keep
up.
"""

import pytest
from django.db import connection

from reminders.domain.diary_import.write import follow_up
from tests import factories as make
from tests.domain.diary_import.importing import ANN, bring_in, csv_of, sydney

pytestmark = pytest.mark.django_db

TABLES = ["reminders_appointment", "reminders_contact", "reminders_reminder"]
PHONES = ("006", "110", "156", "157", "158")
FIVE = csv_of(
    *(f"{n},Ann Lee {n},0491 570 {phone},2026-03-0{n},10:00" for n, phone in enumerate(PHONES, 3))
)


def known_sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::int FROM pg_class WHERE relname = ANY(%s)", [TABLES]
        )
        return dict(cursor.fetchall())


def note_sizes(rows: int) -> None:
    """As autovacuum does while an import is at work, of which it sees nothing."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = %s WHERE relname = ANY(%s)", [rows, TABLES])


def test_a_first_diary_is_planned_by_the_sizes_that_its_tables_have_by_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follow_up, "MANY", 5)
    sydney()
    make.make_reminder_rule()
    note_sizes(0)

    bring_in(FIVE)

    assert known_sizes() == dict(zip(TABLES, (5, 5, 5), strict=True))


def test_an_evenings_diary_leaves_what_is_known_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_up, "MANY", 5)
    sydney()
    note_sizes(6)
    bring_in(FIVE)
    monkeypatch.setattr(follow_up, "MANY", 2)
    bring_in(csv_of(ANN.replace("1,", "9,", 1)))

    assert known_sizes() == dict.fromkeys(TABLES, 6)
