"""While texts go to the sandbox, every page says so and shows the way to its phone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reminders.domain.operations.health import take_pulse
from reminders.domain.operations.periodic_tasks import note
from reminders.domain.setup.beginning.go_live_checklist import check_list
from reminders.models import Location
from tests.factories import make_appointment, make_contact, make_location, make_message, make_user

pytestmark = pytest.mark.django_db
LINE = "Sandbox: no real texts go out"
PAGES = ("/", "/inbox/", "/set-up/", "/set-up/connection/", "/statistics/", "/admin/")


@pytest.fixture
def client(settings: Settings) -> Client:
    """An administrator's, while the sandbox is set."""
    settings.MESSAGES_API_IS_SANDBOX = True
    client = Client()
    client.force_login(make_user(group="administrator"))
    return client


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_so_and_none_with_a_real_provider(
    client: Client, settings: Settings, path: str
) -> None:
    said = LINE in client.get(path).content.decode()
    settings.MESSAGES_API_IS_SANDBOX = False
    still = LINE in client.get(path).content.decode()

    assert (said, still) == (True, False)


def test_the_sign_in_says_so_but_leads_nowhere(client: Client) -> None:
    page = Client().get("/sign-in/").content.decode()

    assert LINE in page
    assert "Open the phone" not in page


def test_the_phone_is_offered_to_browsers_on_its_machine_only(
    client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "reminders.example"]

    pages = [
        client.get("/", headers={"host": host}).content.decode()
        for host in ("localhost:8000", "reminders.example")
    ]

    assert ["Open the phone" in page for page in pages] == [True, False]


def test_the_phone_opens_with_the_patient_who_was_asked_about_the_next_visit(
    client: Client, settings: Settings
) -> None:
    settings.MESSAGES_API_URL = "http://127.0.0.1:8001"
    place, now = make_location(), timezone.now()
    assert phone_of(client) == "http://127.0.0.1:8001/"
    for hours, number, state in (
        (5, "+447700900005", "delivered"),
        (3, "+447700900003", "delivered"),
        (2, "+447700900002", "failed"),
    ):
        ask(place, hours, number, state)
    make_message(
        appointment=make_appointment(location=place, starts_at=now + timedelta(hours=1)),
        asks="",
        phone="+447700900001",
        scheduled_at=now - timedelta(minutes=1),
    )

    assert phone_of(client) == "http://127.0.0.1:8001/#+447700900003"


def ask(place: Location, hours: int, number: str, state: str) -> None:
    now = timezone.now()
    contact = make_contact(phone=number)
    starts_at = now + timedelta(hours=hours)
    make_message(
        appointment=make_appointment(location=place, contact=contact, starts_at=starts_at),
        asks="yes_no",
        phone=number,
        state=state,
        scheduled_at=now - timedelta(minutes=1),
        accepted_at=now,
    )


def phone_of(client: Client) -> str:
    return str(client.get("/sandbox-phone/").headers["Location"])


def test_with_a_real_provider_there_is_no_such_phone(client: Client, settings: Settings) -> None:
    settings.MESSAGES_API_IS_SANDBOX = False

    assert client.get("/sandbox-phone/").status_code == 404


def test_what_the_sandbox_does_ticks_nothing_of_going_live(
    client: Client, settings: Settings
) -> None:
    now = timezone.now()
    note("replies", started=now)
    pulse = take_pulse(now=now)
    assert "poll" not in pulse.troubles(now=now)

    states = {check.title: check.state for check in check_list(pulse, now=now)}

    assert [states[title] for title in (
        "Connect to the provider", "Send a test text to your own phone", "Replies are fetched"
    )] == ["todo", "todo", "todo"]  # fmt: skip
