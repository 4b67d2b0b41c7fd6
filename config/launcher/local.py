"""What stands in for settings that are not given, and settings that need a few lines to work out.

Everything here is pure except the secret key and the files that `manage.py up` leaves for a second
shell.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote

from config.environment import Environment, unquoted
from config.launcher.embedded.broker import Broker
from config.launcher.embedded.places import ServiceError, make_data_folder, unusable
from config.log.discretion import discreet_report

SANDBOX = "http://127.0.0.1:8026"


def secret_key(var: Path, env: Environment) -> str:
    """Return the key of this machine, made once and kept under `var` for its owner alone."""
    file = var / "secret-key"
    try:
        if not file.exists():
            make_data_folder(var)
            # Once: another key would end every session.
            _write_once(file, secrets.token_urlsafe(50))
        return file.read_text(encoding="ascii").strip()
    except ServiceError as error:
        env.refuse(str(error))
    except OSError as error:
        env.refuse(unusable(file, error))
    return ""


def derived_secret(key: str, purpose: str) -> str:
    """Return a secret that belongs to `key` but does not give it away."""
    return hmac.new(key.encode(), f"reminders {purpose}".encode(), hashlib.sha256).hexdigest()[:40]


def sandbox_url(var: Path) -> str:
    """Return where `manage.py up` last started the sandbox."""
    try:
        return (var / "sandbox-url").read_text(encoding="ascii").strip() or SANDBOX
    except OSError:
        return SANDBOX


def broker_url(env: Environment, var: Path) -> str:
    """Return the broker's address, or that of the embedded one's socket."""
    schemes = ("redis", "rediss", "redis+socket", "amqp", "amqps")
    url = env.url("CELERY_BROKER_URL", schemes=schemes, example="redis://localhost:6379/0")
    if url is not None:
        return url.geturl()
    return f"redis+socket://{quote(str(Broker(var).socket))}"


def broker_options(url: str) -> dict[str, Any]:  # Any: Celery's own type
    """Return time-outs that keep a hung broker from holding us, and the return of a killed worker's
    rings.
    """
    if url.startswith("amqp"):
        return {"read_timeout": 4, "write_timeout": 4}
    return {
        # Rings are taken up at once and are short: what a killed worker held comes back soon.
        "visibility_timeout": 15,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 4,
        "socket_timeout": 4,
        "health_check_interval": 10,
        "retry_on_timeout": False,
    }


def static_storage(*, collected: bool) -> str:
    """Return the storage of static files: named by content and compressed once they are
    collected.
    """
    if not collected:
        return "django.contrib.staticfiles.storage.StaticFilesStorage"
    return "whitenoise.storage.CompressedManifestStaticFilesStorage"


def mail_server(url: SplitResult | None) -> tuple[str, int, str, str]:
    """Return host, port, user and password."""
    if url is None:
        return "localhost", 25, "", ""
    usual = 465 if url.scheme == "smtps" else 587
    return unquoted(url.hostname), url.port or usual, unquoted(url.username), unquoted(url.password)


def backups(env: Environment) -> tuple[Path | None, int, int, str]:
    """Return where backups are written, every how many hours, how many days they are kept, and the
    passphrase of their secrets.
    """
    folder = env.folder("BACKUP_FOLDER")
    every = env.whole_number("BACKUP_EVERY_HOURS", 24 if folder else 0, most=720)
    kept = env.whole_number("BACKUP_KEEP_DAYS", 14, most=3650)
    return folder, every, kept, env.secret("BACKUP_PASSPHRASE")


def logging_settings(level: str, form: str) -> dict[str, Any]:  # Any: the logging module's own type
    """Return one log on standard error.

    Libraries that would write addresses or numbers stay quiet, and so does Celery about each ring:
    what a ring did is logged by `reminders.domain.operations.periodic_tasks`, and only if it did
    anything.
    """
    private = ("httpx", "httpcore", "kombu", "amqp", "psycopg.pool")
    chatty = ("celery.beat", "celery.app.trace", "celery.worker.strategy", "waitress.queue", "axes")
    quiet = {name: {"level": "WARNING"} for name in (*private, *chatty)}
    handler = {"class": "logging.StreamHandler", "formatter": form, "filters": ["ids"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "config.log.lines.DiscreetJson"},
            "text": {
                "()": "config.log.discretion.Discreet",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
                "datefmt": "%Y-%m-%dT%H:%M:%SZ",
            },
        },
        "filters": {"ids": {"()": "config.log.lines.WithIds"}},
        "handlers": {"stderr": handler},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            **quiet,
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }


def report_errors_to(dsn: str) -> None:
    """Send errors to Sentry, without anything that could hold a patient's data."""
    import sentry_sdk  # slow to import, and rarely used

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=discreet_report,
        before_breadcrumb=discreet_report,
    )


def _write_once(file: Path, text: str) -> None:
    """Write a private file; of two programs that start at once, the first one's text stays."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.close(descriptor)
        # A link and no rename: it fails where the file is there, and whoever reads finds it whole.
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def sign_in_service(
    name: str, issuer: str, shown: str, client_id: str, client_secret: str
) -> dict[str, Any]:
    """An organisation's own sign-in service as the library for it wants to know it; none is
    fine.
    """
    if not issuer:
        return {}
    app = {
        "provider_id": name,
        "name": shown,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": issuer},
    }
    # With the proof of possession, a code that was caught on its way back is of no use.
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
