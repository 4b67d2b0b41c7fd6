"""Recalls: who is due and has no visit, and the batches of invitations that somebody sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.recalls import batch as batches
from reminders.domain.recalls.due import (
    COUNTED_TO,
    Stage,
    at_stage,
    count,
    holding,
    leave_out,
    save_second_after,
    second_after,
)
from reminders.domain.recalls.figures import recall_figures
from reminders.models import Recall, RecallBatch, RecallText, Service
from reminders.views.shared.asked import read_choice, read_id
from reminders.views.shared.lists import page_of
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form, staff_page

WORDS = {
    Stage.FIRST: "To invite",
    Stage.SECOND: "To invite again",
    Stage.WAITING: "Invited",
}
ICONS = {Stage.FIRST: "calendar", Stage.SECOND: "history", Stage.WAITING: "clock"}
LATELY = timedelta(days=90)


class TimesForm(forms.Form):
    """When the second invitation may go."""

    second_after_days = forms.IntegerField(
        min_value=3, max_value=180, label="Second invitation after so many days"
    )


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """Those of one stage, the longest due first, with the counts of all stages."""
    now = timezone.now()
    service = read_id(request.GET.get("service"))
    found = holding(now=now, location_ids=request.scope.narrowed_to, service_id=service)
    stages = {stage: at_stage(found, stage, now=now) for stage in Stage}
    stage = Stage(read_choice(request.GET.get("stage"), list(Stage), otherwise=Stage.FIRST))
    rows = stages[stage].select_related("contact", "service", "location")
    context = {
        "page": page_of(request, rows.order_by("due_on", "pk")),
        "stage": stage,
        "service": service,
        "stages": [_filter(one, rows, on=one is stage) for one, rows in stages.items()],
        "services": list(Service.objects.filter(active=True, recall_months__isnull=False)),
        "most": batches.MOST,
        "form": TimesForm(initial={"second_after_days": second_after().days}),
        "second_after": second_after().days,
        "batches": _lately(request, now=now),
        "figures": recall_figures(
            since=now - LATELY, until=now, location_ids=request.scope.narrowed_to, now=now
        ),
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
    return render(request, "recalls.html", context)


def _filter(stage: Stage, rows: Any, *, on: bool) -> dict[str, Any]:
    number = count(rows)
    return {
        "stage": stage,
        "words": WORDS[stage],
        "icon": ICONS[stage],
        "count": f"over {COUNTED_TO:,}" if number >= COUNTED_TO else number,
        "on": on,
    }


def _lately(request: StaffRequest, *, now: Any) -> list[dict[str, Any]]:
    """The last batches that the user may take back."""
    texts = RecallText.objects.filter(recall__location__in=request.scope.location_ids)
    found = RecallBatch.objects.filter(pk__in=texts.values("batch")).select_related("by")[:3]
    return [
        {"batch": one, "texts": one.sent.count(), "undo": batches.may_undo(one, now=now)}
        for one in found
    ]


@staff_form
def batch(request: StaffRequest) -> HttpResponse:
    """What the next batch would be; when posted, the batch as it was shown is sent."""
    given = request.POST if request.method == "POST" else request.GET
    stage = Stage(
        read_choice(given.get("stage"), [Stage.FIRST, Stage.SECOND], otherwise=Stage.FIRST)
    )
    service, now = read_id(given.get("service")), timezone.now()
    ids = request.scope.narrowed_to
    if request.method == "POST":
        chosen = [read_id(one) for one in request.POST.getlist("recall")[: batches.MOST]]
        sent, texts = batches.send(
            [one for one in chosen if one],
            stage,
            by=request.scope.actor,
            now=now,
            location_ids=ids,
        )
        return _sent(request, sent, texts, len(chosen))
    look = batches.preview(stage, now=now, location_ids=ids, service_id=service)
    context = {
        "look": look,
        "stage": stage,
        "service": service,
        "again": stage is Stage.SECOND,
        "undo_minutes": int(batches.UNDO_FOR.total_seconds() // 60),
        "sample": look.going[0].text if look.going else "",
    }
    return render(request, "recalls/batch.html", context)


def _sent(request: StaffRequest, sent: RecallBatch | None, texts: int, chosen: int) -> HttpResponse:
    if sent is None:
        say(request, "Nobody of these is due any more. Nothing was sent.", tone="warning")
        return go(request, reverse("recalls"))
    words = "1 invitation goes out" if texts == 1 else f"{texts} invitations go out"
    left = chosen - texts
    also = f" {left} changed meanwhile and got none." if left else ""
    undo = reverse("recall_undo", args=[sent.pk])
    say(request, f"{words} in ten minutes, within texting hours.{also}", undo=undo)
    return go(request, reverse("recalls"))


@staff_action
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what has not left of a batch, where all of it is of the user's locations."""
    found = get_object_or_404(RecallBatch, pk=pk)
    texts = RecallText.objects.filter(batch=found)
    if request.scope.restricted:
        theirs = texts.filter(recall__location__in=request.scope.location_ids)
        get_object_or_404(RecallBatch, pk=pk if theirs.count() == texts.count() else 0)
    back = batches.undo(found.pk, by=request.scope.actor, now=timezone.now())
    say(request, f"{back} taken back." if back else "All of them have left already.")
    return go(request, reverse("recalls"))


@staff_action
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    """Do not invite somebody this time (`back` takes it back)."""
    recalls = Recall.objects.filter(contact__in=request.scope.contacts())
    if request.scope.restricted:
        recalls = recalls.filter(location__in=request.scope.location_ids)
    row = get_object_or_404(recalls.select_related("contact"), pk=pk)
    out = "back" not in request.GET
    leave_out(row.pk, out=out, by=request.scope.actor, now=timezone.now())
    if out:
        back = f"{reverse('recall_leave', args=[pk])}?back=yes"
        say(request, f"{row.contact} is not invited this time.", undo=back)
    else:
        say(request, f"{row.contact} is on the list again.")
    return go(request, reverse("recalls"))


@staff_action
def times(request: StaffRequest) -> HttpResponse:
    """When the second invitation may go."""
    form = TimesForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data["second_after_days"]
        save_second_after(days, by=request.scope.actor, now=timezone.now())
        say(request, f"A second invitation may go {days} days after the first.")
    else:
        say(request, "Between 3 and 180 days, please. Nothing was changed.", tone="warning")
    return go(request, reverse("recalls"))
