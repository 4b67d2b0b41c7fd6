"""What a mail to a patient holds, as its reader finds it."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any

from django.test import Client
from icalendar import Calendar

from tests.domain.roads.mailserver import attached, part

SITE = "https://reminders.example"


def page_of(mail: EmailMessage) -> str:
    """The path of the page behind a mail's buttons."""
    found = re.search(rf"{SITE}(/v/\w+)", part(mail, "plain"))
    assert found
    return found[1]


def stop_of(mail: EmailMessage) -> str:
    """The path by which it is unsubscribed from."""
    header = str(mail["List-Unsubscribe"])
    assert header.startswith(f"<{SITE}/u/")
    return header.strip("<>").removeprefix(SITE)


def open_page(mail: EmailMessage) -> None:
    """The patient's browser shows the page: it loads its picture."""
    assert Client().get(f"{page_of(mail)}/seen.gif", secure=True).status_code == 200


def event_of(mail: EmailMessage) -> Any:
    """The one event of the file that hangs on a mail."""
    (event,) = Calendar.from_ical(attached(mail)).walk("VEVENT")
    return event
