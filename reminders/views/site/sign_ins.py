"""What django-axes calls around each sign-in: it asks and tells `domain.sign_ins`, and keeps
nothing else.
"""

from __future__ import annotations

from typing import Any

from axes.handlers.base import AxesHandler
from django.http import HttpRequest
from django.utils import timezone

from reminders.domain.operations.sign_ins import end_pause, forget_failures, is_paused, note_failure
from reminders.views.door import noted


class Counting(AxesHandler):
    """Asked before a password is hashed, told after it was wrong or right."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether this sign-in has to wait."""
        name = (credentials or {}).get("username")
        return is_paused(str(name or ""), _address(request), now=timezone.now())

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        """Count it, unless it was only told to wait."""
        # Without a request it was a command or a test; what only had to wait is no further failure.
        if request is None:
            return
        if request.axes_locked_out:
            noted.told_to_wait()
            return
        name = str(credentials.get("username") or "")
        pause = note_failure(name, _address(request), now=timezone.now())
        noted.refused("password", name=name, pause=pause)
        if pause:
            # Its middleware answers by this mark: the failure that reaches the limit already reads
            # so.
            request.axes_locked_out = True

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Forget what failed under this name."""
        if request is not None:
            forget_failures(user.get_username(), _address(request))

    def reset_attempts(
        self,
        *,
        ip_address: str | None = None,
        username: str | None = None,
        ip_or_username: bool = False,
    ) -> int:
        """What `manage.py axes_reset_username NAME` and its like do."""
        return end_pause(name=username or "", address=ip_address or "")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
