"""Teach it your software: what was answered about diaries' files, to look over, change and
forget.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.audit import name_of
from reminders.domain.diary_import.asking.words import choices_for, meaning_words, subject_words
from reminders.domain.diary_import.taught import forget, taught_again, teach_otherwise
from reminders.models import TaughtAnswer
from reminders.views.shared.asked import read_choice
from reminders.views.shared.pages import (
    StaffRequest,
    note_or_back,
    say,
    staff_action,
    staff_page,
)
from reminders.views.shared.pages import go as go_to

FORGOTTEN = "forgotten_answer"
"""Under this name the session keeps what was forgotten last, for undo."""
MOST_SHOWN = 2_000


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """All that was taught of the locations that the user looks after, by diary and columns."""
    # One more than is shown, so that “there are more” needs no count of its own.
    rows = list(_theirs(request).select_related("location", "taught_by")[: MOST_SHOWN + 1])
    zone = request.scope.locations[0].zone if request.scope.locations else "UTC"
    context = {
        "groups": _groups(rows[:MOST_SHOWN]),
        "more": len(rows) > MOST_SHOWN,
        "zone": zone,
    }
    return render(request, "taught_answers.html", context)


def _theirs(request: StaffRequest) -> QuerySet[TaughtAnswer]:
    """What a limited user may change is theirs; what holds for all is not."""
    rows = TaughtAnswer.objects.order_by("diary", "location__name", "layout", "header", "value")
    scope = request.scope
    return rows.filter(location__in=scope.location_ids) if scope.restricted else rows


def _groups(rows: list[TaughtAnswer]) -> list[dict[str, Any]]:
    """The answers of one kind of file together, under what it is called and its columns."""
    groups: dict[tuple[str, int | None, str], dict[str, Any]] = {}
    for row in rows:
        key = row.diary, row.location_id, row.layout
        group = groups.setdefault(
            key, {"diary": row.diary, "location": row.location, "columns": row.columns, "rows": []}
        )
        group["rows"].append(_line(row))
    return list(groups.values())


def _line(row: TaughtAnswer) -> dict[str, Any]:
    by, choices = row.taught_by, choices_for(row.about, row.meaning)
    return {
        "taught": row,
        "subject": subject_words(row.about, row.shown),
        "meaning": meaning_words(row.about, row.meaning),
        "choices": choices if len(choices) > 1 else {},
        "by": name_of(by),
    }


@staff_action
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """From now on it means something else; what was imported stays as it was."""
    row = get_object_or_404(_theirs(request), pk=pk)
    # From the offered ones only: a meaning that the import does not know would be read as anything.
    meaning = read_choice(
        request.POST.get("meaning"), choices_for(row.about, row.meaning), otherwise=None
    )
    if meaning is None:
        return _back(request, "That can’t be chosen here.", tone="warning")
    teach_otherwise(row, meaning, now=timezone.now(), user_id=request.user.pk)
    return _back(request, f"Remembered: {meaning_words(row.about, meaning)}.")


@staff_action
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """It is asked again with the next file."""
    row = get_object_or_404(_theirs(request), pk=pk)
    request.session[FORGOTTEN] = forget(row)
    say(request, "Forgotten. The next file asks again.", undo=reverse("taught_answer_undo"))
    return go_to(request, reverse("taught_answers"))


@staff_action
def undo(request: StaffRequest) -> HttpResponse:
    """Take the last removal back, as long as nobody has taught the same meanwhile."""
    # Taken out at once: a second press must not bring it back over what was taught since.
    kept = request.session.pop(FORGOTTEN, None)
    # Rights may have changed between the two presses.
    if kept is None or not request.scope.may_change_at(kept["location_id"]):
        say(request, "There is nothing to take back.", tone="warning")
    elif taught_again(kept):
        say(request, "It is remembered again.")
    else:
        say(request, "This was taught again meanwhile.", tone="warning")
    return go_to(request, reverse("taught_answers"))


def _back(request: StaffRequest, text: str, *, tone: str = "ok") -> HttpResponse:
    return note_or_back(request, text, tone=tone, changed=False, back=reverse("taught_answers"))
