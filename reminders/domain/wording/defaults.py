"""The texts the product begins with, in every language it speaks, before staff write their own.

The words are data (`data/starter_wordings.toml`); a language or purpose without a text falls back
to English.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from reminders.domain.wording.languages import FALLBACK, LANGUAGES, LanguageName, known_language
from reminders.domain.wording.purposes import PURPOSES, Purpose

__all__ = ["LANGUAGES", "PURPOSES", "VOICE_PURPOSES", "LanguageName", "Purpose", "starter"]

VOICE_PURPOSES = (*("confirmation", "reminder", "booked", "moved", "cancelled", "missed", "after"),)
"""The purposes that a voice call can serve: it cannot be answered by text."""

_DATA = Path(__file__).with_name("data") / "starter_wordings.toml"


def starter(purpose: str, language: str, channel: str = "sms") -> str:
    """The wording to begin with, placeholders and all. `language` is any tag; unknown ones read
    English.

    `channel` is "sms" or "voice". Raises KeyError for a purpose that the channel does not have.
    """
    texts = _texts()
    known = texts[known_language(language)]
    if channel == "voice":
        return str(known.get("voice", {}).get(purpose) or texts[FALLBACK]["voice"][purpose])
    # Else the table of spoken texts, which stands among the purposes, could be asked for as one.
    if purpose not in PURPOSES:
        raise KeyError(purpose)
    return str(known.get(purpose) or texts[FALLBACK][purpose])


@cache
def _texts() -> dict[str, dict[str, Any]]:  # Any: a language holds texts and a table of spoken ones
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
