"""The one Django application of the product."""

from typing import Any

from django.apps import AppConfig
from django.core.management import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_migrate, pre_delete, pre_migrate


class RemindersConfig(AppConfig):
    """Appointment reminders."""

    name = "reminders"
    verbose_name = "Appointment reminders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep locations that limit users; seed roles and rings once migrating has made their
        tables.
        """
        from config.safety import pooler as _pooler  # noqa: F401  # registers its check
        from reminders.domain.common.access import seed_roles  # models are loaded by now
        from reminders.domain.operations.periodic_tasks import seed_periodic_tasks
        from reminders.domain.setup.locations import refuse_while_it_limits
        from reminders.domain.trail import rights
        from reminders.models import Location
        from reminders.views.door import signals as _signals  # noqa: F401  # connects by itself

        rights.listen()
        # A signal, because Django's own deletion of many rows calls no method of the model.
        pre_delete.connect(
            refuse_while_it_limits, sender=Location, dispatch_uid="reminders.limits_stay"
        )
        pre_migrate.connect(refuse_tables, sender=self, dispatch_uid="reminders.refuse_tables")
        pre_migrate.connect(allow_time, sender=self, dispatch_uid="reminders.allow_time")
        post_migrate.connect(limit_time, sender=self, dispatch_uid="reminders.limit_time")
        post_migrate.connect(seed_roles, sender=self, dispatch_uid="reminders.seed_roles")
        post_migrate.connect(seed_periodic_tasks, sender=self, dispatch_uid="reminders.seed_rings")


def refuse_tables(using: str, **_kwargs: Any) -> None:
    """Tables of a development version: say so before anything is half done, or seems to be done."""
    from reminders.domain.operations import schema

    if using == DEFAULT_DB_ALIAS and schema.is_of_a_development_version():
        raise CommandError(schema.DEVELOPMENT)


def allow_time(using: str, **_kwargs: Any) -> None:
    """A migration may take longer than a statement of daily work: an index over years of texts,
    say.
    """
    with connections[using].cursor() as cursor:
        # On the session: migrations run in several transactions, and SET LOCAL would end with the
        # first.
        cursor.execute("SET statement_timeout = 0")


def limit_time(using: str, **_kwargs: Any) -> None:
    """Back to the limit that the connection came with."""
    with connections[using].cursor() as cursor:
        cursor.execute("RESET statement_timeout")
