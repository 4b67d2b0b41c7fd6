"""How long things are kept: the periods, what would go tonight, what went lately, where
data lies.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.planning.kept_opt_outs import of_another_key
from reminders.domain.retention.periods import KINDS, MOST, periods, save_periods, tonight
from reminders.domain.retention.places import places
from reminders.domain.retention.steps import STEPS, due_at
from reminders.models import Erasure, ForgettingRun, KeptOptOut, LegalHold
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form

NIGHTS = 7
MOST_SHOWN = 100


class PeriodsForm(forms.Form):
    """One number of days for each kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            self.fields[kind.name] = forms.IntegerField(
                label="Days", min_value=kind.least, max_value=MOST
            )

    def kinds(self) -> list[dict[str, Any]]:
        """The fields with what they are about, in the order of the page."""
        return [{"kind": kind, "field": self[kind.name]} for kind in KINDS]


@staff_form
def show(request: StaffRequest) -> HttpResponse:
    """All periods to look at and to change; what changes holds from the coming night on."""
    now = timezone.now()
    found = periods(now=now)
    form = PeriodsForm(request.POST or None, initial={one.kind.name: one.coming for one in found})
    if request.method == "POST" and form.is_valid():
        changed = save_periods(form.cleaned_data, by=request.scope.actor, now=now)
        say(request, "Saved. It holds from tonight on." if changed else "Nothing was changed.")
        return go(request, reverse("retention"))
    context = {
        "form": form,
        "changing": [one for one in found if one.days != one.coming],
        "nights": _nights(),
        "places": places(),
        "kept": KeptOptOut.objects.count(),
        "lost": of_another_key(),
        "holds": _open(LegalHold.objects.filter(ended_at=None)),
        "erasures": _open(Erasure.objects.filter(done_at=None)),
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
    return render(request, "retention.html", context, status=422 if form.errors else 200)


def _open(rows: Any) -> Any:  # Any: holds or erasures, which have the same columns here
    return rows.select_related("contact")[:MOST_SHOWN]


def _nights() -> list[dict[str, Any]]:
    """The last nights on which anything went: the date, and how many of what."""
    words = {step.name: step.words for step in STEPS}
    days = ForgettingRun.objects.filter(count__gt=0).order_by("-day").values("day")
    lately = [row["day"] for row in days.annotate(rows=Sum("count"))[:NIGHTS]]
    found: dict[Any, list[tuple[int, str]]] = {day: [] for day in lately}
    for run in ForgettingRun.objects.filter(day__in=lately, count__gt=0).order_by("pk"):
        found[run.day].append((run.count, words.get(run.step, run.step)))
    return [{"day": day, "went": went} for day, went in found.items()]


@staff_action
def show_tonight(request: StaffRequest) -> HttpResponse:
    """What would go tonight by the periods as they are typed; part of the page, as it counts a
    while.
    """
    form = PeriodsForm(request.POST)
    if not form.is_valid():
        return render(request, "retention/tonight.html", {"unusable": True})
    counted = due_at(tonight(timezone.now()), days=form.cleaned_data)
    rows = [{"kind": kind, "going": counted[kind.name]} for kind in KINDS if counted[kind.name]]
    return render(request, "retention/tonight.html", {"rows": rows})
