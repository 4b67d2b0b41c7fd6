"""A clinic that writes by e-mail: real database, a real mail server, the sandbox over HTTP."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import count
from typing import Any

from django.test import Client
from icalendar import Calendar

from reminders.domain.common.turns import for_ever
from reminders.domain.links.keep import find_link
from reminders.domain.replies.acting.press import Pressed
from reminders.domain.replies.receive import apply_waiting_replies, receive_replies, receive_reports
from reminders.domain.roads.email.news import note_page_seen
from reminders.domain.roads.email.road import EmailRoad
from reminders.domain.roads.road import work_off
from reminders.domain.sending.recording.left_behind import abandon_claims
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.visit_page import show, shown
from reminders.domain.visit_page.answer import Answer, press
from reminders.models import Appointment, Contact, Message, Reminder
from reminders.models import EmailRoad as Road
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.roads.mailserver import MailServer, attached, part
from tests.faults.support.world import World

WAIT = timedelta(minutes=60)
SITE = "https://reminders.example"
_names = count(1)


class Practice(World):
    """One clinic with one rule: by e-mail first and after an hour by SMS, or with a copy."""

    def __init__(
        self,
        sandbox: Sandbox,
        api: MessagesApi,
        server: MailServer,
        *,
        minutes: int = 60,
        now: datetime = make.NOON,
    ) -> None:
        super().__init__(sandbox, api, now=now)
        sandbox.set_clock(now)
        self.server = server
        self.rule = make.make_confirmation_rule(email_minutes=minutes)
        self.site = self.place(name="Harbour Dental", phone="020 7946 0000")
        Road.objects.create(pk=1, on=True)
        self.road = EmailRoad()

    def visit(self, name: str = "ann", *, agreed: bool = True, **values: Any) -> Appointment:
        """Somebody's visit of which they are to be told in an hour."""
        language = values.pop("language", "")
        (visit,) = self.book(place=self.site, **values)
        address = f"{name}-{next(_names)}@home.example"
        Contact.objects.filter(pk=visit.contact_id).update(
            email=address, email_agreed_at=self.now if agreed else None, language=language
        )
        visit.refresh_from_db()
        return visit

    def ring(self) -> None:
        """The rings that have to do with these texts."""
        self.send()
        self.email()
        if Message.objects.filter(cancel_requested_at__isnull=False, cancel_settled_at=None):
            withdraw_stale(self.api, clock=self.clock)
        abandon_claims(now=self.now)
        self.send()
        receive_reports(self.api, now=self.now)
        receive_replies(self.api, now=self.now)
        apply_waiting_replies(now=self.now)
        self.send()
        self.email()

    def email(self) -> None:
        """E-mail's own ring, until it has nothing to do."""
        while work_off(self.road, clock=self.clock, go_on=for_ever):
            pass

    def until(self, **span: float) -> None:
        """Let time pass, then all rings."""
        self.pass_time(timedelta(**span))
        self.ring()

    def texts(self) -> list[str]:
        """What reached phones."""
        sent = [one for one in self.sandbox.account.order if one.status == "delivered"]
        return [one.submitted["content"] for one in sent]

    def press(self, mail: EmailMessage, button: str) -> None:
        """The patient presses a button of the page, as it is shown at this time."""
        link = find_link(page_of(mail).removeprefix("/v/"))
        assert link
        page = show.page_of(link, now=self.now)
        assert page
        field = shown.sign(link, page.visits, proved=())
        note_page_seen(link, now=self.now)
        answer = Answer(button=button, number=1)
        assert press(link, answer, shown.read(field, link), now=self.now) is Pressed.DONE

    @property
    def mails(self) -> list[EmailMessage]:
        """What the mail server took."""
        return self.server.mails

    @staticmethod
    def messages() -> list[tuple[str, str]]:
        """Road and state of our messages, in order."""
        return list(Message.objects.order_by("created_at", "-road").values_list("road", "state"))

    @staticmethod
    def reminders() -> list[tuple[str, str, str]]:
        """State, reason and the road of the message of our reminders."""
        return list(Reminder.objects.order_by("pk").values_list("state", "reason", "message__road"))


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
