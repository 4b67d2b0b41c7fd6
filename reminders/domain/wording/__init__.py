"""The words of the messages: placeholders, dates and times as people write them, checks.

Pure functions. Which wording applies is for planning, the texts to begin with are `starter_texts`.
"""

from reminders.domain.wording.checks import WordingProblem, check_wording
from reminders.domain.wording.family import render_family
from reminders.domain.wording.formats import format_date, format_time, locale_for
from reminders.domain.wording.languages import FALLBACK, LANGUAGES, LanguageName, known_language
from reminders.domain.wording.purposes import PURPOSES, Purpose
from reminders.domain.wording.templates import (
    MAX_CHARACTERS,
    PLACEHOLDERS,
    Template,
    Values,
    WordingError,
    compile_loosely,
    compile_wording,
)

__all__ = [
    "FALLBACK",
    "LANGUAGES",
    "MAX_CHARACTERS",
    "PLACEHOLDERS",
    "PURPOSES",
    "LanguageName",
    "Purpose",
    "Template",
    "Values",
    "WordingError",
    "WordingProblem",
    "check_wording",
    "compile_loosely",
    "compile_wording",
    "format_date",
    "format_time",
    "known_language",
    "locale_for",
    "render_family",
]
