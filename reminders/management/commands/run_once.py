"""Work the rings off in this process until nothing is left to do now: for tests, cron and
repairs.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reminders.domain.operations.periodic_tasks import recorded_run
from reminders.domain.planning import plan
from reminders.domain.replies import receive
from reminders.domain.sending import expire, poll_status, reconcile, send, withdraw_at_provider
from reminders.domain.sending.after_restore.hold import stands_still
from reminders.domain.sending.client import messages_api
from reminders.domain.telling.cards import open_cards_for_untold

Work = Callable[[], int]


def _plan() -> int:
    return plan.plan_future(now=timezone.now()).written


def _send() -> int:
    # First, or what is past its cutoff would be handed over after all.
    expire.expire(now=timezone.now())
    open_cards_for_untold(now=timezone.now())
    sent = send.send_due(messages_api(), clock=timezone.now)
    # Some went: the connection is there, and what failed is tried with the next call.
    if sent.errors and not sent.accepted:
        raise ProviderUnreachableError
    return sent.accepted + sent.failed


def _cancel() -> int:
    return withdraw_at_provider.withdraw_stale(messages_api(), clock=timezone.now)


def _reconcile() -> int:
    now = timezone.now
    return reconcile.reconcile(messages_api(), clock=now).settled + poll_status.check_overdue(
        messages_api(), clock=now
    )


def _replies() -> int:
    return receive.receive_replies(
        messages_api(), now=timezone.now()
    ) + receive.apply_waiting_replies(now=timezone.now())


def _reports() -> int:
    return receive.receive_reports(messages_api(), now=timezone.now()) + receive.apply_waiting(
        now=timezone.now()
    )


RINGS: dict[str, Work] = {
    "plan": _plan,
    "cancel": _cancel,
    "send": _send,
    "reconcile": _reconcile,
    "replies": _replies,
    "reports": _reports,
}
NOTED_AS = {"cancel": "withdraw"}


class ProviderUnreachableError(Exception):
    """The provider did not take a call; what is due stays due."""


class Command(BaseCommand):
    """Work off one ring, or all of them."""

    help = "Works the rings off in this process until nothing is left to do now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ring; all of them by default."""
        parser.add_argument("ring", nargs="?", default="all", choices=[*RINGS, "all"])

    def handle(self, *, ring: str, **options: Any) -> None:
        """Run it; exit with 1 if the provider could not be reached."""
        reached = True
        for name in RINGS if ring == "all" else [ring]:
            reached = self._work_off(name) and reached
        if not reached:
            raise SystemExit(1)

    def _work_off(self, name: str) -> bool:
        """Repeat one ring until it finds nothing to do; False if the provider could not be
        reached.
        """
        total = 0
        if stands_still(NOTED_AS.get(name, name)):
            self.stdout.write(f"{name}: held after a restore (manage.py restore --catch-up)")
            return True
        try:
            with recorded_run(NOTED_AS.get(name, name)) as outcome:
                while done := RINGS[name]():
                    total += done
                    # Once is enough: again it would read the whole diary to find nothing new.
                    if name == "plan":
                        break
                outcome.count = total
        except ProviderUnreachableError:
            outcome.error = "NotReceived"
        self.stdout.write(f"{name}: {outcome.error or total}")
        return not outcome.error
