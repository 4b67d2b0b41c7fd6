"""Fill an empty database with the demo."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reminders.domain.demo.seed import LOGINS, NotForDemoError, seed


class Command(BaseCommand):
    """Three sites, a few hundred appointments around now, three logins."""

    help = "Makes demo data, unless there are locations already."

    def handle(self, **options: Any) -> None:
        """Make it, or say why not."""
        try:
            made = seed(now=timezone.now())
        except NotForDemoError as error:
            raise CommandError(str(error)) from None
        if made:
            names = ", ".join(name for name, _ in LOGINS)
            self.stdout.write(
                f"Demo data is there. Sign in as {names}; the password is “{LOGINS[0][1]}”."
            )
        else:
            self.stdout.write("There is data already, so no demo data was made.")
