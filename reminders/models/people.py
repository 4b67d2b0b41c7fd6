"""Where, who and what: locations, contacts, practitioners, services, and what a user may see."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat, Reverse, Trim
from django.urls import reverse

from reminders.models.care.represented import CONSTRAINTS, INDEXES, Represented
from reminders.models.fields import (
    HttpsURLField,
    check_country,
    check_e164,
    check_zone,
    days_field,
    phone_check,
)
from reminders.models.in_sql.folding import ONE_AFTER_THE_OTHER, SEARCH_VECTOR
from reminders.models.roads import addresses
from reminders.models.sooner.offering import ahead_hours, hold_minutes, who_offers


class Location(models.Model):
    """A site: its wall clock, its sending hours, its sender, and how its patients are addressed."""

    name = models.CharField(max_length=100, unique=True)
    phone = models.CharField(
        max_length=40,
        blank=True,
        help_text="As patients should read it, for “please call us on ...”.",
    )
    address = models.CharField(
        max_length=200, blank=True, help_text="In one line, for {address} in texts."
    )
    map_link = HttpsURLField(
        "link to a map",
        max_length=200,
        blank=True,
        help_text="For {map} in texts. Short ones cost less.",
    )
    video_link = HttpsURLField(
        "link to video visits", max_length=200, blank=True, help_text="For {video} in texts."
    )
    zone = models.CharField("time zone", max_length=64, default="UTC", validators=[check_zone])
    country = models.CharField(
        max_length=2,
        default="AU",
        validators=[check_country],
        help_text="How local telephone numbers are read.",
    )
    language = models.CharField(max_length=10, default="en")
    opens = models.TimeField(
        "texts from", default="08:00", help_text="No text leaves before this local time."
    )
    closes = models.TimeField(
        "texts until", default="20:00", help_text="No text leaves after this local time."
    )
    open_days = days_field(verbose_name="working days")
    reception_opens = models.TimeField(
        "replies are read from",
        null=True,
        blank=True,
        help_text="Blank: in the hours and on the days of the texts.",
    )
    reception_closes = models.TimeField("replies are read until", null=True, blank=True)
    reception_days = days_field(verbose_name="replies are read on")
    closed_wording = models.TextField(
        "answer while nobody reads",
        blank=True,
        max_length=459,
        help_text="In the location's language; {date} and {time} say when you read next. "
        "Blank: as under Wordings.",
    )
    source_number = models.CharField(
        "sender",
        max_length=15,
        blank=True,
        help_text="A sender registered with the provider; blank for the account's own.",
    )
    family_messages = models.BooleanField(
        "one text per family",
        default=True,
        help_text="Appointments on one phone on one day share a text.",
    )
    late_decline_hours = models.PositiveSmallIntegerField(
        default=4,
        help_text="A “no” with fewer hours left still counts; the patient is asked to call.",
    )
    sooner_offers = who_offers()
    sooner_hold_minutes = hold_minutes()
    sooner_ahead_hours = ahead_hours()
    missed_after_minutes = models.PositiveSmallIntegerField(
        "noted as missed after",
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(1440)],
        help_text="Minutes after the end of a visit that nobody marked. Blank: never by itself.",
    )
    missed_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Earlier visits stay as they are."
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        """The time zone of its wall clock. Raises ZoneInfoNotFoundError for an unknown name."""
        return ZoneInfo(self.zone)


def _first_named_by() -> models.ForeignKey[Any, Any]:
    """The import that brought a name, which goes again when the import is taken back."""
    return models.ForeignKey(
        "Import",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )


class Practitioner(models.Model):
    """Whom the patient comes to see."""

    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=True)
    first_named_by = _first_named_by()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """What the patient comes for; may carry instructions for the text."""

    name = models.CharField(max_length=100, unique=True)
    instructions = models.CharField(
        max_length=300, blank=True, help_text="Fills {instructions}, such as “Please come fasting”."
    )
    recall_months = models.PositiveSmallIntegerField(
        "invite again after",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="So many months after the last visit; blank: never.",
    )
    active = models.BooleanField(default=True)
    first_named_by = _first_named_by()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Contact(addresses.Written, Represented):
    """A person to text. The phone may be shared by a family; consent belongs to the number."""

    class Channel(models.TextChoices):
        SMS = "sms", "Text message"
        VOICE = "voice", "Voice call"
        NONE = "none", "No messages"

    class PhoneKind(models.TextChoices):
        UNKNOWN = "", "Unknown"
        MOBILE = "mobile", "Mobile"
        LANDLINE = "landline", "Landline"
        EITHER = "either", "Mobile or landline"
        OTHER = "other", "Other"

    external_id = models.CharField("patient number", max_length=100, blank=True)
    diary = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="Whose patient number it is.",
    )
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    preferred_name = models.CharField(
        "called",
        max_length=150,
        blank=True,
        default="",
        db_default="",
        help_text="How they like to be called, where that is not the first name.",
    )
    # Kept by the database: whatever statement writes the parts of a name, the whole one follows.
    name = models.GeneratedField(
        expression=Trim(Concat(F("first_name"), Value(" "), F("last_name"))),
        output_field=models.CharField(max_length=301),
        db_persist=True,
    )
    birth_date = models.DateField(
        "date of birth",
        null=True,
        blank=True,
        help_text="To tell people of one name apart, and to find them.",
    )
    phone = models.CharField(max_length=16, blank=True, validators=[check_e164])
    phone_as_given = models.CharField(max_length=100, blank=True)
    phone_kind = models.CharField(
        max_length=10, choices=PhoneKind, blank=True, default=PhoneKind.UNKNOWN
    )
    phone_problem = models.CharField(
        max_length=40, blank=True, help_text="Why the number can't be used."
    )
    language = models.CharField(max_length=10, blank=True, help_text="Blank: the location's.")
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.SMS)
    # The number and no flag: it ends by itself once the number is corrected.
    wrong_number = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=(
            "The number at which a call reached somebody else; in force while it is their number."
        ),
    )
    notes = models.TextField(blank=True)
    forgotten_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when nothing about them is left; the row stays for the figures.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    search = models.GeneratedField(
        # The template takes no values, so that it may name the columns more than once. Its cast
        # makes it immutable, as a stored column must be; names have no stems.
        expression=models.Func(
            F("first_name"),
            F("last_name"),
            F("preferred_name"),
            F("external_id"),
            arg_joiner=ONE_AFTER_THE_OTHER,
            template=SEARCH_VECTOR,
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        # A contact in the code, because a parent may be texted; to people, always a patient.
        verbose_name = "patient"
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            *CONSTRAINTS,
            phone_check("contact_phone_is_e164", blank=True),
            models.UniqueConstraint(
                fields=["external_id", "diary"],
                condition=~models.Q(external_id=""),
                name="contact_number_once_a_diary",
            ),
        ]
        indexes = [
            *INDEXES,
            *addresses.INDEXES,
            models.Index(fields=["phone"], condition=~models.Q(phone=""), name="contact_by_phone"),
            # By its pattern class, so that a beginning is found by the index in any collation.
            models.Index(
                OpClass(Reverse("phone"), name="text_pattern_ops"), name="contact_by_phone_end"
            ),
            models.Index(fields=["last_name", "first_name", "id"], name="contact_by_name"),
            GinIndex(fields=["search"], name="contact_search"),
            models.Index(
                fields=["birth_date"],
                condition=models.Q(birth_date__isnull=False),
                name="contact_by_birth",
            ),
            models.Index(
                fields=["last_name", "first_name", "id"],
                condition=models.Q(phone=""),
                name="contact_without_phone",
            ),
            models.Index(
                fields=["last_name", "first_name", "id"],
                condition=models.Q(phone_kind="landline"),
                name="contact_landline",
            ),
            models.Index(
                fields=["last_name", "first_name", "id"],
                condition=~models.Q(wrong_number=""),
                name="contact_wrong_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name or "(no name)"

    def get_absolute_url(self) -> str:
        """The conversation with this contact."""
        return reverse("conversation", args=[self.pk])

    @property
    def greeting(self) -> str:
        """The first name by which texts greet them."""
        return self.preferred_name or self.first_name

    @property
    def has_wrong_number(self) -> bool:
        """Whether a call showed that their number is somebody else's."""
        return self.wrong_number != "" and self.wrong_number == self.phone

    @property
    def is_spoken_to(self) -> bool:
        """Whether they get calls: as they wish, or because a landline takes no texts."""
        return self.channel == Contact.Channel.VOICE or self.phone_kind == self.PhoneKind.LANDLINE


class StaffProfile(models.Model):
    """What one user may see and what the pages remember for them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_profile"
    )
    all_locations = models.BooleanField(
        default=False, help_text="Sees every location, also those that are added later."
    )
    locations = models.ManyToManyField(
        Location, blank=True, help_text="Sees these only. None chosen, and not all: sees nobody."
    )
    remembered: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return str(self.user)
