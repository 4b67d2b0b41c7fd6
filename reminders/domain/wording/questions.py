"""What our last text to a number asked; a reply means something only in its light."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Asks(StrEnum):
    """What may be answered to a text of ours."""

    YES_NO = "yes_no"
    """Are you coming to this one appointment?"""
    NUMBERED = "numbered"
    """Are you coming to these? They have numbers."""
    WHICH = "which"
    """Which of those listed before do you mean?"""
    OFFER = "offer"
    """Would you rather come at this time, which became free?"""
    NOTICE = "notice"
    """Nothing: it only tells."""
    STAFF = "staff"
    """Whatever a person wrote; a person reads the answer."""
    AUTOMATIC = "automatic"
    """Nothing: it is our own answer to a reply."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question that a reply answers.

    `listed`: how many appointments the text told of, numbered from 1 where there are several.
    `digits`: whether it offered 1 for yes and 2 for no; None: as the starter texts of the patient's
    language. `starts`: when these appointments begin, as the text told it, in local time, with or
    without a zone; a day or a time in the reply must agree with them. `said_at`: when the reply was
    written, in the same zone. `people`: who else may be named beside an answer, such as the clinic
    and who works there. `who`: the names of those whose visits begin at `starts`, one after the
    other.
    """

    asks: Asks = Asks.YES_NO
    listed: int = 1
    digits: bool | None = None
    starts: tuple[datetime, ...] = ()
    said_at: datetime | None = None
    people: tuple[str, ...] = ()
    who: tuple[tuple[str, ...], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer that may act by itself."""
        return self.asks in (Asks.YES_NO, Asks.NUMBERED, Asks.WHICH, Asks.OFFER)


_OFFERED = {digit: re.compile(rf"(?<![\d:/.,-]){digit}(?![\d:/.,)-]*[\d)])") for digit in (1, 2)}
"""Each digit by itself: in no date, time or telephone number, and numbering no list."""


def offers_digits(text: str, *, starts: Sequence[datetime] = ()) -> bool:
    """Whether a text of ours offers 1 and 2 as answers.

    `starts`: the local times that it tells, whose own digits ("2 March at 1 pm") offer nothing.
    """
    # More often than the dates account for: “2 March at 1 pm” offers nothing, “reply 1 or 2” does.
    return all(
        len(offered.findall(text))
        > sum((start.day == digit) + (start.hour % 12 == digit) for start in starts)
        for digit, offered in _OFFERED.items()
    )
