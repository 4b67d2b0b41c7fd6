"""The languages in which the product speaks to patients, and how a language tag is read.

Tags from a diary come in many shapes ("EN", "pt_BR", "zh-CN"); everything else here takes them as
they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple


class LanguageName(NamedTuple):
    """A language by its own name and in English."""

    own: str
    english: str


LANGUAGES: Final[dict[str, LanguageName]] = {
    "en": LanguageName("English", "English"),
    "es": LanguageName("Español", "Spanish"),
    "fr": LanguageName("Français", "French"),
    "de": LanguageName("Deutsch", "German"),
    "it": LanguageName("Italiano", "Italian"),
    "pt": LanguageName("Português", "Portuguese"),
    "nl": LanguageName("Nederlands", "Dutch"),
    "pl": LanguageName("Polski", "Polish"),
    "vi": LanguageName("Tiếng Việt", "Vietnamese"),
    "zh-Hans": LanguageName("简体中文", "Simplified Chinese"),
    "ar": LanguageName("العربية", "Arabic"),
}
FALLBACK: Final = "en"
GSM_LANGUAGES: Final = frozenset({"en", "es", "fr", "de", "it", "pt", "nl", "pl"})
"""Languages that can be written so that the GSM-7 alphabet suffices."""


@lru_cache(maxsize=256)
def known_language(tag: str) -> str:
    """The language of `LANGUAGES` that serves a reader of `tag`; English for those we do not speak.

    Every Chinese tag is served in simplified characters.
    """
    # Diaries write "EN", "pt_BR" and "zh-CN": only what stands before the first mark is the
    # language.
    primary = tag.strip().replace("_", "-").split("-", 1)[0].lower()
    if primary == "zh":
        return "zh-Hans"
    return primary if primary in LANGUAGES else FALLBACK


def region_of(tag: str) -> str:
    """The two letters of the country in a tag such as "pt-BR"; "" when it names none."""
    parts = tag.strip().replace("_", "-").split("-")[1:]
    # Two letters: a script such as "Hans" has four, a variant more.
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")
