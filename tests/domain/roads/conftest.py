"""Clinics that write by other roads than SMS, and deaths between two statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection

from reminders.provider import MessagesApi
from reminders.provider.conversation import ConversationApi
from reminders.sandbox import Sandbox
from tests.domain.roads.mailserver import MailServer
from tests.domain.roads.practice import EMAIL, WHATSAPP, Practice


class Killed(BaseException):
    """The process died here."""


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """Whatever runs within dies before its statement of this number, if it comes so far."""
    left = count(number, -1)

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # What ends a transaction is no point of its own: the server does that by itself.
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) and next(left) == 0:
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(die):
            yield
    except Killed:
        # What was open is rolled back; only the test's own transaction around it all is not.
        connection.set_rollback(False)


@pytest.fixture
def practice(
    db: None, sandbox: Sandbox, api: MessagesApi, whatsapp_on: ConversationApi
) -> Practice:
    """A clinic that writes by WhatsApp first."""
    return Practice(sandbox, api, WHATSAPP)


@pytest.fixture
def by_mail(db: None, sandbox: Sandbox, api: MessagesApi, mail_server: MailServer) -> Practice:
    """A clinic that writes by e-mail first."""
    return Practice(sandbox, api, EMAIL, server=mail_server)


@pytest.fixture
def with_copies(db: None, sandbox: Sandbox, api: MessagesApi, mail_server: MailServer) -> Practice:
    """A clinic that sends a copy by e-mail beside each text."""
    return Practice(sandbox, api, server=mail_server, copies=True)


@pytest.fixture
def whatsapp_then_mail(
    db: None,
    sandbox: Sandbox,
    api: MessagesApi,
    mail_server: MailServer,
    whatsapp_on: ConversationApi,
) -> Practice:
    """A clinic that writes by WhatsApp, then by e-mail."""
    return Practice(sandbox, api, WHATSAPP, EMAIL, server=mail_server)


@pytest.fixture
def mail_then_whatsapp(
    db: None,
    sandbox: Sandbox,
    api: MessagesApi,
    mail_server: MailServer,
    whatsapp_on: ConversationApi,
) -> Practice:
    """A clinic that writes by e-mail, then by WhatsApp."""
    return Practice(sandbox, api, EMAIL, WHATSAPP, server=mail_server)
