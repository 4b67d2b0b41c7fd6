"""A user with an app, and the codes that it shows."""

import time
from base64 import b32decode
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_user

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RIGHT = {"username": "ann", "password": "a long password"}
SECOND = "/sign-in/second-step/"


def code(secret: str = SECRET, *, later: int = 0) -> str:
    """What the app shows now, or so many times half a minute later."""
    assert b32decode(secret)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def wrong_code() -> str:
    """Six digits that the app shows at no time near now."""
    shown = {code(later=n) for n in range(-2, 3)}
    return next(one for one in ("000000", "111111", "222222", "333333") if one not in shown)


def with_app(username: str = "ann", **values: Any) -> User:
    """Somebody who set an app up, with recovery codes."""
    user = make_user(username, **({"group": "manager"} | values))
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def recovery_codes(user: User) -> list[str]:
    """Those that are left."""
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def is_signed_in(client: Client) -> bool:
    """Whether the start page opens."""
    return bool(client.get("/").status_code == 200)
