"""What the page of an error shows, under DEBUG, to whoever sits there."""

from __future__ import annotations

from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from config.log.discretion import HIDDEN, SECRET_NAMES


class NoSecrets(SafeExceptionReporterFilter):
    """What the page of an error shows under DEBUG, and what an e-mail about one would hold.

    Django's own filter knows names such as PASSWORD, and is off under DEBUG; ours knows the
    addresses with passwords in them too, and is never off.
    """

    hidden_settings = SECRET_NAMES

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Nothing of a form: it may be a sign-in, or what somebody wrote of a patient."""
        return dict.fromkeys(getattr(request, "POST", ()), HIDDEN)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        """The variables of a function, without values: rows of patients pass through most."""
        return {name: type(value).__name__ for name, value in tb_frame.f_locals.items()}.items()

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        """None of them: one is the sign-in."""
        return dict.fromkeys(getattr(request, "COOKIES", ()), HIDDEN)
