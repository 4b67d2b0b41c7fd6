"""What happened lately on a number that replies: the same text again, many answers, an opt-out.

Only looks it up, for a batch in one statement; what follows from it is for `acting.answer` to
decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from reminders.domain.common.rows import fetch
from reminders.domain.replies.outcomes import ReplyOutcome
from reminders.domain.replies.statements import NUMBER_ACTIVITY

SAME_TEXT = 2
"""How often the same text came before from a number within the hour, for the next one to stay
unanswered.
"""
ANSWERS_AN_HOUR = 5
SAME_AGAIN_WITHIN = timedelta(minutes=2)
CUT_AT = (153, 160, 67, 70)
"""Characters after which a long text is cut, of plain and of other letters, with and without the
mark by which a phone puts the parts together.
"""
WRITTEN_AT_A_TIME = timedelta(seconds=15)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class NumberActivity(NamedTuple):
    """What happened lately on a reply's number.

    `begun`: what it wrote in the seconds before and that a carrier may have cut off there, so that
    this reply goes on with it.
    """

    id: int
    twin: bool
    same_text: int
    same_text_to_it: int
    answers_lately: int
    told_that_read: bool
    opted_out: bool
    told_closed: bool
    begun: str

    def repeats(self, *, to_reminder: bool) -> bool:
        """Whether the same text comes for the third time.

        The same "Y" to several reminders is no loop: to a reminder only repetitions to that one
        count.
        """
        return (self.same_text_to_it if to_reminder else self.same_text) >= SAME_TEXT

    @property
    def many_answers(self) -> bool:
        """Whether the number had as many automatic answers as anybody may need."""
        return self.answers_lately >= ANSWERS_AN_HOUR


def read_number_activity(ids: Sequence[int], *, now: datetime) -> dict[int, NumberActivity]:
    """Look up what happened lately on each reply's number; by reply id."""
    given: dict[str, Any] = {  # Any: the driver adapts arrays and times
        "ids": list(ids),
        "hour": HOUR,
        "twins": SAME_AGAIN_WITHIN,
        "hour_ago": now - HOUR,
        "cut_at": list(CUT_AT),
        "at_a_time": WRITTEN_AT_A_TIME,
        "day_ago": now - DAY,
        "half_a_day_ago": now - DAY / 2,
        "vague": [str(ReplyOutcome.UNCLEAR), str(ReplyOutcome.UNMATCHED)],
    }
    return {found.id: found for found in fetch(NumberActivity, NUMBER_ACTIVITY, given)}
