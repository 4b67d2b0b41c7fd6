"""The words of `words/`: whole headers by what they mean, and the parts that headers are made of.

One file per language, so that a language is added or widened without touching code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reminders.domain.diary_import.read.header.fields import KINDS
from reminders.domain.diary_import.read.header.folding import squashed

SURE, LIKELY, ASKED = 3, 2, 1
"""How much a name tells: one thing; several, so that the content decides; too little to act on."""
_STRENGTHS = {"?": LIKELY, "~": ASKED}


def kind_and_strength(written: str) -> tuple[str, int]:
    """A kind as it is written: "name" is sure, "name?" likely, "name~" only to be asked about."""
    return written.rstrip("?~"), _STRENGTHS.get(written[-1], SURE)


_FOLDER = Path(__file__).parents[1] / "words"


@dataclass
class Language:
    """The names and parts of one language, by their squashed text."""

    tag: str
    names: dict[str, dict[str, int]] = field(default_factory=dict)
    ranks: dict[tuple[str, str], int] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    longest: int = 1


def _words(text: str) -> list[str]:
    return [found for word in text.split(",") if (found := squashed(word))]


def _language(path: Path) -> Language:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    found = Language(path.stem)
    for written, text in content["names"].items():
        kind, strength = kind_and_strength(written)
        if kind not in KINDS:
            raise ValueError(f"{path.name}: “{kind}” is no kind of column.")
        for rank, word in enumerate(_words(text)):
            found.names.setdefault(word, {}).setdefault(kind, strength)
            found.ranks.setdefault((word, kind), rank)
    for part, text in content.get("parts", {}).items():
        for word in _words(text):
            found.parts.setdefault(word, part)
            found.longest = max(found.longest, len(word))
    return found


@cache
def languages() -> dict[str, Language]:
    """All languages by their tag, English first."""
    found = {path.stem: _language(path) for path in sorted(_FOLDER.glob("[a-z]*.toml"))}
    return {"en": found.pop("en"), **found}
