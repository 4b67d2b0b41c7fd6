"""How mail to patients leaves, from the environment."""

from __future__ import annotations

import sys

import pytest

from config.environment import Environment
from config.roads import SMTP, patients_mail

SERVICE = {"EMAIL_SERVICE": "Postmark", "EMAIL_SERVICE_KEY": "k", "EMAIL_SERVICE_WEBHOOK": "u:p"}


def test_a_mail_server_takes_it_where_there_is_one() -> None:
    way, _ = patients_mail(Environment({}), server=True, sandbox="")

    assert way
    assert (way.backend, way.service) == (SMTP, "")
    assert patients_mail(Environment({}), server=False, sandbox="") == (None, {})


def test_beside_the_sandbox_nothing_else_does() -> None:
    way, _ = patients_mail(Environment(SERVICE), server=True, sandbox="http://127.0.0.1:1")

    assert way
    assert way.backend.endswith("in_browser.EmailBackend")
    assert way.options == {"url": "http://127.0.0.1:1"}


def test_a_service_takes_its_key_and_tells_by_a_password() -> None:
    way, known = patients_mail(Environment(SERVICE), server=True, sandbox="")

    assert way
    assert way.backend == "anymail.backends.postmark.EmailBackend"
    assert known == {
        "POSTMARK_SERVER_TOKEN": "k",
        "WEBHOOK_SECRET": "u:p",
        "REQUESTS_TIMEOUT": 10,
    }


def test_mailgun_needs_the_key_that_signs_its_pushes() -> None:
    given = {"EMAIL_SERVICE": "mailgun", "EMAIL_SERVICE_KEY": "k", "EMAIL_SERVICE_WEBHOOK": "u:p"}
    env = Environment(given)
    patients_mail(env, server=False, sandbox="")
    assert [words.partition(":")[0] for words in env.problems] == ["Mailgun signs what it pushes"]

    env = Environment(given | {"EMAIL_SERVICE_SIGNING_KEY": "s"})
    _, known = patients_mail(env, server=False, sandbox="")
    assert env.problems == []
    assert known["MAILGUN_WEBHOOK_SIGNING_KEY"] == "s"


def test_a_service_without_a_key_or_without_the_package_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env = Environment({"EMAIL_SERVICE": "postmark"})
    patients_mail(env, server=False, sandbox="")
    assert env.problems == ["EMAIL_SERVICE takes EMAIL_SERVICE_KEY as well."]

    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "anymail", raising=False)
    monkeypatch.setattr(sys, "meta_path", [])
    env = Environment(SERVICE)
    patients_mail(env, server=False, sandbox="")

    assert env.problems == ["EMAIL_SERVICE takes a package more: pip install django-anymail."]
