"""A sign-in with a browser that was not seen before is told by e-mail."""

import pytest
from django.core import mail
from django.test import Client

from reminders.domain.signing_in.devices import name_of
from reminders.models import KnownDevice
from tests.factories import make_user
from tests.views.door.steps import RIGHT
from tests.views.door.test_links import sent

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_the_first_browser_is_no_news_and_the_second_is(mail_server):
    make_user("ann", group="receptionist", email="ann@x.example")
    desk = Client()

    for _ in range(2):
        desk.post("/sign-in/", RIGHT)
        desk.post("/sign-out/")
    Client(REMOTE_ADDR="192.0.2.7", headers={"user-agent": FIREFOX}).post("/sign-in/", RIGHT)

    told = sent(1)
    assert len(mail.outbox) == 1
    assert ("Firefox on Windows" in told[0], "192.0.2.7" in told[0]) == (True, True)
    assert KnownDevice.objects.count() == 2


def test_a_shared_browser_is_known_for_each_of_its_users(mail_server):
    make_user("ann", group="receptionist", email="ann@x.example")
    make_user("bob", group="receptionist", email="bob@x.example")
    desk = Client()
    desk.post("/sign-in/", RIGHT)
    desk.post("/sign-out/")
    desk.post("/sign-in/", RIGHT | {"username": "bob"})

    tokens = set(KnownDevice.objects.values_list("digest", flat=True))
    assert (len(tokens), KnownDevice.objects.count(), mail.outbox) == (1, 2, [])
    assert desk.cookies["device"].value not in tokens


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140", "Edge on Windows"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "An unknown browser"),
        ("<script>alert(1)</script>" * 20, "scriptalert1/scriptscriptalert1/script" * 2),
    ],
)
def test_what_a_browser_is_called(agent, name):
    assert name_of(agent)[:70] == name[:70]
