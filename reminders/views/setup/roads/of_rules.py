"""By which roads a rule goes, as its form asks: how long each may take, and which comes first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from reminders.domain.roads.email.access import is_there
from reminders.models import ReminderRule, Road

COPY = 0
WHATSAPP_WAITS = [
    ("", "Not at all"),
    *(
        (minutes, f"Wait {words} for it to be delivered")
        for minutes, words in (
            (5, "5 minutes"),
            (15, "15 minutes"),
            (30, "half an hour"),
            (60, "an hour"),
            (120, "two hours"),
        )
    ),
]
EMAIL_WAITS = [
    ("", "Not at all"),
    (COPY, "A copy by e-mail, beside the text"),
    *(
        (minutes, f"Wait {words} for it to be opened")
        for minutes, words in (
            (30, "half an hour"),
            (60, "an hour"),
            (120, "two hours"),
            (240, "four hours"),
            (480, "eight hours"),
        )
    ),
]
ORDERS = [
    (str(Road.WHATSAPP), "WhatsApp, then e-mail, then SMS"),
    (str(Road.EMAIL), "E-mail, then WhatsApp, then SMS"),
]
FIELDS = {Road.WHATSAPP: "whatsapp_minutes", Road.EMAIL: "email_minutes"}


class RoadFields(forms.Form):
    """The part of a rule's form about roads; a road that is not set up here has no field."""

    whatsapp_minutes = forms.TypedChoiceField(
        label="By WhatsApp",
        choices=WHATSAPP_WAITS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text="To those who agreed to it, about one visit, in words that WhatsApp has "
        "approved. After the wait, or where it fails, the next road takes over; the last is SMS.",
    )
    email_minutes = forms.TypedChoiceField(
        label="By e-mail",
        choices=EMAIL_WAITS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text="To those who agreed to it, about one visit. Opened means that the page behind "
        "its buttons was seen; after the wait the next road takes over.",
    )
    first_road = forms.ChoiceField(
        label="In which order",
        choices=ORDERS,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        required=False,
        help_text="The next one is tried only while there is time for an SMS after it.",
    )

    def offer_roads(self, rule: ReminderRule) -> None:
        """Show what is set up, as the rule has it."""
        if settings.WHATSAPP is None:
            del self.fields["whatsapp_minutes"]
        if not is_there():
            del self.fields["email_minutes"]
        if any(name not in self.fields for name in FIELDS.values()):
            del self.fields["first_road"]
        copy = COPY if rule.email_copy else None
        first = rule.steps[0].road if rule.steps else Road.WHATSAPP
        self.initial.update(
            whatsapp_minutes=rule.wait(Road.WHATSAPP),
            email_minutes=rule.wait(Road.EMAIL) or copy,
            first_road=str(first),
        )

    def read_roads(self, given: dict[str, Any], rule: ReminderRule) -> None:
        """Put what was chosen into the rule's columns; what is not shown stays as it is."""
        before = [step.road for step in rule.steps]
        waits = {road: rule.wait(road) for road in FIELDS}
        for road, name in FIELDS.items():
            if name in self.fields:
                waits[road] = given.get(name) or None
        if "email_minutes" in self.fields:
            rule.email_copy = given.get("email_minutes") == COPY
        chosen = given.get("first_road")
        first = Road(chosen) if chosen else (before or [Road.WHATSAPP])[0]
        order = sorted(FIELDS, key=lambda road: road != first)
        rule.roads = [[str(road), waits[road]] for road in order if waits[road]]
