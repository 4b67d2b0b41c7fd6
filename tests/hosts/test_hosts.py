"""Two and three hosts of one site: one dies, one is cut off, and every text goes once.

At the pace of an installed site: each bell as often, each time-out as long as there. What is
measured is printed, and kept in docs/sizing.md.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from reminders.domain.sending.send import A_LOT
from reminders.models import Message, Portion, TaskRun
from tests.faults.support.programs import accepted_twice, found, taken
from tests.faults.support.world import World
from tests.hosts.network import Host
from tests.hosts.site import Site

pytestmark = pytest.mark.hosts

TEXTS = int(os.environ.get("HOSTS_TEXTS", "20000"))
START = 120.0
A_LINK_IS_CUT = 20.0
DEAD_WORKERS_TEXTS = timedelta(seconds=90)
UNKNOWN_IS_SETTLED = 420.0
"""Seconds: a call, the time after which the report is complete, some rounds."""
ENDS_WITHIN = 10.0
SHARE = float(os.environ.get("HOSTS_SHARE", "0.2"))
TWO_AGAINST_ONE = 1.9


def workers(hosts: Site, count: int) -> list[Host]:
    """So many hosts, each with a worker and a beat, that have begun to work."""
    found = [hosts.host() for _ in range(count)]
    for host in found:
        hosts.worker(host)
        hosts.beat(host)
    wait_until_they_work(hosts, count)
    return found


def wait_until_they_work(hosts: Site, count: int) -> None:
    since = timezone.now()
    at_work = TaskRun.objects.filter(name="heartbeat", succeeded_at__gt=since)
    hosts.wait_for(at_work.exists, seconds=START)
    # The bell that was heard is one worker's: the others started with it.
    time.sleep(5 * count)


def book(clinic: World, count: int) -> None:
    """Confirmations that are due now."""
    clinic.now = timezone.now()
    clinic.book(count, starts_in=timedelta(hours=20))


def everything_went_once(clinic: World, count: int) -> None:
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (count, [], [])
    assert not Portion.objects.exists()


def came_at(clinic: World) -> dict[uuid.UUID, datetime]:
    """When the provider had each text."""
    return {
        uuid.UUID(entry["metadata"]["message"]): datetime.fromisoformat(entry["accepted_at"])
        for entry in clinic.ledger()
    }


def test_a_host_dies_and_another_is_cut_off_among_thousands_of_texts(
    clinic: World, hosts: Site
) -> None:
    """Three workers and three beats; the power fails at one, the cable of another is out."""
    dying, cut_off, _ = workers(hosts, 3)
    clinic.sandbox.order_fault("slow", endpoint="send", seconds=0.5, times=None)
    began = time.monotonic()
    book(clinic, TEXTS)

    hosts.wait_for(lambda: taken(clinic) > TEXTS // 10, seconds=START)
    dying.kill()
    hosts.wait_for(lambda: taken(clinic) > TEXTS // 5, seconds=START)
    cut_off.cut()
    time.sleep(A_LINK_IS_CUT)
    cut_off.mend()
    hosts.settle(seconds=UNKNOWN_IS_SETTLED)
    took = time.monotonic() - began

    told = f"{TEXTS} texts over three hosts, one killed, one cut off: {took:.0f} s"
    print(told)  # noqa: T201  # for the documents
    everything_went_once(clinic, TEXTS)


def test_what_a_dead_host_held_comes_soon(clinic: World, hosts: Site) -> None:
    """What the provider was not asked about at once, what it may have as soon as that is known."""
    dying, _ = workers(hosts, 2)
    clinic.sandbox.order_fault("slow", endpoint="send", seconds=1.0, times=None)
    with claims_noted():
        book(clinic, TEXTS)
        hosts.wait_for(lambda: taken(clinic) > TEXTS // 10, seconds=START)
        hosts.wait_for(lambda: bool(held_by(dying, asked=False)), seconds=START)
        dying.kill()
        died = timezone.now()
        asked, unasked = held_by(dying, asked=True), held_by(dying, asked=False)
    hosts.settle(seconds=UNKNOWN_IS_SETTLED)

    came = came_at(clinic)
    latest = max(came[each] for each in unasked) - died
    in_the_air = max((came[each] for each in asked), default=died) - died
    told = f"a dead host held {len(unasked)} texts not begun and {len(asked)} under way; they came "
    told += f"after {latest.total_seconds():.0f} s and {in_the_air.total_seconds():.0f} s"
    print(told)  # noqa: T201  # for the documents
    assert latest < DEAD_WORKERS_TEXTS
    everything_went_once(clinic, TEXTS)


@contextmanager
def claims_noted() -> Iterator[None]:
    """Have the database note which host claims what."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_CLAIMS)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TRIGGER hosts_note ON reminders_portion; DROP FUNCTION hosts_note; "
                "DROP TABLE hosts_claim"
            )


NOTE_CLAIMS = """
CREATE TABLE hosts_claim (portion bigint, host inet);
CREATE FUNCTION hosts_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hosts_claim VALUES (NEW.id, inet_client_addr());
    RETURN NULL;
END $$;
CREATE TRIGGER hosts_note AFTER INSERT ON reminders_portion
    FOR EACH ROW EXECUTE FUNCTION hosts_note();
"""


def held_by(host: Host, *, asked: bool) -> set[uuid.UUID]:
    """The texts that it holds, those that it asked the provider about or the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(messages) FROM reminders_portion "
            "JOIN hosts_claim ON portion = id AND host = %s WHERE (calls_end IS NOT NULL) = %s",
            [host.address, asked],
        )
        return {each for (each,) in cursor.fetchall()}


def test_two_hosts_send_nearly_twice_as_much_as_one(clinic: World, hosts: Site) -> None:
    """Each with a fifth of a core, in one run; schedulers and services have the rest."""
    # Only what is a lot is shared: fewer are one run's, for however many hosts there are.
    texts = max(TEXTS // 2, 2 * A_LOT)
    first = hosts.host()
    hosts.worker(first)
    hosts.beat(hosts.host())
    wait_until_they_work(hosts, 1)
    first.hold_to(SHARE)
    one = _rate(clinic, hosts, texts)
    second = hosts.host()
    hosts.worker(second)
    wait_until_they_work(hosts, 2)
    second.hold_to(SHARE)
    two = _rate(clinic, hosts, texts)

    told = f"one host {one:.0f} texts a second, two hosts {two:.0f}: {two / one:.2f} times"
    print(told)  # noqa: T201  # for the documents
    assert two >= TWO_AGAINST_ONE * one
    everything_went_once(clinic, 2 * texts)


def _rate(clinic: World, hosts: Site, texts: int) -> float:
    """Texts a second, from the first tenth to the last."""
    before = taken(clinic)
    book(clinic, texts)
    marks = []
    for share in (0.1, 0.9):
        count = before + int(texts * share)
        hosts.wait_for(lambda: taken(clinic) >= count, seconds=START * 5)  # noqa: B023 -- waits
        marks.append((time.monotonic(), taken(clinic)))
    hosts.settle(seconds=START * 5)
    (began, at_first), (ended, at_last) = marks
    return (at_last - at_first) / (ended - began)


def test_a_host_that_is_shut_down_ends_soon_and_leaves_the_rest(clinic: World, hosts: Site) -> None:
    leaving, _ = workers(hosts, 2)
    clinic.sandbox.order_fault("slow", endpoint="send", seconds=0.8, times=None)
    book(clinic, TEXTS)
    hosts.wait_for(lambda: taken(clinic) > TEXTS // 10, seconds=START)

    took = leaving.stop(within=60)

    unknown = Message.objects.filter(state="unknown").count()
    print(f"worker and beat ended {took:.1f} s after SIGTERM")  # noqa: T201  # for the documents
    assert (took < ENDS_WITHIN, unknown) == (True, 0), hosts.said()
    hosts.settle(seconds=UNKNOWN_IS_SETTLED)
    everything_went_once(clinic, TEXTS)
