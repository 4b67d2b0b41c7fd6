"""What happened lately on a number that replies: the same text again, many answers, an opt-out.

Only looks it up, for a batch in one statement; what follows from it is for `replying` to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from reminders.domain.replies.outcomes import ReplyOutcome

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
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, given)
        return {row[0]: NumberActivity(*row) for row in cursor.fetchall()}


# A pushed opt-out notice and the polled reply are the same text under two ids; so are a reply that
# was pushed without its id, for which `payloads` made one, and the polled copy. The latter answer
# the same text of ours.
_FACTS = """
SELECT r.id,
    EXISTS (
        SELECT 1 FROM reminders_reply t
        WHERE t.phone = r.phone AND t.id <> r.id AND t.applied_at IS NOT NULL
          AND lower(btrim(t.text)) = lower(btrim(r.text))
          AND ((t.source = 'notice') <> (r.source = 'notice')
               OR starts_with(t.provider_id, 'pushed-') <> starts_with(r.provider_id, 'pushed-')
                  AND (t.message_provider_id = r.message_provider_id
                       OR '' IN (t.message_provider_id, r.message_provider_id)))
          AND t.received_at BETWEEN r.received_at - %(twins)s AND r.received_at + %(twins)s),
    same.same_text, same.same_text_to_it,
    (SELECT count(*) FROM reminders_message m
     WHERE m.phone = r.phone AND m.kind = 'answer' AND m.created_at > %(hour_ago)s),
    EXISTS (
        SELECT 1 FROM reminders_message m JOIN reminders_reply p ON p.id = m.answers_id
        WHERE m.phone = r.phone AND m.kind = 'answer' AND m.created_at > %(day_ago)s
          AND p.outcome = ANY(%(vague)s)),
    EXISTS (SELECT 1 FROM reminders_suppression s WHERE s.phone = r.phone AND s.lifted_at IS NULL),
    EXISTS (
        SELECT 1 FROM reminders_message m
        WHERE m.phone = r.phone AND m.kind = 'answer' AND m.purpose = 'out_of_hours'
          AND m.created_at > %(half_a_day_ago)s AND m.state <> 'cancelled'),
    coalesce((
        SELECT string_agg(b.text, '' ORDER BY b.received_at, b.id) FROM reminders_reply b
        WHERE b.phone = r.phone AND b.phone <> '' AND char_length(b.text) = ANY(%(cut_at)s)
          AND b.received_at BETWEEN r.received_at - %(at_a_time)s AND r.received_at
          AND (b.received_at, b.id) < (r.received_at, r.id)), '')
FROM reminders_reply r
CROSS JOIN LATERAL (
    SELECT count(*) AS same_text,
           count(*) FILTER (WHERE (p.message_uuid, p.message_provider_id)
                            IS NOT DISTINCT FROM (r.message_uuid, r.message_provider_id)) AS same_text_to_it
    FROM reminders_reply p
    WHERE p.phone = r.phone AND p.received_at BETWEEN r.received_at - %(hour)s AND r.received_at
      AND (p.received_at, p.id) < (r.received_at, r.id) AND p.outcome <> 'duplicate'
      AND lower(btrim(p.text)) = lower(btrim(r.text))) same
WHERE r.id = ANY(%(ids)s)
"""
