"""What a page that somebody looks at was made of, signed into its forms.

It stands for a session and for Django's token against forged forms: nobody who does not have the
page can make one, it goes with no cookie, and it says what the answer was given to.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing

from reminders.domain.visit_page.show import PageVisit
from reminders.models import VisitLink

SALT = "reminders.visit-page"
HOLDS_FOR = timedelta(hours=12)
"""A page that was open longer is shown anew before anything is done."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`marks` by the visits' places in the text, `proved` places of which details were shown."""

    marks: dict[int, str]
    proved: frozenset[int]
    nonce: str


def sign(link: VisitLink, visits: Sequence[PageVisit], *, proved: Collection[int]) -> str:
    """The hidden field of a page's forms. Holds no id and nothing of a person."""
    held = {
        "l": link.digest[:16],
        "m": {str(one.number): one.mark for one in visits},
        "p": sorted(proved),
        # So that a second click is known as one, and a later press of the same button is not.
        "n": secrets.token_urlsafe(6),
    }
    return signing.dumps(held, salt=SALT, compress=True)


def read(field: str, link: VisitLink) -> Shown | None:
    """What the page showed; None for another link's, a forged or an old one."""
    try:
        held: Any = signing.loads(field, salt=SALT, max_age=HOLDS_FOR)  # Any: as it was signed
    except signing.BadSignature:
        return None
    if held["l"] != link.digest[:16]:
        return None
    marks = {int(number): mark for number, mark in held["m"].items()}
    return Shown(marks, frozenset(held["p"]), held["n"])
