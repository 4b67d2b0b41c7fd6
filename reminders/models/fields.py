"""Checks that several tables share: telephone numbers, time zones, days of the week."""

from typing import Any
from zoneinfo import available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from phonenumbers import SUPPORTED_REGIONS

E164 = r"^\+[1-9][0-9]{7,14}$"
WEEKDAYS = {1: "Mon", 2: "Tue", 3: "Wed", 4: "Thu", 5: "Fri", 6: "Sat", 7: "Sun"}

check_e164 = RegexValidator(
    E164, "Write the number with + and the country's code, such as +61491570156."
)


class HttpsURLField(models.URLField):  # type: ignore[type-arg]  # takes none when it runs
    """An address; one that is typed without https:// is taken to be of https."""

    def formfield(self, **options: Any) -> Any:  # Any: Django's own signature
        """The form's field."""
        return super().formfield(**{"assume_scheme": "https"} | options)

    def deconstruct(self) -> Any:
        """To migrations it is a plain field: they know nothing of forms."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.URLField", args, options


def check_zone(value: str) -> None:
    """Refuse a name that is no IANA time zone."""
    # By the tzdata package, which `config` makes the only source: the machine's list may differ.
    if value not in available_timezones():
        raise ValidationError(
            "“%(value)s” is no time zone. Write it like Australia/Sydney or Europe/London.",
            params={"value": value},
        )


def check_country(value: str) -> None:
    """Refuse what is no country with telephone numbers, by its two letters."""
    if value not in SUPPORTED_REGIONS:
        raise ValidationError(
            "“%(value)s” is no country. "
            "Write its two letters, such as AU; the United Kingdom is GB.",
            params={"value": value},
        )


def check_days(value: list[int]) -> None:
    """Refuse weekdays outside 1 (Monday) to 7 (Sunday), and days given twice."""
    if not set(value) <= set(WEEKDAYS) or len(set(value)) != len(value):
        raise ValidationError("Days are 1 for Monday to 7 for Sunday, each at most once.")


def working_week() -> list[int]:
    """Monday to Friday, as ISO weekday numbers."""
    return [1, 2, 3, 4, 5]


def days_field(**options: object) -> "ArrayField[list[int], list[int]]":
    """An array of ISO weekdays, 1 (Monday) to 7 (Sunday)."""
    day = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)])
    given: dict[str, Any] = dict(options)  # Any: what a field takes is not typed as a whole
    return ArrayField(day, default=working_week, validators=[check_days], **given)


def phone_check(name: str, field: str = "phone", *, blank: bool = False) -> models.CheckConstraint:
    """The database's own check that a column holds an E.164 number (or nothing, if `blank`)."""
    condition = models.Q(**{f"{field}__regex": E164})
    return models.CheckConstraint(
        condition=condition | models.Q(**{field: ""}) if blank else condition, name=name
    )
