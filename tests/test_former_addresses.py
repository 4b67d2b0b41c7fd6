"""Pushes to other addresses than the present one: former ones are taken, nobody's are counted."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from config.launcher.local import derived_secret
from reminders.domain.operations import refused_pushes
from reminders.domain.sending.webhook_secrets import present
from reminders.models import Reply, Trouble
from tests.webhooks.test_webhooks import post, pushed_reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unsigned(settings: Settings) -> None:
    settings.WEBHOOK_PUBLIC_KEY = ""


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        (pushed_reply(), 1),
        ({"status": "delivered", "message_id": "M1", "delivery_report_id": "R1"}, 1),
        ({"nothing": "here"}, 0),
        (b"\xff\x00", 0),
        (b"", 0),
    ],
)
def test_a_push_to_an_address_that_is_nobodys_is_counted_if_it_looks_like_the_providers(
    body: object, counted: int
) -> None:
    refused_pushes._Seen.by_code.clear()

    assert post(body, path="/webhooks/messages/of-somebody-else/") == (404, "not found")

    assert sum(Trouble.objects.filter(code="pushes").values_list("count", flat=True)) == counted
    assert Reply.objects.count() == 0


def test_a_flood_of_wrong_pushes_is_written_down_now_and_then() -> None:
    refused_pushes._Seen.by_code.clear()

    for _ in range(20):
        post(pushed_reply(), path="/webhooks/messages/of-somebody-else/")
    refused_pushes._Seen.by_code["pushes"].written_at = float("-inf")
    post(pushed_reply(), path="/webhooks/messages/of-somebody-else/")

    assert Trouble.objects.get().count == 21


def test_after_a_change_of_secret_key_what_is_pushed_to_former_addresses_is_taken(
    settings: Settings,
) -> None:
    settings.WEBHOOK_SECRET, settings.SECRET_KEY = "", "the first key"
    addresses = [present(now=timezone.now()), derived_secret("the first key", "webhook")]

    settings.SECRET_KEY = "another key"

    for number, secret in enumerate(addresses):
        body = pushed_reply(reply_id=f"r-{number}")
        assert post(body, path=f"/webhooks/messages/{secret}/") == (200, "stored")
