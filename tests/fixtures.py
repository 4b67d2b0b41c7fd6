"""Fixtures that many tests share: the sandbox over real HTTP, our own client of it, and
Chromium.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoDbBlocker, Settings

from config.roads import SMTP, PatientsMail, WhatsApp
from reminders.domain.roads.whatsapp.client import conversation_api
from reminders.domain.sending.client import messages_api
from reminders.models import ReminderRule
from reminders.provider import MessagesApi
from reminders.provider.conversation import ConversationApi
from reminders.sandbox import Sandbox
from reminders.sandbox.conversation_api.callbacks import SECRET
from tests.clean_up import keep_what_is_there
from tests.domain.roads.mailserver import MailServer
from tests.factories import NOON

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The first is Chromium without a window, and takes half the time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """One imitation of the provider for the whole session."""
    with Sandbox(pace=0).serve() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, settings: Settings) -> Sandbox:
    """An empty sandbox whose clock stands at NOON; the settings point to it."""
    running_sandbox.reset()
    running_sandbox.change_settings(pace=0, push_retry_after=0.02)
    running_sandbox.set_clock(NOON)
    settings.MESSAGES_API_URL = running_sandbox.url
    settings.MESSAGES_API_KEY = running_sandbox.key
    settings.MESSAGES_API_SECRET = running_sandbox.secret
    messages_api.cache_clear()
    return running_sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[MessagesApi]:
    """Our client, talking to the sandbox."""
    with MessagesApi(
        base_url=sandbox.url, key=sandbox.key, secret=sandbox.secret, timeout=3
    ) as client:
        yield client


@pytest.fixture
def whatsapp_on(sandbox: Sandbox, settings: Settings) -> ConversationApi:
    """The settings lead WhatsApp to the sandbox; our client of it."""
    settings.WHATSAPP = WhatsApp(
        "sandbox", "01KSANDBOX", sandbox.key, sandbox.secret, SECRET, "eu", sandbox.url
    )
    settings.MESSAGES_API_TIMEOUT = 3
    return conversation_api()


@pytest.fixture(scope="session")
def running_mail_server() -> Iterator[MailServer]:
    """One mail server for the whole session."""
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def mail_server(running_mail_server: MailServer, settings: Settings) -> MailServer:
    """An empty mail server, to which the settings lead mail to patients."""
    running_mail_server.reset()
    settings.PATIENTS_MAIL = PatientsMail(SMTP, running_mail_server.options)
    settings.PUBLIC_URL = "https://reminders.example"
    return running_mail_server


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, without the rules that every new site begins with: tests make their
    own.
    """
    with django_db_blocker.unblock():
        ReminderRule.objects.all().delete()
        keep_what_is_there()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests: Playwright's loop can be started once in a thread."""
    from playwright.sync_api import sync_playwright  # only the browser tests need it

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail(
            "Chromium is missing: install chromium-headless-shell, or set CHROMIUM to its path."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET_CHROMIUM)
        yield chromium
        chromium.close()
