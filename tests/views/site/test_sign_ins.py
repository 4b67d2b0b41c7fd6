"""Signing in under attack: whom failures count against, what is kept of them, how many hash at
once.
"""

import threading
from collections.abc import Callable, Iterator

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from reminders.domain.operations.sign_ins import (
    OF_ADDRESS,
    OF_BOTH,
    OF_NAME,
    WINDOW,
    is_paused,
    network_of,
    note_failure,
)
from reminders.hashing import TURNS, TooBusyError, Turns
from reminders.models import SignInCount
from reminders.views.site.session import BUSY, TOO_MANY
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db

RIGHT = {"username": "ann", "password": "a long password"}


class Counted(MD5PasswordHasher):
    """Counts how often it was asked."""

    asked = 0

    def encode(self, password: str, salt: str) -> str:
        Counted.asked += 1
        return super().encode(password, salt)


@pytest.fixture
def hashes(settings: Settings) -> Callable[[], int]:
    """How many passwords were hashed since the last time this was asked."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]

    def since() -> int:
        found, Counted.asked = Counted.asked, 0
        return found

    return since


def fail(name: str, address: str = "192.0.2.1") -> int:
    wrong = {"username": name, "password": "secret-word"}
    return Client(REMOTE_ADDR=address).post("/sign-in/", wrong).status_code


def sign_in(address: str) -> int:
    return Client(REMOTE_ADDR=address).post("/sign-in/", RIGHT).status_code


def test_sixty_names_with_one_password_from_one_address_are_stopped(hashes):
    make_user("ann", group="receptionist")
    hashes()

    answers = [fail(f"name{n}") for n in range(60)]

    assert answers == [200] * (OF_ADDRESS - 1) + [429] * (60 - OF_ADDRESS + 1)
    assert hashes() == OF_ADDRESS
    assert (sign_in("192.0.2.1"), sign_in("192.0.2.2")) == (429, 302)


def test_one_name_from_many_addresses_is_stopped():
    make_user("ann", group="receptionist")

    answers = [fail("ann", f"192.0.2.{n}") for n in range(OF_NAME + 5)]

    assert answers == [200] * (OF_NAME - 1) + [429] * 6


def test_who_has_to_wait_costs_no_hash_and_one_statement(hashes, django_assert_num_queries):
    for _ in range(OF_BOTH):
        fail("ann")
    hashes()
    client = Client(REMOTE_ADDR="192.0.2.1")

    with django_assert_num_queries(1):
        client.post("/sign-in/", RIGHT)

    assert hashes() == 0


def test_an_own_account_buys_no_more_guesses_at_others():
    make_user("ann", group="receptionist")
    for n in range(OF_ADDRESS - 1):
        fail(f"name{n}")
        sign_in("192.0.2.1")

    assert [fail("bob"), fail("bob")] == [429, 429]


def test_one_site_of_ipv6_is_one_address():
    names = (
        "2001:db8::1",
        "2001:db8:0:0:ffff::2",
        "2001:db8:0:1::1",
        "::ffff:192.0.2.1",
        "unknown",
        "",
    )

    assert [network_of(name) for name in names] == [
        "2001:db8::/64",
        "2001:db8::/64",
        "2001:db8:0:1::/64",
        "192.0.2.1",
        "unknown",
        "unknown",
    ]


def test_names_that_nobody_tells_apart_count_as_one():
    for name in ("Ann", " ann", "ANN ", "ann") * 3:
        fail(name)

    assert fail("aNN") == 429


def test_failures_long_ago_do_not_count():
    for n in range(OF_BOTH * 3):
        note_failure("ann", "192.0.2.1", now=NOON + n * WINDOW / 5)

    assert not is_paused("ann", "192.0.2.1", now=NOON + OF_BOTH * 3 * WINDOW / 5)


def test_a_pause_ends_a_quarter_of_an_hour_after_the_failure_that_began_it():
    began = NOON + WINDOW / 2
    for n in range(OF_BOTH):
        note_failure("ann", "192.0.2.1", now=NOON if n < OF_BOTH - 1 else began)

    late, over = began + WINDOW * 0.99, began + WINDOW
    assert [is_paused("ann", "192.0.2.1", now=at) for at in (late, over)] == [True, False]


@pytest.mark.parametrize(
    "command", [["axes_reset_username", "ann"], ["axes_reset_ip", "192.0.2.1"]]
)
def test_an_administrator_ends_a_pause(command):
    make_user("ann", group="receptionist")
    for n in range(OF_ADDRESS):
        fail("ann" if command[0] == "axes_reset_username" and n < OF_BOTH else f"name{n}")
    if command[0] == "axes_reset_username":
        call_command("axes_reset_ip", "192.0.2.1")
        fail("ann")
    paused = sign_in("192.0.2.1")

    call_command(*command)

    assert (paused in (302, 429), sign_in("192.0.2.1")) == (True, 302)


def test_nothing_that_was_typed_is_kept():
    for n in range(20):
        fail(f"secret-name-{n}")

    kept = repr(list(SignInCount.objects.values_list()))
    assert (AccessAttempt.objects.count(), "secret" in kept) == (0, False)


def test_counts_that_ran_out_are_swept():
    for n in range(30):
        note_failure(f"name{n}", f"192.0.2.{n}", now=NOON)
    for n in range(10):
        note_failure("ann", "198.51.100.1", now=NOON + WINDOW * 2 + WINDOW * n / 100)

    assert SignInCount.objects.count() == 3


@pytest.mark.django_db(transaction=True)  # what is written is counted when it is committed
def test_many_failed_sign_ins_write_little():
    before = written_by_this_connection()
    for n in range(496):
        note_failure(f"name{n % 60}", f"192.0.2.{n % 7}", now=NOON)

    assert 0 < written_by_this_connection() - before < 2_000_000


def written_by_this_connection() -> int:
    """Bytes of the write-ahead log, without those of tests beside this one."""
    if connection.cursor().connection.info.server_version < 180000:
        pytest.skip("PostgreSQL counts the log of one connection since version 18.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT wal_bytes FROM pg_stat_get_backend_wal(pg_backend_pid())")
        (bytes_written,) = cursor.fetchone()
    return int(bytes_written)


@pytest.mark.parametrize(
    "told", ["unknown", "[2001:db8::1]:443", "_x", "\xff", "x" * 9_000, "1.2.3.4\x00", ","]
)
def test_whatever_the_server_calls_the_visitor_signing_in_is_no_server_error(told):
    asked = Client(REMOTE_ADDR=told, HTTP_X_FORWARDED_FOR=told).post("/sign-in/", RIGHT)

    assert asked.status_code == 200


@pytest.fixture
def crowd() -> Iterator[None]:
    """All turns of this process are taken."""
    stop, taken = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        with TURNS.one():
            taken.release()
            stop.wait(20)

    threads = [threading.Thread(target=hold) for _ in range(2)]
    threads += [threading.Thread(target=wait_for_turn) for _ in range(2)]
    for thread in threads[:2]:
        thread.start()
        taken.acquire(timeout=5)
    for thread in threads[2:]:
        thread.start()
    while TURNS._inside._value:  # the other two stand in line by then
        threading.Event().wait(0.01)
    yield
    stop.set()
    for thread in threads:
        thread.join()


def wait_for_turn() -> None:
    try:
        with TURNS.one():
            pass
    except TooBusyError:
        pass


@pytest.mark.usefixtures("crowd")
def test_a_crowd_at_the_sign_in_is_asked_to_try_again(settings):
    settings.PASSWORD_HASHERS = ["reminders.hashing.InTurn"]

    whole = Client().post("/sign-in/", RIGHT)
    dialog = Client().post("/sign-in/?here=1", RIGHT, headers={"HX-Request": "true"})

    assert (whole.status_code, whole["Retry-After"], BUSY in whole.content.decode()) == (
        503,
        "5",
        True,
    )
    assert (dialog.status_code, BUSY in dialog.content.decode()) == (422, True)
    assert TOO_MANY not in whole.content.decode()
    assert SignInCount.objects.count() == 0


@pytest.mark.usefixtures("crowd")
def test_who_changes_a_password_meanwhile_is_told_that_nothing_was_saved(settings):
    client = Client()
    client.force_login(make_user("ann", group="receptionist"))
    settings.PASSWORD_HASHERS = [
        "reminders.hashing.InTurn",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]

    answer = client.post(
        "/password/",
        {
            "old_password": "a long password",
            "new_password1": "Q7!xxyyzz",
            "new_password2": "Q7!xxyyzz",
        },
    )

    assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (503, True)


def test_two_work_at_once_two_wait_and_the_rest_is_sent_away():
    turns = Turns(at_once=2, may_wait=2, seconds=0.5)
    at_work, most, outcomes, together = [0], [0], list[str](), threading.Barrier(8)

    def one() -> None:
        together.wait()
        try:
            with turns.one():
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
                threading.Event().wait(0.1)
                at_work[0] -= 1
                outcomes.append("done")
        except TooBusyError:
            outcomes.append("busy")

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most[0] <= 2, sorted(outcomes)) == (True, ["busy"] * 4 + ["done"] * 4)


def test_nobody_waits_longer_than_said():
    turns = Turns(at_once=1, may_wait=1, seconds=0.05)
    with turns.one(), pytest.raises(TooBusyError), turns.one():
        pass
    with turns.one():
        pass
