"""Set-up: the way to everything that is set up rarely."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.clock.wall_time import tzdata_version
from reminders.domain.common.access import Scope
from reminders.domain.operations.health import take_pulse
from reminders.domain.roads.whatsapp.client import is_on
from reminders.models import Practitioner, ReminderRule, Service, TaughtReply, Wording
from reminders.views.shared.pages import StaffRequest, staff_page


@dataclass(frozen=True)
class Tile:
    """One way on: where to, what is there, and how it stands."""

    address: str
    icon: str
    title: str
    words: str

    @property
    def href(self) -> str:
        """Where it leads."""
        return reverse(self.address)


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """Everything that can be set up, with how it stands."""
    groups = [
        ("Texts", _texts()),
        ("Your practice", _practice(request.scope)),
        ("Running it", _running()),
    ]
    shown = [
        (title, [tile for tile in tiles if request.scope.opens(tile.address)])
        for title, tiles in groups
    ]
    context = {
        "groups": [(title, tiles) for title, tiles in shown if tiles],
        "tzdata": tzdata_version(),
    }
    return render(request, "setup.html", context)


def _texts() -> list[Tile]:
    on = ReminderRule.objects.filter(active=True).count()
    own = Wording.objects.count()
    taught = TaughtReply.objects.filter(removed_at=None).count()
    return [
        Tile(
            "rules",
            "rules",
            "Rules",
            f"When texts go out: {_count(on, 'rule')} on",
        ),
        Tile(
            "wordings",
            "wordings",
            "Wordings",
            f"What texts say, in 11 languages; {own} of your own"
            if own
            else "What texts say, in 11 languages",
        ),
        *_email(),
        *_whatsapp(),
        Tile(
            "taught_replies",
            "chat-question",
            "Taught replies",
            f"Texts that always mean the same: {taught}",
        ),
        Tile(
            "ready_lines",
            "chat",
            "Ready lines",
            "What you answer again and again",
        ),
    ]


def _email() -> list[Tile]:
    """Only where a mail server is set up: else there is nothing to do."""
    words = "First, or as a copy beside the text; from whom, and to whom"
    return [Tile("email", "send", "E-mail", words)] if settings.PATIENTS_MAIL else []


def _whatsapp() -> list[Tile]:
    """Only where it is set up: else there is nothing to do."""
    words = "Which words it has approved, and who agreed to it"
    return [Tile("whatsapp", "chat", "WhatsApp", words)] if is_on() else []


def _practice(scope: Scope) -> list[Tile]:
    places = len(scope.locations)
    people = Practitioner.objects.filter(active=True).count()
    services = Service.objects.filter(active=True).count()
    return [
        Tile(
            "locations",
            "place",
            "Locations",
            f"{_count(places, 'location')}: time zone, phone, texting hours",
        ),
        Tile(
            "closed_days",
            "calendar",
            "Closed days",
            "Public holidays, breaks: when nobody is there",
        ),
        Tile(
            "practitioners",
            "person",
            "Practitioners",
            _count(people, "practitioner"),
        ),
        Tile(
            "services",
            "diary",
            "Services",
            f"{_count(services, 'service')}, with instructions for the text",
        ),
        Tile(
            "calendars",
            "calendar",
            "Calendars",
            "Visits in a calendar program, by a secret address",
        ),
        Tile(
            "age_rule",
            "people",
            "Children",
            "From which age patients get their own texts",
        ),
        Tile(
            "taught_answers",
            "import",
            "Teach it your software",
            "What your diary’s columns and words mean",
        ),
    ]


def _running() -> list[Tile]:
    now = timezone.now()
    pulse = take_pulse(now=now)
    troubles = len(pulse.troubles(now=now))
    return [
        Tile(
            "connection",
            "connection",
            "Connection",
            f"{_count(troubles, 'thing')} to look at" if troubles else "All is well",
        ),
        *([_after_restore()] if pulse.held else []),
        _kept_for(),
        _trail(),
        Tile(
            "admin:auth_user_changelist",
            "people",
            "Users",
            "Who may do what, and where",
        ),
        Tile(
            "people",
            "key",
            "People who sign in",
            "What a sign-in takes, and who lost it",
        ),
        Tile(
            "admin:django_celery_beat_periodictask_changelist",
            "clock",
            "Schedules",
            "How often texts are sent and replies fetched",
        ),
        Tile(
            "admin:index",
            "admin",
            "Admin",
            "Everything that is stored, to look at",
        ),
    ]


def _after_restore() -> Tile:
    """Only while texts are held: nobody else has anything to do there."""
    return Tile("after_restore", "warning", "After a restore", "No texts go out")


def _kept_for() -> Tile:
    return Tile(
        "retention",
        "history",
        "How long things are kept",
        "What goes each night, and where data lies",
    )


def _trail() -> Tile:
    """For those who see every location, as it is of all of them."""
    return Tile("trail", "person-check", "Who did what", "Sign-ins, looks, downloads")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
