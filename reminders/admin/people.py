"""Locations, practitioners and services to set up; contacts to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from reminders.admin.base import LookOnly, StaffAdmin, scope
from reminders.domain.common.access import Scope
from reminders.domain.pages.search import find_contacts
from reminders.domain.phones.parsing import display as phone_display
from reminders.domain.setup import locations, names, places
from reminders.domain.wording import LANGUAGES
from reminders.models import Contact, Location, Practitioner, Service
from reminders.models.fields import WEEKDAYS

FOUND = 200
WORKING_WEEK = ("1", "2", "3", "4", "5")
LANGUAGE_CHOICES = [(code, f"{name.english} ({name.own})") for code, name in LANGUAGES.items()]


def countries() -> list[tuple[str, str]]:
    """Every country by its English name, with its two letters."""
    return [(code, f"{name} ({code})") for code, name in places.countries()]


class CountryField(forms.ChoiceField):
    """A country by its two letters, in whatever case; UK, as many write it, is GB."""

    def to_python(self, value: Any) -> str:
        code = super().to_python(value).strip().upper()
        return "GB" if code == "UK" else code


class LocationForm(forms.ModelForm):
    """Days by name, languages by name; a zone that exists."""

    open_days = forms.TypedMultipleChoiceField(
        label="Working days",
        choices=[(str(number), name) for number, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rules “on working days only” keep to these.",
    )
    reception_days = forms.TypedMultipleChoiceField(
        label="Replies are read on",
        choices=[(str(number), name) for number, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    closed_wording = forms.CharField(
        label="Answer while nobody reads",
        required=False,
        max_length=459,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="In the location's language; {date} and {time} say when you read next. "
        "Blank: as under Wordings.",
    )
    language = forms.ChoiceField(choices=LANGUAGE_CHOICES, widget=UnfoldAdminSelectWidget)
    country = CountryField(
        choices=countries,
        initial=settings.DEFAULT_COUNTRY,
        widget=UnfoldAdminSelectWidget,
        help_text="How local telephone numbers are read.",
    )

    def clean_open_days(self) -> list[int]:
        """In the order of the week."""
        return sorted(self.cleaned_data["open_days"])

    def clean_reception_days(self) -> list[int]:
        """In the order of the week."""
        return sorted(self.cleaned_data["reception_days"])

    def clean(self) -> dict[str, Any]:
        """The hours of reading from and until, on some day; a wording that can be written."""
        given = super().clean() or self.cleaned_data
        opens, closes = given.get("reception_opens"), given.get("reception_closes")
        if (opens is None) != (closes is None):
            missing = "reception_opens" if opens is None else "reception_closes"
            self.add_error(missing, "Give both times, or neither.")
        if opens is not None and not given.get("reception_days"):
            self.add_error("reception_days", "Choose at least one day.")
        for words in locations.closed_wording_errors(given):
            self.add_error("closed_wording", words)
        return given


@admin.register(Location)
class LocationAdmin(StaffAdmin):
    """Sites. A changed zone or changed hours plan the coming texts again."""

    # A location is at itself: so a limited user sees and changes their own.
    place = "pk"
    form = LocationForm
    list_display = ("name", "zone", "phone", "texting_hours", "language", "active")
    list_filter = ("active",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "phone", "active")}),
        ("For texts", {"fields": ("address", "map_link", "video_link")}),
        (
            "Where it is",
            {
                "fields": ("zone", "country", "language"),
                "description": "With another time zone appointments keep the time on the wall: "
                "10:00 stays 10:00. Their texts move, and those at the provider are replaced.",
            },
        ),
        ("When it texts", {"fields": ("opens", "closes", "open_days")}),
        (
            "When somebody reads replies",
            {
                "fields": (
                    "reception_opens",
                    "reception_closes",
                    "reception_days",
                    "closed_wording",
                ),
                "description": "Who writes at another time is told once in twelve hours when you "
                "read it. Without times here, the hours and working days of the texts count.",
            },
        ),
        ("How it texts", {"fields": ("source_number", "family_messages", "late_decline_hours")}),
        ("Who did not come", {"fields": ("missed_after_minutes",)}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """As most sites are: in this country and zone, open from Monday to Friday."""
        here = {
            "zone": settings.TIME_ZONE,
            "country": settings.DEFAULT_COUNTRY,
            "open_days": WORKING_WEEK,
            "reception_days": WORKING_WEEK,
        }
        return {**here, **super().get_changeform_initial_data(request)}

    def response_add(
        self, request: HttpRequest, obj: Location, post_url_continue: str | None = None
    ) -> HttpResponse:
        """From the first location on to the next of the first steps."""
        response = super().response_add(request, obj, post_url_continue)
        # Asked after the save: of two who add one at once, neither is led on, which costs a click
        # only.
        first = not Location.objects.exclude(pk=obj.pk).exists()
        return (
            HttpResponseRedirect(reverse("first_steps"))
            if first and "_save" in request.POST
            else response
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new location is nobody's yet, so it takes somebody who may see them all."""
        # The list's own rule would let a limited user add one, since locations have a place.
        return bool(super().has_add_permission(request)) and scope(request).may_change_at(None)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A location that limits users stays; the page says whom."""
        to_delete, counts, missing, protected = super().get_deleted_objects(objs, request)
        # Deleted, it would leave those users with fewer locations or with none, who then see
        # nobody.
        limits = [words for location in objs if (words := locations.limits_in_words(location))]
        return to_delete, counts, missing, [*protected, *limits]

    @admin.display(description="Texts between")
    def texting_hours(self, row: Location) -> str:
        """From when to when texts may go out, on the location's clock."""
        return f"{row.opens:%H:%M} and {row.closes:%H:%M}"

    def save_model(self, request: HttpRequest, obj: Location, form: Any, change: bool) -> None:
        """Through the domain, which brings appointments and texts in line."""
        saved = locations.save_location(obj, by=self.actor(request), now=timezone.now())
        self.tell(request, saved.job)
        self.tell_replaced(request, saved.replaced)


@admin.register(Practitioner)
class PractitionerAdmin(StaffAdmin):
    """Whom patients come to see. Texts that say an old name go out again."""

    list_display = ("name", "active")
    list_filter = ("active",)
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Practitioner, form: Any, change: bool) -> None:
        """Through the domain, which replaces texts that name the practitioner."""
        self.tell_replaced(request, names.save_practitioner(obj, now=timezone.now()))


@admin.register(Service)
class ServiceAdmin(StaffAdmin):
    """What patients come for, with instructions for the text."""

    list_display = ("name", "instructions", "active")
    list_filter = ("active",)
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:
        """Through the domain, which replaces texts that name the service or its instructions."""
        self.tell_replaced(request, names.save_service(obj, now=timezone.now()))


@admin.register(Contact)
class ContactAdmin(LookOnly):
    """People. They are changed on their own page, where a change reaches their texts."""

    list_display = ("__str__", "number", "phone_kind", "language", "channel", "external_id")
    list_filter = ("channel", "phone_kind")
    search_fields = ("external_id__exact",)
    search_help_text = "The beginning of a name, some digits of a number, or a patient number"
    # A generated column of the database: it cannot be written, and says nothing to people.
    exclude = ("search",)
    ordering = ("last_name", "first_name", "pk")

    @admin.display(description="Phone")
    def number(self, row: Contact) -> str:
        """As it is written at home."""
        return (
            phone_display(row.phone, settings.DEFAULT_COUNTRY) if row.phone else row.phone_as_given
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        """By the same indexes as the staff pages' own search."""
        # The limit of the search is the page's: a short word would else list half of the table.
        if not search_term.strip() or not isinstance(request.user, User):
            return queryset, False
        self.note_search(search_term)
        found = find_contacts(search_term, scope=scope(request), limit=FOUND)
        return queryset.filter(pk__in=found.ids), False

    def within(self, theirs: Scope) -> Q:
        """Those of their locations, and those booked nowhere yet."""
        return Q(pk__in=theirs.contacts().values("pk"))

    def view_on_site(self, obj: Contact) -> str:
        return obj.get_absolute_url()
