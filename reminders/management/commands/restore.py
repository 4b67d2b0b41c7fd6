"""Put a backup back, catch up at the provider with what happened since, and go on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from reminders.domain.backup import package, put_back
from reminders.domain.backup.catch_up import NotYetError, ask, catch_up, go_on, may_go_on_from
from reminders.domain.backup.numbers import in_words
from reminders.domain.backup.programs import BackupError
from reminders.domain.common import database_clock
from reminders.domain.common.turns import turn
from reminders.domain.operations.periodic_tasks import recorded_run
from reminders.domain.sending.after_restore.hold import hold_in_force
from reminders.domain.sending.client import messages_api

NEXT = (
    "Nothing is sent yet. Start the application, import the diary, then: "
    "manage.py restore --catch-up, look at the numbers, and manage.py restore --go-on."
)


class Command(BaseCommand):
    """One of four things: restore, show the secrets, catch up, go on."""

    help = "Puts a backup back; texts stay held until somebody has caught up and says go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A file, or what to do after it."""
        parser.add_argument("file", nargs="?", type=Path, help="a file of manage.py backup")
        parser.add_argument(
            "--replace", default="", metavar="NAME", help="lose what this database holds now"
        )
        parser.add_argument(
            "--secrets",
            action="store_true",
            help="only print the secrets of the file, by BACKUP_PASSPHRASE; touches nothing",
        )
        parser.add_argument(
            "--check", action="store_true", help="only read the file whole; touches nothing"
        )
        parser.add_argument("--catch-up", action="store_true", help="ask the provider")
        parser.add_argument("--go-on", action="store_true", help="let texts go again")

    def handle(self, **options: Any) -> None:
        """Do it; a refusal is one line and status 1."""
        # A process that has just begun knows no difference of clocks yet.
        database_clock.measure()
        try:
            if options["catch_up"]:
                self._catch_up()
            elif options["go_on"]:
                go_on(now=database_clock.now())
                self.stdout.write("Texts go again.")
            elif options["file"] is None:
                raise CommandError("Name a file, or --catch-up, or --go-on.")
            else:
                self._with_file(options["file"].absolute(), options)
        except (BackupError, NotYetError) as error:
            raise CommandError(str(error)) from error

    def _with_file(self, path: Path, options: dict[str, Any]) -> None:
        if options["secrets"]:
            for name, value in package.secrets_in(path, settings.BACKUP_PASSPHRASE).items():
                self.stdout.write(f"{name}={value}")
            return
        if options["check"]:
            with package.opened(path) as (manifest, _):
                self.stdout.write(
                    f"Whole: version {manifest.version}, {manifest.made_at:%F %T} UTC"
                )
            return
        manifest = put_back.restore(path, now=database_clock.now(), replace=options["replace"])
        # A backup of an older version: its tables become those of this program.
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"Restored the backup of {manifest.made_at:%F %T} UTC.\n{NEXT}")

    def _catch_up(self) -> None:
        """Ask here and now, unless a worker is at it; then show what it came to."""
        if not ask(now=database_clock.now(), wake=False):
            raise NotYetError("No restore is held: there is nothing to catch up with.")
        with turn("catch_up") as ours:
            if not ours.mine:
                self.stdout.write("A worker is at it; ask again in a minute.")
                return
            with recorded_run("catch_up") as outcome:
                outcome.count = int(catch_up(messages_api(), clock=database_clock.now))
            ours.went_well = not outcome.error
        if outcome.error:
            raise NotYetError(f"The provider could not be asked: {outcome.error}")
        hold = hold_in_force()
        for number, words in in_words(hold.found if hold else {}):
            self.stdout.write(f"{number:>7,}  {words}")
        if hold and hold.caught_up_at and hold.caught_up_at < may_go_on_from(hold):
            self.stdout.write(f"Once more after {may_go_on_from(hold):%H:%M:%S} UTC.")
