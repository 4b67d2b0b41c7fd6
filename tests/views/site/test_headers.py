"""What every answer tells a browser: what may run, what is never used, and from where."""

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/nowhere/", "/admin/", "/healthz"])
def test_every_answer_has_its_headers(client, path):
    client.force_login(make_user("ann", group="administrator"))
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]

    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'",
                 "frame-ancestors 'none'", "form-action 'self'"):  # fmt: skip
        assert part in policy
    assert ("unsafe-eval" in policy) is path.startswith("/admin/")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_scripts_reach_no_cookie():
    client = Client()
    client.get("/sign-in/")

    assert client.cookies
    assert all(cookie["httponly"] for cookie in client.cookies.values())
    assert {cookie["samesite"] for cookie in client.cookies.values()} == {"Lax"}


def test_trace_is_not_answered():
    assert Client().trace("/").status_code in (302, 405)
