"""The forms that staff fill in: patients and appointments, in the words of a reception desk.

What is typed is checked here and read there: numbers by `domain.people`, wall times by the
location's clock.
"""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q

from reminders.domain.common.access import Scope
from reminders.domain.diary.contacts import PhoneError, phone_columns
from reminders.domain.diary.patient_numbers import read_patient_number
from reminders.domain.phones.parsing import display
from reminders.domain.wording import LANGUAGES
from reminders.models import Appointment, Contact, Location, Practitioner, Service

FIRST_YEAR = 2000
SAME_AS_LOCATION = ("", "As at the location")
CHANNELS = {
    "sms": "Text messages",
    "voice": "Voice calls (also to landlines)",
    "none": "No messages, we call ourselves",
}


class ContactForm(forms.Form):
    """A patient: who, which number in any writing, how to reach them."""

    first_name = forms.CharField(max_length=150, required=False, strip=True)
    last_name = forms.CharField(max_length=150, required=False, strip=True)
    preferred_name = forms.CharField(
        max_length=150,
        required=False,
        strip=True,
        label="Called",
        help_text="How texts greet them, where that is not the first name.",
    )
    phone = forms.CharField(
        max_length=60,
        required=False,
        label="Mobile number",
        help_text="In any writing. From abroad: with + and the country code.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    number_is_right = forms.BooleanField(
        required=False, label="It is right after all: text it again"
    )
    channel = forms.ChoiceField(
        label="Messages",
        choices=[(str(value), CHANNELS[str(value)]) for value in Contact.Channel.values],
    )
    language = forms.ChoiceField(
        required=False,
        choices=[SAME_AS_LOCATION, *((tag, name.own) for tag, name in LANGUAGES.items())],
        help_text="The language of the texts to this patient.",
    )
    external_id = forms.CharField(
        max_length=100, required=False, label="Patient number", strip=True
    )
    notes = forms.CharField(
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Notes for colleagues",
    )

    def __init__(
        self, *args: Any, country: str, contact: Contact | None = None, **kwargs: Any
    ) -> None:
        self.country, self.contact = country, contact
        if contact:
            kwargs.setdefault("initial", self._values_of(contact))
        super().__init__(*args, **kwargs)
        # Taken out, not hidden: a number that nobody called wrong must not be declared right by a
        # form.
        if not (contact and contact.has_wrong_number):
            del self.fields["number_is_right"]

    def _values_of(self, contact: Contact) -> dict[str, Any]:
        values = {
            name: getattr(contact, name) for name in self.base_fields if name != "number_is_right"
        }
        number = display(contact.phone, self.country) if contact.phone else contact.phone_as_given
        return values | {"phone": number}

    def clean(self) -> dict[str, Any]:
        """Somebody needs a name, a number must be one, a patient number belongs to one patient."""
        cleaned = super().clean() or {}
        if not cleaned.get("first_name") and not cleaned.get("last_name"):
            self.add_error("first_name", "Give at least one name.")
        try:
            cleaned |= self._phone(cleaned.get("phone", ""))
        except PhoneError as error:
            self.add_error("phone", str(error))
        cleaned["external_id"] = read_patient_number(cleaned.get("external_id", ""))
        self._check_external_id(cleaned["external_id"])
        return cleaned

    def _phone(self, written: str) -> dict[str, str]:
        """A number that stays the same keeps the writing it came in."""
        columns = phone_columns(written, self.country)
        # The form shows it as people write it at home; saving that again would lose the diary's
        # writing.
        if self.contact and self.contact.phone and columns["phone"] == self.contact.phone:
            return {name: getattr(self.contact, name) for name in columns}
        return columns

    def _check_external_id(self, number: str) -> None:
        # Numbers are unique within a diary; staff add patients to the one without a name.
        diary = self.contact.diary if self.contact else ""
        others = Contact.objects.filter(external_id=number, diary=diary)
        if self.contact:
            others = others.exclude(pk=self.contact.pk)
        if number and others.exists():
            # No name: the other one may be a patient of a site that this user does not see.
            self.add_error("external_id", "Another patient has this number already. Check it.")


class AppointmentForm(forms.Form):
    """An appointment on the wall clock of its location."""

    location = forms.ModelChoiceField(Location.objects.none(), empty_label=None)
    date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="On the location's clock.",
    )
    duration = forms.IntegerField(min_value=1, max_value=1440, required=False, label="Minutes")
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(),
        required=False,
        empty_label="Nobody in particular",
        label="With",
    )
    service = forms.ModelChoiceField(Service.objects.none(), required=False, empty_label="Not said")
    notes = forms.CharField(
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Notes for colleagues",
    )

    def __init__(
        self, *args: Any, scope: Scope, appointment: Appointment | None = None, **kwargs: Any
    ) -> None:
        if appointment:
            kwargs.setdefault("initial", self._values_of(appointment))
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "location": Location.objects.filter(pk__in=scope.location_ids),
            # The one that is booked stays a choice though switched off: else saving a note would
            # drop it.
            "practitioner": _active(
                Practitioner, appointment.practitioner_id if appointment else None
            ),
            "service": _active(Service, appointment.service_id if appointment else None),
        }
        for name, rows in choices.items():
            field: Any = self.fields[name]  # Any: a ModelChoiceField, as is declared above
            field.queryset = rows

    @staticmethod
    def _values_of(appointment: Appointment) -> dict[str, Any]:
        return {
            "location": appointment.location_id,
            "date": appointment.local_date,
            "time": appointment.local_time,
            "duration": appointment.duration,
            "practitioner": appointment.practitioner_id,
            "service": appointment.service_id,
            "notes": appointment.notes,
        }

    def clean_date(self) -> datetime.date:
        """A slip of the finger in the year is no date."""
        day: datetime.date = self.cleaned_data["date"]
        # 0206 for 2026 is a valid date, and every text about it would be long overdue.
        if not FIRST_YEAR <= day.year <= FIRST_YEAR + 200:
            raise forms.ValidationError("Check the year.")
        return day

    def clean_time(self) -> datetime.time:
        """The time of day to the minute; browsers may send seconds."""
        at: datetime.time = self.cleaned_data["time"]
        return at.replace(second=0, microsecond=0)

    @property
    def columns(self) -> dict[str, Any]:
        """What `domain.appointments` takes, without location and time."""
        values = self.cleaned_data
        return {
            "practitioner_id": values["practitioner"].pk if values["practitioner"] else None,
            "service_id": values["service"].pk if values["service"] else None,
            "duration": values["duration"],
            "notes": values["notes"],
        }


def _active(model: type[Practitioner] | type[Service], chosen: int | None) -> Any:
    """Those in use, and the one that is chosen whether in use or not."""
    return model._default_manager.filter(Q(active=True) | Q(pk=chosen))


def country_of(scope: Scope, location: Location | None = None) -> str:
    """By whose dialling rules a number is read: the location's, else of the first one the user may
    see.
    """
    # The order matters: a number at hand belongs to its location before it belongs to the viewer.
    place = (
        location
        or scope.location(scope.profile.remembered.get("location"))
        or next(iter(scope.locations), None)
    )
    return place.country if place else settings.DEFAULT_COUNTRY
