"""Beat, which may be stopped at any moment, also while it starts."""

from celery.apps import beat
from celery.beat import Service


class Beat(beat.Beat):
    """Celery's beat, whose schedule is loaded before a signal makes it save that schedule."""

    def install_sync_handler(self, service: Service) -> None:
        """Load the schedule, then listen to signals; until then a stop finds nothing to save and just ends.

        Celery listens first. A stop in the middle of the loading then loads a second time within the first,
        and the imports of the two get into each other's way.
        """
        service.scheduler  # noqa: B018  # asking for it loads it
        super().install_sync_handler(service)
