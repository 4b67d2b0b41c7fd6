"""A clinic that writes by other roads before SMS: real database, real clients, a real mail server,
the sandbox over HTTP.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import count
from typing import Any, NamedTuple

from reminders.domain.common.turns import for_ever
from reminders.domain.links.keep import find_link
from reminders.domain.replies.acting.press import Pressed
from reminders.domain.replies.receive import (
    apply_waiting_replies,
    receive_replies,
    receive_reports,
)
from reminders.domain.roads.email import road as by_email
from reminders.domain.roads.email.news import note_page_seen
from reminders.domain.roads.road import Road as ByRoad
from reminders.domain.roads.road import work_off
from reminders.domain.roads.whatsapp.callbacks import keep
from reminders.domain.roads.whatsapp.client import conversation_api
from reminders.domain.roads.whatsapp.road import WhatsAppRoad
from reminders.domain.roads.whatsapp.templates import hand_in, list_templates
from reminders.domain.sending.recording.left_behind import abandon_claims
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.setup.whatsapp_templates import rows_of_templates
from reminders.domain.visit_page import show, shown
from reminders.domain.visit_page.answer import Answer, press
from reminders.models import Appointment, Contact, EmailRoad, Message, Reminder, Road
from reminders.provider import MessagesApi
from reminders.provider.conversation import read_callback, verify_callback
from reminders.sandbox import Sandbox
from reminders.sandbox.conversation_api.callbacks import SECRET
from tests import factories as make
from tests.domain.roads.mails import page_of
from tests.domain.roads.mailserver import MailServer
from tests.faults.support.world import World

WHATSAPP, EMAIL = ("whatsapp", 15), ("email", 60)
WHATSAPP_WAIT, EMAIL_WAIT = (timedelta(minutes=road[1]) for road in (WHATSAPP, EMAIL))
BOTH = (Road.WHATSAPP, Road.EMAIL)
_names = count(1)


class Reached(NamedTuple):
    """A text that arrived on a phone, `at` seconds of the sandbox's clock."""

    at: float
    road: str
    phone: str
    words: str


class Practice(World):
    """One clinic with one rule, which tries these roads before SMS, each for its minutes; with a
    mail server it writes mail, and with WhatsApp its templates are approved.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        api: MessagesApi,
        *roads: tuple[str, int],
        server: MailServer | None = None,
        copies: bool = False,
        now: datetime = make.NOON,
    ) -> None:
        super().__init__(sandbox, api, now=now)
        sandbox.set_clock(now)
        self.rule = make.make_confirmation_rule(roads=[*map(list, roads)], email_copy=copies)
        self.site = self.place(name="Harbour Dental", phone="020 7946 0000")
        self.rings: dict[Road, ByRoad] = {}
        self.server = server or MailServer()
        if server:
            EmailRoad.objects.create(pk=1, on=True)
            self.rings[Road.EMAIL] = by_email.EmailRoad()
        if WHATSAPP in roads:
            self.rings[Road.WHATSAPP] = WhatsAppRoad(conversation_api())
            self.register()

    def register(self) -> None:
        """Have every template that the rules want approved."""
        for row in rows_of_templates():
            hand_in(conversation_api(), row.new, now=self.now)
        list_templates(conversation_api(), now=self.now)

    def visit(
        self,
        phone: str = "",
        *,
        name: str = "ann",
        agreed: Collection[Road] = BOTH,
        language: str = "",
        **values: Any,
    ) -> Appointment:
        """Somebody's visit of which they are to be told in an hour."""
        (visit,) = self.book(place=self.site, **values)
        phone = phone or visit.contact.phone
        Contact.objects.filter(pk=visit.contact_id).update(
            phone=phone,
            language=language,
            email=f"{name}-{next(_names)}@home.example",
            whatsapp_agreed_at=self.now if Road.WHATSAPP in agreed else None,
            email_agreed_at=self.now if Road.EMAIL in agreed else None,
        )
        Reminder.objects.filter(appointment=visit).update(phone=phone)
        visit.refresh_from_db()
        return visit

    # What happens

    def ring(self) -> None:
        """The rings that have to do with these texts, and what WhatsApp pushed."""
        self.send()
        self.by_roads()
        if Message.objects.filter(cancel_requested_at__isnull=False, cancel_settled_at=None):
            withdraw_stale(self.api, clock=self.clock)
        abandon_claims(now=self.now)
        self.send()
        receive_reports(self.api, now=self.now)
        receive_replies(self.api, now=self.now)
        apply_waiting_replies(now=self.now)
        self.send()
        self.by_roads()

    def by_roads(self, *only: Road) -> None:
        """The rings of these roads, or of all, until they have nothing to do."""
        self.pushes()
        while sum(self._work_off(road) for road in only or self.rings):
            self.pushes()

    def _work_off(self, road: Road) -> int:
        return work_off(self.rings[road], clock=self.clock, go_on=for_ever)

    def pushes(self) -> None:
        """What WhatsApp pushed so far arrives."""
        for one in self.sandbox.whatsapp.callbacks.take(at=self.now.timestamp()):
            verify_callback(SECRET, one.headers, one.body, now=self.now)
            keep(read_callback(one.body, now=self.now), now=self.now)

    def late_news(self, status: str) -> None:
        """WhatsApp tells, late, what became of its first text."""
        text = next(iter(self.sandbox.whatsapp.texts.values()))
        text.delivered_at = self.now.timestamp()
        self.sandbox.whatsapp._report(text, status, "", self.now.timestamp())

    def until(self, **span: float) -> None:
        """Let time pass, then all rings."""
        self.pass_time(timedelta(**span))
        self.ring()

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

    # What came of it

    def reached(self) -> list[Reached]:
        """What reached phones, in order."""
        found = [
            Reached(one.delivered_at, "whatsapp", one.number, one.words)
            for one in self.sandbox.whatsapp.texts.values()
            if one.delivered_at is not None
        ]
        sent = [one for one in self.sandbox.account.order if one.status == "delivered"]
        for one in sent:
            number, words = one.submitted["destination_number"], one.submitted["content"]
            found.append(Reached(one.delivered_at or 0.0, "sms", number, words))
        return sorted(found)

    def told(self) -> list[tuple[str, str]]:
        """The same as road and words."""
        return [(one.road, one.words) for one in self.reached()]

    def roads(self) -> list[str]:
        """By which roads phones were reached, in order."""
        return [road for road, _ in self.told()]

    def texts(self) -> list[str]:
        """What reached phones by SMS."""
        return [words for road, words in self.told() if road == "sms"]

    @property
    def mails(self) -> list[EmailMessage]:
        """What the mail server took."""
        return self.server.mails

    def came(self) -> tuple[int, list[str]]:
        """How many mails were taken, and by which roads phones were reached."""
        return len(self.mails), self.roads()

    @staticmethod
    def messages() -> Sequence[tuple[str, str]]:
        """Road and state of our messages, in order."""
        return list(Message.objects.order_by("created_at", "-road").values_list("road", "state"))

    @staticmethod
    def reminders() -> Sequence[tuple[str, str, str]]:
        """State, reason and the road of the message of our reminders."""
        return list(Reminder.objects.order_by("pk").values_list("state", "reason", "message__road"))
