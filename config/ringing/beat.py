"""Beat, which may be stopped at any moment: while it starts, and in the middle of a statement."""

import contextlib
import signal
from types import FrameType

from celery import platforms
from celery.apps import beat
from celery.beat import Service


class Beat(beat.Beat):
    """Celery's beat, except for what a signal does.

    Celery's own saves the schedule from within the signal, and so in the middle of whatever goes
    on: of loading that schedule, or of a statement on the very connection that saving needs, which
    then waits for itself.
    """

    def run(self) -> None:
        """Until a signal comes; before the first round there is nothing to save."""
        with contextlib.suppress(KeyboardInterrupt):
            super().run()

    def install_sync_handler(self, service: Service) -> None:
        """Load the schedule, then listen to signals: until then a stop just ends the process."""
        service.scheduler  # noqa: B018  # asking for it loads it
        platforms.signals.update(SIGTERM=_stop, SIGINT=_stop)


def _stop(_signum: int, _frame: FrameType | None) -> None:
    """End the round as Ctrl-C does: a statement is called off, and the schedule is saved on the way
    out.
    """
    for each in (signal.SIGTERM, signal.SIGINT):
        # A second signal must not interrupt the saving that the first one led to.
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
