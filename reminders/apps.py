"""The one Django application of the product."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RemindersConfig(AppConfig):
    """Appointment reminders."""

    name = "reminders"
    verbose_name = "Appointment reminders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Seed the roles and the rings after migrating, which is when their tables exist."""
        from reminders.domain.access import seed_roles  # models are loaded by now
        from reminders.domain.rings import seed_rings

        post_migrate.connect(seed_roles, sender=self, dispatch_uid="reminders.seed_roles")
        post_migrate.connect(seed_rings, sender=self, dispatch_uid="reminders.seed_rings")
