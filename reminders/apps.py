"""The one Django application of the product."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Appointment reminders."""

    name = "reminders"
    verbose_name = "Appointment reminders"
    default_auto_field = "django.db.models.BigAutoField"
