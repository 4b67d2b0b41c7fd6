"""Set-up: the way to everything that is set up rarely."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.clock.wall_time import tzdata_version
from reminders.domain.common import access
from reminders.domain.common.access import RULES, Scope
from reminders.domain.operations.health import take_pulse
from reminders.models import Practitioner, ReminderRule, Service, TaughtReply, Wording
from reminders.views.shared.pages import StaffRequest, staff_page


@dataclass(frozen=True)
class Tile:
    """One way on: where to, what is there, and how it stands."""

    href: str
    icon: str
    title: str
    words: str
    needs: str


@staff_page(RULES)
def show(request: StaffRequest) -> HttpResponse:
    """Everything that can be set up, with how it stands."""
    groups = [
        ("Texts", _texts()),
        ("Your practice", _practice(request.scope)),
        ("Running it", _running(request.scope)),
    ]
    shown = [
        (title, [tile for tile in tiles if _may(tile, request.scope)]) for title, tiles in groups
    ]
    context = {
        "groups": [(title, tiles) for title, tiles in shown if tiles],
        "tzdata": tzdata_version(),
    }
    return render(request, "setup.html", context)


def _may(tile: Tile, scope: Scope) -> bool:
    return scope.may(tile.needs)


def _texts() -> list[Tile]:
    on = ReminderRule.objects.filter(active=True).count()
    own = Wording.objects.count()
    taught = TaughtReply.objects.filter(removed_at=None).count()
    return [
        Tile(
            reverse("rules"),
            "rules",
            "Rules",
            f"When texts go out: {_count(on, 'rule')} on",
            access.RULES,
        ),
        Tile(
            reverse("wordings"),
            "wordings",
            "Wordings",
            f"What texts say, in 11 languages; {own} of your own"
            if own
            else "What texts say, in 11 languages",
            access.WORDINGS,
        ),
        Tile(
            reverse("taught_replies"),
            "chat-question",
            "Taught replies",
            f"Texts that always mean the same: {taught}",
            access.WORDINGS,
        ),
        Tile(
            reverse("admin:reminders_cannedreply_changelist"),
            "chat",
            "Canned lines",
            "What you answer again and again",
            access.RULES,
        ),
    ]


def _practice(scope: Scope) -> list[Tile]:
    places = len(scope.locations)
    people = Practitioner.objects.filter(active=True).count()
    services = Service.objects.filter(active=True).count()
    return [
        Tile(
            reverse("admin:reminders_location_changelist"),
            "place",
            "Locations",
            f"{_count(places, 'location')}: time zone, phone, texting hours",
            "reminders.change_location",
        ),
        Tile(
            reverse("admin:reminders_practitioner_changelist"),
            "person",
            "Practitioners",
            _count(people, "practitioner"),
            access.RULES,
        ),
        Tile(
            reverse("admin:reminders_service_changelist"),
            "diary",
            "Services",
            f"{_count(services, 'service')}, with instructions for the text",
            access.RULES,
        ),
        Tile(
            reverse("taught_answers"),
            "import",
            "Teach it your software",
            "What your diary’s columns and words mean",
            access.IMPORT,
        ),
    ]


def _running(scope: Scope) -> list[Tile]:
    now = timezone.now()
    troubles = len(take_pulse(now=now).troubles(now=now))
    return [
        Tile(
            reverse("connection"),
            "connection",
            "Connection",
            f"{_count(troubles, 'thing')} to look at" if troubles else "All is well",
            access.CONNECTION,
        ),
        *([] if scope.restricted else [_kept_for()]),
        Tile(
            reverse("admin:auth_user_changelist"),
            "people",
            "Users",
            "Who may do what, and where",
            access.USERS,
        ),
        Tile(
            reverse("people"),
            "key",
            "People who sign in",
            "What a sign-in takes, and who lost it",
            access.USERS,
        ),
        Tile(
            reverse("admin:django_celery_beat_periodictask_changelist"),
            "clock",
            "Schedules",
            "How often texts are sent and replies fetched",
            "django_celery_beat.change_periodictask",
        ),
        Tile(
            reverse("admin:index"),
            "admin",
            "Admin",
            "Everything that is stored, to look at",
            access.RULES,
        ),
    ]


def _kept_for() -> Tile:
    """For those who see every location: what goes, goes everywhere."""
    return Tile(
        reverse("retention"),
        "history",
        "How long things are kept",
        "What goes each night, and where data lies",
        access.CONNECTION,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
