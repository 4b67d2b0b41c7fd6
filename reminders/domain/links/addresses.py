"""The secret part of an address, its digest, and the whole address as it stands in a text."""

from __future__ import annotations

import re
import secrets
import string
from hashlib import sha256

from django.conf import settings

# No "-" or "_": phones leave one at the end out of the link that they make of an address.
_LETTERS = string.ascii_letters + string.digits
LENGTH = 22
"""Of 62 letters: 131 bits, so that an unsalted digest is enough and nobody guesses one."""
PATH = "/v/"
_IN_A_TEXT = re.compile(rf"(?<={PATH})[A-Za-z0-9]{{{LENGTH}}}(?![A-Za-z0-9])")
NO_SITE = (
    "{link} leads to a page of this site, which patients can't reach yet: PUBLIC_URL has to be "
    "set, and begin with https. Whoever runs the machine can do that."
)


def new_token() -> str:
    """A secret that stands in one address."""
    return "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))


def digest_of(token: str) -> str:
    """What is kept of it."""
    # A made-up token may hold lone surrogates, which plain UTF-8 refuses with an error.
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def site() -> str:
    """The site as patients' phones reach it; blank where they can't, or not safely."""
    if settings.PUBLIC_URL.startswith("https://"):
        return settings.PUBLIC_URL.rstrip("/")
    # With the sandbox no phone is real, and its page opens links in the same browser.
    here = settings.PUBLIC_URL or settings.SANDBOX_PUSHES_TO
    return here.rstrip("/") if settings.PROVIDER_IS_HERE else ""


def address_of(token: str) -> str:
    """The whole address, as short as may be: each letter of a text is paid for."""
    return f"{site()}{PATH}{token}"


def tidied(written: str) -> str:
    """The secret in the end of an address to which a program or a finger added a slash, a full
    stop, a bracket or a space; blank where it is anything else.
    """
    found = re.fullmatch(rf"[^A-Za-z0-9]*([A-Za-z0-9]{{{LENGTH}}})[^A-Za-z0-9]*", written)
    return found[1] if found else ""


def secret_in(text: str) -> str:
    """The secret of the link in a text; blank where it has none."""
    found = _IN_A_TEXT.search(text)
    return found[0] if found else ""


def without_secret(text: str) -> str:
    """The text as it is to be compared: no two links are the same."""
    return _IN_A_TEXT.sub("x" * LENGTH, text)


def hidden(text: str) -> str:
    """The text as staff read it: who opens a patient's link would look like the patient."""
    return _IN_A_TEXT.sub("…", text)


def example() -> str:
    """An address as long as any, for previews and for counting: it leads nowhere."""
    return f"{site() or 'https://reminders.example'}{PATH}{'x' * LENGTH}"
