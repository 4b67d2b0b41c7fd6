"""Whether it is still the same person at the keyboard: proof is fresh for a quarter of an hour.

Signing in is proof, and so is the password or a second factor asked for again. Kept in the session.
A page that an open browser must not be enough for calls `require`; `views.door` catches the error
and
leads to the proof.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

FRESH = timedelta(minutes=15)
LENIENT = timedelta(minutes=45)
"""For a form that was opened in time: who filled it in slowly shall not lose it."""
_KEY = "proved_at"


class ProofNeeded(Exception):
    """It is too long ago; afterwards one goes on at `back`, or where one was."""

    def __init__(self, back: str = "") -> None:
        super().__init__("Proof is needed again.")
        self.back = back


def note(session: MutableMapping[str, Any], *, now: datetime) -> None:
    """The user has just shown who they are."""
    session[_KEY] = now.timestamp()


def is_fresh(session: Mapping[str, Any], *, now: datetime, sent: bool = False) -> bool:
    """Whether that was a short while ago; `sent` for a form that was opened before."""
    at = float(session.get(_KEY) or 0)
    # Nor from the future: after a clock was set back, a proof would stay fresh for hours.
    return 0 <= now.timestamp() - at <= (LENIENT if sent else FRESH).total_seconds()


def require(session: Mapping[str, Any], *, now: datetime, sent: bool, back: str = "") -> None:
    """Go on only with fresh proof. Raises ProofNeeded."""
    if not is_fresh(session, now=now, sent=sent):
        raise ProofNeeded(back)
