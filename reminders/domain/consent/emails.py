"""E-mail addresses of people: kept from what diaries say, agreed to, stopped, and found dead.

What was said of an address holds for everybody who has it. Whether a mail goes is `sending`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Q

from reminders.domain.common.audit import IMPORT, Actor, record_contacts
from reminders.domain.common.locks import lock_contacts
from reminders.domain.common.rows import fetch
from reminders.domain.consent.email_addresses import LONGEST, EmailProblem, read_address
from reminders.models import Contact, EmailRoad, EmailState

_AT_ONCE = 2_000


class _Said(NamedTuple):
    """What the diary says of somebody's address, at their latest visit that says anything."""

    contact_id: int
    words: str


# Two columns that differ come out as two addresses, and so as none: nobody guesses.
_SAID = """
SELECT DISTINCT ON (visit.contact_id) visit.contact_id, said.words
FROM reminders_appointment visit
JOIN LATERAL (
    SELECT string_agg(DISTINCT visit.extra ->> kept.name, '; ') AS words
    FROM unnest(%(columns)s::text[]) AS kept (name)
    WHERE trim(visit.extra ->> kept.name) <> ''
) said ON said.words IS NOT NULL
WHERE visit.extra ?| %(columns)s::text[]
ORDER BY visit.contact_id, visit.starts_at DESC, visit.id
"""


def keep_addresses(columns: Collection[str], *, now: datetime) -> int:
    """Give people the address that their diary says, where it is news; return how many changed.

    What staff wrote since stays until the diary says something new. Consent is another thing: it
    comes with the address only where somebody said so for the whole site.
    """
    if not columns:
        return 0
    said = {one.contact_id: one.words[:LONGEST] for one in _read(columns)}
    agrees = EmailRoad.objects.filter(diary_agrees=True).exists()
    ids, changed = sorted(said), 0
    for start in range(0, len(ids), _AT_ONCE):
        portion = ids[start : start + _AT_ONCE]
        changed += _keep({pk: said[pk] for pk in portion}, agrees=agrees, now=now)
    return changed


def _read(columns: Collection[str]) -> list[_Said]:
    return fetch(_Said, _SAID, {"columns": list(columns)})


def _keep(said: Mapping[int, str], *, agrees: bool, now: datetime) -> int:
    with transaction.atomic():
        ids = lock_contacts(Contact.objects.filter(pk__in=said, forgotten_at=None))
        people = Contact.objects.filter(pk__in=ids)
        news = [one for one in people if one.email_as_given != said[one.pk]]
        read = {one.pk: read_address(said[one.pk]) for one in news}
        known = states_of(one for one in read.values() if not isinstance(one, EmailProblem))
        lines = []
        for one in news:
            one.email_as_given, address = said[one.pk], read[one.pk]
            if isinstance(address, EmailProblem) or address == one.email:
                continue
            lines.append((one.pk, {"email": [one.email, address]}))
            one.email, one.email_state = address, known.get(address, EmailState.WORKS)
            stopped = one.email_state == EmailState.STOPPED
            # Another address wants a consent of its own.
            one.email_agreed_at = now if agrees and not stopped else None
            one.updated_at = now
        columns = ["email_as_given", "email", "email_state", "email_agreed_at", "updated_at"]
        Contact.objects.bulk_update(news, columns)
        record_contacts("contact_changed", lines, by=IMPORT, now=now)
    return len(lines)


def states_of(addresses: Iterable[str]) -> dict[str, EmailState]:
    """How these addresses have fared with whoever has them; those that work are left out."""
    rows = Contact.objects.filter(email__in=set(addresses)).exclude(email_state=EmailState.WORKS)
    return {one: EmailState(state) for one, state in rows.values_list("email", "email_state")}


def let_all_agree(*, by: Actor, now: datetime) -> int:
    """Take every address that a diary gave as agreed to; return how many people that is."""
    theirs = Contact.objects.filter(email_agreed_at=None, forgotten_at=None)
    theirs = theirs.exclude(email="").exclude(email_as_given="").exclude(email_state="stopped")
    with transaction.atomic():
        ids = lock_contacts(theirs)
        Contact.objects.filter(pk__in=ids).update(email_agreed_at=now, updated_at=now)
        lines: list[tuple[int, Mapping[str, Any]]] = [
            (pk, {"email_agreed_at": ["", now.isoformat()]}) for pk in ids
        ]
        record_contacts("contact_changed", lines, by=by, now=now)
    return len(ids)


def stop(address: str, *, by: Actor, now: datetime) -> int:
    """Nothing more goes to this address; return for how many people that is news."""
    theirs = Contact.objects.filter(email=address).exclude(email_state=EmailState.STOPPED)
    return _mark(theirs, EmailState.STOPPED, "email_stopped", by=by, now=now)


def note_dead(address: str, *, by: Actor, now: datetime) -> int:
    """Mail to this address comes back; return for how many people that is news."""
    theirs = Contact.objects.filter(email=address, email_state=EmailState.WORKS)
    return _mark(theirs, EmailState.BOUNCED, "email_bounced", by=by, now=now)


def note_reached(address: str, *, at: datetime) -> None:
    """Somebody opened what was sent to this address."""
    Contact.objects.filter(email=address).update(email_reached_at=at)


def is_stopped(address: str) -> bool:
    """Whether nothing goes to this address any more."""
    theirs = Contact.objects.filter(email=address)
    return theirs.exists() and not theirs.exclude(email_state=EmailState.STOPPED).exists()


def figures() -> dict[str, int]:
    """How many people have an address, and how it stands with them."""
    has = ~Q(email="")
    works = has & Q(email_state=EmailState.WORKS, email_agreed_at__isnull=False)
    return Contact.objects.filter(forgotten_at=None).aggregate(
        addresses=Count("pk", filter=has),
        mailed=Count("pk", filter=works),
        bounced=Count("pk", filter=has & Q(email_state=EmailState.BOUNCED)),
        stopped=Count("pk", filter=has & Q(email_state=EmailState.STOPPED)),
        unread=Count("pk", filter=Q(email="") & ~Q(email_as_given="")),
    )


def _mark(theirs: Any, state: EmailState, kind: str, *, by: Actor, now: datetime) -> int:
    # Any: a query set of people
    with transaction.atomic():
        ids = lock_contacts(theirs)
        changes: dict[str, Any] = {"email_state": state, "updated_at": now}
        if state == EmailState.STOPPED:
            changes["email_agreed_at"] = None
        Contact.objects.filter(pk__in=ids).update(**changes)
        record_contacts(kind, [(pk, {}) for pk in ids], by=by, now=now)
    return len(ids)
