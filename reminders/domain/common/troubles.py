"""Troubles that one program notices and everybody should hear of: kept in the database for
`health`.

For what no other table shows, such as a wrong clock or a push that was refused. A trouble is told
of again and again while it lasts; it is over when nobody has told of it for a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from reminders.models import Trouble

LASTS = {
    "clock": timedelta(minutes=2),
    "pushes": timedelta(hours=6),
    "signatures": timedelta(hours=1),
    "room": timedelta(minutes=3),
    "trail": timedelta(hours=25),
}
"""How long each kind is shown after it was last told of."""


def tell(code: str, *, place: str = "", words: str = "", count: int = 1, now: datetime) -> None:
    """Tell of `count` more cases of a trouble at `place`. `now` is UTC."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            # Cut to the columns: an overlong host name must not keep a trouble from being told.
            {"code": code, "place": place[:120], "words": words[:300], "count": count, "now": now,
             "over": now - LASTS[code]},
        )  # fmt: skip


def current(*, now: datetime) -> list[Trouble]:
    """What was told of lately, by kind and place."""
    lately = Q()
    for code, lasts in LASTS.items():
        lately |= Q(code=code, last_at__gt=now - lasts)
    return list(Trouble.objects.filter(lately).order_by("code", "place"))


# One that comes again after it was over counts from one, and since now.
_TELL = """
INSERT INTO reminders_trouble AS trouble (code, place, words, count, since, last_at)
VALUES (%(code)s, %(place)s, %(words)s, %(count)s, %(now)s, %(now)s)
ON CONFLICT (code, place) DO UPDATE
SET words = excluded.words,
    last_at = excluded.last_at,
    count = excluded.count
        + CASE WHEN trouble.last_at > %(over)s THEN trouble.count ELSE 0 END,
    since = CASE WHEN trouble.last_at > %(over)s THEN trouble.since ELSE excluded.since END
"""
