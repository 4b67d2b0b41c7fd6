"""What a real provider pushes is taken signed only.

Whoever knows the address alone must not confirm or opt out for a patient.
"""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django import Settings

from reminders.models import PushKey, Reply
from tests.factories import NOON
from tests.webhooks.test_webhooks import SECRET, post, pushed_reply, signature

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real(settings: Settings) -> None:
    settings.PROVIDER_IS_HERE = False
    settings.WEBHOOK_SECRET, settings.WEBHOOK_PUBLIC_KEY = SECRET, ""


def test_nothing_unsigned_is_taken_where_there_is_no_key_at_all() -> None:
    assert post(pushed_reply()) == (401, "bad signature")
    assert Reply.objects.count() == 0


def test_the_key_that_the_button_kept_is_asked_by_its_id(settings: Settings) -> None:
    key, other = (
        rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(2)
    )
    kept = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    PushKey.objects.create(key_id="K-1", public_key=base64.b64encode(kept).decode(), made_at=NOON)
    own = other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    settings.WEBHOOK_PUBLIC_KEY = base64.b64encode(own).decode()
    body = json.dumps(pushed_reply()).encode()
    named = {"X-MessageMedia-Key-Id": "k-1"}

    answers = [
        post(body, **signature(key, signed=body), **named)[0],
        post(body, **signature(other, signed=body), **named)[0],
        post(body, **signature(other, signed=body))[0],
        post(body, **signature(key, signed=body))[0],
    ]

    assert answers == [200, 401, 200, 401]
