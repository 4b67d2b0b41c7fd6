"""A clinic that writes by WhatsApp first: real database, real clients, the sandbox over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from reminders.domain.common.turns import for_ever
from reminders.domain.replies.receive import (
    apply_waiting_replies,
    receive_replies,
    receive_reports,
)
from reminders.domain.roads.road import work_off
from reminders.domain.roads.whatsapp.callbacks import keep
from reminders.domain.roads.whatsapp.client import conversation_api
from reminders.domain.roads.whatsapp.road import WhatsAppRoad
from reminders.domain.roads.whatsapp.templates import hand_in, list_templates
from reminders.domain.sending.recording.left_behind import abandon_claims
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.setup.whatsapp_templates import rows_of_templates
from reminders.models import Appointment, Contact, Message, Reminder
from reminders.provider import MessagesApi
from reminders.provider.conversation import read_callback, verify_callback
from reminders.sandbox import Sandbox
from reminders.sandbox.conversation_api.callbacks import SECRET
from tests import factories as make
from tests.faults.support.world import World

WAIT = timedelta(minutes=15)


class Reached(NamedTuple):
    """A text that arrived on a phone, `at` seconds of the sandbox's clock."""

    at: float
    road: str
    phone: str
    words: str


class Practice(World):
    """One clinic with one rule, by WhatsApp first and after 15 minutes by SMS."""

    def __init__(self, sandbox: Sandbox, api: MessagesApi) -> None:
        super().__init__(sandbox, api)
        self.rule = make.make_confirmation_rule(whatsapp_minutes=15)
        self.site = self.place(name="Harbour Dental", phone="")
        self.road = WhatsAppRoad(conversation_api())

    def register(self) -> None:
        """Have every template that the rules want approved."""
        for row in rows_of_templates():
            hand_in(conversation_api(), row.new, now=self.now)
        list_templates(conversation_api(), now=self.now)

    def visit(self, phone: str = "", *, agreed: bool = True, **values: Any) -> Appointment:
        """Somebody's visit of which they are to be told in an hour."""
        (visit,) = self.book(place=self.site, **values)
        values = {"phone": phone or make.phone()}
        values |= {"whatsapp_agreed_at": self.now} if agreed else {}
        Contact.objects.filter(pk=visit.contact_id).update(**values)
        Reminder.objects.filter(appointment=visit).update(phone=values["phone"])
        visit.refresh_from_db()
        return visit

    def ring(self) -> None:
        """The rings that have to do with these texts, and what WhatsApp pushed."""
        self.send()
        self.whatsapp()
        if Message.objects.filter(cancel_requested_at__isnull=False, cancel_settled_at=None):
            withdraw_stale(self.api, clock=self.clock)
        abandon_claims(now=self.now)
        if Message.objects.filter(road="sms"):
            self.send()
            receive_reports(self.api, now=self.now)
            receive_replies(self.api, now=self.now)
        apply_waiting_replies(now=self.now)
        self.send()
        self.whatsapp()

    def whatsapp(self) -> None:
        """WhatsApp's own ring, until it has nothing to do."""
        self.pushes()
        while work_off(self.road, clock=self.clock, go_on=for_ever):
            self.pushes()

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

    @staticmethod
    def messages() -> list[tuple[str, str]]:
        """Road and state of our messages, in order."""
        return list(Message.objects.order_by("created_at", "-road").values_list("road", "state"))

    @staticmethod
    def reminders() -> list[tuple[str, str, str]]:
        """State, reason and the road of the message of our reminders."""
        return list(Reminder.objects.order_by("pk").values_list("state", "reason", "message__road"))
