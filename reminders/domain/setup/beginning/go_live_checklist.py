"""What is still missing before patients get texts, as a check list; and whether the provider knows
us.

What can be seen from here is checked; what lies in the provider's account is for a person to look
at.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.contrib.auth.models import User

from reminders.domain.common.connections import release_connection
from reminders.domain.demo.seed import LOGINS
from reminders.domain.links import addresses
from reminders.domain.operations.health import Pulse
from reminders.domain.sending import circuit_breaker, webhook_secrets
from reminders.domain.signing_in import second_factor
from reminders.models import Location, Message, ReminderRule, Wording
from reminders.provider import CredentialsRefused, MessagesApi, MessagesApiError, NotFound

TESTED_LATELY = timedelta(days=30)
OPT_OUT_WORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT")
"""What carriers take for an opt-out; the provider then blocks the number by itself."""

State = Literal["ok", "todo", "look"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: done, to be done, or for a person to look at."""

    state: State
    title: str
    words: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """What the provider said to our credentials."""

    ok: bool
    words: str


ACCOUNT_SWITCHES = (
    (
        "Social sending",
        "Off. It holds texts back outside 08:00 to 18:00 of the account's own time, so that a "
        "reminder "
        "could arrive after the visit. We keep texting hours per location ourselves.",
    ),
    (
        "De-duplication",
        "Know whether it is on: the same words to the same number within 24 hours are then "
        "rejected. Our "
        "texts name who and when, so they differ.",
    ),
    (
        "Opt-out words",
        "On, with the provider's own confirmation. A number that opts out is blocked there and "
        "here alike.",
    ),
    (
        "Two-way numbers",
        "The sender must be able to receive. A name as sender can't be answered: patients "
        "could only call.",
    ),
    (
        "Delivery reports and replies",
        "Left in the queues that we read. Another program on the same account that reads them "
        "takes them "
        "from us.",
    ),
)
"""What to look at in the provider's account: the switch, and how it should stand and why."""


def check_credentials(api: MessagesApi, *, now: datetime) -> CheckVerdict:
    """Ask the provider something harmless, to see whether it takes our credentials."""
    # Before the call: it may last as long as the time-out, and the pool is the staff pages'.
    release_connection()
    try:
        # An id that nobody has: “not found” comes only after the credentials were taken.
        api.status(str(uuid.uuid4()))
    except NotFound:
        circuit_breaker.provider_answered(now=now)
        return CheckVerdict(True, "The provider answers and takes our credentials.")
    except CredentialsRefused:
        return CheckVerdict(
            False,
            "The provider refuses our credentials. Check the key, the secret and the account.",
        )
    except MessagesApiError as error:
        return CheckVerdict(False, f"The provider can't be reached: {error}")
    return CheckVerdict(True, "The provider answers and takes our credentials.")


def check_list(pulse: Pulse, *, now: datetime) -> list[Check]:
    """Everything to be seen to before going live, in the order to do it."""
    return [
        *_account(pulse),
        *_set_up(),
        _tested(now=now),
        *_running(pulse, now=now),
        *_surroundings(now=now),
    ]


def _account(pulse: Pulse) -> Iterator[Check]:
    if not settings.MESSAGES_API_IS_SANDBOX:
        yield Check("ok", "Connected to a provider", settings.MESSAGES_API_URL)
    else:
        yield Check(
            "todo",
            "Connect to the provider",
            "Texts go to the sandbox on this machine, to a phone in the browser. Set "
            "MESSAGES_API_URL, "
            "MESSAGES_API_KEY and MESSAGES_API_SECRET, then start again.",
        )
    if pulse.brake == "credentials":
        yield Check(
            "todo", "Credentials", "The provider refuses them: check the key and the secret."
        )
    yield Check(
        "look", "Look at the account's switches", "See below: some of them hold texts back."
    )


def _set_up() -> Iterator[Check]:
    places = list(Location.objects.filter(active=True).values_list("name", "phone"))
    if not places:
        yield Check(
            "todo",
            "Locations",
            "Add the first one: its time zone, phone and texting hours.",
            "locations",
        )
    else:
        without = [name for name, phone in places if not phone]
        words = (
            f"Without a phone for patients to call: {', '.join(without[:3])}." if without else ""
        )
        yield Check("todo" if without else "ok", "Locations", words, "locations" if without else "")
    rules = ReminderRule.objects.filter(active=True).count()
    yield Check(
        "ok" if rules else "todo",
        "Rules",
        "" if rules else "Without a rule nothing is sent.",
        "rules",
    )


def _tested(*, now: datetime) -> Check:
    tests = Message.objects.filter(kind=Message.Kind.TEST, created_at__gt=now - TESTED_LATELY)
    # What the sandbox delivered proves nothing about the provider.
    arrived = tests.filter(state=Message.State.DELIVERED)
    if not settings.MESSAGES_API_IS_SANDBOX and arrived.exists():
        return Check("ok", "A test text arrived")
    return Check(
        "todo",
        "Send a test text to your own phone",
        "On this page. It should arrive within a minute.",
    )


def _running(pulse: Pulse, *, now: datetime) -> Iterator[Check]:
    troubles = set(pulse.troubles(now=now))
    silent = "beat" in troubles
    words = (
        "Start the worker and the scheduler: without them nothing is sent or received."
        if silent
        else ""
    )
    yield Check("todo" if silent else "ok", "Worker and scheduler are running", words)
    # That the sandbox gives its replies proves nothing about the provider.
    polled = "poll" not in troubles and not settings.MESSAGES_API_IS_SANDBOX
    words = "From the sandbox only." if settings.MESSAGES_API_IS_SANDBOX else _NOT_LATELY
    yield Check("ok" if polled else "todo", "Replies are fetched", "" if polled else words)


_NOT_LATELY = "None so far, or not lately."


def _surroundings(*, now: datetime) -> Iterator[Check]:
    if settings.PUBLIC_URL and webhook_secrets.are_pushes_taken(now=now):
        yield Check("ok", "Replies can be pushed", f"To {settings.PUBLIC_URL}")
    elif settings.PUBLIC_URL:
        yield Check(
            "todo",
            "Have pushes signed",
            "Under “Pushed replies” on this page. Until then replies are only fetched: without a "
            "signature anybody could answer for a patient.",
        )
    else:
        every = round(settings.POLL_EVERY.total_seconds())
        yield Check(
            "look",
            "Replies are not pushed",
            f"Fetched every {every} seconds. With PUBLIC_URL they come at once.",
        )
    yield from _links()
    if _has_demo_users():
        yield Check(
            "todo",
            "Remove the demo users",
            "Whoever knows the demo knows their passwords.",
            "users",
        )
    lacking = second_factor.lacking()
    if lacking:
        yield Check(
            "look",
            "More than a password",
            f"{lacking} of those who may change texts have no passkey or app yet. They are led "
            "to it "
            "at their next sign-in, once a real provider is set.",
            "people",
        )
    if settings.EMBEDDED_DATABASE:
        yield Check(
            "look",
            "Keep backups",
            f"The database lies under {settings.DATA_DIR}. For more than one machine set "
            "DATABASE_URL.",
        )
    if not settings.ADMINS:
        yield Check(
            "look", "E-mails to administrators", "Set ADMINS and EMAIL_URL to be told of troubles."
        )


def _links() -> Iterator[Check]:
    """Wordings whose links are left out of the texts, because no phone would get there."""
    if not addresses.site() and Wording.objects.filter(text__contains="{link}").exists():
        yield Check("todo", "Links are left out of texts", addresses.NO_SITE, "wordings")


def _has_demo_users() -> bool:
    names = [name for name, _ in LOGINS]
    # All of them: a clinic may have a user called “manager” of its own.
    return User.objects.filter(username__in=names, is_active=True).count() == len(names)
