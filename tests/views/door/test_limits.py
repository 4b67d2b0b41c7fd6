"""How long a sign-in lasts is an administrator's choice, up to what the environment allows."""

from datetime import timedelta

import pytest
from django.test import Client

from reminders.models import AuditEntry, SessionLimits, StaffSession
from reminders.sessions import limits
from tests.factories import make_user
from tests.views.door.steps import RIGHT

pytestmark = pytest.mark.django_db
URL = "/set-up/people/limits/"


@pytest.fixture(autouse=True)
def _most(settings):
    settings.SESSION_IDLE, settings.SESSION_LONGEST = timedelta(minutes=30), timedelta(hours=12)


@pytest.fixture
def administrator():
    make_user("ann", group="administrator")
    client = Client()
    client.post("/sign-in/", RIGHT)
    return client


def test_without_a_choice_the_environment_holds():
    assert limits() == (timedelta(minutes=30), timedelta(hours=12))


def test_a_choice_holds_at_once_for_who_is_signed_in(administrator):
    answer = administrator.post(URL, {"minutes": "10", "hours": "8"})

    session = StaffSession.objects.get(user__username="ann")
    assert (answer.status_code, limits()) == (302, (timedelta(minutes=10), timedelta(hours=8)))
    assert session.expire_date - session.seen_at <= timedelta(minutes=10)
    entry = AuditEntry.objects.get(kind="session_limits_changed")
    assert entry.details == {"minutes": [30, 10], "hours": [12, 8]}
    assert 'value="10"' in administrator.get("/set-up/people/").content.decode()


@pytest.mark.parametrize(
    "given", [{"minutes": "31", "hours": "8"}, {"minutes": "10", "hours": "13"}, {"minutes": "0"}]
)
def test_never_more_than_the_environment_allows(administrator, given):
    answer = administrator.post(URL, given)

    assert (answer.status_code, SessionLimits.objects.count()) == (422, 0)


def test_an_environment_that_became_stricter_wins(administrator, settings):
    administrator.post(URL, {"minutes": "20", "hours": "12"})
    settings.SESSION_IDLE = timedelta(minutes=5)

    assert limits() == (timedelta(minutes=5), timedelta(hours=12))


def test_the_same_again_is_no_change(administrator):
    administrator.post(URL, {"minutes": "30", "hours": "12"})

    assert SessionLimits.objects.count() == 0


def test_who_may_not_change_roles_may_not_change_it_either(administrator):
    make_user("bob", group="manager")
    client = Client()
    client.post("/sign-in/", RIGHT | {"username": "bob"})

    assert client.post(URL, {"minutes": "10", "hours": "8"}).status_code == 403
