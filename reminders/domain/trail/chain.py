"""The chain: each entry's seal covers its contents, its place and the seal before it.

Seals are keyed (HMAC-SHA-256), so that whoever can write to the database, and to it alone, can't
make a chain anew that holds. The key comes from `TRAIL_KEY`, else from `SECRET_KEY`. Pure, but for
reading those two.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC

from django.conf import settings

from reminders.models import TrailEntry, TrailState

NOTHING = bytes(32)
"""The seal before the first entry."""
OTHER_KEY = "sealed with a key that is not here; put the former SECRET_KEY into TRAIL_KEY"
MISSING, CHANGED, ENDS = "missing", "changed", "the ends of the chain were changed"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a chain was followed: the last place, and its seal."""

    position: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain breaks first, and how."""

    position: int
    words: str

    def __str__(self) -> str:
        return f"entry {self.position}: {self.words}"


def keys() -> dict[str, bytes]:
    """The keys that are known here by their names; seals are made with the first."""
    secrets = [settings.TRAIL_KEY, settings.SECRET_KEY] if settings.TRAIL_KEY else []
    made = [_derived(secret) for secret in secrets or [settings.SECRET_KEY]]
    return {_name(key): key for key in made}


def seal_of(entry: TrailEntry, *, after: Place, key: bytes) -> bytes:
    """The seal of an entry in the place after this one."""
    # As JSON: every field has its own marks, so nothing can be moved from one to the next unseen.
    contents = json.dumps(
        [
            after.seal.hex(),
            after.position + 1,
            entry.pk,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.kind,
            entry.source,
            entry.user_id,
            entry.address,
            entry.contact_id,
            entry.appointment_id,
            entry.details,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hmac.digest(key, contents.encode(), "sha256")


def seal_of_ends(state: TrailState, *, key: bytes) -> bytes:
    """The seal of both ends, without which a shorter chain would look whole."""
    ends = [
        "ends",
        state.first_position,
        bytes(state.first_seal).hex(),
        state.last_position,
        bytes(state.last_seal).hex(),
    ]
    return hmac.digest(key, json.dumps(ends).encode(), "sha256")


def break_of_ends(state: TrailState, *, known: Mapping[str, bytes]) -> Break | None:
    """Whether the ends are as they were sealed."""
    key = known.get(state.key)
    if key is None:
        return Break(state.last_position, OTHER_KEY)
    right = hmac.compare_digest(seal_of_ends(state, key=key), bytes(state.ends_seal))
    return None if right else Break(state.last_position, ENDS)


def follow(
    entries: Iterable[TrailEntry], *, after: Place, known: Mapping[str, bytes]
) -> Place | Break:
    """Follow sealed entries in their order from a place on: to where they end, or break first."""
    here = after
    for entry in entries:
        following = here.position + 1
        if entry.position != following:
            return Break(following, MISSING)
        key = known.get(entry.key)
        if key is None:
            return Break(following, OTHER_KEY)
        right, stored = seal_of(entry, after=here, key=key), bytes(entry.seal or b"")
        if not hmac.compare_digest(right, stored):
            return Break(following, CHANGED)
        here = Place(following, stored)
    return here


def _derived(secret: str) -> bytes:
    # One for this use alone: whatever else is made of SECRET_KEY seals nothing here.
    return hmac.digest(secret.encode(), b"reminders.trail", "sha256")


def _name(key: bytes) -> str:
    return hmac.digest(key, b"name", "sha256").hex()[:8]
