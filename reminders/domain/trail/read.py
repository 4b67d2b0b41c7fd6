"""The trail as the page and its file show it: filtered, the latest first, from entry to entry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet

from reminders.domain.common.audit import name_of
from reminders.domain.common.csv_cells import csv_lines
from reminders.models import Contact, ContactMerge, Location, TrailEntry

ROWS = 50
MOST_EXPORTED = 50_000
_AT_A_TIME = 2_000
COLUMNS = (
    "number", "at (UTC)", "who", "user id", "from", "what", "patient id", "appointment id",
    "details", "seal",
)  # fmt: skip
OTHERS = {
    TrailEntry.Source.PERSON: "Not signed in",
    TrailEntry.Source.COMMAND: "The command line",
    TrailEntry.Source.SYSTEM: "The application",
}
DETAILS = {
    "change": "",
    "why": "",
    "status": "answer",
    "page": "",
    "by": "by",
    "file": "",
    "id": "",
    "first": "from",
    "last": "to",
    "as": "as",
    "found": "found:",
    "digest": "words:",
    "name": "name:",
    "sessions": "sessions:",
    "patient": "of patient",
    "command": "",
    "login": "as",
}
"""What the page puts before each detail, in this order."""
WORDS = {
    "appointment_cancel": "cancelling",
    "appointment_edit": "changing an appointment",
    "appointment_new": "booking",
    "appointment_pick": "booking",
    "appointment_text": "a text to them",
    "appointments": "appointments",
    "change": "before and after",
    "contact_data": "data",
    "contact_edit": "details",
    "contact_merge": "merging",
    "contact_responsible": "who is texted in their place",
    "contact_same": "who is the same",
    "day_sheet": "day sheet",
    "inbox_card": "inbox",
    "mfa": "second step",
    "socialaccount": "the organisation’s service",
    "totp": "app",
    "unsent": "not sent",
    "webauthn": "passkey",
}
"""Codes whose name says little to people."""
Names = Mapping[str, Mapping[int, str]]
"""For “user”, “role” and “location”, what they are called, by id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for. `until` is the moment at which the last day ends."""

    since: datetime
    until: datetime
    user: int = 0
    kind: str = ""
    contact: int = 0

    def rows(self) -> QuerySet[TrailEntry]:
        """All of it, the latest first."""
        found = TrailEntry.objects.filter(at__gte=self.since, at__lt=self.until)
        if self.user:
            found = found.filter(user_id=self.user)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.contact:
            found = found.filter(contact_id__in=entries_of(self.contact))
        return found.select_related("user").order_by("-at", "-pk")

    def page(self, *, after: tuple[datetime, int] | None, limit: int) -> list[TrailEntry]:
        """So many, behind an entry that was shown already."""
        rows = self.rows()
        if after:
            at, pk = after
            # The first half for the index, which knows nothing of “or”.
            rows = rows.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)
        return list(rows[:limit])


def entries_of(contact_id: int) -> list[int]:
    """The ids under which somebody may stand in the trail: theirs, and those merged into it."""
    merged = ContactMerge.objects.filter(kept=contact_id, split_at=None)
    return [contact_id, *merged.values_list("person", flat=True)]


def of_person(contact_id: int) -> QuerySet[TrailEntry]:
    """All that is about one person, the oldest first."""
    theirs = TrailEntry.objects.filter(contact_id__in=entries_of(contact_id))
    return theirs.select_related("user").order_by("at", "pk")


def who(entry: TrailEntry) -> str:
    """Who it was, as people are called."""
    return name_of(entry.user) if entry.user else OTHERS[TrailEntry.Source(entry.source)]


def in_words(details: Mapping[str, Any], names: Names | None = None) -> str:
    """The details of an entry in one line; without names, by ids."""
    known = names or {}
    about = [_called(kind, details[kind], known) for kind in ("user", "role") if kind in details]
    if of := details.get("of"):
        about.append(_sets(details, of, known))
    parts = [
        f"{words} {_written(details[one])}" for one, words in DETAILS.items() if details.get(one)
    ]
    return ", ".join(part.strip() for part in [*about, *parts] if part.strip())


def _sets(details: Mapping[str, Any], of: str, names: Names) -> str:
    """Such as “role Manager added”."""
    kind = of.removesuffix("s")
    how = "added" if "added" in details else "removed"
    ones = details.get(how) or [details.get(kind)]
    called = ", ".join(_called(kind, one, names).removeprefix(f"{kind} ") for one in ones)
    return f"{of if len(ones) > 1 else kind} {called} {how}"


def _called(kind: str, one: Any, names: Names) -> str:
    return names.get(kind, {}).get(one) or f"{kind} {one}"


def names_of(contact_ids: Collection[int], seen: QuerySet[Contact]) -> dict[int, str]:
    """The names of those of these people that somebody may see; one statement."""
    return {one.pk: str(one) for one in seen.filter(pk__in=contact_ids)}


def names() -> dict[str, dict[int, str]]:
    """What users (also those who left), roles and locations are called, by id and in order."""
    users = User.objects.order_by("first_name", "last_name", "username")
    return {
        "user": {one.pk: name_of(one) for one in users},
        "role": dict(Group.objects.values_list("pk", "name")),
        "location": dict(Location.objects.values_list("pk", "name")),
    }


def export(asked: Asked) -> Iterator[str]:
    """The latest `MOST_EXPORTED` as lines of a CSV file that spreadsheets open without harm."""
    return csv_lines(_lines(asked))


def _lines(asked: Asked) -> Iterator[list[str]]:
    yield list(COLUMNS)
    after, left = None, MOST_EXPORTED
    while left > 0 and (rows := asked.page(after=after, limit=min(_AT_A_TIME, left))):
        yield from map(_cells, rows)
        after, left = (rows[-1].at, rows[-1].pk), left - len(rows)


def _cells(row: TrailEntry) -> list[str]:
    return [
        str(row.position or ""),
        row.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        who(row),
        str(row.user_id or ""),
        row.address,
        row.get_kind_display(),
        str(row.contact_id or ""),
        str(row.appointment_id or ""),
        in_words(row.details),
        bytes(row.seal or b"").hex(),
    ]


def _written(value: Any) -> str:
    if isinstance(value, list):
        return " and ".join(map(_written, value))
    return WORDS.get(str(value), str(value).replace("_", " "))
