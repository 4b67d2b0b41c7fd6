"""What is asked, and the file of settings that comes of it.

What stands in the file already stays, unless an option of this run says otherwise: somebody may
have added to it.
"""

import argparse
import re
import secrets
import sys
from getpass import getpass
from pathlib import Path

from machine import Machine, stop

HOME = Path("/etc/reminders")
FILE = HOME / "reminders.env"
SECRETS = HOME / "secrets"
OWNER = HOME / "owner" / "database-url"
USER = "reminders"
PROVIDERS = {"eu": "https://eu.app.api.sinch.com", "au": "https://au.app.api.sinch.com"}
LOCAL_DATABASE = "postgres://reminders@/reminders?host=/var/run/postgresql"
HEAD = """\
# The settings of Till Then; what each means stands in docs/going-live.md.
# Comments stand on lines of their own: behind a value they would be part of it.
# After a change: systemctl restart reminders.target
"""


def read_options() -> argparse.Namespace:
    """What was said on the command line."""
    parser = argparse.ArgumentParser(
        prog="deploy/install", description="Install Till Then on this machine; safe to run again."
    )
    parser.add_argument("--host", required=True, help="the site's name, such as reminders.example")
    parser.add_argument("--dry-run", action="store_true", help="show what it would do")
    parser.add_argument(
        "--proxy", choices=("nginx", "caddy", "none"), help="who answers on port 443"
    )
    parser.add_argument("--certificate", type=Path, help="for nginx: with the whole chain")
    parser.add_argument("--certificate-key", type=Path, help="for nginx")
    parser.add_argument("--provider", choices=(*PROVIDERS, "later"), help="your account's region")
    parser.add_argument("--api-key-file", type=Path, help="a file with the provider's API key")
    parser.add_argument("--api-secret-file", type=Path, help="a file with its secret")
    parser.add_argument("--country", help="two letters, such as GB")
    parser.add_argument("--time-zone", help="such as Europe/London")
    parser.add_argument("--admins", help="e-mail addresses that alerts go to, with commas")
    parser.add_argument("--database-url-file", type=Path, help="of a PostgreSQL on another machine")
    parser.add_argument("--broker-url", help="default: redis://127.0.0.1:6379/0")
    options = parser.parse_args()
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", options.host):
        stop(f"--host takes a name such as reminders.example, no address; it is {options.host}.")
    return options


def ask_for_the_rest(options: argparse.Namespace) -> None:
    """Ask what neither the options nor an earlier run said; without a terminal, say what to add."""
    known = values_in(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    questions = (
        ("proxy", "Who answers on port 443: nginx, caddy or none?", "nginx", FILE.exists()),
        ("provider", "Region of the provider's account: eu, au, or later?", "eu", bool(known)),
        ("country", "Your country's two letters?", "GB", "DEFAULT_COUNTRY" in known),
        ("time_zone", "Your time zone?", "Europe/London", "TIME_ZONE" in known),
    )
    for name, question, usual, is_known in questions:
        if getattr(options, name) is None and not is_known:
            setattr(options, name, _ask(name, question, usual))
    if options.provider not in (None, "later", *PROVIDERS):
        stop("--provider takes eu, au or later.")
    options.key, options.secret = (_secret_of(options, name) for name in ("api_key", "api_secret"))


def write_settings(machine: Machine, options: argparse.Namespace) -> bool:
    """The secrets, each in a file of its own, and the settings; whether anything changed."""
    machine.folder(HOME, mode=0o750, group=USER)
    machine.folder(SECRETS, mode=0o750, group=USER)
    made = [
        _keep_secret(machine, "secret-key", secrets.token_urlsafe(50)),
        _keep_secret(machine, "opt-out-key", secrets.token_urlsafe(50)),
        _keep_secret(machine, "trail-key", secrets.token_urlsafe(50)),
        _keep_secret(machine, "backup-passphrase", secrets.token_urlsafe(24)),
        _keep_secret(
            machine, "database-url", _database_url(options), anew=options.database_url_file
        ),
    ]
    if options.key and options.secret:
        made += [
            _keep_secret(machine, "api-key", options.key, anew=True),
            _keep_secret(machine, "api-secret", options.secret, anew=True),
        ]
    known = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    text = merged(known, _wanted(options), anew=_said(options))
    return any([*made, machine.file(FILE, text, mode=0o640, group=USER)])


def merged(known: str, wanted: dict[str, str], *, anew: set[str]) -> str:
    """The file with what is wanted: in the place where it stood, the rest at the end."""
    there = values_in(known)
    lines = []
    for line in known.splitlines():
        name = line.partition("=")[0].strip()
        changes = name in anew and name in wanted and there.get(name) != wanted[name]
        lines.append(f"{name}={wanted[name]}" if changes else line)
    lines += [f"{name}={value}" for name, value in wanted.items() if name not in there]
    return "\n".join(lines) + "\n"


def values_in(text: str) -> dict[str, str]:
    """Names and values of such a file."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith(("#", ";")))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def _wanted(options: argparse.Namespace) -> dict[str, str]:
    provider = PROVIDERS.get(options.provider or "")
    keys = options.key and options.secret
    return {
        "PUBLIC_URL": f"https://{options.host}",
        "ALLOWED_HOSTS": options.host,
        "DATA_DIR": "/var/lib/reminders",
        "DATABASE_URL_FILE": str(SECRETS / "database-url"),
        "CELERY_BROKER_URL": options.broker_url or "redis://127.0.0.1:6379/0",
        "SECRET_KEY_FILE": str(SECRETS / "secret-key"),
        "OPT_OUT_KEY_FILE": str(SECRETS / "opt-out-key"),
        "TRAIL_KEY_FILE": str(SECRETS / "trail-key"),
        "TRUSTED_PROXY": "127.0.0.1",
        "BACKUP_FOLDER": "/var/backups/reminders",
        "BACKUP_PASSPHRASE_FILE": str(SECRETS / "backup-passphrase"),
        **({"MESSAGES_API_URL": provider} if provider else {}),
        **({"MESSAGES_API_KEY_FILE": str(SECRETS / "api-key")} if keys else {}),
        **({"MESSAGES_API_SECRET_FILE": str(SECRETS / "api-secret")} if keys else {}),
        **({"DEFAULT_COUNTRY": options.country} if options.country else {}),
        **({"TIME_ZONE": options.time_zone} if options.time_zone else {}),
        **({"ADMINS": options.admins} if options.admins else {}),
    }


def _said(options: argparse.Namespace) -> set[str]:
    """The settings that this run's options name, which therefore replace what stood there."""
    said = {"PUBLIC_URL", "ALLOWED_HOSTS"}
    by_option = {
        "provider": "MESSAGES_API_URL",
        "broker_url": "CELERY_BROKER_URL",
        "country": "DEFAULT_COUNTRY",
        "time_zone": "TIME_ZONE",
        "admins": "ADMINS",
    }
    return said | {name for option, name in by_option.items() if getattr(options, option)}


def _keep_secret(machine: Machine, name: str, value: str, *, anew: object = False) -> bool:
    """A secret that the services may read; one that is there stays, as much hangs on it."""
    path = SECRETS / name
    text = f"{value}\n" if anew or not path.exists() else path.read_text(encoding="utf-8")
    return machine.file(path, text, mode=0o640, group=USER)


def _database_url(options: argparse.Namespace) -> str:
    file: Path | None = options.database_url_file
    return file.read_text(encoding="utf-8").strip() if file else LOCAL_DATABASE


def _ask(name: str, question: str, usual: str) -> str:
    if not sys.stdin.isatty():
        stop(f"Nobody can be asked here: say --{name.replace('_', '-')}, for example {usual}.")
    return input(f"{question} [{usual}] ").strip() or usual


def _secret_of(options: argparse.Namespace, name: str) -> str:
    """The provider's key or secret, if it is to be set: from a file, or typed unseen."""
    file: Path | None = getattr(options, f"{name}_file")
    if file:
        return file.read_text(encoding="utf-8").strip()
    if options.provider in (None, "later") or (SECRETS / name.replace("_", "-")).exists():
        return ""
    words = name.replace("_", " ").replace("api", "API")
    if not sys.stdin.isatty():
        stop(f"Nobody can be asked here: say --{name.replace('_', '-')}-file, or --provider later.")
    return getpass(f"The provider's {words} (not shown while you type): ").strip()
