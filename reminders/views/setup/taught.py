"""Taught replies: texts that always mean the same here, and what waits with the same words."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.audit import name_of
from reminders.domain.replies.candidates import why_not_coming
from reminders.domain.replies.inbox import whole_cards
from reminders.domain.replies.review import teach
from reminders.domain.wording.languages import LANGUAGES
from reminders.models import InboxItem, TaughtReply
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_page

Meaning = TaughtReply.Meaning
ICONS = {Meaning.YES: "check-circle", Meaning.NO: "x-circle", Meaning.COURTESY: "chat"}
TONES = {Meaning.YES: "confirmed", Meaning.NO: "declined", Meaning.COURTESY: "nothing"}


class Proposal(NamedTuple):
    """A card that waits with the same words; `acts`: its visit may be decided from here."""

    card: InboxItem
    acts: bool


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """All that is taught, each with the cards of the same words that the user sees."""
    rows = list(TaughtReply.objects.filter(removed_at=None).select_related("taught_by"))
    cards = whole_cards().filter(done_at=None, kind__in=teach.READ_BY_STAFF)
    waiting = cards.filter(request.scope.seen_cards()).order_by("opened_at", "pk")
    # Bounded: the words of each waiting reply are folded and compared here and now.
    alike = teach.waiting_alike(rows, waiting[: teach.MOST_LOOKED_AT] if rows else ())
    context = {
        "rows": [_row(one, alike.get(one.pk, [])) for one in rows],
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
    return render(request, "taught_replies.html", context)


def _row(one: TaughtReply, alike: list[InboxItem]) -> dict[str, Any]:
    by, now, meaning = one.taught_by, timezone.now(), Meaning(one.meaning)
    return {
        "taught": one,
        "language": LANGUAGES[one.language].english,
        "icon": ICONS[meaning],
        "tone": TONES[meaning],
        "by": name_of(by),
        "proposals": [
            # A visit that is over or cancelled is not decided by a button that was rendered hours
            # ago.
            Proposal(card, bool(card.appointment and not why_not_coming(card.appointment, now=now)))
            for card in alike
        ],
    }


@staff_action
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """From now on a person reads this text again; what it did stays done."""
    removed = teach.remove(pk, by=request.scope.actor, now=timezone.now())
    told = "Removed. A person reads this text again." if removed else "This was removed already."
    say(request, told)
    return go(request, reverse("taught_replies"))
