"""The form of a location: where it is, when it texts, what its texts may say of it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache

from reminders.domain.common.connections import release_connection
from reminders.domain.sending.client import messages_api
from reminders.domain.setup import places
from reminders.domain.setup.locations import closed_wording_errors
from reminders.domain.wording import LANGUAGES
from reminders.models import Location
from reminders.models.fields import WEEKDAYS
from reminders.provider import SenderAddress

WEEK = [(str(number), name) for number, name in WEEKDAYS.items()]
SOONER = ("sooner_offers", "sooner_hold_minutes", "sooner_ahead_hours")
"""What is left blank here stays as it is."""
KEPT_FOR = 300
"""Seconds for which the provider's list of senders is remembered."""


def days(label: str, **options: Any) -> forms.TypedMultipleChoiceField:
    """Days of the week to tick."""
    boxes = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    return forms.TypedMultipleChoiceField(
        label=label, choices=WEEK, coerce=int, widget=boxes, **options
    )


def clock() -> forms.TimeInput:
    """A time of day."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class LocationForm(forms.ModelForm):
    """Checks that country and time zone agree; the sender is one of the provider's list."""

    country = forms.ChoiceField(
        choices=places.countries, help_text="By its rules local phone numbers are read."
    )
    zone = forms.ChoiceField(label="Time zone")
    language = forms.ChoiceField(
        choices=[(code, name.own) for code, name in LANGUAGES.items()],
        help_text="Of texts to patients without a language of their own.",
    )
    open_days = days("Working days", help_text="Rules “on working days only” keep to these.")
    reception_days = days("Replies are read on", required=False)

    class Meta:
        model = Location
        fields = (
            *("name", "phone", "active"),
            *("country", "zone", "language"),
            *("address", "map_link", "video_link"),
            *("opens", "closes", "open_days"),
            *("reception_opens", "reception_closes", "reception_days", "closed_wording"),
            *("source_number", "family_messages", "late_decline_hours"),
            *SOONER,
            "missed_after_minutes",
        )
        widgets = {
            **dict.fromkeys(("opens", "closes", "reception_opens", "reception_closes"), clock()),
            "closed_wording": forms.Textarea(attrs={"rows": 3}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        }
        labels = {
            "active": "Open",
            "source_number": "Sender",
            "phone": "Phone for patients",
            "missed_after_minutes": "Minutes after the end of a visit",
        }
        help_texts = {
            "active": "A location that is not open gets no texts and is in no list.",
            "missed_after_minutes": "Blank: never by itself. Only of use where you mark "
            "everybody who arrives; it can be taken back at each visit.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["zone"] = settings.TIME_ZONE
            self.initial["country"] = settings.DEFAULT_COUNTRY
        for name in SOONER:
            self.fields[name].required = False
        zone: Any = self.fields["zone"]  # Any: a ChoiceField, as is declared above
        zone.choices = zone_choices()
        self.senders = approved_senders()
        if self.senders is not None:
            own = self.instance.source_number
            self.fields["source_number"] = forms.ChoiceField(
                label="Sender",
                required=False,
                choices=sender_choices(self.senders, own),
                help_text="What the provider lets you send from. A name can’t be answered.",
            )

    def clean(self) -> dict[str, Any]:
        """Country and zone agree, hours are whole, a wording can be written."""
        given = super().clean() or self.cleaned_data
        country, zone = given.get("country", ""), given.get("zone", "")
        if country and zone and not places.fits(zone, country):
            name = dict(places.countries())[country]
            self.add_error("zone", f"{places.in_words(zone)} is not in {name}. Choose again.")
        opens, closes = given.get("reception_opens"), given.get("reception_closes")
        if (opens is None) != (closes is None):
            missing = "reception_opens" if opens is None else "reception_closes"
            self.add_error(missing, "Give both times, or neither.")
        if opens is not None and not given.get("reception_days"):
            self.add_error("reception_days", "Choose at least one day.")
        for words in closed_wording_errors(given):
            self.add_error("closed_wording", words)
        for name in SOONER:
            if given.get(name) in (None, "") and name not in self.errors:
                given[name] = getattr(self.instance, name)
        for name in ("open_days", "reception_days"):
            given[name] = sorted(given.get(name) or ())
        return given


def zone_choices() -> list[Any]:
    """The zones under their countries, as the script of the page finds them."""
    names = dict(places.countries())
    known = [(names[place], zone) for zone, place in places.zones() if place in names]
    # By the country alone: its zones stay in their order.
    groups = groupby(sorted(known, key=lambda pair: pair[0]), key=lambda pair: pair[0])
    listed = [
        (name, [(zone, places.in_words(zone)) for _, zone in found]) for name, found in groups
    ]
    return [*listed, ("Anywhere", [(places.ANYWHERE, places.ANYWHERE)])]


def sender_choices(senders: list[SenderAddress], own: str) -> list[tuple[str, str]]:
    """The account's own first; one that is chosen stays, though the provider lists it no more."""
    listed = [(one.address, f"{one.address} · {one.label}" if one.label else one.address)
              for one in senders]  # fmt: skip
    if own and own not in dict(listed):
        listed.append((own, f"{own} · not in the provider’s list"))
    return [("", "The account’s own"), *listed]


def approved_senders() -> list[SenderAddress] | None:
    """The provider's list, asked for once in five minutes; None where it does not answer."""
    found: list[SenderAddress] | str | None = cache.get("approved-senders")
    if found is None:
        # Before the call: it may last as long as the time-out, and the pool is everybody's.
        release_connection()
        asked = places.senders(messages_api())
        found = "unknown" if asked is None else asked
        cache.set("approved-senders", found, KEPT_FOR)
    return None if isinstance(found, str) else found
