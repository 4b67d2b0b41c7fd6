"""Where sessions are kept: in the database, under a digest of their key, and for so long.

A copy of the database holds no key that a browser could show. A session ends a while after the last
click, and some hours after signing in whatever is clicked; what a page looks up by itself keeps
nothing open.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Plain
from django.utils import timezone

from reminders.models import SessionLimits, StaffSession

DESK, LOCKED = "desk", "locked"
"""At which trusted desk somebody sits, and whether it waits for them to unlock it."""
STARTED, DEVICE, ADDRESS = "started_at", "device", "address"
TOUCHED_AFTER = timedelta(minutes=1)
_LENGTH = 40


def digest(key: str) -> str:
    """What stands in the database for a key; 160 bits of it."""
    # Quick and without a salt: a key is random, so there are no likely ones to try.
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


class SessionStore(Plain):
    """Django's own, with keys of which only digests are kept.

    Its asynchronous half is left as it is: it looks for plain keys and finds none.
    """

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        """Rows that know whose they are."""
        return StaffSession

    def _get_session_from_db(self) -> StaffSession | None:
        found = StaffSession.objects.filter(
            session_key=digest(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            # A key that is not here is never taken over: else somebody could plant one and wait.
            self._session_key = None
        else:
            self.seen_at = found.seen_at
        return found

    def exists(self, session_key: str) -> bool:
        """Whether a key is taken."""
        return StaffSession.objects.filter(session_key=digest(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        """The row as it is saved; saving is a click."""
        now = timezone.now()
        started = _started(data, now=now)
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]  # untyped
        return StaffSession(
            session_key=digest(key),
            session_data=self.encode(data),
            expire_date=_ends(started, now=now, at_desk=bool(data.get(DESK))),
            user_id=data.get(SESSION_KEY),
            started_at=started,
            seen_at=now,
            device=data.get(DEVICE, "")[:80],
            address=data.get(ADDRESS, "")[:60],
        )

    def delete(self, session_key: str | None = None) -> None:
        """Delete the row of a key, or this one's."""
        key = session_key if session_key is not None else self.session_key
        if key is not None:
            StaffSession.objects.filter(session_key=digest(key)).delete()

    def touch(self) -> None:
        """Somebody clicked: it goes on for a while, up to its end. Once a minute is enough."""
        now = timezone.now()
        # A locked one is not unlocked by clicking on.
        if self.get(LOCKED):
            return
        if self.seen_at is None or now - self.seen_at < TOUCHED_AFTER or not self.session_key:
            return
        started = _started({STARTED: self.get(STARTED)}, now=now)
        ends = _ends(started, now=now, at_desk=bool(self.get(DESK)))
        # An update only: a session that was ended meanwhile is not brought back by a click.
        rows = StaffSession.objects.filter(session_key=digest(self.session_key))
        rows.update(seen_at=now, expire_date=ends)


def _started(data: dict[str, Any], *, now: datetime) -> datetime:
    at = data.get(STARTED)
    return datetime.fromtimestamp(at, UTC) if at else now


def limits() -> tuple[timedelta, timedelta]:
    """After how long without a click a session ends, and after how long in any case."""
    most_idle, most = settings.SESSION_IDLE, settings.SESSION_LONGEST
    chosen = SessionLimits.objects.first()
    if chosen is None:
        return most_idle, most
    # The environment's is the most: it may have been lowered since somebody chose.
    idle, longest = timedelta(minutes=chosen.idle_minutes), timedelta(hours=chosen.longest_hours)
    return min(most_idle, idle), min(most, longest)


def _ends(started: datetime, *, now: datetime, at_desk: bool) -> datetime:
    idle, longest = limits()
    # At a trusted desk the pages are locked after the idle limit, and the sign-in waits.
    return started + longest if at_desk else min(now + idle, started + longest)
