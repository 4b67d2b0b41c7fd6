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
from django.utils import timezone

from reminders.domain.common.access import Scope
from reminders.domain.consent.typed_email import AddressError, email_columns
from reminders.domain.diary.contacts import PhoneError, phone_columns
from reminders.domain.diary.patient_numbers import read_patient_number
from reminders.domain.diary_import.read.cells.when.typed import Typed, read_typed, write_day
from reminders.domain.phones.parsing import display
from reminders.domain.wording import LANGUAGES
from reminders.models import Appointment, Contact, Location, Practitioner, Service
from reminders.views.shared.day_input import LONGEST, DayInput
from reminders.views.shared.email_fields import without_email

FIRST_YEAR = 2000
FIRST_BIRTH = datetime.date(1900, 1, 1)
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
    birth_date = forms.DateField(
        required=False,
        label="Date of birth",
        help_text="Tells people of one name apart; the search finds it.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    phone = forms.CharField(
        max_length=60,
        required=False,
        label="Mobile number",
        help_text="In any writing. From abroad: with + and the country code.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    second_phone = forms.CharField(
        max_length=60,
        required=False,
        label="Second number",
        help_text="Tried once, where a text to the first one can't be delivered.",
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
    no_recalls = forms.BooleanField(required=False, label="No invitations to come again (recalls)")
    whatsapp = forms.BooleanField(
        required=False,
        label="May be written to by WhatsApp",
        help_text="Only where they agreed to it: on their mobile number, by the practice.",
    )
    email = forms.CharField(max_length=300, required=False, label="E-mail", strip=True)
    by_email = forms.BooleanField(
        required=False,
        label="May be written to by e-mail",
        help_text="Only where they agreed to it. Who unsubscribes is written to no more.",
    )
    email_is_right = forms.BooleanField(
        required=False, label="It works after all: write to it again"
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
        if settings.WHATSAPP is None:
            del self.fields["whatsapp"]
        without_email(self.fields, contact)

    def _values_of(self, contact: Contact) -> dict[str, Any]:
        own = ("number_is_right", "whatsapp", "by_email", "email_is_right")
        values = {name: getattr(contact, name) for name in self.base_fields if name not in own}
        values["whatsapp"] = contact.whatsapp_agreed_at is not None
        values["by_email"] = contact.email_agreed_at is not None
        number = display(contact.phone, self.country) if contact.phone else contact.phone_as_given
        second = display(contact.second_phone, self.country) if contact.second_phone else ""
        return values | {"phone": number, "second_phone": second}

    def clean(self) -> dict[str, Any]:
        """Somebody needs a name, a number must be one, a patient number belongs to one patient."""
        cleaned = super().clean() or {}
        if not cleaned.get("first_name") and not cleaned.get("last_name"):
            self.add_error("first_name", "Give at least one name.")
        try:
            cleaned |= self._phone(cleaned.get("phone", ""))
        except PhoneError as error:
            self.add_error("phone", str(error))
        self._check_second(cleaned)
        cleaned["external_id"] = read_patient_number(cleaned.get("external_id", ""))
        self._check_external_id(cleaned["external_id"])
        cleaned |= {"whatsapp_agreed_at": self._agreed_at(cleaned)}
        try:
            return cleaned | email_columns(cleaned, self.contact, now=timezone.now())
        except AddressError as error:
            self.add_error("email", str(error))
        return cleaned

    def _agreed_at(self, cleaned: dict[str, Any]) -> datetime.datetime | None:
        """Since when they may be written to by WhatsApp; a form that does not ask keeps it."""
        before = self.contact.whatsapp_agreed_at if self.contact else None
        if "whatsapp" not in self.fields:
            return before
        return (before or timezone.now()) if cleaned.get("whatsapp") else None

    def _phone(self, written: str) -> dict[str, str]:
        """A number that stays the same keeps the writing it came in."""
        columns = phone_columns(written, self.country)
        # The form shows it as people write it at home; saving that again would lose the diary's
        # writing.
        if self.contact and self.contact.phone and columns["phone"] == self.contact.phone:
            return {name: getattr(self.contact, name) for name in columns}
        return columns

    def clean_second_phone(self) -> str:
        """As E.164; blank for none."""
        try:
            return phone_columns(self.cleaned_data["second_phone"], self.country)["phone"]
        except PhoneError as error:
            raise forms.ValidationError(str(error)) from None

    def _check_second(self, cleaned: dict[str, Any]) -> None:
        second = cleaned.get("second_phone")
        if second and second == cleaned.get("phone"):
            self.add_error("second_phone", "This is the first number as well.")
        elif second and not cleaned.get("phone"):
            self.add_error("second_phone", "Give the first number before the second.")

    def clean_birth_date(self) -> datetime.date | None:
        """A day that may be somebody's birthday."""
        day: datetime.date | None = self.cleaned_data["birth_date"]
        if day and not FIRST_BIRTH <= day <= timezone.now().date():
            raise forms.ValidationError("Check the year.")
        return day

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
    date = forms.CharField(
        max_length=LONGEST, help_text="Also “1 Dec”, “tomorrow”, or with the time: “1 Dec 14:30”."
    )
    time = forms.TimeField(
        required=False,
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

    # By whose habits the date stands in the form: another location's may turn day and month round.
    written_in = forms.CharField(required=False, max_length=2, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, scope: Scope, appointment: Appointment | None = None, **kwargs: Any
    ) -> None:
        if appointment:
            kwargs.setdefault("initial", self._values_of(appointment))
        super().__init__(*args, **kwargs)
        self.initial["written_in"] = country_of(
            scope, appointment.location if appointment else None
        )
        self._typed: Typed | None = None
        self.fields["date"].widget = DayInput(self._country)
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

    @property
    def _country(self) -> str:
        return str(self.data.get("written_in") or self.initial["written_in"])

    def _today(self) -> datetime.date:
        place = self.cleaned_data.get("location")
        zone = place.tz if place else datetime.UTC
        return timezone.now().astimezone(zone).date()

    def clean_date(self) -> datetime.date:
        """A day in any usual writing; a slip of the finger in the year is none."""
        self._typed = read_typed(
            self.cleaned_data["date"], country=self._country, today=self._today()
        )
        if self._typed is None:
            example = write_day(self._today(), self._country)
            raise forms.ValidationError(f"Write the day like {example}, or like 1 Dec.")
        # A year of long ago is a valid date, and every text about it would be long overdue.
        if not FIRST_YEAR <= self._typed.day.year <= FIRST_YEAR + 200:
            raise forms.ValidationError("Check the year.")
        return self._typed.day

    def clean(self) -> dict[str, Any]:
        """The time of day to the minute, from its own field or typed behind the day."""
        cleaned = super().clean() or {}
        typed, given = self._typed.at if self._typed else None, cleaned.get("time")
        # A field that stands as it was is no contradiction: who moves a visit typed over the day.
        if typed and given not in (None, typed) and "time" in self.changed_data:
            self.add_error("time", f"Behind the date stands {typed:%H:%M}: which one is it?")
        at = typed or given
        if at is None and "time" not in self.errors:
            self.add_error("time", "This field is required.")
        cleaned["time"] = at.replace(second=0, microsecond=0) if at else None
        return cleaned

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
    place = location or scope.chosen or next(iter(scope.locations), None)
    return place.country if place else settings.DEFAULT_COUNTRY
