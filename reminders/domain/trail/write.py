"""Add to the trail: one statement for each thing that is done, before anybody sees what came of it.

An entry is committed before the answer leaves, so a process that dies takes none with it. It is
added unsealed and locks nothing: pages never wait for each other. Names, numbers and the words of a
search never get here; a search is noted by a digest that only this installation can make.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from reminders.domain.trail.visitor import current
from reminders.models import TrailEntry

Kind = TrailEntry.Kind
Detail = int | str | bool | Sequence[int] | Sequence[str]
SALT = "reminders.trail.search"
_LENGTH = 16


def note(
    kind: Kind,
    *,
    contact_id: int | None = None,
    appointment_id: int | None = None,
    user_id: int | None = None,
    details: Mapping[str, Detail] | None = None,
) -> None:
    """Add one entry, safe on disk once the caller's transaction is, or at once where there is none.

    Who and from where is the `visitor`'s; `user_id` where it is somebody else, as at a sign-in.
    """
    _add(kind, [contact_id], appointment_id, user_id, details or {}, soon=False)


def look(*contact_ids: int, page: str, appointment_id: int | None = None) -> None:
    """These patients are about to be shown, on the page of this name."""
    _add(Kind.LOOK, contact_ids, appointment_id, None, {"page": page}, soon=True)


def search(words: str, *, page: str, found: int) -> None:
    """So many were found by these words, which are not kept."""
    _add(Kind.SEARCH, [None], None, None, {"digest": digest(words), "page": page, "found": found},
         soon=True)  # fmt: skip


def digest(words: str) -> str:
    """The same for the same words in any case; elsewhere nobody can try words on it."""
    plain = " ".join(words.casefold().split())
    secret = settings.TRAIL_KEY or settings.SECRET_KEY
    return salted_hmac(SALT, plain, secret=secret, algorithm="sha256").hexdigest()[:_LENGTH]


def _add(
    kind: Kind,
    contact_ids: Sequence[int | None],
    appointment_id: int | None,
    user_id: int | None,
    details: Mapping[str, Detail],
    *,
    soon: bool,
) -> None:
    who = current()
    given: dict[str, Any] = {  # Any: one type for each parameter
        "kind": kind,
        "source": who.source,
        "user": who.user_id() if user_id is None else user_id,
        "address": who.address,
        "contacts": list(contact_ids),
        "appointment": appointment_id,
        "details": json.dumps({**details, **({"login": who.login} if who.login else {})}),
    }
    # Looks are many, and waiting for the disk would cost each page milliseconds: it is written
    # there a moment later. A web process that dies loses none; a database server that crashes may
    # lose those of its last half second. Never within a transaction: all of it would be as soft.
    soft = soon and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(_ADD_SOON if soft else _ADD, given)


# The database's clock: one for all machines, and none that a web server's administrator sets.
_ADD = """
INSERT INTO reminders_trailentry
    (at, kind, source, user_id, address, contact_id, appointment_id, details, key)
SELECT clock_timestamp(), %(kind)s, %(source)s, %(user)s, %(address)s, contact, %(appointment)s,
    %(details)s::jsonb, ''
FROM unnest(%(contacts)s::bigint[]) AS contact
"""
# Local to the one transaction that a statement by itself is, so nothing else is written so.
_ADD_SOON = _ADD + "WHERE set_config('synchronous_commit', 'off', true) = 'off'"
