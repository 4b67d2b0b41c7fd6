"""What the product refuses to start with where it runs for real patients.

Each is a line that names the variable. On one machine, for a look around, none of it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from config.environment import Environment

SHORTEST_KEY = 50
FEWEST_LETTERS = 5
"""Of a key, different ones: as Django's own check asks."""
MADE_BY_DJANGO = "django-insecure-"


def refuse_what_is_missing(
    env: Environment, *, secret_key: str, hosts: Sequence[str], one_machine: bool
) -> None:
    """Add a line for each setting without which nothing can start."""
    if not secret_key and not one_machine:
        env.refuse(
            "SECRET_KEY is required when DEBUG is off: a long random text, kept secret; or "
            "SECRET_KEY_FILE."
        )
    if not hosts:
        env.refuse(
            "ALLOWED_HOSTS is required when DEBUG is off: the host names of this site separated by "
            "commas, such as reminders.example."
        )


def refuse_what_is_unsafe(
    env: Environment,
    *,
    secret_key: str,
    hosts: Sequence[str],
    public_url: str,
    provider_url: str,
    proxy: str,
) -> None:
    """Add a line for each setting that would leave the site open."""
    if secret_key and is_weak(secret_key):
        env.refuse(
            f"SECRET_KEY is too weak: at least {SHORTEST_KEY} characters, made by chance, such as "
            "by `python3 -c 'import secrets; print(secrets.token_urlsafe(50))'`."
        )
    if any(host in {"*", "."} for host in hosts):
        env.refuse(
            "ALLOWED_HOSTS takes the host names of this site, never '*': under any name, links in "
            "e-mails lead where a stranger wants."
        )
    if proxy == "*":
        env.refuse(
            "TRUSTED_PROXY takes the address of the proxy, or its network such as 10.0.0.0/24, "
            "never '*': anybody could say where they come from."
        )
    if is_plain_http(public_url):
        env.refuse(
            "PUBLIC_URL has to begin with https: else passwords and patients' names go "
            "over the network for anybody to read."
        )
    if is_plain_http(provider_url):
        env.refuse(
            "MESSAGES_API_URL has to begin with https: numbers and texts of patients go "
            "there, with the key of the account."
        )


def is_weak(key: str) -> bool:
    """Whether a key can be guessed, or was never changed."""
    made_up = len(key) >= SHORTEST_KEY and len(set(key)) >= FEWEST_LETTERS
    return not made_up or key.startswith(MADE_BY_DJANGO)


def is_plain_http(url: str) -> bool:
    """Whether it goes over a network unencrypted; this machine itself is none."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_this_machine(parts.hostname or "")


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address never leaves this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
