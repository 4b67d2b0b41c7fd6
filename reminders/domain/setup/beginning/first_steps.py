"""The way of an empty installation to its first text: what is done, and what comes next.

What else has to stand before patients are texted is `going_live`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from reminders.domain.common.audit import name_of
from reminders.domain.rights.permissions import CONNECTION, IMPORT, INVITE
from reminders.domain.signing_in.granted import BACKEND
from reminders.models import Appointment, Location, Message

LOCATION = "reminders.add_location"
NAMED = 3


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step: whether it is done, the page where it is, what its link says and who may."""

    title: str
    words: str
    done: bool
    page: str
    link: str
    needs: str


def first_steps() -> list[FirstStep]:
    """All of them in their order; three statements."""
    return [
        FirstStep(
            "Your login",
            "You can sign in, and add your colleagues.",
            True,
            "people_invite",
            "Invite a colleague",
            INVITE,
        ),
        FirstStep(
            "The first location",
            "Where appointments take place: its name, its time zone, its country, the phone number "
            "for patients, and when texts may go out.",
            Location.objects.filter(active=True).exists(),
            "location_new",
            "Add the first location",
            LOCATION,
        ),
        FirstStep(
            "The first diary",
            "Export tomorrow’s appointments from your practice software. You see what would change "
            "before anything does.",
            Appointment.objects.exists(),
            "imports",
            "Import a diary",
            IMPORT,
        ),
        FirstStep(
            "The first text",
            "Send one to your own phone and answer it: so you see what patients see.",
            Message.objects.filter(accepted_at__isnull=False).exists(),
            "connection",
            "Send a test text",
            CONNECTION,
        ),
    ]


def next_step(steps: Sequence[FirstStep]) -> FirstStep | None:
    """What comes next; None once all are done."""
    return next((step for step in steps if not step.done), None)


def whom_to_ask(permission: str) -> str:
    """The names of those who may, for those who may not: “Ann Lee or Ben Kim”."""
    # `with_perm` wants a backend named where several are set, as django-axes makes it.
    users = User.objects.with_perm(permission, backend=BACKEND).order_by("date_joined")[:NAMED]
    names = [name_of(user) for user in users]
    if not names:
        return "an administrator"
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
