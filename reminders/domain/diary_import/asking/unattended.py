"""The options of an import that nobody watches: what was given, and what was taught before.

The command and the watched folder cannot ask; they refuse with the question and the options that
answer it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reminders.domain.diary_import.asking.head import Known, mapping_with, read_head
from reminders.domain.diary_import.asking.options import GivenAnswers
from reminders.domain.diary_import.pipeline import Options
from reminders.domain.diary_import.questions import Answer, Answers, QuestionsOpen
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.taught import circle_of, taught_for
from reminders.models import Location


def options_for(source: Source, options: Options, given: GivenAnswers) -> Options:
    """The options of an import without a person: with what was given, and what was taught.

    Raises QuestionsOpen when the head of the file leaves something open.
    """
    place = Location.objects.filter(name__iexact=options.location).first()
    circle = circle_of(options.diary, place.pk if place and options.location else None, None)
    active = Location.objects.filter(active=True)

    def known(header: list[str]) -> Known:
        answers = [*taught_for(header, circle), *given.for_header(header)]
        places = [] if options.location else list(active.values_list("name", flat=True)[:50])
        return Known(answers, options.mapping, places)

    head = read_head(
        source, known, circle=circle, before=given.of_file, mapping=options.mapping, guess=False
    )
    if head.questions:
        raise QuestionsOpen(head.questions)
    return with_answers(options, head.answers, head.header)


def with_answers(options: Options, answers: Sequence[Answer], header: Sequence[str]) -> Options:
    """The options with these answers under what they say themselves."""
    found = options.answers.over(Answers.of(answers))
    return replace(
        options,
        answers=found,
        mapping=mapping_with(options.mapping, found, header),
        date_format=options.date_format or found.date_format,
        location=options.location or found.location,
    )
