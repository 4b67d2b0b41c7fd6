"""Configuration: settings, addresses, and the programs that one machine needs.

Time zones come from the tzdata package alone, never from the machine, so that all machines compute
alike. That has to be said before any library looks at the list of zones, hence here.
"""

import zoneinfo

zoneinfo.reset_tzpath(to=())

from config.celery import app as celery_app  # noqa: E402  # after the zones

__all__ = ["celery_app"]
