"""A pass for large uploads: a signed cookie that the web server can check before it takes a body
in.

Whether somebody is signed in stands in the database, which the server's loop must not wait for. The
page with the upload form hands out the pass; it opens nothing but room for the file.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponse

COOKIE = "upload"
LASTS = 12 * 3600
"""Seconds; the page hands out a new one each time it is opened."""
_WORDS = "diary"


def hand_out(response: HttpResponse, *, path: str) -> None:
    """Give the browser a pass for uploads to this path and below."""
    response.set_cookie(
        COOKIE,
        _signer().sign(_WORDS),
        max_age=LASTS,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        # It opens room for a body and nothing else; who may import is asked by the page.
        samesite="Lax",
    )


def holds_pass(cookies: str) -> bool:
    """Whether a Cookie header holds a pass that is still good."""
    try:
        given = SimpleCookie(cookies).get(COOKIE)
        return given is not None and _signer().unsign(given.value, max_age=LASTS) == _WORDS
    # Whatever is no pass is none: the server's loop must not fall over a header.
    except (CookieError, BadSignature):
        return False


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="upload")
