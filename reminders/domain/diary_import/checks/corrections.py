"""What else than "yes" may be said to a check: another reading of the file that would
explain it.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from reminders.domain.diary_import.checks.doubts import AHEAD_AFTER, in_words
from reminders.domain.diary_import.checks.examples import Examples
from reminders.domain.diary_import.checks.numbers import Check
from reminders.domain.diary_import.options import LEAVE_PAST
from reminders.domain.diary_import.questions import SET_ASIDE, About, Answer, Choice, always
from reminders.domain.diary_import.read.cells.dates import (
    ORDER_WORDS,
    DateReader,
    UnreadableError,
)

_ASIDE = {
    Check.LENGTHS: "No, it is no length of a visit: do not use this column",
    Check.PRACTITIONERS: "No, it is not who treats: do not use this column",
    Check.ONE_NUMBER: "No, it is no patient’s number: do not use this column",
    Check.NUMBERING: "No, the same visits: find them by person and time, not by this column",
}


def corrections(
    check: Check, column: str, found: Examples, *, order: str, now: datetime
) -> list[Choice]:
    """The other answers to a check, the likeliest first; none where only the file or its columns
    can be wrong.
    """
    choices: list[Choice] = []
    for_good: list[Choice] = []
    if check in (Check.PAST, Check.AHEAD, Check.CLOSED):
        choices += _other_orders(found.written, order=order, now=now)
    if check is Check.PAST:
        leave = Answer(About.CHECK, LEAVE_PAST)
        choice = Choice(leave, "Leave out all visits that are over")
        choices.append(choice)
        for_good = [always(choice, "Leave out what is over, in all files like it")]
    if check in _ASIDE and column:
        choices.append(Choice(Answer(About.COLUMN, SET_ASIDE, column), _ASIDE[check]))
    return choices + for_good


def _other_orders(written: str, *, order: str, now: datetime) -> list[Choice]:
    """Orders by which the date of the first row would be one to come."""
    choices = []
    for other, words in ORDER_WORDS.items():
        day = _read(written, other) if other != order else None
        if day and now - timedelta(days=1) <= day <= now + AHEAD_AFTER:
            answer = Answer(About.DATES, other)
            choices.append(Choice(answer, f"No, dates are written {words}", in_words(day.date())))
    return choices


def _read(written: str, order: str) -> datetime | None:
    dates = DateReader(order)
    try:
        return datetime.combine(dates.date(written), time(12), UTC)
    except UnreadableError:
        pass
    try:
        start = dates.start(written)
    except UnreadableError:
        return None
    return start.instant or (start.wall.replace(tzinfo=UTC) if start.wall else None)
