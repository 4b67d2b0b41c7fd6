"""Languages as diaries write them: tags such as en or pt-BR, and names in English or in the
language " "itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from reminders.domain.wording.languages import LANGUAGES

LONGEST = 40
"""Characters of a language's tag or name at most."""
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    english = {
        name.lower(): tag
        for tag, name in Locale("en").languages.items()
        if "_" not in tag and len(tag) <= 3
    }
    own = {name.own.lower(): tag.lower() for tag, name in LANGUAGES.items()}
    return english | own | {"chinese": "zh", "mandarin": "zh"}


@lru_cache(maxsize=1024)
def read_language(text: str) -> str | None:
    """The tag of a language, such as "en" for "EN", "English" or "en_AU" ("en-au"); None for no
    language.
    """
    if len(text) > LONGEST:
        return None
    plain = text.strip().lower().replace("_", "-")
    known = Locale("en").languages
    if _TAG.fullmatch(plain) and len(plain) <= 10 and plain.split("-")[0] in known:
        return plain
    found = _by_name().get(plain) if len(plain) > 3 else None
    return found or None
