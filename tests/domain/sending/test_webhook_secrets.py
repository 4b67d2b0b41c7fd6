"""The secret of the webhook: a value of its own that outlives a change of SECRET_KEY."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from config.launcher.local import derived_secret
from reminders.domain.sending.webhook_secrets import callback_url, is_ours, present
from reminders.models import WebhookSecret
from tests.factories import NOON

pytestmark = pytest.mark.django_db

GIVEN = "given-in-the-environment"
LATER = NOON + timedelta(days=100)


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.WEBHOOK_SECRET, settings.SECRET_KEY = "", "the first key"


def test_the_sandbox_pushes_to_its_own_address_unless_there_is_a_public_one(
    settings: Settings,
) -> None:
    def address() -> str:
        return (callback_url(clock=lambda: NOON) or "none").partition("/webhooks/")[0]

    settings.PUBLIC_URL = settings.SANDBOX_PUSHES_TO = ""
    assert address() == "none"
    settings.SANDBOX_PUSHES_TO = "http://127.0.0.1:8000"
    assert address() == "http://127.0.0.1:8000"
    settings.PUBLIC_URL = "https://reminders.example"
    assert address() == "https://reminders.example"


def test_it_is_made_once_and_has_nothing_to_do_with_the_key(settings: Settings) -> None:
    first = present(now=NOON)
    settings.SECRET_KEY = "another key"

    assert present(now=LATER) == first
    assert len(first) >= 40
    assert is_ours(first, now=LATER)


def test_after_an_upgrade_the_one_made_from_the_key_is_taken_even_if_the_key_changes(
    settings: Settings,
) -> None:
    before = derived_secret("the first key", "webhook")
    assert is_ours(before, now=NOON)
    assert present(now=NOON) != before

    settings.SECRET_KEY = "another key"

    assert is_ours(before, now=LATER)
    assert not is_ours(before, now=NOON + timedelta(days=181))


def test_the_one_in_the_environment_wins_and_former_ones_are_taken_on(settings: Settings) -> None:
    own = present(now=NOON)
    settings.WEBHOOK_SECRET = GIVEN
    assert present(now=NOON) == GIVEN
    settings.WEBHOOK_SECRET = "given-later-than-that"

    assert present(now=NOON) == "given-later-than-that"
    assert [is_ours(secret, now=LATER) for secret in (own, GIVEN, "given-later-than-that")] == [
        True
    ] * 3


def test_a_secret_in_use_does_not_grow_old(settings: Settings) -> None:
    settings.WEBHOOK_SECRET = GIVEN
    for day in range(0, 300, 50):
        present(now=NOON + timedelta(days=day))
    settings.WEBHOOK_SECRET = ""

    assert is_ours(GIVEN, now=NOON + timedelta(days=400))
    assert WebhookSecret.objects.filter(secret=GIVEN).count() == 1


@pytest.mark.parametrize(
    "secret", ["", " ", "x", "the first key", "é" * 40, "\ud800", "\x00", "%", "9" * 5000, "None"]
)
def test_nothing_else_is_ours(secret: str) -> None:
    present(now=NOON)

    assert not is_ours(secret, now=NOON)


def test_texts_carry_the_present_address_where_there_is_a_public_one(settings: Settings) -> None:
    settings.PUBLIC_URL = ""
    assert callback_url(clock=lambda: NOON) is None
    settings.PUBLIC_URL = "https://reminders.example/"

    secret = present(now=NOON)
    assert (
        callback_url(clock=lambda: NOON) == f"https://reminders.example/webhooks/messages/{secret}/"
    )
