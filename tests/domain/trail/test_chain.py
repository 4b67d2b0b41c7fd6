"""The chain of the trail: whatever is changed, taken out or put in afterwards is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from reminders.domain.trail.check import check_all, go_on_checking, report
from reminders.domain.trail.seal import seal_waiting
from reminders.domain.trail.write import Kind, note
from reminders.models import TrailEntry, TrailState, Trouble
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LENGTH = 6


def make_chain(count: int = LENGTH) -> None:
    for number in range(count):
        note(Kind.DOWNLOAD, contact_id=number + 1, details={"file": "unsent", "rows": number})
    seal_waiting(now=timezone.now())


@contextmanager
def somebody_at_the_database() -> Iterator[Any]:
    """Somebody who may do anything there, and switched the guards off; taken back afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("reminders_trailentry", "reminders_trailstate"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        transaction.set_rollback(True)


def run(statement: str) -> None:
    """As an ordinary program would, in a savepoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def found() -> tuple[int | None, str]:
    seen = check_all(now=timezone.now())
    return seen.broken_at, seen.words


CHANGES: dict[str, str] = {
    "kind": "kind = 'look'",
    "source": "source = 'command'",
    "who": "user_id = %(user)s",
    "when": "at = at + interval '1 microsecond'",
    "from": "address = '192.0.2.1'",
    "patient": "contact_id = contact_id + 1",
    "appointment": "appointment_id = 5",
    "details": "details = details || '{\"rows\": 99}'",
    "seal": "seal = decode(repeat('ab', 32), 'hex')",
    "no seal": "seal = NULL",
    "key": "key = 'deadbeef'",
    "number": "id = id + 1000000",
}


@given(change=st.sampled_from(sorted(CHANGES)), at=st.integers(1, LENGTH))
@settings(deadline=None, max_examples=60)
def test_any_change_of_any_entry_is_found_there(change: str, at: int) -> None:
    with transaction.atomic():
        make_chain()
        user = make_user().pk
        with somebody_at_the_database() as cursor:
            cursor.execute(
                f"UPDATE reminders_trailentry SET {CHANGES[change]} WHERE position = %(at)s",
                {"at": at, "user": user},
            )
            assert found()[0] == at
        assert found() == (None, "")
        transaction.set_rollback(True)


@given(gone=st.sets(st.integers(1, LENGTH), min_size=1))
@settings(deadline=None, max_examples=60)
def test_whichever_entries_are_taken_out_the_first_of_them_is_missed(gone: set[int]) -> None:
    with transaction.atomic():
        make_chain()
        with somebody_at_the_database() as cursor:
            cursor.execute(
                "DELETE FROM reminders_trailentry WHERE position = ANY(%s)", [list(gone)]
            )
            assert found() == (min(gone), "missing")
        transaction.set_rollback(True)


@given(
    gone=st.sets(st.integers(1, LENGTH), min_size=1),
    put_in=st.integers(1, LENGTH + 3),
    copied=st.integers(1, LENGTH),
)
@settings(deadline=None, max_examples=60)
def test_an_entry_that_is_put_in_or_moved_is_found(
    gone: set[int], put_in: int, copied: int
) -> None:
    with transaction.atomic():
        make_chain()
        with somebody_at_the_database() as cursor:
            columns = "at, kind, source, user_id, address, contact_id, appointment_id, details, key"
            cursor.execute(
                "CREATE TEMPORARY TABLE copied ON COMMIT DROP AS "
                "SELECT * FROM reminders_trailentry WHERE position = %s",
                [copied],
            )
            cursor.execute(
                "DELETE FROM reminders_trailentry WHERE position = ANY(%s) OR position = %s",
                [list(gone), put_in],
            )
            cursor.execute(
                f"INSERT INTO reminders_trailentry ({columns}, seal, position) "
                f"SELECT {columns}, seal, %s FROM copied",
                [put_in],
            )
            assert found()[0] is not None
        transaction.set_rollback(True)


ENDS: dict[str, Callable[[], Any]] = {
    "both ends put back": lambda: TrailState.objects.update(
        last_position=3, last_seal=TrailEntry.objects.get(position=3).seal
    ),
    "the beginning cut off": lambda: TrailState.objects.update(
        first_position=3, first_seal=TrailEntry.objects.get(position=2).seal
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_shorter_chain_with_ends_to_fit_does_not_hold(how: str) -> None:
    make_chain()
    with somebody_at_the_database() as cursor:
        ENDS[how]()
        cursor.execute("DELETE FROM reminders_trailentry WHERE position > 3 OR position < 3")

        assert found() == (3 if "back" in how else LENGTH, "the ends of the chain were changed")
        # Sealing goes on building on nothing that was tampered with.
        note(Kind.TRAIL)
        assert seal_waiting(now=timezone.now()) == 0
        assert Trouble.objects.filter(code="trail").exists()


def test_somebody_with_the_database_alone_cannot_make_a_chain_anew(settings: Settings) -> None:
    settings.SECRET_KEY = "what they have made up"
    make_chain()
    settings.SECRET_KEY = "ours"

    assert found() == (LENGTH, _OTHER)


_OTHER = "sealed with a key that is not here; put the former SECRET_KEY into TRAIL_KEY"


def test_after_a_new_secret_key_the_former_one_goes_on_as_the_key_of_the_trail(
    settings: Settings,
) -> None:
    former = settings.SECRET_KEY
    make_chain(3)
    settings.SECRET_KEY = "a new one"
    assert (found(), seal_waiting(now=timezone.now())) == ((3, _OTHER), 0)

    settings.TRAIL_KEY = former
    make_chain(2)

    assert found() == (None, "")


def test_a_key_of_its_own_goes_on_behind_what_the_secret_key_sealed(settings: Settings) -> None:
    make_chain(3)
    settings.TRAIL_KEY = "a key of its own"
    make_chain(2)

    assert (found(), report().entries) == ((None, ""), 5)
    assert len(set(TrailEntry.objects.values_list("key", flat=True))) == 2


def test_a_check_goes_on_in_steps_and_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reminders.domain.trail.check.AT_A_TIME", 2)
    make_chain(5)
    now = timezone.now()

    assert go_on_checking(now=now, go_on=lambda: False) == 2
    half = report()
    make_chain(1)
    assert go_on_checking(now=now) == 4

    whole = report()
    assert (half.whole, half.at_work, half.share) == (False, True, 40)
    assert (whole.whole, whole.at_work, whole.entries, whole.waiting) == (True, False, 6, 0)
    # The next one is due in a day.
    assert go_on_checking(now=now) == 0


def test_a_break_is_told_to_everybody_and_stays_told_until_a_whole_check() -> None:
    make_chain()
    with somebody_at_the_database() as cursor:
        cursor.execute("DELETE FROM reminders_trailentry WHERE position = 4")
        go_on_checking(now=timezone.now())
        seen = report()
        told = Trouble.objects.get(code="trail").words

    assert (seen.broken_at, seen.whole, told) == (4, False, "Broken at entry 4: missing")


REFUSED = (
    "UPDATE reminders_trailentry SET details = '{}'",
    "UPDATE reminders_trailentry SET position = 77 WHERE position = 1",
    "UPDATE reminders_trailentry SET position = NULL, seal = NULL",
    "DELETE FROM reminders_trailentry",
    "TRUNCATE reminders_trailentry",
    "TRUNCATE reminders_trailentry CASCADE",
    "SELECT reminders_trail_forget(6)",
    "SELECT set_config('reminders.trail_forgets_to', '9', true);DELETE FROM reminders_trailentry",
    "DELETE FROM reminders_trailstate",
    "TRUNCATE reminders_trailstate",
    "INSERT INTO reminders_trailentry (at, kind, source, address, details, key, seal, position)"
    " VALUES (now(), 'look', 'person', '', '{}', '', '\\x00', 99)",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses(statement: str) -> None:
    make_chain()
    before = list(TrailEntry.objects.order_by("pk").values())

    with pytest.raises(IntegrityError, match="The trail is added to and never changed"):
        run(statement)

    assert list(TrailEntry.objects.order_by("pk").values()) == before


def test_an_entry_that_waits_cannot_be_changed_either_nor_while_it_is_sealed() -> None:
    note(Kind.DOWNLOAD)
    for change in ("kind = 'look'", "kind = 'look', position = 1, seal = '\\x00', key = 'k'"):
        with pytest.raises(IntegrityError):
            run(f"UPDATE reminders_trailentry SET {change}")


def test_whom_the_trail_names_cannot_be_deleted() -> None:
    user = make_user()
    note(Kind.DOWNLOAD, user_id=user.pk)

    with pytest.raises(IntegrityError):
        run(f"DELETE FROM auth_user WHERE id = {user.pk}; SET CONSTRAINTS ALL IMMEDIATE")
