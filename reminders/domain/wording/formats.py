"""Dates and times as a patient would write them, by the locale of language and country.

Times come in as local wall time. Everything is cached by value, as sending formats thousands a
second.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time

from reminders.domain.wording.languages import GSM_LANGUAGES, known_language, region_of
from reminders.domain.wording.segments import plain


def format_date(
    at_local: datetime, language: str, country: str = "", *, spoken: bool = False
) -> str:
    """The day of `at_local` (local wall time): "Tue 3 March", in en-US "Tue, March 3", in de "Di.,
    3. März".

    A region in `language` ("pt-BR") wins over `country`. In languages that GSM-7 can carry, letters
    it lacks lose their accents ("sab" for "sáb"): one of them would double the price of the text.
    `spoken` is for a voice call: full weekday, all accents.
    """
    return _date(at_local.date(), language, country, spoken)


def format_time(
    at_local: datetime, language: str, country: str = "", *, spoken: bool = False
) -> str:
    """The time of `at_local` (local wall time): "10:00 am" in en-AU, "10:00" in en-GB, "10:00 AM"
    in en-US.

    Narrow and no-break spaces become plain ones. `spoken` is taken for symmetry with `format_date`.
    """
    return _time(time(at_local.hour, at_local.minute), language, country, spoken)


@lru_cache(maxsize=512)
def locale_for(language: str, country: str = "") -> Locale:
    """The locale of a language as it is used in a country; without such a locale, the language's
    own.
    """
    code = known_language(language)
    region = region_of(language) or country.strip().upper()
    parts = code.split("-")
    script = parts[1] if len(parts) > 1 else None
    # Plain "en" would be American; English of the world is what the rest expects.
    # A language in a country where it is not spoken has no such locale: then the language's own.
    for territory in filter(None, (region, "001" if code == "en" else "")):
        try:
            return Locale(parts[0], territory=territory, script=script)
        except UnknownLocaleError:
            continue
    return Locale(parts[0], script=script)


@lru_cache(maxsize=8192)
def _date(day: date, language: str, country: str, spoken: bool) -> str:
    locale = locale_for(language, country)
    text = babel_date(day, _date_pattern(locale, spoken), locale=locale)
    return _tidy(text, locale, spoken)


@lru_cache(maxsize=8192)
def _time(at: time, language: str, country: str, spoken: bool) -> str:
    locale = locale_for(language, country)
    return _tidy(babel_time(at, "short", locale=locale), locale, spoken)


@lru_cache(maxsize=512)
def _date_pattern(locale: Locale, spoken: bool) -> str:
    """The locale's order of weekday, day and month; the month in full, as "mar" may be a Tuesday
    too.
    """
    skeletons = locale.datetime_skeletons
    pattern = str(skeletons["MMMMEd" if "MMMMEd" in skeletons else "MMMEd"].pattern)
    if "MMMM" not in pattern:
        pattern = pattern.replace("MMM", "MMMM")
    # “03 March” reads as a date of a form; people write 3 March.
    pattern = pattern.replace("dd", "d")
    # British and Australian order needs no comma: “Tue 3 March”, and each character is paid for.
    if locale.language == "en" and pattern.index("d") < pattern.index("M"):
        pattern = pattern.replace(",", "")
    return re.sub(r"[Ec]{1,3}(?![Ec])", "EEEE", pattern) if spoken else pattern


def _tidy(text: str, locale: Locale, spoken: bool) -> str:
    # CLDR writes narrow blanks before am and pm: one of them makes the whole text UCS-2.
    text = text.replace("\u202f", " ").replace("\u00a0", " ")
    # Direction marks are not shown, but counted, and some phones draw a box for them.
    text = text.replace("\u200f", "").replace("\u200e", "")
    gsm = locale.language in GSM_LANGUAGES
    return plain(text, letters=True) if gsm and not spoken else text
