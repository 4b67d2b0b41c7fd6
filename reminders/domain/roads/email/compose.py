"""A mail about one visit: what the rule's wording says and what its page shows, as text and as
HTML, with the file for a calendar.

Besides that wording nothing in it says who comes to whom, or why; nothing in an address, a header
or the subject is of a person.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from reminders.domain.links.addresses import address_of, site
from reminders.domain.roads.email.access import sender
from reminders.domain.visit_page.calendar import calendar_of
from reminders.domain.visit_page.show import page_of
from reminders.domain.visit_page.words import is_right_to_left, words_in
from reminders.domain.wording import known_language
from reminders.models import Reminder, ReminderRule, VisitLink

UNSUBSCRIBE = "/u/"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to leave; `id` is its message's, `kept` its text without addresses."""

    id: uuid.UUID
    to: str
    sender: str
    subject: str
    text: str
    html: str
    kept: str
    unsubscribe: str
    calendar: bytes | None

    @property
    def message_id(self) -> str:
        """The same whatever happens, and of nobody: a random id at our site."""
        return message_id_of(self.id)

    def as_django_has_it(self) -> EmailMultiAlternatives:
        """With its headers; a service gets the id as metadata besides."""
        one = EmailMultiAlternatives(
            self.subject,
            self.text,
            self.sender,
            [self.to],
            headers={
                "Message-ID": self.message_id,
                "List-Unsubscribe": f"<{self.unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                # No answering machine is to answer it.
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )
        one.attach_alternative(self.html, "text/html")
        if self.calendar:
            one.attach("appointment.ics", self.calendar, "text/calendar; method=PUBLISH")
        one.metadata = {"message": str(self.id)}  # type: ignore[attr-defined]  # of anymail
        return one


def message_id_of(id: uuid.UUID) -> str:
    """Our id of a mail, as mail servers know it."""
    return f"<{id}@{urlsplit(site()).hostname or 'localhost'}>"


class Secrets(NamedTuple):
    """Of the two addresses in a mail: of the page, and to unsubscribe."""

    link: str
    stop: str


def compose(link: VisitLink, *, to: str, said: str, secrets: Secrets, now: datetime) -> Mail | None:
    """The mail whose buttons lead to this link; None where there is nothing to write about. `said`
    is what the rule's wording says.
    """
    page = page_of(link, now=now)
    if page is None or len(page.visits) != 1 or page.is_stopped:
        return None
    visit = page.visits[0]
    language = known_language(link.language or visit.place.language)
    words = words_in(language)
    unsubscribe = f"{site()}{UNSUBSCRIBE}{secrets.stop}"
    context: dict[str, Any] = {  # Any: what a template is given
        "words": words,
        "language": language,
        "rtl": is_right_to_left(language),
        "visit": visit,
        "said": said,
        # The wording has told what to bring.
        "note": "" if visit.note in said else visit.note,
        "moved": not said and _tells_of_a_move(link.message_id),
        "page": address_of(secrets.link),
        "unsubscribe": unsubscribe,
    }
    text = render_to_string("mail/visit.txt", context).strip() + "\n"
    return Mail(
        id=link.message_id,
        to=to,
        sender=formataddr((visit.place.name, sender())),
        subject=f"{words['title']}: {visit.date}, {visit.time}",
        text=text,
        kept=render_to_string("mail/kept.txt", context).strip(),
        html=render_to_string("mail/visit.html", context),
        unsubscribe=unsubscribe,
        calendar=calendar_of(link, visit.number, now=now),
    )


def _tells_of_a_move(message_id: uuid.UUID) -> bool:
    moved = Reminder.objects.filter(rule__kind=ReminderRule.Kind.MOVED)
    return moved.filter(message=message_id).exists()
