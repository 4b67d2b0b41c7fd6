"""What erasing a person would take, what would stay and why, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reminders.domain.person_data.holdings import Holdings
from reminders.domain.planning.kept_opt_outs import is_untold
from reminders.models import (
    Appointment,
    AuditEntry,
    ImportPart,
    InboxItem,
    Message,
    Suppression,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """`going`: counts and what they are; `staying`: what, and why."""

    going: tuple[tuple[int, str], ...]
    staying: tuple[tuple[str, str], ...]


def preview(held: Holdings, *, now: datetime) -> Preview:
    """Look; nothing is changed."""
    return Preview(
        going=tuple(
            (count, (one if count == 1 else many) + rest)
            for count, one, many, rest in _going(held, now=now)
            if count
        ),
        staying=tuple(_staying(held)),
    )


def _going(held: Holdings, *, now: datetime) -> list[tuple[int, str, str, str]]:
    """Counts, with the noun of one and of several, and what of it goes."""
    visits = Appointment.objects.filter(pk__in=held.appointments)
    coming = visits.filter(starts_at__gt=now, status__in=Appointment.EXPECTED).count()
    theirs = Q(contact=held.contact) | Q(appointment__in=held.appointments)
    texts = Message.objects.filter(pk__in=held.texts)
    cards = InboxItem.objects.filter(theirs).exclude(phone="")
    lines = AuditEntry.objects.filter(theirs).exclude(details={})
    return [
        (1, "entry", "", ": name, numbers, patient number, language and notes"),
        (held.contact.merges.count(), "entry", "entries", " that became part of it"),
        (coming, "coming appointment", "coming appointments", ": cancelled"),
        (
            len(held.appointments),
            "appointment",
            "appointments",
            ": notes, what else the diary said",
        ),
        (texts.withdrawable(now=now).count(), "text", "texts", " still to come: withdrawn"),
        (len(held.texts), "text", "texts", ": words and number"),
        (len(held.replies), "reply", "replies", ": words and number"),
        (cards.count(), "card", "cards", " of the inbox: the number"),
        (lines.count(), "line", "lines", " of history: what was changed, from what to what"),
        (held.rows(by_name=True).count(), "row", "rows", " of imported files"),
    ]


def _staying(held: Holdings) -> list[tuple[str, str]]:
    stays = [
        (
            "That somebody had these appointments and texts, without a name",
            "the statistics count them",
        ),
        (
            "Who of the staff did what, and when, also who looked",
            "history and trail have no gaps; they give a number that stands for nobody by then",
        ),
    ]
    if Suppression.objects.filter(phone__in=held.own, lifted_at=None).exists():
        stays.append(
            (
                "That their number is opted out, as a digest",
                "a STOP holds when somebody comes with the number again",
            )
        )
    if held.shared:
        stays.append(
            (
                "The number, with the others who have it",
                "it is theirs as well, and so is its opt-out",
            )
        )
    if ImportPart.objects.exists():
        stays.append(
            (
                "Files that wait to be imported",
                "nobody has read them yet; import or discard them first if they name this person",
            )
        )
    return [
        *stays,
        (
            "What your diary program, backups and the provider hold",
            "it is not here: whoever stands in the diary’s next file comes back with it",
        ),
    ]


def waits_for(held: Holdings) -> list[str]:
    """What has to happen before a person can be forgotten; empty where nothing has."""
    texts = Message.objects.filter(pk__in=held.texts)
    on_its_way = Q(cancel_requested_at__isnull=False, cancel_settled_at=None)
    open_ones = texts.filter(Q(state__in=_WITH_US) | on_its_way)
    # What has left can't be called back: its report would only put the wish off.
    count = open_ones.exclude(state__in=(*Message.FINAL, *Message.OUT)).count()
    words = [f"the provider to let go of {count} texts" if count != 1 else _ONE] if count else []
    rows = Suppression.objects.filter(phone__in=held.own)
    if any(is_untold(row) for row in rows):
        words.append("the provider to hear of the opt-out")
    return words


_WITH_US = (Message.State.QUEUED, Message.State.SUBMITTING, Message.State.UNKNOWN)
_ONE = "the provider to let go of a text"
