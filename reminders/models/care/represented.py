"""Somebody else who is texted in a patient's place, and a second number of the patient's own.

The rule by age is kept with each patient as the birthday on which it ends, so that a statement
needs nothing but the patient's row and the day of the visit.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When

from reminders.models.fields import check_e164, phone_check

if TYPE_CHECKING:
    from reminders.models.people import Contact

YOUNGEST, OLDEST = 1, 25


class Represented(models.Model):
    """What a patient's row says of who is texted about their visits."""

    responsible = models.ForeignKey(
        "reminders.Contact",
        verbose_name="responsible person",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="wards",
        help_text="Who is texted in their place.",
    )
    responsible_years = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Until this birthday; blank: until somebody ends it."
    )
    responsible_until = models.GeneratedField(
        # In one template, since Django has no expression that adds years to a date.
        expression=models.Func(
            F("birth_date"),
            F("responsible_years"),
            arg_joiner=" + make_interval(years => ",
            template="(%(expressions)s))::date",
        ),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    second_phone = models.CharField(
        "second number",
        max_length=16,
        blank=True,
        default="",
        db_default="",
        validators=[check_e164],
        help_text="Tried once where a text to the first number fails for good.",
    )

    no_recalls = models.BooleanField(
        default=False, db_default=False, help_text="Not invited to come again."
    )

    class Meta:
        abstract = True

    @property
    def numbers(self) -> frozenset[str]:
        """Their numbers: the one that is texted, and the second one."""
        mine: Any = self  # Any: as below
        return frozenset({mine.phone, self.second_phone} - {""})

    def is_wrong(self, number: str) -> bool:
        """Whether a call showed that this number is somebody else's."""
        mine: Any = self
        return number != "" and number == mine.wrong_number

    def texted_on(self, day: date) -> Contact:
        """Who is texted about a visit of theirs on this local day; themselves, as a rule."""
        of_age = self.responsible_until is not None and day >= self.responsible_until
        # Any: the mixin is a contact wherever it has rows.
        found: Any = self if self.responsible is None or of_age else self.responsible
        contact: Contact = found
        return contact

    def addressed_on(self, day: date) -> str:
        """How a text about a visit of theirs on this day greets: with both names where somebody
        else reads it.
        """
        texted, patient = self.texted_on(day), self
        own: Any = patient  # Any: as above
        if texted is patient:
            return str(own.greeting)
        return f"{texted.greeting} ({own.greeting})" if texted.greeting else str(own.greeting)


CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=Q(responsible=None) | ~Q(responsible=F("id")), name="contact_not_own_responsible"
    ),
    phone_check("contact_second_is_e164", "second_phone", blank=True),
]
INDEXES = [
    models.Index(
        fields=["responsible"],
        condition=Q(responsible__isnull=False),
        name="contact_by_responsible",
    )
]

REPRESENTED = Q(contact__responsible__isnull=False) & (
    Q(contact__responsible_until=None) | Q(contact__responsible_until__gt=F("local_date"))
)
"""The condition on an appointment that somebody else is texted about it."""


def of_texted(column: str) -> Case:
    """This column of whoever is texted about an appointment: `Contact.texted_on` in statements."""
    theirs, own = f"contact__responsible__{column}", f"contact__{column}"
    return Case(When(REPRESENTED, then=F(theirs)), default=F(own))


class AgeRule(models.Model):
    """Under which age somebody else is to be texted; no row: the practice has no such rule."""

    years = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(YOUNGEST), MaxValueValidator(OLDEST)]
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "rule by age"
        verbose_name_plural = "rule by age"

    def __str__(self) -> str:
        return f"Under {self.years}"


def birthday(born: date, years: int) -> date:
    """The day on which somebody has so many years; of a leap day, the one before it.

    As the database reckons it, which texts go by.
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, day=28)


def born_after(today: date, years: int) -> date:
    """Whoever was born later than this day is under so many years old today."""
    return birthday(today, -years)
