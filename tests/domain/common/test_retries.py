"""What is done again when the database stopped it, how often, and within whose transaction."""

import pytest
from django.db import DatabaseError, connection, transaction

from reminders.domain.common.locks import retry_import, retry_on_conflict

pytestmark = pytest.mark.django_db(transaction=True)
DEADLOCK, TAKEN, SYNTAX = "40P01", "23505", "42601"


def stopping(code, *, times):
    """A change that the database really stops with this code, so many times; what it was called."""
    calls = []

    def change():
        calls.append(code)
        if len(calls) <= times:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '{code}'; END $$")
        return "done"

    return change, calls


@pytest.mark.parametrize(
    ("decorated", "code", "times", "tried"),
    [
        (retry_on_conflict, DEADLOCK, 1, 2),
        (retry_import, DEADLOCK, 2, 3),
        (retry_import, TAKEN, 1, 2),
    ],
)
def test_a_change_that_was_stopped_for_another_is_done_again(decorated, code, times, tried):
    change, calls = stopping(code, times=times)

    assert (decorated(change)(), len(calls)) == ("done", tried)


@pytest.mark.parametrize(
    ("decorated", "code", "times", "tried"),
    [
        (retry_on_conflict, DEADLOCK, 2, 2),
        (retry_on_conflict, TAKEN, 1, 1),
        (retry_import, DEADLOCK, 3, 3),
        (retry_import, SYNTAX, 1, 1),
    ],
)
def test_what_stops_again_or_for_another_reason_is_raised(decorated, code, times, tried):
    change, calls = stopping(code, times=times)

    with pytest.raises(DatabaseError):
        decorated(change)()
    assert len(calls) == tried


@pytest.mark.parametrize(("decorated", "tried"), [(retry_on_conflict, 1), (retry_import, 2)])
def test_within_a_callers_transaction_only_what_has_a_savepoint_is_done_again(decorated, tried):
    change, calls = stopping(DEADLOCK, times=1)

    try:
        with transaction.atomic():
            decorated(change)()
    except DatabaseError:
        assert decorated is retry_on_conflict
    assert len(calls) == tried
