"""A text with a link, and the page behind it as a phone sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from reminders.domain.links.addresses import new_token
from reminders.domain.links.keep import NewLink, keep_links
from reminders.models import Appointment, Message, VisitLink
from tests import factories as make

Page = Any  # what a test client answers has attributes of its own
LATER = timedelta(days=2)


@dataclass
class Phone:
    """A phone that got one text about these visits."""

    visits: list[Appointment]
    message: Message
    token: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def path(self) -> str:
        """The link's address on the site."""
        return f"/v/{self.token}"

    @property
    def link(self) -> VisitLink:
        """The link as it is kept."""
        return VisitLink.objects.get(message=self.message)

    def open(self, **options: Any) -> Page:  # Any: headers
        """Look at the page."""
        return self.client.get(self.path, **options)

    def words(self) -> str:
        """The page's words."""
        return text_of(self.open())

    def shown(self) -> str:
        """The signed field of the page as it is now."""
        return shown_in(self.open())

    def press(self, do: str, visit: int | None = 1, **more: Any) -> Page:  # Any: fields
        """Press a button of the page as it is now, or as it was where `shown` is given."""
        form = {"do": do, "shown": more.pop("shown", None) or self.shown(), **more}
        return self.client.post(self.path, form | ({"visit": visit} if visit else {}))


def shown_in(page: Page) -> str:
    """The signed field of a page."""
    return re.findall(r'name="shown" value="([^"]*)"', page.content.decode())[0]


def text_of(page: Page) -> str:
    """What a page says, without its tags."""
    words = re.sub(r"<[^>]*>", " ", page.content.decode())
    return " ".join(words.replace("&#x27;", "'").split())


def visit_soon(**values: Any) -> Appointment:
    """A visit in two days, at noon of its place."""
    place = values.pop("location", None) or make.make_location(name="Harbour Dental")
    day = (timezone.now() + LATER).astimezone(place.tz).date()
    return make.make_appointment(day=values.pop("day", day), location=place, **values)


def texted(*visits: Appointment, language: str = "en") -> Phone:
    """The phone of the first visit's patient, which got a text about all of them."""
    first = visits[0]
    now = timezone.now()
    message = make.make_message(
        phone=first.texted.phone,
        contact=first.contact,
        appointment=first,
        location=first.location,
        asks="yes_no",
        created_at=now,
        scheduled_at=now,
        send_after=now,
        expires_at=first.starts_at,
    )
    rule = make.make_confirmation_rule()
    for visit in visits:
        make.make_handed_over(visit, rule, message=message)
    token = new_token()
    keep_links([(message.pk, NewLink(token, language))], now=now)
    return Phone(list(visits), message, token)
