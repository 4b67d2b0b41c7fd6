"""Time lost: ours, the provider's and the database's; and many workers that share what is left to
do.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection

from reminders.domain.diary.appointments import set_status
from reminders.domain.sending.circuit_breaker import send_quota
from reminders.domain.sending.outbox import queue_text
from reminders.domain.sending.send import send_due
from reminders.models import Appointment, Message, ProviderState, Reminder
from tests import factories as make
from tests.faults.support.world import STAFF, World


def messages() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


def reminders() -> Counter[tuple[str, str]]:
    return Counter(Reminder.objects.values_list("state", "reason"))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(6, {"delivered": 30}), (72, {})],
)
def test_after_an_outage_of_ours_late_texts_go_while_they_are_of_use(
    world: World, hours: int, expected: dict[str, int]
) -> None:
    make.make_reminder_rule()
    world.book(30, starts_in=timedelta(hours=25))

    world.pass_time(timedelta(hours=hours))
    world.settle()

    assert messages() == (expected | ({"accepted": 30} if hours == 6 else {}))
    if hours == 72:
        assert reminders() == {("expired", "cutoff"): 60}
    world.play(timedelta(hours=30))
    assert world.violations() == []


def test_what_was_handed_over_before_an_outage_arrives_all_the_same(world: World) -> None:
    world.book(30)
    world.settle()

    world.pass_time(timedelta(days=3))
    world.settle()

    assert messages() == {"delivered": 30}
    assert world.violations() == []


def test_the_most_urgent_goes_first_after_an_outage(world: World) -> None:
    for hours in (30, 26, 28):
        world.book(1, starts_in=timedelta(hours=hours))
    world.pass_time(timedelta(hours=8))

    send_due(world.api, clock=world.clock, limit=1)

    [entry] = world.ledger()
    first = Reminder.objects.order_by("due_at").select_related("message")[0]
    assert entry["metadata"]["message"] == str(first.message_id)


def test_cancelled_while_the_provider_was_away_goes_to_nobody(world: World) -> None:
    rows = world.book(20)
    world.sandbox.refuse_connections()
    world.ring()
    set_status([row.pk for row in rows], Appointment.Status.CANCELLED, by=STAFF, now=world.now)
    world.sandbox.accept_connections()

    world.settle()
    world.play(timedelta(hours=26))

    assert world.ledger() == []
    assert reminders() == {("withdrawn", "superseded"): 20}


def test_a_provider_away_for_six_hours_is_back_at_work_within_five_minutes(world: World) -> None:
    world.book(50, starts_in=timedelta(hours=34))
    world.sandbox.refuse_connections()
    for _ in range(18):
        world.ring()
        world.pass_time(timedelta(minutes=20))
    assert ProviderState.objects.get().brake == "down"
    world.sandbox.accept_connections()

    assert world.settle(within=timedelta(minutes=5)) < timedelta(minutes=5)
    assert messages()["accepted"] + messages()["delivered"] == 50


def test_one_worker_alone_probes_a_provider_that_was_away(world: World) -> None:
    world.book(5)
    world.sandbox.refuse_connections()
    for _ in range(3):
        world.ring()
        world.pass_time(timedelta(seconds=60))
    world.pass_time(timedelta(minutes=5))

    allowed = [send_quota(now=world.now) for _ in range(8)]

    assert sorted(allowed) == [0, 0, 0, 0, 0, 0, 0, 1]
    world.sandbox.accept_connections()


def in_threads(*work: Callable[[], object]) -> list[BaseException]:
    """Run all of it at once; what they raised."""
    raised: list[BaseException] = []

    def run(one: Callable[[], object]) -> None:
        try:
            one()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_eight_workers_and_doubled_rings_share_the_work(world: World) -> None:
    world.book(600)
    world.sandbox.order_fault("slow", endpoint="send", seconds=0.05)

    assert in_threads(*[world.ring] * 8) == []

    assert len(world.ledger()) == 600
    assert len({entry["metadata"]["message"] for entry in world.ledger()}) == 600
    world.settle()
    world.play(timedelta(hours=26))
    assert messages() == {"delivered": 600}
    assert world.violations() == []


def end_all_sessions() -> int:
    """What a restart of the database does to its clients."""
    found = connection.settings_dict
    with psycopg.connect(
        host=str(found["HOST"]), user=found["USER"], dbname="postgres", autocommit=True
    ) as other:
        rows = other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [found["NAME"]],
        )
        return len(rows.fetchall())


@pytest.mark.parametrize("after", [0.1, 0.3])
def test_a_database_restarted_in_the_middle_loses_nothing(world: World, after: float) -> None:
    world.book(900)
    world.sandbox.order_fault("slow", endpoint="send", seconds=0.1)
    timer = threading.Timer(after, end_all_sessions)
    timer.start()

    raised = in_threads(*[world.send] * 2)
    timer.join()
    close_old_connections()

    assert all(
        isinstance(error, OperationalError | psycopg.OperationalError) for error in raised
    ), raised
    world.sandbox.clear_faults()
    world.pass_time(timedelta(minutes=3))
    world.settle()
    world.play(timedelta(hours=26), step=timedelta(hours=13))
    assert messages() == {"delivered": 900}
    assert world.violations() == []


@pytest.mark.faults  # counts in real time
def test_no_session_is_held_while_the_provider_hangs(world: World) -> None:
    world.book(3)
    world.sandbox.order_fault("hang", endpoint="*", times=None, seconds=0.6)
    held: list[int] = []
    sending = threading.Thread(target=lambda: in_threads(world.ring))
    sending.start()
    for _ in range(20):
        held.append(_sessions())
        sending.join(0.05)
    world.sandbox.clear_faults()
    sending.join()

    assert held.count(0) >= 15, held


def _sessions() -> int:
    """Sessions of this program besides the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND backend_type = 'client backend'
                 AND pid <> pg_backend_pid()"""
        )
        return int(cursor.fetchone()[0])


def test_a_runaway_is_stopped_and_everything_goes_in_the_end(
    world: World, settings: object
) -> None:
    settings.MESSAGES_PER_HOUR = 20  # type: ignore[attr-defined]  # pytest-django's settings
    world.book(50)

    for _ in range(20):
        world.ring()
        world.pass_time(timedelta(minutes=10))

    assert len(world.ledger()) == 50
    accepted = sorted(entry["accepted_at"] for entry in world.ledger())
    assert accepted[20] > accepted[0]
    assert world.violations() == []


def test_forty_five_days_offline_end_with_a_reason_for_everything(world: World) -> None:
    world.book(5)
    world.settle()
    world.book(5, starts_in=timedelta(days=10))
    queue_text(
        kind=Message.Kind.STAFF, phone="+447700900001", text="Hi", location=None, now=world.now
    )
    world.pass_time(timedelta(days=46))

    world.settle()
    world.play(timedelta(hours=2))

    assert world.violations() == []
    assert not Message.objects.filter(state__in=["accepted", "queued"]).exists()
