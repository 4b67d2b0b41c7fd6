"""The second proof: a birth date, or the last four digits of the number that was texted.

Three tries for a link, whoever makes them. What is right for one of a family shows that one; the
number is everybody's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from reminders.domain.links.keep import give_tries_back, take_try
from reminders.models import Appointment, VisitLink

DIGITS_OF_NUMBER = 4
LONGEST = 40


class NoTriesLeftError(Exception):
    """It was wrong too often."""


def prove(link: VisitLink, visits: Sequence[tuple[int, Appointment]], written: str) -> set[int]:
    """The places of the visits whose details may be shown; none where it does not match.

    Raises NoTriesLeftError. What is empty, or neither a date nor four digits, costs no try.
    """
    groups = digit_groups(written)
    dates = set(readings(groups))
    ending = groups[0] if len(groups) == 1 and len(groups[0]) == DIGITS_OF_NUMBER else ""
    if not dates and not ending:
        return set()
    # Taken before it is looked at: many at once must not get a look more.
    if not take_try(link):
        raise NoTriesLeftError
    if ending and link.message.phone.endswith(ending):
        proved = {number for number, _ in visits}
    else:
        proved = {number for number, row in visits if row.contact.birth_date in dates}
    if proved:
        # All of them only to who knows everything: who knows one of a family could else guess at
        # the others without end.
        give_tries_back(link, every=len(proved) == len(visits))
    return proved


def digit_groups(written: str) -> list[str]:
    """The groups of digits in what somebody typed, in any script's digits."""
    plain = "".join(
        str(unicodedata.digit(letter, letter)) for letter in unicodedata.normalize("NFKC", written)
    )
    return re.findall(r"[0-9]+", plain[:LONGEST])


def readings(groups: Sequence[str]) -> Iterator[date]:
    """Every date that these digits may mean: patients write day and month in either order."""
    parts = _split(groups[0]) if len(groups) == 1 and len(groups[0]) == 8 else [groups]
    for one in parts:
        if len(one) != 3:
            continue
        first, second, third = map(int, one)
        year_first = len(one[0]) == 4
        orders = (
            [(first, second, third)]
            if year_first
            else [(third, second, first), (third, first, second)]
        )
        for year, month, day in orders:
            for full in (year,) if year > 99 else (1900 + year, 2000 + year):
                try:
                    yield date(full, month, day)
                except (ValueError, OverflowError):  # a year of twenty digits fits no date
                    continue


def _split(digits: str) -> list[list[str]]:
    return [
        [digits[:4], digits[4:6], digits[6:]],
        [digits[:2], digits[2:4], digits[4:]],
    ]
