"""Which appointments of a list an answer picks, by number, name, or all of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.replies.outcomes import RepliedAppointment
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.reading.vocabulary import fold


def choose(
    answer: Interpretation, listed: Sequence[RepliedAppointment]
) -> list[RepliedAppointment] | None:
    """The appointments that an answer picks from the list; None when that is not certain.

    A bare yes is for all of them; a bare no to several could be about any of them.
    """
    if not answer.picks:
        for_all = answer.intent in (Intent.YES, Intent.NO_MORE) or "all" in answer.also
        return list(listed) if for_all or len(listed) == 1 else None
    if len(listed) == 1 and answer.intent is Intent.NO and 1 in answer.picks:
        return None  # "No 1": the first and only one, or number one, which is a yes?
    chosen: dict[int, RepliedAppointment] = {}
    for pick in answer.picks:
        found = _numbered(pick, listed) if isinstance(pick, int) else _named(pick, listed)
        if found is None:
            return None
        chosen[found.id] = found
    return list(chosen.values())


def _numbered(pick: int, listed: Sequence[RepliedAppointment]) -> RepliedAppointment | None:
    return listed[pick - 1] if 1 <= pick <= len(listed) else None


def _named(pick: str, listed: Sequence[RepliedAppointment]) -> RepliedAppointment | None:
    wanted = fold(pick)
    # Not by the name of whoever has the time now: the number does not speak for them.
    theirs = [subject for subject in listed if not subject.not_theirs]
    found = [
        subject for subject in theirs if wanted in (fold(subject.first_name), fold(subject.name))
    ]
    return found[0] if len(found) == 1 else None
