"""The button that has pushes signed: behind proof, and what came of it on the page."""

import pytest

from reminders.models import PushKey
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, settings, sandbox):
    settings.PUBLIC_URL = "https://reminders.example"
    client.force_login(make_user("ann", group="administrator"))
    return client


def test_pressed_it_says_what_holds_from_now_on(administrator):
    before = administrator.get("/set-up/connection/").content.decode()
    pressed = administrator.post("/set-up/connection/sign/").content.decode()
    after = administrator.get("/set-up/connection/").content.decode()

    assert ("Have pushes signed" in before, "not yet" in before) == (True, True)
    assert "Pushes are signed from now on" in pressed
    assert ("Change the" in after, "the account&#x27;s webhook" in after) == (True, False)
    assert "account's webhook" in after


def test_an_open_browser_is_not_enough_for_it(administrator):
    session = administrator.session
    session["proved_at"] = 0
    session.save()

    answer = administrator.post("/set-up/connection/sign/")

    assert (answer.status_code, PushKey.objects.count()) == (302, 0)


def test_with_a_real_provider_the_list_asks_for_it(administrator, settings):
    settings.PROVIDER_IS_HERE = False

    page = administrator.get("/set-up/connection/").content.decode()

    assert ("Have pushes signed</strong>" in page, "taken signed only" in page) == (True, True)


def test_a_test_text_goes_to_no_landline_and_no_paid_line(administrator):
    for number in ("020 7946 0123", "0909 879 0123", "+881 6 12345678"):
        assert administrator.post("/set-up/connection/test/", {"phone": number}).status_code == 422
