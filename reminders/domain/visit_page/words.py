"""The words of the page, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from reminders.domain.wording import FALLBACK, known_language

_DATA = Path(__file__).with_name("data") / "words.toml"


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))


def words_in(language: str) -> Mapping[str, str]:
    """All words of the page in the language that serves a reader of this tag."""
    return _tables()[known_language(language)]


def preferred(accepted: str) -> str:
    """The first language that a browser asks for (`Accept-Language`) and that we speak."""
    for wish in accepted[:200].split(","):
        tag = wish.split(";")[0].strip()
        known = known_language(tag)
        if known != FALLBACK or tag.lower().startswith(FALLBACK):
            return known
    return FALLBACK


def is_right_to_left(language: str) -> bool:
    """Whether the page is laid out from the right."""
    return known_language(language) == "ar"
