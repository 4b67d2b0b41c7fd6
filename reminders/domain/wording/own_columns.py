"""Placeholders for columns of a practice's own diary: `{x:Room|at the desk}`.

The name is that of the diary's header, whatever its capitals and blanks; what follows the bar is
written where the visit has no value. Values are filled in as they are: braces in them mean nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

MARK = "x:"
_SPACES = re.compile(r"\s+")
_NOT_WRITABLE = str.maketrans(dict.fromkeys("{}[]|\n\r\t", " "))
"""What a placeholder can't hold is left out of the names that it is compared with."""


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A placeholder for a column; `fallback` stands where the visit's value is blank."""

    name: str
    fallback: str = ""

    @property
    def key(self) -> str:
        """By which values are found."""
        return fold(self.name)

    @property
    def code(self) -> str:
        """As it is written in a wording."""
        return code_of(self.name, self.fallback)


def read_column(slot: str) -> OwnColumn | None:
    """What stands between the braces as a column; None where it is none, blank without a name."""
    written = slot.strip()
    if written[: len(MARK)].lower() != MARK:
        return None
    name, _, fallback = written[len(MARK) :].partition("|")
    return OwnColumn(writable(name), fallback.strip())


def writable(name: str) -> str:
    """A header as a placeholder can name it."""
    return _SPACES.sub(" ", name.translate(_NOT_WRITABLE)).strip()


def code_of(name: str, fallback: str) -> str:
    """The placeholder of a column."""
    return f"{{{MARK}{writable(name)}|{fallback}}}"


def fold(name: str) -> str:
    """A header without what two spellings of it differ in."""
    return unicodedata.normalize("NFKC", writable(name)).casefold()


def own_values(extra: object) -> dict[str, str]:
    """What a visit's kept columns say, by folded name; blank ones are left out."""
    found: dict[str, str] = {}
    if not isinstance(extra, Mapping):
        return found
    for name, value in extra.items():
        # Only what a cell can hold: anything else, as nothing at all, must not reach a patient.
        plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        words = str(value).strip() if plain else ""
        if words:
            found.setdefault(fold(str(name)), words)
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The known header that this name may mean; blank where none is near."""
    by_key = {fold(one): one for one in known}
    near = get_close_matches(fold(name), by_key, n=1)
    return by_key[near[0]] if near else ""
