"""`manage.py person`: give out all that is held about one person, or forget them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.database_clock import now
from reminders.domain.consent.blocklist_sync import push_suppressions
from reminders.domain.person_data.erase import ErasureError, finish, forget_person
from reminders.domain.person_data.give_out import FORMS, give_out
from reminders.domain.person_data.holdings import find_people, holdings_of
from reminders.domain.person_data.preview import preview, waits_for
from reminders.domain.sending.client import messages_api
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.trail.visitor import by_command
from reminders.domain.trail.write import look
from reminders.models import Contact
from reminders.provider import MessagesApiError

WAITS = 2


class Command(BaseCommand):
    """Both take an id, as in the address of the person's page, or a telephone number."""

    help = "Give out all that is held about one person, or forget them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`export` and `forget`."""
        chosen = parser.add_subparsers(dest="what", required=True)
        export = chosen.add_parser("export", help="print all that is held about a person")
        forget = chosen.add_parser("forget", help="forget a person, after a look at what goes")
        for sub in (export, forget):
            sub.add_argument("who", help="an id or a telephone number")
        export.add_argument("--format", choices=FORMS, default="html")
        export.add_argument("--output", metavar="FILE", type=Path, help="else standard output")
        forget.add_argument("--yes", action="store_true", help="do it; else only show what goes")

    def handle(self, *, what: str, who: str, **options: Any) -> None:
        """Find the person, and do it. Exit: 0 done, 1 not found or refused, 2 forgetting waits."""
        contact = self._find(who)
        with by_command():
            if what == "export":
                self._export(contact, form=options["format"], output=options["output"])
            else:
                self._forget(contact, really=options["yes"])

    def _find(self, who: str) -> Contact:
        found = find_people(who)
        if not found:
            raise CommandError("Nobody here has this id or number.")
        if len(found) > 1:
            ids = ", ".join(str(contact.pk) for contact in found)
            raise CommandError(f"Several people share this number. Say which one by id: {ids}")
        return found[0]

    def _export(self, contact: Contact, *, form: str, output: Path | None) -> None:
        # The file first: nothing is noted as given out that then can't be written.
        if output is not None:
            _make(output)
        written = give_out(contact, form=form, by=SYSTEM, now=now())
        if output is None:
            self.stdout.write(written)
        else:
            output.write_text(written, encoding="utf-8")

    def _forget(self, contact: Contact, *, really: bool) -> None:
        look(contact.pk, page="person forget")
        seen = preview(holdings_of(contact), now=now())
        self.stdout.write("Goes:")
        for count, words in seen.going:
            self.stdout.write(f"  {count:,} {words}")
        self.stdout.write("Stays:")
        for words, why in seen.staying:
            self.stdout.write(f"  {words}: {why}.")
        if not really:
            self.stdout.write("Nothing was changed. Add --yes to forget this person.")
            return
        try:
            erasure = forget_person(contact.pk, by=SYSTEM, now=now())
        except ErasureError as error:
            raise CommandError(str(error)) from error
        if erasure.done_at or self._withdrawn(erasure.pk):
            self.stdout.write("Forgotten.")
            return
        for words in waits_for(holdings_of(contact)):
            self.stdout.write(f"Waits for {words}; then it goes on by itself.")
        sys.exit(WAITS)

    def _withdrawn(self, erasure_id: int) -> bool:
        """Ask the provider now, instead of leaving it to the next round of a worker."""
        api = messages_api()
        try:
            withdraw_stale(api, clock=now)
            push_suppressions(api, now=now())
        except MessagesApiError as error:
            self.stderr.write(f"The provider can't be asked: {type(error).__name__}.")
        return finish(erasure_id, now=now())


def _make(output: Path) -> None:
    """A new file that nobody else on the machine may read."""
    try:
        output.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise CommandError(f"{output} is there already.") from error
    except OSError as error:
        raise CommandError(f"{output} can't be written: {error.strerror}.") from error
