"""Set-up: the rules that say when texts go out, with the effect of a change shown before it is
saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup import rule_text, rules
from reminders.domain.setup.jobs import REPLAN, in_words
from reminders.domain.setup.rule_preview import preview_rule
from reminders.domain.setup.rule_roads import by_roads
from reminders.domain.telling.as_it_went import as_it_went
from reminders.domain.wording import PURPOSES
from reminders.models import Job, ReminderRule
from reminders.views.setup.rule_forms import RuleForm
from reminders.views.shared.asked import read_id
from reminders.views.shared.pages import (
    StaffRequest,
    forbidden,
    say,
    staff_action,
    staff_form,
    staff_page,
)

Kind = ReminderRule.Kind
ICONS = {
    Kind.CONFIRMATION: "chat-question",
    Kind.REMINDER: "clock",
    Kind.BOOKED: "calendar",
    Kind.MOVED: "right",
    Kind.CANCELLED: "x-circle",
    Kind.MISSED: "person-x",
    Kind.AFTER: "check",
}


@dataclass(frozen=True)
class RuleRow:
    """One rule on the list."""

    rule: ReminderRule
    mine: bool
    first: bool
    last: bool

    @property
    def sentence(self) -> str:
        """When it sends, in words."""
        return rule_text.when(self.rule)

    @property
    def whom(self) -> str:
        return rule_text.whom(self.rule)

    @property
    def icon(self) -> str:
        """The picture of its kind."""
        return ICONS[Kind(self.rule.kind)]

    @property
    def asks(self) -> bool:
        """Whether its text asks for an answer."""
        return PURPOSES[self.rule.kind].asks

    @property
    def roads(self) -> list[str]:
        """By which roads it goes before SMS."""
        return rule_text.roads(self.rule)

    @property
    def small_print(self) -> list[str]:
        """What happens when the time is odd or late."""
        return rule_text.small_print(self.rule)


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The rules, those for everywhere first; with `?job=` how far planning after a change is."""
    rules = _rules().order_by("position", "pk")
    mine = [rule for rule in rules if request.scope.sees_place(rule.location_id)]
    # The order is one for all locations, so whoever sees only some of them cannot move a rule.
    fixed = request.scope.restricted
    rows = [
        RuleRow(
            rule,
            request.scope.may_change_at(rule.location_id),
            first=fixed or rule is mine[0],
            last=fixed or rule is mine[-1],
        )
        for rule in mine
    ]
    return render(
        request,
        "rules.html",
        {
            "groups": _groups(rows),
            "job": _job(request),
            "rows": rows,
            "untold": _untold(rules),
        },
    )


@staff_form
def new(request: StaffRequest) -> HttpResponse:
    """A form for a new rule: a confirmation, or of the kind that `?kind=` names."""
    kind = request.GET.get("kind", "")
    if kind in ReminderRule.EVENTS:
        rule = ReminderRule(kind=kind, minutes_after=0, min_notice_minutes=0, cutoff_minutes=0)
        rule.minutes_after = 24 * 60 if kind == ReminderRule.Kind.AFTER else 0
    elif kind == "reminder":
        rule = ReminderRule(
            kind="reminder", minutes_before=60, quiet="earlier", min_notice_minutes=15
        )
        rule.cutoff_minutes = 10
    else:
        rule = ReminderRule(kind="confirmation", days_before=1)
    return _form(request, rule)


@staff_form
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of one rule."""
    rule = _rule(request, pk)
    if not request.scope.may_change_at(rule.location_id):
        return forbidden(request)
    return _form(request, rule)


def _form(request: StaffRequest, rule: ReminderRule) -> HttpResponse:
    seen = rules.etag(rule) if rule.pk else ""
    # The form writes into `rule` itself as it is checked; nothing is saved until `save_rule`.
    form = RuleForm(request.POST or None, instance=rule, scope=request.scope)
    trouble = ""
    if request.method == "POST" and form.is_valid():
        if not rule.pk:
            rule.position = rules.next_position()
        try:
            saved = rules.save_rule(
                rule, by=request.scope.actor, now=timezone.now(), seen=request.POST.get("seen", "")
            )
        except (rules.RuleError, BusyError) as error:
            trouble = str(error)
        else:
            return _saved(request, saved)
    context = {
        "form": form,
        "rule": rule,
        "title": rule.name or "New rule",
        # After a refusal the first state stays: the newest would let the second press overwrite
        # unseen.
        "seen": request.POST.get("seen", seen),
        "trouble": trouble,
        "unused": bool(rule.pk) and not rule.active and not rules.is_used(rule),
    }
    return render(
        request, "rules/form.html", context, status=422 if form.errors or trouble else 200
    )


def _saved(request: StaffRequest, saved: rules.SavedRule) -> HttpResponse:
    where = reverse("rules")
    # Few appointments are planned by now; for many the list shows how far it is.
    if saved.job and saved.job.state != Job.State.DONE:
        return redirect(f"{where}?job={saved.job.pk}")
    say(request, f"Saved. {in_words(saved.job)}".strip())
    return redirect(where)


@staff_action
def preview(request: StaffRequest) -> HttpResponse:
    """What saving the form as it stands would do, for real coming appointments."""
    given = request.POST.get("rule")
    # Never saved: the form fills the row in memory and the preview runs dry on it.
    rule = _rule(request, read_id(given)) if given else ReminderRule()
    form = RuleForm(request.POST, instance=rule, scope=request.scope)
    context: dict[str, object] = {"form": form, "rule": rule}
    # Without a name there is nothing wrong with the times yet.
    if not set(form.errors) - {"name"}:
        now = timezone.now()
        context |= {
            "preview": preview_rule(rule, now=now, scope=request.scope),
            "sentence": rule_text.sentence(rule),
            "by": rule_text.roads(rule),
            "roads": by_roads(rule, now=now, scope=request.scope),
            "went": as_it_went(rule, now=now, scope=request.scope),
            "now": now,
        }
    return render(request, "rules/preview.html", context)


@staff_action
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Switch a rule on or off."""
    rule = _rule(request, pk)
    if not request.scope.may_change_at(rule.location_id):
        return forbidden(request)
    try:
        saved = rules.switch_rule(
            pk, on=request.POST.get("on") == "yes", by=request.scope.actor, now=timezone.now()
        )
    except BusyError as error:
        say(request, str(error))
        return redirect("rules")
    return _saved(request, saved)


@staff_action
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a rule up or down in the list, which is one for all locations."""
    # Only for its 404: a rule that the user does not see must not answer by “forbidden”.
    _rule(request, pk)
    rules.move_rule(pk, up=request.POST.get("up") == "yes")
    return redirect(f"{reverse('rules')}#rule-{pk}")


@staff_action
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget a rule that was never used."""
    if not request.scope.may_change_at(_rule(request, pk).location_id):
        return forbidden(request)
    try:
        rules.delete_rule(pk, by=request.scope.actor, now=timezone.now())
    except rules.RuleError as error:
        say(request, str(error))
    else:
        say(request, "The rule is gone.")
    return redirect("rules")


@staff_page
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the planning after a change is; asked again and again while it runs."""
    row = get_object_or_404(Job, pk=pk)
    return render(request, "rules/job.html", {"job": row, "words": in_words(row)})


def _job(request: StaffRequest) -> Job | None:
    given = read_id(request.GET.get("job"))
    if given:
        return Job.objects.filter(pk=given).first()
    # Somebody else's change may be under way: whoever opens the page sees why texts still move.
    running = Job.objects.filter(kind=REPLAN, state__in=[Job.State.WAITING, Job.State.RUNNING])
    return running.order_by("created_at").first()


def _rules() -> QuerySet[ReminderRule]:
    return ReminderRule.objects.select_related("location", "service", "practitioner")


def _rule(request: StaffRequest, pk: int) -> ReminderRule:
    rule = get_object_or_404(_rules(), pk=pk)
    if not request.scope.sees_place(rule.location_id):
        raise Http404
    return rule


def _untold(rules: Iterable[ReminderRule]) -> list[ReminderRule]:
    """Rules about moved and cancelled visits that are off, where none of them is on."""
    told = [rule for rule in rules if rule.kind in (Kind.MOVED, Kind.CANCELLED)]
    return [] if any(rule.active for rule in told) else told


def _groups(rows: Iterable[RuleRow]) -> list[tuple[str, list[RuleRow]]]:
    """Rows by where they hold: everywhere first, then each place."""
    groups: dict[str, list[RuleRow]] = {"": []}
    for row in rows:
        rule = row.rule
        places = [
            *(str(one) for one in (rule.location, rule.service, rule.practitioner) if one),
            *(["New patients"] if rule.patients == ReminderRule.Patients.NEW else []),
        ]
        groups.setdefault(", ".join(places), []).append(row)
    return [(name, found) for name, found in groups.items() if found]
