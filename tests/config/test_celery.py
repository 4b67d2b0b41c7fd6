"""Beat as a process: what a stop does to it while it is still starting."""

import os
import signal
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from tests.programs import run


class StoppedWhileItLoads(DatabaseScheduler):
    """A schedule whose process is told to stop in the middle of loading it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        super().__init__(*args, **kwargs)


def test_beat_that_is_stopped_while_it_starts_ends_without_a_word(bare_environment: dict[str, str]) -> None:
    scheduler = f"{__name__}:{StoppedWhileItLoads.__name__}"

    ended = run(
        ["-m", "celery", "--quiet", "--app", "config", "beat", "--pidfile=", "--scheduler", scheduler],
        bare_environment,
    )

    assert (ended.returncode, ended.stderr) == (-signal.SIGTERM, "")
