"""Print the link that makes the first administrator."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from reminders.domain.setup.beginning.first_login import make_token


class Command(BaseCommand):
    """`manage.py first_login`."""

    help = "Prints a link that makes the first administrator, once, within 24 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--address",
            default="",
            help="the site's address (default: PUBLIC_URL, or this machine)",
        )

    def handle(self, *, address: str, **options: Any) -> None:  # Any: Django's own signature
        """Print it, or say why there is none."""
        token = make_token(now=timezone.now())
        if not token:
            raise CommandError(
                "There is an administrator already. They add other users; "
                "a forgotten password: manage.py changepassword NAME"
            )
        # A command knows no request to take the host from.
        site = (address or settings.PUBLIC_URL or "http://localhost:8000").rstrip("/")
        self.stdout.write(site + reverse("make_first_login", args=[token]))
