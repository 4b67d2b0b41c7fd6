"""What a number was asked when it replied: its last text, the list whose numbers hold, who talks
with it.

Only looks it up, for a batch of replies in one statement each; `match` and `decide` say what
follows.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from reminders.domain.common.rows import fetch
from reminders.domain.replies.statements import IN_STAFF_HANDS, LAST_LISTS, LAST_TEXTS

LATELY = timedelta(days=14)
HANDED_OVER_BEFORE = timedelta(days=2)
"""How long before its time a text may have been written at most, with room to spare."""
STAFF_TALK = timedelta(hours=12)
"""So long what a number writes is left to staff who wrote to it, unless they settle it before."""


def last_texts(reply_ids: Sequence[int]) -> dict[int, uuid.UUID]:
    """By reply, the text that had reached its number last when it was written; of any kind but a
    test.
    """
    return dict(fetch(_of_reply, LAST_TEXTS, _given(reply_ids)))


def last_lists(reply_ids: Sequence[int]) -> dict[int, uuid.UUID]:
    """By reply, the last text to its number that numbered several appointments, while it still
    holds.

    It holds until each of them has begun or was called off, or another list has come.
    """
    return dict(fetch(_of_reply, LAST_LISTS, _given(reply_ids)))


def in_staff_hands(reply_ids: Sequence[int]) -> set[int]:
    """Replies from numbers that staff are talking with: what is written there is theirs to read.

    So it is after a staff text, until the card of its answer is settled or 12 hours have passed;
    but while it has no answer yet, a reply that is known to answer a later text of ours is read.
    """
    return set(fetch(_only_reply, IN_STAFF_HANDS, _given(reply_ids)))


def _given(reply_ids: Sequence[int]) -> dict[str, Any]:  # Any: the driver adapts arrays and times
    return {
        "ids": list(reply_ids),
        "lately": LATELY,
        "before": HANDED_OVER_BEFORE,
        "talk": STAFF_TALK,
    }


def _of_reply(reply_id: int, message_id: uuid.UUID) -> tuple[int, uuid.UUID]:
    return reply_id, message_id


def _only_reply(reply_id: int) -> int:
    return reply_id
