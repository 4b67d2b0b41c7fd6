"""The connection to the provider: whether it works, a test text to one's own phone, and how to go
live.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from reminders.domain.clock.wall_time import tzdata_version
from reminders.domain.common import database_clock
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.operations import health
from reminders.domain.operations.alerts import banners
from reminders.domain.operations.doctor.examine import examined
from reminders.domain.phones.parsing import PhoneNumber, can_receive_sms, read_phone
from reminders.domain.sending.client import messages_api
from reminders.domain.sending.outbox import queue_text
from reminders.domain.setup import signed_pushes
from reminders.domain.setup.beginning import go_live_checklist
from reminders.models import Location, Message
from reminders.views.door.again import prove
from reminders.views.shared.pages import StaffRequest, staff_action, staff_page

JUST_NOW = timedelta(minutes=1)
WATCH_FOR = timedelta(minutes=5)
USEFUL_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class ConnectionNews:
    """When something of the connection last happened, in UTC."""

    title: str
    at: datetime | None
    now: datetime

    @property
    def words(self) -> str:
        if self.at is None:
            return "never"
        return (
            "just now" if self.now - self.at < JUST_NOW else f"{timesince(self.at, self.now)} ago"
        )


class TestForm(forms.Form):
    __test__ = False  # to pytest: no test class
    phone = forms.CharField(
        label="Your own mobile number",
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_phone(self) -> str:
        """The number in E.164, read as one of the first location's country."""
        read = read_phone(self.cleaned_data["phone"], self.country)
        if not isinstance(read, PhoneNumber) or not can_receive_sms(read):
            raise forms.ValidationError(
                "That is no number that can be texted. Write it with + and the country."
            )
        return read.e164


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """Everything about the connection on one page."""
    now = timezone.now()
    pulse = health.take_pulse(now=now)
    context = {
        "now": now,
        "pulse": pulse,
        "troubles": banners(now, pulse),
        "checks": [
            (check, _address(check.href)) for check in go_live_checklist.check_list(pulse, now=now)
        ],
        "news": _news(pulse, now=now),
        "provider": urlsplit(settings.MESSAGES_API_URL).hostname,
        "sandbox": settings.MESSAGES_API_URL if settings.MESSAGES_API_IS_SANDBOX else "",
        "auth": settings.MESSAGES_API_AUTH,
        "key": _masked(settings.MESSAGES_API_KEY),
        "account": settings.MESSAGES_API_ACCOUNT,
        "source": settings.MESSAGES_SOURCE_NUMBER,
        "zones": _zones(),
        **_signing(),
        "tzdata": tzdata_version(),
        "opt_out_words": go_live_checklist.OPT_OUT_WORDS,
        "switches": go_live_checklist.ACCOUNT_SWITCHES,
        "form": TestForm(country=_country(request)),
    }
    return render(request, "connection.html", context)


@staff_page
def doctor(request: StaffRequest) -> HttpResponse:
    """Everything that the product stands on, looked over; asked for by the page once it is open."""
    found, at = examined(messages_api(), now=database_clock.now(), again="again" in request.GET)
    amiss = sum(one.level == "danger" for one in found)
    return render(request, "connection/doctor.html", {"findings": found, "at": at, "amiss": amiss})


@staff_action
def check(request: StaffRequest) -> HttpResponse:
    """Ask the provider now whether it takes our credentials."""
    verdict = go_live_checklist.check_credentials(messages_api(), now=timezone.now())
    return render(request, "connection/verdict.html", {"verdict": verdict})


@staff_action
def test(request: StaffRequest) -> HttpResponse:
    """Send a text to one's own number and show what becomes of it."""
    form = TestForm(request.POST, country=_country(request))
    if not form.is_valid():
        return render(request, "connection/test.html", {"form": form}, status=422)
    now = timezone.now()
    place = request.scope.locations[0] if request.scope.locations else None
    # The second of the clock makes each test a text of its own: the provider may drop equal ones.
    of_place = f" from {place.name}" if place else ""
    message = queue_text(
        kind=Message.Kind.TEST,
        phone=form.cleaned_data["phone"],
        text=f"A test of appointment texts{of_place}, {now:%H:%M:%S} UTC.",
        location=place,
        now=now,
        # A test that comes an hour later would say “works” about a connection that did not.
        expires_at=now + USEFUL_FOR,
        created_by_id=request.user.pk,
    )
    enqueue_after_commit("send")
    return render(
        request, "connection/test.html", {"form": form, "message": message, "watch": True}
    )


@staff_action
def sign(request: StaffRequest) -> HttpResponse:
    """Have the provider sign what it pushes."""
    prove(request, back=reverse("connection"))
    verdict = signed_pushes.set_up(messages_api(), by=request.scope.actor, now=timezone.now())
    return render(request, "connection/signed.html", {"verdict": verdict} | _signing())


@staff_page
def test_state(request: StaffRequest, pk: uuid.UUID) -> HttpResponse:
    """What has become of a test text; asked again until it ends."""
    # Tests only: whoever may see the connection may not read every patient's text.
    message = get_object_or_404(Message, pk=pk, kind=Message.Kind.TEST)
    # Ends: a tab left open over night must not ask on and on.
    watch = not message.is_final and timezone.now() - message.created_at < WATCH_FOR
    return render(request, "connection/state.html", {"message": message, "watch": watch})


def _signing() -> dict[str, object]:
    return {
        "push_key": signed_pushes.present_key() if settings.PUBLIC_URL else None,
        "own_key": bool(settings.WEBHOOK_PUBLIC_KEY),
        "real": not settings.PROVIDER_IS_HERE,
        "public_url": settings.PUBLIC_URL,
    }


def _country(request: StaffRequest) -> str:
    place = request.scope.locations[0] if request.scope.locations else None
    return place.country if place else settings.DEFAULT_COUNTRY


def _news(pulse: health.Pulse, *, now: datetime) -> list[ConnectionNews]:
    at = health.last_news(pulse)
    return [
        ConnectionNews("A text was accepted", at["accepted"], now),
        ConnectionNews("A delivery report came in", at["report"], now),
        ConnectionNews("Replies were fetched", at["replies_polled"], now),
        ConnectionNews("Delivery reports were fetched", at["reports_polled"], now),
        ConnectionNews("The clock rang", at["heartbeat"], now),
    ]


def _masked(secret: str) -> str:
    """Enough of a key to recognise it."""
    # A short key would be told whole by its first and last letters.
    return f"{secret[:4]}…{secret[-2:]}" if len(secret) > 8 else "…"


def _zones() -> list[str]:
    return sorted(set(Location.objects.filter(active=True).values_list("zone", flat=True)))


def _address(what: str) -> str:
    names = {
        "locations": "locations",
        "wordings": "wordings",
        "rules": "rules",
        "users": "admin:auth_user_changelist",
        "people": "people",
    }
    return reverse(names[what]) if what else ""
