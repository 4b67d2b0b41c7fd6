"""The options of an import that nobody watches: what was given, and what was taught before.

The command and the watched folder cannot ask; they refuse with the question and the options that
answer it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reminders.domain.diary_import.asking.head import (
    Head,
    Known,
    mapping_with,
    read_head,
    said_of_columns,
    surroundings,
)
from reminders.domain.diary_import.asking.options import GivenAnswers
from reminders.domain.diary_import.pipeline import Options
from reminders.domain.diary_import.questions import Answers, QuestionsOpen
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.taught import circle_of, taught_for
from reminders.models import Location


@dataclass(frozen=True)
class Ready:
    """What is known of a file before its rows are read; with `questions` it can't be imported."""

    options: Options
    head: Head


def get_ready(source: Source, options: Options, given: GivenAnswers, *, now: datetime) -> Ready:
    """The options with what was given and what was taught, and what the head leaves open."""
    place = Location.objects.filter(name__iexact=options.location).first()
    circle = circle_of(options.diary, place.pk if place and options.location else None, None)
    active = Location.objects.filter(active=True).order_by("name")

    def known(header: list[str]) -> Known:
        answers = [*taught_for(header, circle), *given.for_header(header)]
        places = () if options.location else list(active.values_list("name", flat=True))
        return Known(answers, options.mapping, places)

    head = read_head(
        source,
        known,
        around=surroundings(circle, options.location, now=now),
        before=given.of_file,
        mapping=options.mapping,
    )
    found = Answers.of(head.answers)
    ready = replace(
        options,
        answers=replace(found, columns=said_of_columns(found)),
        mapping=mapping_with(options.mapping, found, head.header),
        date_format=options.date_format or found.date_format,
    )
    return Ready(ready, head)


def options_for(source: Source, options: Options, given: GivenAnswers, *, now: datetime) -> Options:
    """The options of an import whose head leaves nothing open; raises QuestionsOpen."""
    ready = get_ready(source, options, given, now=now)
    if ready.head.questions:
        raise QuestionsOpen(ready.head.questions)
    return ready.options
