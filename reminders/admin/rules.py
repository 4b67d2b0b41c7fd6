"""Rules and wordings. Saving goes through the domain, which checks the words and plans the future
again.

The pages under Set-up do the same with a preview; here is every column at once.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from reminders.admin.base import StaffAdmin
from reminders.domain.setup import rule_text, rules, wordings
from reminders.domain.setup.wordings import WordingKey
from reminders.domain.wording import LANGUAGES, PURPOSES
from reminders.models import ReminderRule, Wording

WHEN = (
    *("days_before", "at_time", "minutes_before", "weekdays_only"),
    *("minutes_after", "settle_minutes"),
)
FOR_WHOM = (
    *("location", "service", "practitioner", "patients"),
    *("not_if_confirmed", "missed_within_months"),
)


class RuleAdminForm(forms.ModelForm):
    """Says in words what the database would refuse."""

    def clean(self) -> dict[str, Any]:
        """Either days or minutes; a time of day only with days."""
        given = super().clean() or self.cleaned_data
        days, minutes = given.get("days_before"), given.get("minutes_before")
        # The database's constraint says the same, but as an error 500.
        if given.get("kind") in ReminderRule.EVENTS:
            if not (days is None and minutes is None) or given.get("minutes_after") is None:
                raise forms.ValidationError(
                    "Give the minutes after what happened, and no days or minutes before."
                )
            return given
        if given.get("minutes_after") is not None:
            raise forms.ValidationError("Minutes after are for rules about what happened.")
        if (days is None) == (minutes is None):
            raise forms.ValidationError(
                "Give either the days before or the minutes before, not both."
            )
        if minutes is not None and given.get("at_time"):
            raise forms.ValidationError("A time of day goes with days before, not with minutes.")
        return given


@admin.register(ReminderRule)
class RuleAdmin(StaffAdmin):
    """When texts go out. The staff pages show the effect of a change before it is saved."""

    place = "location"
    form = RuleAdminForm
    # “Delete selected” would pass by `delete_model`, and so by the look whether a rule was used.
    actions = None
    list_display = ("name", "when", "whom", "kind", "active")
    list_filter = ("active", "kind", "location")
    list_select_related = ("location", "service", "practitioner")
    fieldsets = (
        (None, {"fields": ("name", "kind", "active", "position")}),
        (
            "When",
            {"fields": WHEN, "description": "Set-up, Rules shows the effect before you save."},
        ),
        ("For whom", {"fields": FOR_WHOM}),
        (
            "Odd and late cases",
            {"fields": ("quiet", "late", "min_notice_minutes", "cutoff_minutes")},
        ),
    )

    @admin.display(description="When")
    def when(self, row: ReminderRule) -> str:
        return rule_text.when(row)

    @admin.display(description="For")
    def whom(self, row: ReminderRule) -> str:
        return rule_text.whom(row)

    def has_delete_permission(self, request: HttpRequest, obj: ReminderRule | None = None) -> bool:
        """Only what is off and was never used can be forgotten."""
        if obj is not None and (obj.active or rules.is_used(obj)):
            return False
        return bool(super().has_delete_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: ReminderRule, form: Any, change: bool) -> None:
        """Through the domain, which plans the future again."""
        # Without `seen`: this form shows no etag, so the last one to save wins here.
        saved = rules.save_rule(obj, by=self.actor(request), now=timezone.now())
        self.tell(request, saved.job)

    def delete_model(self, request: HttpRequest, obj: ReminderRule) -> None:
        """Through the domain, which looks again whether it was used."""
        rules.delete_rule(obj.pk, by=self.actor(request), now=timezone.now())

    def view_on_site(self, obj: ReminderRule) -> str:
        return reverse("rules_edit", args=[obj.pk])


class WordingForm(forms.ModelForm):
    """Refuses what the editor under Set-up refuses."""

    purpose = forms.ChoiceField(
        choices=[(key, purpose.label) for key, purpose in PURPOSES.items()],
        widget=UnfoldAdminSelectWidget,
    )
    language = forms.ChoiceField(
        choices=[(code, name.english) for code, name in LANGUAGES.items()],
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Check the words as the editor does."""
        given = super().clean() or self.cleaned_data
        # A saved one keeps its place: those fields are shown only, and are not among the given
        # values.
        place = place_of(self.instance) if self.instance.pk else _place(given)
        if given.get("text") and not place.is_known:
            raise forms.ValidationError("There is no such text on this channel.")
        if given.get("text"):
            for problem in wordings.check(place, given["text"]):
                if problem.level == "error":
                    self.add_error("text", problem.words)
        return given


def place_of(row: Wording) -> WordingKey:
    """Which wording a row is."""
    return WordingKey(row.purpose, row.language, row.channel, row.rule_id)


def _place(given: dict[str, Any]) -> WordingKey:
    rule = given.get("rule")
    return WordingKey(
        given.get("purpose", ""),
        given.get("language", ""),
        given.get("channel", ""),
        rule.pk if rule else None,
    )


@admin.register(Wording)
class WordingAdmin(StaffAdmin):
    """Texts of your own. The editor under Set-up previews them and counts their parts."""

    place = "rule__location"
    form = WordingForm
    # Deleted by Django, the texts that the provider holds in these words would not be looked at.
    actions = None
    list_display = ("about", "language", "channel", "rule", "text", "active")
    list_filter = ("language", "channel", "active")
    list_select_related = ("rule",)
    search_fields = ("text",)
    fields = ("rule", "purpose", "language", "channel", "text", "active")

    @admin.display(description="Wording")
    def about(self, row: Wording) -> str:
        """What the wording is for, as the list of purposes names it."""
        return PURPOSES[row.purpose].label if row.purpose in PURPOSES else row.purpose

    def get_readonly_fields(
        self, request: HttpRequest, obj: Wording | None = None
    ) -> tuple[str, ...]:
        """What it is for stays; only the words change."""
        return ("rule", "channel") if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Purpose and language of a saved wording are shown, not asked."""
        form = super().get_form(request, obj, change, **kwargs)
        for name in ("purpose", "language"):
            # Disabled, not read-only: the choices keep their labels, and what a browser sends is
            # ignored.
            form.base_fields[name].disabled = obj is not None
        return form

    def save_model(self, request: HttpRequest, obj: Wording, form: Any, change: bool) -> None:
        """Through the domain, which keeps the history."""
        saved = wordings.save_wording(
            place_of(obj), obj.text, by=self.actor(request), now=timezone.now(), active=obj.active
        )
        # The domain wrote the row by itself; the log entry and the redirect need its id.
        row = place_of(obj).row
        obj.pk = row.pk if row else obj.pk
        for problem in saved.problems:
            messages.warning(request, problem.words)

    def delete_model(self, request: HttpRequest, obj: Wording) -> None:
        """Back to the text that applies without it."""
        wordings.reset_wording(place_of(obj), by=self.actor(request), now=timezone.now())
