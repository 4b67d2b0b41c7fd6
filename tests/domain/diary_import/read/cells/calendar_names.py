"""The names of months and weekdays as CLDR has them, for `read/cells/data/calendar_names.json`.

`python manage.py shell -c "from tests.domain.diary_import.read.cells import calendar_names as c;
c.write()"` writes the file again, for a new babel or a new language; a test compares it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel import Locale, localedata

from reminders.domain.diary_import.read.cells import words
from reminders.domain.diary_import.read.cells.words import spellings

FILE = Path(words.__file__).parent / "data" / "calendar_names.json"
LANGUAGES = (
    *("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "nn", "fi", "is", "pl", "cs"),
    *("sk", "hu", "ro", "hr", "sl", "sr", "sr_Latn", "bs", "bg", "ru", "uk", "el", "tr", "et"),
    *("lv", "lt", "ca", "eu", "gl", "ga", "cy", "sq", "mk", "ar", "he", "ja", "zh", "ko", "vi"),
    *("id", "ms", "th", "hi", "en_AU", "en_CA", "de_AT", "pt_PT", "es_MX", "fr_CA", "ar_SY"),
)
_DIGITS = re.compile(r"\d")


def as_json() -> str:
    """The file's text: a line for each language."""
    lines = ",\n".join(
        f"{json.dumps(language)}: {json.dumps(_of(language), ensure_ascii=False)}"
        for language in LANGUAGES
    )
    return f"{{\n{lines}\n}}\n"


def _of(language: str) -> dict[str, list[str]]:
    # What one language inherits, babel keeps for all: others would get the names of the first.
    localedata._cache.clear()
    locale = Locale.parse(language)
    months = _by_number(locale.months, ("wide", "abbreviated"))
    weekdays = _by_number(locale.days, ("wide", "abbreviated", "short"))
    return {
        "months": [" ".join(sorted(months[number])) for number in range(1, 13)],
        "weekdays": [" ".join(sorted(weekdays[number])) for number in range(7)],
    }


def _by_number(
    tables: Any, widths: Iterable[str]
) -> defaultdict[int, set[str]]:  # Any: babel's own type
    found: defaultdict[int, set[str]] = defaultdict(set)
    for context in tables:
        for width in widths:
            for number, name in tables[context].get(width, {}).items():
                if not _DIGITS.search(name):
                    folded = (each.replace(" ", "") for each in spellings(str(name)))
                    found[number].update(each for each in folded if each)
    return found


def write() -> None:
    """Put it where the import reads it."""
    FILE.write_text(as_json(), encoding="utf-8")
