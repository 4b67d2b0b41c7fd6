"""The link that makes the first administrator: once, for a day, and only while there is none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from reminders.domain.common.access import seed_roles
from reminders.domain.setup.beginning.first_login import (
    LASTS,
    FirstLoginError,
    holds,
    is_needed,
    make_administrator,
    make_token,
)
from reminders.models import FirstLogin
from tests.factories import NOON, make_user

PASSWORD = "correct horse battery"


def use(token: str, name: str = "ann", *, after: timedelta = timedelta()) -> User:
    return make_administrator(token, username=name, password=PASSWORD, now=NOON + after)


@pytest.mark.django_db
def test_the_link_makes_an_administrator_who_may_everything_once():
    token = make_token(now=NOON)

    user = use(token)

    assert (user.is_superuser, user.is_staff, user.check_password(PASSWORD)) == (True, True, True)
    assert [group.name for group in user.groups.all()] == ["administrator"]
    assert FirstLogin.objects.count() == 0
    with pytest.raises(FirstLoginError):
        use(token, "ben")


@pytest.mark.django_db
def test_the_token_itself_is_stored_nowhere():
    token = make_token(now=NOON)

    [row] = FirstLogin.objects.values()

    assert token not in str(row)
    assert len(token) >= 40


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "expected"),
    [(LASTS - timedelta(seconds=1), True), (LASTS, False), (timedelta(days=90), False)],
)
def test_it_runs_out_after_a_day(age, expected):
    assert holds(make_token(now=NOON), now=NOON + age) is expected


@pytest.mark.django_db
def test_a_later_link_ends_the_one_before():
    first, second = make_token(now=NOON), make_token(now=NOON)

    assert (holds(first, now=NOON), holds(second, now=NOON)) == (False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "ä" * 5_000, "'; --", "%00"])
def test_what_is_no_token_holds_nothing(token):
    make_token(now=NOON)

    assert not holds(token, now=NOON)
    with pytest.raises(FirstLoginError):
        use(token)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "values", "needed"),
    [
        ("administrator", {}, False),
        ("", {"is_superuser": True}, False),
        ("administrator", {"is_active": False}, True),
        ("manager", {}, True),
        ("receptionist", {}, True),
    ],
)
def test_it_works_only_while_there_is_no_administrator(role, values, needed):
    token = make_token(now=NOON)
    make_user(group=role, **values)

    assert (is_needed(), holds(token, now=NOON), make_token(now=NOON) != "") == (needed,) * 3
    if not needed:
        with pytest.raises(FirstLoginError):
            use(token)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_it_at_once_one_becomes_administrator():
    seed_roles()
    token = make_token(now=NOON)

    def attempt(name: str) -> bool:
        try:
            use(token, name)
        except FirstLoginError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(attempt, ["a", "b", "c", "d"]))

    assert (sum(made), User.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_command_prints_the_link_or_says_why_not(capsys, settings):
    settings.PUBLIC_URL = "https://reminders.example/"
    call_command("first_login")
    printed = capsys.readouterr().out.strip()

    token = printed.removeprefix("https://reminders.example/first-login/").rstrip("/")
    assert use(token).username == "ann"
    with pytest.raises(CommandError, match="There is an administrator already"):
        call_command("first_login")
