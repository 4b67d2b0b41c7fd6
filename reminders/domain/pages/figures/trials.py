"""How the two wordings of a trial do, and which one is better once enough visits tell.

A verdict goes by the first so many visits of each half whose time has passed, as many as were
fixed when the trial began: looking again and again and stopping at a lucky moment finds
differences that are none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reminders.domain.pages.figures.chance import Share, Verdict, compare
from reminders.models import Appointment, AuditEntry, Message, ReminderRule, Reply, WordingTrial

Status = Appointment.Status
_HALVES = (False, True)


class Half(NamedTuple):
    """One wording: visits that got it, that answered, that confirmed, and that were missed."""

    sent: int = 0
    answered: Share = Share(0, 0)
    confirmed: Share = Share(0, 0)
    missed: Share = Share(0, 0)
    """Of those marked as come or not come."""
    counts: Share = Share(0, 0)
    """Of the first visits that a verdict goes by, those that the trial is about."""


class TrialFigures(NamedTuple):
    """Both halves and what may be said; `verdict` is None until there are enough visits."""

    first: Half
    second: Half
    least: int
    asks: bool
    """Whether it is about confirming; else about visits that were missed."""

    @property
    def told(self) -> int:
        """How many visits of the smaller half count so far."""
        return min(self.first.counts.whole, self.second.counts.whole)

    @property
    def verdict(self) -> Verdict | None:
        """Of the second wording beside the first."""
        if self.told < self.least:
            return None
        return compare(self.first.counts, self.second.counts)

    @property
    def second_is_better(self) -> bool | None:
        """None where neither is, or nobody can tell yet."""
        if self.verdict not in (Verdict.MORE, Verdict.FEWER):
            return None
        return self.asks == (self.verdict is Verdict.MORE)

    @property
    def words(self) -> str:
        """The verdict in a sentence or two."""
        if self.verdict is None:
            return (
                f"Not yet: {self.told:,} of {self.least:,} visits each. "
                "Until then any difference may be chance."
            )
        what = "confirmed" if self.asks else "missed"
        first, second = (100 * (one.counts.value or 0) for one in (self.first, self.second))
        shares = f"{first:.1f} % {what} with the first, {second:.1f} % with the second"
        if self.second_is_better is None:
            return f"No clear difference: {shares}. Keep the one that you like better."
        which = "second" if self.second_is_better else "first"
        return f"The {which} wording is better: {shares}, more than chance would make."


def trial_figures(
    trial: WordingTrial, *, location_ids: Collection[int] | None, now: datetime
) -> TrialFigures:
    """The figures at these locations, None for all of them; six statements."""
    asks = trial.rule.kind == ReminderRule.Kind.CONFIRMATION
    first, second = (
        _half(_visits(trial, second=half, location_ids=location_ids), trial, asks=asks, now=now)
        for half in _HALVES
    )
    return TrialFigures(first, second, trial.least, asks)


def _visits(
    trial: WordingTrial, *, second: bool, location_ids: Collection[int] | None
) -> QuerySet[Appointment]:
    """The visits of one half, each once, however often it was texted."""
    left = trial.texts.filter(second=second).exclude(
        message__state__in=(Message.State.CANCELLED, Message.State.QUEUED, *Message.UNDELIVERED)
    )
    visits = Appointment.objects.filter(pk__in=left.values("message__appointment"))
    return visits if location_ids is None else visits.filter(location__in=location_ids)


def _half(visits: QuerySet[Appointment], trial: WordingTrial, *, asks: bool, now: datetime) -> Half:
    answered = Reply.objects.filter(
        message__trialtext__trial=trial, message__appointment=OuterRef("pk")
    )
    found = visits.aggregate(
        sent=Count("pk"),
        answered=Count("pk", filter=Q(Exists(answered))),
        confirmed=Count("pk", filter=_confirmed()),
        missed=Count("pk", filter=Q(status=Status.NO_SHOW)),
        came=Count("pk", filter=Q(status=Status.ARRIVED)),
    )
    # A visit that the practice cancelled tells nothing of its text.
    over = visits.filter(starts_at__lte=now).exclude(status=Status.CANCELLED)
    told = over if asks else over.filter(status__in=(Status.ARRIVED, Status.NO_SHOW))
    earliest = told.order_by("starts_at", "pk").values("pk")[: trial.least]
    counted = Appointment.objects.filter(pk__in=earliest).aggregate(
        part=Count("pk", filter=_confirmed() if asks else Q(status=Status.NO_SHOW)),
        whole=Count("pk"),
    )
    return Half(
        found["sent"],
        Share(found["answered"], found["sent"]),
        Share(found["confirmed"], found["sent"]),
        Share(found["missed"], found["missed"] + found["came"]),
        Share(counted["part"], counted["whole"]),
    )


def _confirmed() -> Q:
    """As the statistics count it: confirmed now, or before the visit took place."""
    yes = AuditEntry.objects.filter(
        appointment=OuterRef("pk"), kind=Status.CONFIRMED, undone_at=None
    )
    took_place = Q(status__in=(Status.ARRIVED, Status.NO_SHOW))
    return Q(status=Status.CONFIRMED) | took_place & Q(Exists(yes))
