"""Sign-ins, let in or refused: into the trail, and into the log in one form that others read by.

Programs such as fail2ban shut out addresses by these lines (docs/going-live.md): a user is named by
id, an address is checked before it is written, and nothing that was typed gets there.
"""

from __future__ import annotations

import logging

from django.contrib.auth.models import User

from reminders.domain.trail.visitor import current
from reminders.domain.trail.write import Detail, Kind, digest, note

log = logging.getLogger("reminders.sign_ins")


def let_in(user: User, *, by: list[str]) -> None:
    """Somebody has signed in, by these means."""
    log.info("sign-in accepted address=%s user=%d", _address(), user.pk)
    note(Kind.SIGN_IN, user_id=user.pk, details={"by": by})


def refused(why: str, *, name: str = "", user_id: int | None = None, pause: bool = False) -> None:
    """A sign-in under this name, or of this user, was not right; `pause` for one too many.

    `why` is one word: the lines of the log are read by it.
    """
    if user_id is None and name:
        user_id = User.objects.filter(username=name).values_list("pk", flat=True).first()
    _write(why, user_id)
    details: dict[str, Detail] = {"why": f"{why}, a pause began" if pause else why}
    # What was typed for a name may be a password: tries under one name are told by its digest.
    if user_id is None and name:
        details["name"] = digest(name)
    note(Kind.REFUSED, user_id=user_id, details=details)


def told_to_wait() -> None:
    """A sign-in during a pause: for the log alone, or a machine that tries would fill the trail."""
    _write("paused", None)


def _write(why: str, user_id: int | None) -> None:
    log.warning("sign-in refused address=%s user=%s why=%s", _address(), user_id or "-", why)


def _address() -> str:
    return current().address or "unknown"
