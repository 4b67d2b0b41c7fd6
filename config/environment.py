"""Read settings from environment variables, each checked where it is read.

Every problem is collected as one line that names the variable and what it takes, so that a bad
start shows all of them at once and nothing else. What the values are used for is decided in
`config.settings`.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A variable that was asked for: what it takes in words, and what stands in for it."""

    takes: str
    default: str = ""
    secret: bool = False


class Environment:
    """Typed access to a mapping such as `os.environ`; a blank value counts as absent."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[str] = []
        self.asked: dict[str, Asked] = {}

    def has(self, name: str) -> bool:
        """Tell whether the variable is set to something, directly or as `NAME_FILE`."""
        return bool(self._plain(name) or self._plain(f"{name}_FILE"))

    def text(self, name: str, default: str = "") -> str:
        """Return the value without surrounding blanks."""
        self._note(name, "a text", default)
        return self._plain(name) or default

    def secret(self, name: str, default: str = "") -> str:
        """Return the value of `NAME`, or what the file named by `NAME_FILE` holds, trimmed."""
        # What it is by default is nobody's business either.
        self._note(name, "a text", secret=True)
        path = self._plain(f"{name}_FILE")
        if not path:
            return self._plain(name) or default
        if self._plain(name):
            # Not “one of them wins”: somebody would change the other and wonder.
            self.problems.append(f"{name} and {name}_FILE are both set; keep only one of them.")
            return default
        return self._secret_in(path, name) or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes-or-no value."""
        self._note(name, "true or false", "on" if default else "off")
        value = self._plain(name)
        if not value:
            return default
        if value.lower() not in TRUE_WORDS | FALSE_WORDS:
            self._refuse(name, "true or false", value)
        return value.lower() in TRUE_WORDS

    def whole_number(self, name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        """Return an integer between `least` and `most`."""
        self._note(name, f"a whole number from {least} to {most}", str(default))
        value = self._plain(name)
        if not value:
            return default
        # The length first: Python refuses to read thousands of digits, with an error of its own.
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not least <= int(value) <= most:
            self._refuse(name, f"a whole number from {least} to {most}, such as {default}", value)
            return default
        return int(value)

    def seconds(
        self, name: str, default: float, *, least: float = 0, most: float = 86400 * 30
    ) -> float:
        """Return a number of seconds between `least` and `most`."""
        self._note(name, f"seconds from {least:g} to {most:,.0f}", f"{default:g}")
        value = self._plain(name)
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value):
            self._refuse(name, f"a number of seconds, such as {default:g}", value)
            return default
        if not least <= float(value) <= most:
            self._refuse(name, f"a number of seconds from {least:g} to {most:g}", value)
            return default
        return float(value)

    def duration(self, name: str, default: float, *, least: float = 0) -> timedelta:
        """Return a length of time that is given in seconds."""
        return timedelta(seconds=self.seconds(name, default, least=least))

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """Return one of `options`, whatever the case it is written in."""
        self._note(name, f"one of {', '.join(options)}", default)
        value = self._plain(name)
        by_lower = {option.lower(): option for option in options}
        if value and value.lower() not in by_lower:
            self._refuse(name, f"one of {', '.join(options)}", value)
        return by_lower.get(value.lower(), default)

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return a list whose items are separated by commas."""
        self._note(name, "words separated by commas", ", ".join(default))
        return [
            word for word in (part.strip() for part in self._plain(name).split(",")) if word
        ] or list(default)

    def emails(self, name: str) -> list[str]:
        """Return a list of e-mail addresses, separated by commas."""
        addresses = self.words(name)
        self._note(name, "e-mail addresses separated by commas")
        if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", address) for address in addresses):
            self._refuse(
                name,
                "e-mail addresses separated by commas, such as ann@clinic.example",
                self._plain(name),
            )
            return []
        return addresses

    def pattern(
        self, name: str, default: str, *, regex: str, takes: str, secret: bool = False
    ) -> str:
        """Return a value that matches `regex` from end to end; `takes` describes it to people."""
        value = self.secret(name) if secret else self._plain(name)
        self._note(name, takes, default, secret=secret)
        if value and not re.fullmatch(regex, value):
            # Never shown: the problem ends up in a log.
            self._refuse(name, takes, "secret" if secret else value)
            return default
        return value or default

    def time_zone(self, name: str, default: str) -> str:
        """Return the name of a time zone of the IANA database."""
        self._note(name, "a time zone such as Europe/London", default)
        value = self._plain(name)
        if not value:
            return default
        try:
            ZoneInfo(value)
        except (ValueError, OSError, LookupError):
            self._refuse(name, "a time zone such as Europe/London", value)
            return default
        return value

    def country(self, name: str, default: str) -> str:
        """Return the two letters of a country that has a numbering plan."""
        self._note(name, "the two capital letters of a country", default)
        value = self._plain(name)
        if value and value not in SUPPORTED_REGIONS:
            hint = "; the United Kingdom is GB" if value.upper() == "UK" else ""
            self._refuse(
                name, f"the two capital letters of a country, such as {default}{hint}", value
            )
            return default
        return value or default

    def folder(self, name: str, default: Path | None = None) -> Path | None:
        """Return an absolute path; whether it exists is found out where it is used."""
        self._note(name, "the path of a folder from the root", str(default or ""))
        value = self._plain(name)
        if not value:
            return default
        if not value.startswith("/"):
            self._refuse(name, "the path of a folder from the root, such as /srv/diary", value)
            return default
        return Path(value)

    def web_address(self, name: str, default: str = "") -> str:
        """Return an http or https address without a slash at its end."""
        value = self.secret(name)
        self._note(name, "an http or https address", default, secret=True)
        if not value:
            return default
        parts = split_url(value)
        if parts is None or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
            self._refuse(name, "an address such as https://reminders.example", hide_password(value))
            return default
        return value.rstrip("/")

    def url(self, name: str, *, schemes: tuple[str, ...], example: str) -> SplitResult | None:
        """Return a service's address in parts, or None when it is absent; it may come as
        `NAME_FILE`.
        """
        value = self.secret(name)
        self._note(name, f"an address such as {example}", secret=True)
        if not value:
            return None
        parts = split_url(value, host_needed=False)
        if parts is None or parts.scheme not in schemes:
            self._refuse(name, f"an address such as {example}", hide_password(value))
            return None
        return parts

    def refuse(self, problem: str) -> None:
        """Add a problem that only the settings as a whole can see."""
        self.problems.append(problem)

    def stop_if_unusable(self) -> None:
        """End the program with status 1 and one line per problem, without a traceback, if there are
        any.
        """
        if self.problems:
            stop("\n".join(self.problems))

    def _note(self, name: str, takes: str, default: str = "", *, secret: bool = False) -> None:
        self.asked[name] = Asked(takes, default, secret)

    def _plain(self, name: str) -> str:
        return self._values.get(name, "").strip()

    def _refuse(self, name: str, takes: str, value: str) -> None:
        shown = value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "..."
        self.problems.append(f"{name} takes {takes}; it is '{shown}'.")

    def _secret_in(self, path: str, name: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            self.problems.append(
                f"{name}_FILE takes the path of a readable text file; it is {path!r}."
            )
            return ""


def split_url(value: str, *, host_needed: bool = True) -> SplitResult | None:
    """Return the parts of a URL, or None if it is none."""
    try:
        parts = urlsplit(value)
        usable = (
            bool(parts.scheme) and parts.port != 0 and (not host_needed or bool(parts.hostname))
        )
    # urlsplit raises for a port that is no number, and for a bracket that is not closed.
    except ValueError:
        return None
    return parts if usable and not re.search(r"\s", value) else None


def hide_password(url: str) -> str:
    """Return `url` as it may be shown in a log."""
    return re.sub(r"//[^/@]*@", "//...@", url)


def unquoted(part: str | None) -> str:
    """Return a part of a URL with its percent escapes resolved."""
    return unquote(part or "")


def stop(reason: str) -> NoReturn:
    """End the program with status 1 and `reason` on standard error."""
    sys.exit(reason)
