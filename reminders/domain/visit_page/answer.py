"""What the buttons of the page do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

from reminders.domain.replies.acting.press import Press, Pressed, act_on_press, key_of
from reminders.domain.replies.auto_reply import Visit
from reminders.domain.replies.reading.interpret import Intent
from reminders.domain.visit_page.show import mark_of, page_of, visits_of
from reminders.domain.visit_page.shown import Shown
from reminders.domain.visit_page.words import words_in
from reminders.models import Appointment, VisitLink

BUTTONS = {
    "yes": Intent.YES,
    "no": Intent.NO,
    "other": Intent.RESCHEDULE,
    "stop": Intent.STOP,
    "start": Intent.START,
}
ABOUT_TEXTS = frozenset({Intent.STOP, Intent.START})
_SAYS = {"stop": "stop_send", "start": "start_send"}
LONGEST_WISH = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody sent: a button, the place of the visit in the text, and a wish."""

    button: str
    number: int | None
    wish: str = ""
    free_time: int | None = None


def press(link: VisitLink, answer: Answer, shown: Shown | None, *, now: datetime) -> Pressed:
    """Do what was pressed, where the page still shows what holds."""
    intent = BUTTONS.get(answer.button)
    rows = dict(visits_of(link))
    row = rows.get(answer.number) if answer.number is not None else None
    about_texts = intent in ABOUT_TEXTS
    if shown is None or intent is None or (row is None and not about_texts):
        return Pressed.CHANGED
    said = _said(link, answer, row, now=now)
    if said is None:
        return Pressed.CHANGED
    one = Press(
        message=link.message,
        intent=intent,
        about=None if row is None or about_texts else row.pk,
        words=said,
        key=key_of(link.digest, shown.nonce, *astuple(answer)),
        written=answer.wish if intent is Intent.RESCHEDULE else "",
    )
    ids = [visit.pk for visit in rows.values()]

    def still_holds(_locked: Mapping[int, Visit]) -> bool:
        # Read again: they are locked by now, and `rows` was read before.
        if about_texts or answer.number is None or one.about is None:
            return True
        locked = Appointment.objects.get(pk=one.about)
        return shown.marks.get(answer.number) == mark_of(locked)

    return act_on_press(one, ids, still_holds, now=now)


def _said(link: VisitLink, answer: Answer, row: Appointment | None, *, now: datetime) -> str | None:
    """The reply in words, as staff read it: the button's, and the wish. None where a time was
    pointed at that is free no more.
    """
    words = words_in(link.language)
    said = words[_SAYS.get(answer.button, answer.button)]
    if answer.button != "other" or row is None:
        return said
    page = page_of(link, now=now)
    times = [time for one in (page.visits if page else ()) for time in one.free]
    pointed = next((time.words for time in times if time.id == answer.free_time), "")
    if answer.free_time is not None and not pointed:
        return None
    return ": ".join(filter(None, (said, "; ".join(filter(None, (pointed, answer.wish))))))
