"""Everywhere data of patients is held, in plain words, for the set-up page.

docs/trust/data-map.md names every table; a test holds that, so that a new one can't be left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Place:
    """One place: what lies there, and how it goes."""

    name: str
    holds: str
    goes: str


def places() -> list[Place]:
    """Where data is held at this installation."""
    folder = str(settings.IMPORT_FOLDER) if settings.IMPORT_FOLDER else "none is watched"
    return [
        Place(
            "The database",
            "Everything that the pages show.",
            "By the periods above, at night, in small steps.",
        ),
        Place(
            f"The import folder ({folder})",
            "Diary files that another program puts there; afterwards in done and failed.",
            "In done and failed with the imported files; elsewhere your program clears up.",
        ),
        Place(
            "Logs",
            "Ids, counts and errors; no name, number or word of a patient. The address of each "
            "sign-in.",
            "By the settings of your machine.",
        ),
        Place(
            "Backups of the database",
            "What the database held on that day.",
            "You delete them; keep none for longer than the shortest time that you promise. After "
            "going back to one, tonight’s forgetting runs again; erasures since then have to be "
            "done again.",
        ),
        Place(
            "The provider of texts",
            "Texts, replies and numbers of the last 45 days, and its list of blocked numbers.",
            "By the provider’s own rules; coming texts of somebody who is erased are withdrawn.",
        ),
        Place(
            "Your diary program",
            "Where the files come from.",
            "Not here: whoever stands in the next file comes back with it. An opt-out still holds.",
        ),
    ]
