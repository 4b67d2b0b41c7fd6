"""What a check found, in the words that the console and the page show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["ok", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and, where it is not well, what mends it."""

    code: str
    level: Level
    title: str
    words: str = ""
    mend: str = ""


Findings = Iterator[Finding]


def ok(code: str, title: str, words: str = "") -> Finding:
    """All is well."""
    return Finding(code, "ok", title, words)


def warning(code: str, title: str, words: str, mend: str) -> Finding:
    """It works, and will not for ever, or not for everybody."""
    return Finding(code, "warning", title, words, mend)


def danger(code: str, title: str, words: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(code, "danger", title, words, mend)


def report(found: list[Finding]) -> dict[str, object]:
    """Ready for JSON. Warnings leave it well: they are for a person to weigh."""
    return {
        "well": all(one.level != "danger" for one in found),
        "findings": [asdict(one) for one in found],
    }
