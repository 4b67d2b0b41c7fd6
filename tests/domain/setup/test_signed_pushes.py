"""One button: a key is made, kept and enabled, and the account's webhook leads to us."""

from datetime import timedelta

import httpx
import pytest
from django.db import transaction
from pytest_django import Settings

from reminders.domain.common.audit import SYSTEM
from reminders.domain.sending import webhook_secrets
from reminders.domain.setup import signed_pushes
from reminders.models import AuditEntry, PushKey
from reminders.provider import MessagesApi
from reminders.provider.managed import EVENTS, TEMPLATE
from reminders.sandbox import Sandbox
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-the-tests"
ADDRESS = f"https://reminders.example/webhooks/messages/{SECRET}/"


@pytest.fixture(autouse=True)
def _public(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://reminders.example"
    settings.WEBHOOK_SECRET, settings.WEBHOOK_PUBLIC_KEY = SECRET, ""


def pressed(api: MessagesApi, *, later: timedelta = timedelta()) -> signed_pushes.SigningVerdict:
    return signed_pushes.set_up(api, by=SYSTEM, now=NOON + later)


def pushed_to(sandbox: Sandbox) -> list[tuple[str, tuple[str, ...], str]]:
    with httpx.Client(base_url=sandbox.url, auth=(sandbox.key, sandbox.secret)) as client:
        listed = client.get("/v1/webhooks/messages").json()["pageData"]
    return [(one["url"], tuple(one["events"]), one["template"]) for one in listed]


def test_the_key_is_kept_enabled_and_told_of(sandbox: Sandbox, api: MessagesApi) -> None:
    assert pressed(api) == signed_pushes.SigningVerdict(True, signed_pushes.DONE)

    key = PushKey.objects.get()
    signing = sandbox.keyring.enabled()
    assert signing is not None
    assert (key.key_id, key.public_key) == (
        signing.key_id,
        signing.created_answer()["public_key"],
    )
    assert (key.enabled_at, key.webhook_at, key.retired_at) == (NOON, NOON, None)
    assert pushed_to(sandbox) == [(ADDRESS, EVENTS, TEMPLATE)]
    assert AuditEntry.objects.get().details == {"key": key.key_id}


def test_pressed_again_it_changes_the_key_and_makes_no_second_webhook(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    pressed(api)
    first = PushKey.objects.get().key_id
    pressed(api, later=timedelta(days=1))
    second = PushKey.objects.exclude(key_id=first).get().key_id

    soon, late = (NOON + timedelta(days=1, hours=hours) for hours in (1, 30))
    assert set(webhook_secrets.push_keys(now=soon)) == {first, second}
    assert set(webhook_secrets.push_keys(now=late)) == {second}
    assert len(pushed_to(sandbox)) == 1
    present = signed_pushes.present_key()
    assert present is not None
    assert present.key_id == second


def test_a_webhook_with_a_former_secret_is_pointed_here_and_others_are_left(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    api.create_webhook("https://reminders.example/webhooks/messages/former-secret/")
    api.create_webhook("https://elsewhere.example/")

    pressed(api)

    assert [url for url, _, _ in pushed_to(sandbox)] == [ADDRESS, "https://elsewhere.example/"]


@pytest.mark.parametrize("fault", ["401", "error_500_before"])
def test_a_failure_changes_nothing_and_is_said(
    sandbox: Sandbox, api: MessagesApi, fault: str
) -> None:
    sandbox.order_fault(fault, "keys", times=1)

    verdict = pressed(api)

    assert (verdict.ok, "Nothing was changed" in verdict.words) == (False, True)
    assert (signed_pushes.present_key(), pushed_to(sandbox)) == (None, [])


def test_an_account_without_the_feature_is_told_whom_to_ask(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    sandbox.order_fault("403", "keys", times=1)

    assert pressed(api) == signed_pushes.SigningVerdict(False, signed_pushes.NO_FEATURE)


def test_a_key_that_was_kept_and_never_enabled_is_gone_on_from(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    sandbox.order_fault("error_500_before", "keys", times=1, skip=1)
    assert pressed(api).ok is False

    assert pressed(api).ok is True
    assert PushKey.objects.filter(retired_at=None).count() == 1


def test_a_webhook_that_can_not_be_made_is_said_beside_what_holds(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    sandbox.order_fault("error_500_before", "webhooks", times=1)

    verdict = pressed(api)

    assert (verdict.ok, verdict.words.startswith("Pushes are signed from now on.")) == (False, True)
    key = signed_pushes.present_key()
    assert key is not None
    assert key.webhook_at is None


def test_without_an_address_there_is_nothing_to_sign(
    sandbox: Sandbox, api: MessagesApi, settings: Settings
) -> None:
    settings.PUBLIC_URL = ""

    assert pressed(api) == signed_pushes.SigningVerdict(False, signed_pushes.NO_ADDRESS)


def test_a_real_provider_is_told_our_address_only_once_it_signs(
    settings: Settings, sandbox: Sandbox, api: MessagesApi
) -> None:
    settings.PROVIDER_IS_HERE = False
    before = webhook_secrets.callback_url(clock=lambda: NOON)

    pressed(api)

    assert (before, webhook_secrets.callback_url(clock=lambda: NOON)) == (None, ADDRESS)
    with transaction.atomic():
        PushKey.objects.all().delete()
        settings.WEBHOOK_PUBLIC_KEY = "of the environment"
        assert webhook_secrets.callback_url(clock=lambda: NOON) == ADDRESS
