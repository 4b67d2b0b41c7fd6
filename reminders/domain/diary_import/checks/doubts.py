"""Which numbers of a file are strange, each in one sentence that names nobody. Pure.

The bounds are such that an ordinary diary does not come near them: a question too many costs a
minute, a wrong diary the trust in every text. Shares are percents. Few rows are judged by bounds of
their own, since a share of three rows says little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from reminders.domain.diary_import.checks.numbers import Check, FileNumbers
from reminders.domain.diary_import.write.summary import FEW

PAST_AFTER = timedelta(days=1)
AHEAD_AFTER = timedelta(days=548)
FAR_AHEAD_AFTER = timedelta(days=5 * 365)
OVER_AHEAD = timedelta(hours=4)
"""People come early: so far ahead of its start nobody has arrived for a visit."""
NEARLY_ALL = 80
AHEAD_SHARE = 20
MIDNIGHT_SHARE = NIGHT_SHARE = 5
CLOSED_SHARE, CLOSED_LEAST = 7, 5
CLOSED_MOST, CLOSED_FEW = 50, 3
CANCELLED_SHARE, CANCELLED_LEAST = 90, 3
ONE_START_LEAST = 5
LONG_VISIT, SHORT_VISIT = 480, 3
"""Minutes: more than the one, or less than the other, and most visits so, is another unit."""
LENGTHS_SHARE, SHORT_LEAST = 50, 3
ON_PHONE_SHARE, ON_PHONE_LEAST, ON_PHONE_MANY = 20, 5, 10
PHONES_SHARE = NUMBERS_SHARE = 5
NAMES_SHARE, NAMES_LEAST, NAME_PHONES = 30, 3, 5
PRACTITIONERS_SHARE, PRACTITIONERS_LEAST = 80, 8
RENUMBERED_SHARE, RENUMBERED_FEW, RENUMBERED_LEAST = 50, 20, 5
OTHER_DAYS_SHARE = 50
OTHER_DAYS_AFTER = 31
"""Days by which a file may lie further ahead than the last one did: a month's list, a week early.
"""


def doubts_about(numbers: FileNumbers) -> dict[Check, str]:
    """Each check that a file does not stand, with what is strange in words."""
    if not numbers.rows.rows:
        return {}
    found = {check: words(numbers) for check, words in _DOUBTS.items()}
    return {check: words for check, words in found.items() if words}


def reaches(count: int, of: int, share: int, least: int = 1) -> bool:
    """Whether a count is at least this share, in percent, and at least so many."""
    return count >= least and 100 * count >= share * of > 0


def in_words(day: date | None) -> str:
    """A day as it is read aloud, with the weekday: it tells at once whether the reading is
    right.
    """
    return f"{day:%a} {day.day} {day:%B %Y}" if day else ""


def _past(n: FileNumbers) -> str:
    if not reaches(n.rows.past, n.rows.rows, NEARLY_ALL):
        return ""
    return f"{_visits(n.rows.past, n, 'lies', 'lie')} in the past: {_span(n)}. Is that right?"


def _ahead(n: FileNumbers) -> str:
    if n.rows.far_ahead:
        count, how_far = n.rows.far_ahead, "5 years"
    elif reaches(n.rows.ahead, n.rows.rows, AHEAD_SHARE):
        count, how_far = n.rows.ahead, "18 months"
    else:
        return ""
    lie = _visits(count, n, "lies", "lie")
    return f"{lie} more than {how_far} ahead: {_span(n)}. Is that right?"


def _midnight(n: FileNumbers) -> str:
    if not reaches(n.rows.midnight, n.rows.rows, MIDNIGHT_SHARE):
        return ""
    return (
        f"{_visits(n.rows.midnight, n, 'begins', 'begin')} at midnight exactly. Is that right, or "
        "does the time stand in another column?"
    )


def _night(n: FileNumbers) -> str:
    if not reaches(n.rows.night, n.rows.rows, NIGHT_SHARE):
        return ""
    return (
        f"{_visits(n.rows.night, n, 'begins', 'begin')} between 23:00 and 05:00 on the location’s "
        "clock, where it never had visits at night. Is that right?"
    )


def _closed(n: FileNumbers) -> str:
    closed, rows = n.rows.closed, n.rows.rows
    most = reaches(closed, rows, CLOSED_MOST, CLOSED_FEW)
    if not (most or reaches(closed, rows, CLOSED_SHARE, CLOSED_LEAST)):
        return ""
    return (
        f"{_visits(closed, n, 'falls', 'fall')} on a day that is no working day of the location, "
        "and "
        "on which it never had visits. Is that right?"
    )


def _one_start(n: FileNumbers) -> str:
    if not n.rows.one_start or n.rows.rows < ONE_START_LEAST or not n.rows.fresh:
        return ""
    day = in_words(n.rows.first_day)
    return f"All {n.rows.rows:,} visits begin at the same time, on {day}. Is that right?"


def _lengths(n: FileNumbers) -> str:
    of = n.rows.lengths
    if reaches(n.rows.long, of, LENGTHS_SHARE):
        count, last = n.rows.long, f"longer than {LONG_VISIT // 60} hours"
    elif reaches(n.rows.short, of, LENGTHS_SHARE, SHORT_LEAST):
        count, last = n.rows.short, f"less than {SHORT_VISIT} minutes"
    else:
        return ""
    return f"{count:,} of {of:,} visits last {last}. Is that right, or is it no length in minutes?"


def _over(n: FileNumbers) -> str:
    if not n.rows.over:
        return ""
    are = (
        "visit that is still to come is"
        if n.rows.over == 1
        else "visits that are still to come are"
    )
    return f"{n.rows.over:,} {are} said to be over already, kept or missed. Is that right?"


def _cancelled(n: FileNumbers) -> str:
    if not reaches(n.rows.cancelled, n.rows.rows, CANCELLED_SHARE, CANCELLED_LEAST):
        return ""
    return f"{_visits(n.rows.cancelled, n, 'is', 'are')} cancelled. Is that right?"


def _much_cancelled(n: FileNumbers) -> str:
    called = n.called_cancelled
    if called < FEW or called * 5 <= n.expected:
        return ""
    share = f" ({round(100 * called / n.expected)}%)" if n.expected else ""
    return (
        f"{called:,} of {n.expected:,} coming appointments{share} in the file’s dates are "
        "cancelled "
        "by it. Is that right?"
    )


def _one_phone(n: FileNumbers) -> str:
    most, people = n.people.on_one_phone, n.people.people
    if most < ON_PHONE_MANY and not reaches(most, people, ON_PHONE_SHARE, ON_PHONE_LEAST):
        return ""
    return (
        f"{most:,} people of different names have one phone number, of {people:,} who are new. "
        "Is that right?"
    )


def _several_phones(n: FileNumbers) -> str:
    if not reaches(n.people.changing_phones, n.people.with_number, PHONES_SHARE):
        return ""
    stand = "patient stands" if n.people.changing_phones == 1 else "patients stand"
    return (
        f"{n.people.changing_phones:,} {stand} with one number and name, but with several "
        "phones. The "
        "last row of each would count. Is that right?"
    )


def _one_number(n: FileNumbers) -> str:
    shared, numbers = n.people.shared_numbers, n.people.numbers
    if not reaches(shared, numbers, NUMBERS_SHARE):
        return ""
    stand = "patient number stands" if shared == 1 else "patient numbers stand"
    return (
        f"{shared:,} {stand} with several names, of {numbers:,}. Are these different people with "
        "one "
        "number, such as a family’s account?"
    )


def _few_names(n: FileNumbers) -> str:
    again, names, most = n.people.names_again, n.people.names, n.people.most_phones
    if most < NAME_PHONES and not reaches(again, names, NAMES_SHARE, NAMES_LEAST):
        return ""
    stand = "name stands" if again == 1 else "names stand"
    return (
        f"{again:,} of {names:,} {stand} with several phones, one of them with {most:,}. Are these "
        "really the names of patients, and their own phones?"
    )


def _practitioners(n: FileNumbers) -> str:
    new, rows = n.people.new_practitioners, n.rows.with_practitioner
    if not reaches(new, rows, PRACTITIONERS_SHARE, PRACTITIONERS_LEAST):
        return ""
    return (
        f"{rows:,} visits are with {new:,} practitioners whom nobody knows yet. Are these really "
        "practitioners?"
    )


def _numbering(n: FileNumbers) -> str:
    same, fresh = n.people.renumbered, n.rows.fresh
    few = reaches(same, fresh, RENUMBERED_FEW, RENUMBERED_LEAST)
    if not (few or reaches(same, fresh, RENUMBERED_SHARE)):
        return ""
    visits = "visit is" if same == 1 else "visits are"
    return (
        f"{same:,} {visits} in the diary at the same time for the same person, but under another "
        "id. "
        "Are these second visits, which would be texted about as well?"
    )


def _half(n: FileNumbers) -> str:
    rows, last = n.rows.rows + n.left, n.last
    if last is None or last.rows < FEW or rows * 2 > last.rows or rows >= last.fewest:
        return ""
    return (
        f"The file has {rows:,} rows; the last one of this kind had {last.rows:,}. Is it complete?"
    )


def _other_days(n: FileNumbers) -> str:
    last, first, end = n.last, n.rows.first_day, n.rows.last_day
    if not (last and last.first_day and last.last_day and first and end):
        return ""
    # Each night's list of the next day has other days than the one before: what counts is how much
    # further it lies ahead than time has passed.
    ahead = (first - last.first_day).days - last.days_ago
    elsewhere = end < last.first_day or (first > last.last_day and ahead > OTHER_DAYS_AFTER)
    if not (elsewhere and reaches(n.rows.fresh, n.rows.rows, OTHER_DAYS_SHARE)):
        return ""
    went = _from_to(last.first_day, last.last_day)
    return f"The file goes {_span(n)}; the last one of this kind went {went}. Is it the right file?"


def _visits(count: int, n: FileNumbers, one: str, many: str) -> str:
    rows = n.rows.rows
    if rows == 1:
        return f"The only visit {one}"
    if count == rows:
        return f"{'Both' if rows == 2 else f'All {rows:,}'} visits {many}"
    return f"{count:,} of {rows:,} visits {one if count == 1 else many}"


def _span(n: FileNumbers) -> str:
    return _from_to(n.rows.first_day, n.rows.last_day)


def _from_to(first: date | None, last: date | None) -> str:
    if first == last:
        return f"on {in_words(first)}"
    return f"from {in_words(first)} to {in_words(last)}"


_DOUBTS: Mapping[Check, Callable[[FileNumbers], str]] = {
    Check.PAST: _past,
    Check.AHEAD: _ahead,
    Check.MIDNIGHT: _midnight,
    Check.NIGHT: _night,
    Check.CLOSED: _closed,
    Check.ONE_START: _one_start,
    Check.LENGTHS: _lengths,
    Check.OVER: _over,
    Check.CANCELLED: _cancelled,
    Check.MUCH_CANCELLED: _much_cancelled,
    Check.ONE_PHONE: _one_phone,
    Check.SEVERAL_PHONES: _several_phones,
    Check.ONE_NUMBER: _one_number,
    Check.NAMES: _few_names,
    Check.PRACTITIONERS: _practitioners,
    Check.NUMBERING: _numbering,
    Check.HALF: _half,
    Check.OTHER_DAYS: _other_days,
}
"""In the order in which they are asked: what says most about the reading first."""
