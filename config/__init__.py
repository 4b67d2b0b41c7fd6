"""Configuration: settings, addresses, and the programs that one machine needs."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
