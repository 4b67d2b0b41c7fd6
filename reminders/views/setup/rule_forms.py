"""The form of a rule, in plain words: what makes it send, how long before or after, for whom, and
the odd cases.
"""

from __future__ import annotations

from datetime import time
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from reminders.domain.common.access import Scope
from reminders.models import Location, Practitioner, ReminderRule, Service
from reminders.views.setup.roads.of_rules import RoadFields

DAYS, ELAPSED = "days", "elapsed"
OWN_TIME, FIXED_TIME = "own", "fixed"
UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}
LONGEST_NOTICE = 60 * 24 * 7
LONGEST_SETTLING = 24 * 60
LONGEST_WAIT = 60 * 24 * 60


def radios() -> forms.RadioSelect:
    """Choices side by side, as Bootstrap draws them."""
    return forms.RadioSelect(attrs={"class": "form-check-input"})


class RuleForm(RoadFields, forms.ModelForm):
    """Reads a rule as a manager would say it; `instance` holds it, not saved."""

    counts = forms.ChoiceField(
        label="Counted in",
        choices=[
            (DAYS, "Days before, by the calendar"),
            (ELAPSED, "Hours or minutes before, by the clock"),
        ],
        widget=radios(),
    )
    days_before = forms.IntegerField(
        label="Days before",
        min_value=0,
        max_value=60,
        required=False,
        help_text="0 is the day itself.",
    )
    time_of_day = forms.ChoiceField(
        label="Time of day",
        choices=[(OWN_TIME, "The appointment's own time"), (FIXED_TIME, "Always at")],
        widget=radios(),
        required=False,
    )
    at_time = forms.TimeField(
        label="Always at",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    amount = forms.IntegerField(
        label="How long before", min_value=1, max_value=20_160, required=False
    )
    unit = forms.ChoiceField(label="Unit", choices=[(unit, unit) for unit in UNITS], required=False)
    wait = forms.IntegerField(
        label="How long after it happened",
        min_value=0,
        max_value=86_400,
        required=False,
        help_text="0: as soon as there is nothing more to correct.",
    )
    wait_unit = forms.ChoiceField(
        label="Unit", choices=[(unit, unit) for unit in UNITS], required=False
    )

    class Meta:
        model = ReminderRule
        fields = (
            *(
                "name",
                "kind",
                "location",
                "service",
                "practitioner",
                "patients",
                "settle_minutes",
                "days_before",
                "at_time",
                "weekdays_only",
                "quiet",
            ),
            *("late", "min_notice_minutes", "cutoff_minutes", "not_if_confirmed"),
            "missed_within_months",
        )
        widgets = {"kind": radios(), "quiet": radios(), "late": radios()}
        labels = {
            "kind": "What it is",
            "location": "Location",
            "service": "Service",
            "practitioner": "With",
            "patients": "Patients",
            "settle_minutes": "Wait so many minutes for corrections",
            "weekdays_only": "Only on working days",
            "quiet": "When its time falls outside texting hours",
            "late": "When the appointment is booked after its time",
            "min_notice_minutes": "… while at least so many minutes remain",
            "cutoff_minutes": "Never with fewer minutes left than",
            "not_if_confirmed": "Not to patients who have confirmed already",
            "missed_within_months": "Only to patients who missed a visit in the last … months",
        }
        help_texts = {
            "name": "For you; patients don't see it.",
            "location": "A rule for one location replaces the general rules of its kind there.",
            "service": "A rule for one service replaces the general rules of its kind for it.",
            "practitioner": "",
            "settle_minutes": "What is corrected within this is told once, as it stands then; "
            "what is taken back is not told at all.",
            "weekdays_only": "If nobody is there that day, the text goes on the last working day "
            "before: for a Monday appointment on Friday.",
            "missed_within_months": "Blank: to everybody. Else it is an extra text, beside those "
            "of the other rules; give it words of its own under Wordings.",
            "min_notice_minutes": "180 is three hours.",
            "cutoff_minutes": "After that nothing is sent, whatever happens.",
        }

    def __init__(
        self, *args: Any, scope: Scope, **kwargs: Any
    ) -> None:  # Any: Django's own form arguments
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)  # Any: of a model's choices, as declared
        # Without Django's "---------": every rule is of some kind.
        fields["kind"].choices = ReminderRule.Kind.choices
        self._offer(
            "location", Location.objects.filter(pk__in=scope.location_ids), "Every location"
        )
        self._offer("service", Service.objects.filter(active=True), "Every service")
        self._offer("practitioner", Practitioner.objects.filter(active=True), "Whoever it is")
        fields["patients"].choices = ReminderRule.Patients.choices
        # A form that does not show it keeps what is there.
        fields["settle_minutes"].required = False
        self.offer_roads(self.instance)
        # A blank location means everywhere, which is not theirs to give.
        if scope.restricted:
            fields["location"].required = True
            fields["location"].empty_label = None
        for name in ("min_notice_minutes", "cutoff_minutes"):
            self.fields[name].widget.attrs |= {
                "min": 0,
                "max": LONGEST_NOTICE,
                "inputmode": "numeric",
            }
        # A bound form shows what was typed, also where it is wrong.
        if not self.is_bound:
            self.initial.update(_as_said(self.instance))

    def _offer(
        self, name: str, rows: QuerySet[Any], empty: str
    ) -> None:  # Any: locations or services
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset = rows
        field.empty_label = empty

    def clean(self) -> dict[str, Any]:
        """Put days or elapsed time into the rule's columns; complain in words about what is
        missing.
        """
        # Django's may return nothing; what was cleaned stands in `cleaned_data` all the same.
        given = super().clean() or self.cleaned_data
        rule = self.instance
        # The database takes one way of counting: what was another before must be gone.
        rule.minutes_before = rule.minutes_after = None
        given["settle_minutes"] = self._settles(given)
        if given.get("kind") in ReminderRule.EVENTS:
            self._read_wait(given, rule)
        elif given.get("counts") == ELAPSED:
            given["days_before"] = given["at_time"] = None
            amount = given.get("amount")
            if not amount:
                self.add_error("amount", "Say how long before, such as 1 hour.")
            else:
                rule.minutes_before = amount * UNITS[given.get("unit") or "minutes"]
                # The database refuses more, too (rule_within_14_days), but not in words.
                if rule.minutes_before > UNITS["days"] * 14:
                    self.add_error("amount", "At most 14 days. For longer, count in days.")
        else:
            # A number that was refused already is no missing one: one complaint a field.
            if given.get("days_before") is None and "days_before" not in self.errors:
                self.add_error("days_before", "Say how many days before, such as 1.")
            if given.get("time_of_day") != FIXED_TIME:
                given["at_time"] = None
            elif given.get("at_time") is None and "at_time" not in self.errors:
                self.add_error("at_time", "Say at which time, such as 17:00.")
        self.read_roads(given, rule)
        self._check_rest(given)
        return given

    def _check_rest(self, given: dict[str, Any]) -> None:
        for name in ("min_notice_minutes", "cutoff_minutes"):
            if (given.get(name) or 0) > LONGEST_NOTICE:
                self.add_error(name, "At most a week, which is 10080 minutes.")

    def _settles(self, given: dict[str, Any]) -> int:
        minutes = given.get("settle_minutes")
        if minutes is None:
            return int(self.instance.settle_minutes)
        if minutes > LONGEST_SETTLING:
            self.add_error("settle_minutes", "At most a day, which is 1440 minutes.")
        return int(minutes)

    def _read_wait(self, given: dict[str, Any], rule: ReminderRule) -> None:
        """Put how long after something happened into the rule's columns."""
        given["days_before"] = given["at_time"] = None
        given["weekdays_only"] = given["not_if_confirmed"] = False
        rule.minutes_after = (given.get("wait") or 0) * UNITS[given.get("wait_unit") or "minutes"]
        if rule.minutes_after > LONGEST_WAIT:
            self.add_error("wait", "At most 60 days.")
        if given.get("kind") == ReminderRule.Kind.AFTER and not rule.minutes_after:
            self.add_error("wait", "Say how long after the visit began, such as 1 day.")
        # It cannot leave before what it tells of.
        if given.get("quiet") == ReminderRule.Quiet.EARLIER:
            given["quiet"] = ReminderRule.Quiet.LATER


def _waits_as_said(rule: ReminderRule) -> dict[str, Any]:
    minutes = rule.minutes_after or 0
    unit = next(name for name, size in reversed(UNITS.items()) if minutes % size == 0)
    return {
        "wait": minutes // UNITS[unit],
        "wait_unit": unit if minutes else "minutes",
        "counts": DAYS,
        "days_before": 1,
        "time_of_day": OWN_TIME,
        "at_time": time(17),
        "amount": 1,
    }


def _as_said(rule: ReminderRule) -> dict[str, Any]:
    """What the form's own fields show for a rule."""
    if rule.is_event:
        return _waits_as_said(rule)
    minutes = rule.minutes_before
    if minutes is None:
        fixed = FIXED_TIME if rule.at_time else OWN_TIME
        return {
            "counts": DAYS,
            "time_of_day": fixed,
            "at_time": rule.at_time or time(17),
            "amount": 1,
        }
    # The largest that divides evenly: 1440 minutes are a day, 90 stay minutes.
    unit = next(name for name, size in reversed(UNITS.items()) if minutes % size == 0)
    return {
        "counts": ELAPSED,
        "amount": minutes // UNITS[unit],
        "unit": unit,
        "time_of_day": OWN_TIME,
        "at_time": time(17),
        "days_before": 1,
    }
