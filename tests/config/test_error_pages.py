"""The page of an error under DEBUG: what somebody needs to mend it, and no secret."""

import secrets
import sys

import pytest
from django.test import RequestFactory
from django.views.debug import technical_500_response

HIDDEN = secrets.token_hex(16)
"""Made anew, since the page shows the lines of this file."""
SECRETS = {
    "SECRET_KEY": HIDDEN,
    "CELERY_BROKER_URL": f"redis://ann:{HIDDEN}@broker.example/0",
    "EMAIL_HOST_PASSWORD": HIDDEN,
    "SENTRY_DSN": f"https://{HIDDEN}@errors.example/1",
    "MESSAGES_API_SECRET": HIDDEN,
    "WEBHOOK_SECRET": HIDDEN,
    "OIDC_CLIENT_SECRET": HIDDEN,
    "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [{"secret": HIDDEN}]}},
    "STORAGES": {"default": {"BACKEND": "x", "OPTIONS": {"access": HIDDEN}}},
}


@pytest.mark.parametrize("accepts", ["text/html", "text/plain"])
def test_it_shows_neither_settings_nor_cookies_nor_values(settings, accepts):
    for name, value in SECRETS.items():
        setattr(settings, name, value)
    settings.DEBUG = True
    request = RequestFactory().post(
        "/sign-in/",
        {"username": "ann", "password": HIDDEN},
        headers={"accept": accepts, "authorization": HIDDEN, "cookie": f"sessionid={HIDDEN}"},
        DATABASE_URL=f"postgres://ann:{HIDDEN}@db/x",
    )
    try:
        raise_with(HIDDEN)
    except ValueError:
        page = technical_500_response(request, *sys.exc_info()).content.decode()

    assert ("ValueError" in page, HIDDEN in page) == (True, False)


def raise_with(patient: str) -> None:
    raise ValueError(len(patient))
