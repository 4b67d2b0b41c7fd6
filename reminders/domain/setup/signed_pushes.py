"""Have the provider sign what it pushes, and push what answers no text: one button.

The key is made and kept before it signs anything, so that whatever stops us between two steps
leaves pushes as they were; pressed again, the button goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.connections import release_connection
from reminders.domain.sending import webhook_secrets
from reminders.models import PushKey
from reminders.provider import (
    ManagedWebhook,
    MessagesApi,
    MessagesApiError,
    NewSignatureKey,
    Refused,
    load_public_key,
)
from reminders.provider.managed import EVENTS, TEMPLATE

NO_ADDRESS = "Set PUBLIC_URL first: without it nothing can be pushed to us."
NO_FEATURE = (
    "The provider's account can't sign what it pushes. Ask the provider to switch on “secure "
    "callbacks” for it. Until then replies are fetched, which takes some seconds longer."
)
DONE = "Pushes are signed from now on, and those that answer no text come, too."
ONLY_SIGNED = "Pushes are signed from now on. The account's webhook could not be set up: {reason}"


@dataclass(frozen=True, slots=True)
class SigningVerdict:
    """What came of it, for people."""

    ok: bool
    words: str


def present_key() -> PushKey | None:
    """The key that signs now; None where nothing is signed by a key of ours."""
    signing = PushKey.objects.filter(retired_at=None, enabled_at__isnull=False)
    return signing.order_by("-enabled_at").first()


def set_up(api: MessagesApi, *, by: Actor, now: datetime) -> SigningVerdict:
    """Make a key, keep it, have the provider sign with it, and point its webhook to us."""
    if not settings.PUBLIC_URL:
        return SigningVerdict(False, NO_ADDRESS)
    try:
        key = _make_key(api, now=now)
    except Refused as error:
        missing = error.status == HTTPStatus.FORBIDDEN
        return SigningVerdict(False, NO_FEATURE if missing else _failed(error))
    except (MessagesApiError, ValueError) as error:
        return SigningVerdict(False, _failed(error))
    _begin(key, by=by, now=now)
    try:
        _point_webhook(api, _address(now=now))
    except MessagesApiError as error:
        return SigningVerdict(False, ONLY_SIGNED.format(reason=error))
    PushKey.objects.filter(key_id=key.key_id).update(webhook_at=now)
    return SigningVerdict(True, DONE)


def _make_key(api: MessagesApi, *, now: datetime) -> NewSignatureKey:
    # Before each call: it may last as long as the time-out, and the pool is the staff pages'.
    release_connection()
    key = api.make_signature_key()
    load_public_key(key.public_key)
    # Before it signs: a push that comes at once has to be checked by it.
    PushKey.objects.create(key_id=key.key_id, public_key=key.public_key, made_at=now)
    release_connection()
    api.enable_signature_key(key.key_id)
    return key


def _begin(key: NewSignatureKey, *, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        others = PushKey.objects.filter(retired_at=None).exclude(key_id=key.key_id)
        others.update(retired_at=now)
        PushKey.objects.filter(key_id=key.key_id).update(enabled_at=now)
        record("pushes_signed", by=by, now=now, details={"key": key.key_id})


def _address(*, now: datetime) -> str:
    address = webhook_secrets.callback_url(clock=lambda: now)
    if address is None:
        raise AssertionError("With a key and PUBLIC_URL there is an address")
    return address


def _point_webhook(api: MessagesApi, address: str) -> None:
    release_connection()
    ours = [one for one in api.webhooks() if _is_ours(one)]
    if any(_is_right(one, address) for one in ours):
        return
    # Changed and not made beside it: with a former secret in it, each reply would be refused.
    if ours:
        api.change_webhook(ours[0].webhook_id, address)
        return
    try:
        api.create_webhook(address)
    except Refused as error:
        # Two people pressed the button: the other's is ours as well.
        if error.status != HTTPStatus.CONFLICT:
            raise


def _is_ours(webhook: ManagedWebhook) -> bool:
    return webhook.url.startswith(f"{settings.PUBLIC_URL.rstrip('/')}/webhooks/messages/")


def _is_right(webhook: ManagedWebhook, address: str) -> bool:
    same = (webhook.url, webhook.template) == (address, TEMPLATE)
    return same and set(EVENTS) <= set(webhook.events)


def _failed(error: Exception) -> str:
    return f"That did not work: {error}. Nothing was changed; please try again."
