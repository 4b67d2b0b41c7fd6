"""For how long each kind of thing is kept, and since which moment what is older goes.

Days are counted from the midnight of the server's time zone. A period that somebody changes holds
from the following night on, so that a slip of the finger has lost nothing yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.models import KeptFor

MOST = 36_500


class PeriodError(ValueError):
    """A period that can't be; the text says what can."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: what it is, how many days it is kept, and how few these may be."""

    name: str
    title: str
    words: str
    days: int
    least: int


KINDS = (
    Kind(
        "texts",
        "Texts and replies",
        "Words and numbers of texts and replies. That a text went out, and what became of it, "
        "stays. "
        "Patients of whom nothing else is left go as long after the last change.",
        days=90,
        # Replies come for weeks, and a reply is read beside the text that it answers.
        least=14,
    ),
    Kind(
        "raw",
        "What the provider sent, as it came",
        "Replies, and reports that could not be read, in the provider's own form, for looking into "
        "faults.",
        days=14,
        least=1,
    ),
    Kind(
        "imports",
        "Imported files",
        "The rows of imported files, and the files themselves in the watched folder's done and "
        "failed. Taking an import back is possible until then.",
        days=30,
        least=1,
    ),
    Kind(
        "appointments",
        "Appointments",
        "Past appointments with their notes, calls and history.",
        days=730,
        # The figures of the last year are computed again from them each day.
        least=400,
    ),
    Kind("figures", "Figures", "Daily counts for the statistics; they name no patient.", 730, 400),
    Kind(
        "history",
        "History",
        "Who changed what, from what to what, and when.",
        days=730,
        least=30,
    ),
    Kind(
        "trail",
        "Trail",
        "Who signed in, looked at whom, searched, downloaded and changed rights. It goes from its "
        "oldest end; an entry about somebody on legal hold keeps all that came after it.",
        # Six years, with their leap days: what health care is asked to keep such records for.
        days=2_192,
        # The database itself refuses to let younger ones go (migration 0002).
        least=365,
    ),
    Kind(
        "sessions",
        "Ended sign-ins",
        "Sign-in sessions after they ran out, and counts of failed sign-ins.",
        days=1,
        least=0,
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Period:
    """One kind with its days as they hold now and from the coming night on."""

    kind: Kind
    days: int
    coming: int


def midnight(now: datetime) -> datetime:
    """The beginning of today by the server's time zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


def tonight(now: datetime) -> datetime:
    """The coming midnight."""
    # By the date, not 24 hours on: a day has 23 or 25 hours when the clocks change.
    return datetime.combine(today(now) + timedelta(days=1), time(), midnight(now).tzinfo)


def today(now: datetime) -> date:
    """The date by the server's time zone."""
    return midnight(now).date()


def periods(*, now: datetime) -> list[Period]:
    """All kinds with their periods, in the order of the page."""
    here, coming = days_at(midnight(now)), days_at(tonight(now))
    return [Period(kind, here[kind.name], coming[kind.name]) for kind in KINDS]


def cutoffs(at: datetime, *, days: Mapping[str, int] | None = None) -> dict[str, datetime]:
    """By kind, the moment before which everything goes at this midnight; `days` to try others."""
    # Within one zone Python computes by the wall clock: the outcome is a midnight, too.
    return {name: at - timedelta(days=kept) for name, kept in (days or days_at(at)).items()}


def days_at(at: datetime) -> dict[str, int]:
    """By kind, for how many days it is kept by what was chosen before this midnight."""
    chosen = {row.kind: row for row in KeptFor.objects.all()}
    found = {}
    for kind in KINDS:
        row = chosen.get(kind.name)
        found[kind.name] = (
            kind.days if row is None else row.days if row.changed_at < at else row.days_before
        )
    return found


@transaction.atomic
def save_periods(wanted: Mapping[str, int], *, by: Actor, now: datetime) -> bool:
    """Keep these periods from the coming night on; whether any changed. Raises PeriodError."""
    for name, days in wanted.items():
        check_period(BY_NAME[name], days)
    here, coming = days_at(midnight(now)), days_at(tonight(now))
    # Against what is to hold, not what holds: taking a change back the same day is one, too.
    changed = {name: days for name, days in wanted.items() if days != coming[name]}
    for name, days in changed.items():
        KeptFor.objects.update_or_create(
            kind=name,
            defaults={
                "days": days,
                # Of several changes on one day, what held in the morning holds until its end.
                "days_before": here[name],
                "changed_at": now,
                "changed_by_id": by.user_id,
            },
        )
    if changed:
        details = {name: [coming[name], days] for name, days in changed.items()}
        record("periods_changed", by=by, now=now, details=details)
    return bool(changed)


def check_period(kind: Kind, days: int) -> None:
    """Raise PeriodError for fewer or more days than this kind takes."""
    if not kind.least <= days <= MOST:
        raise PeriodError(f"{kind.title} take {kind.least} to {MOST:,} days.")
