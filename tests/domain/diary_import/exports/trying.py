"""A file goes in by the command's road, and somebody who knows it answers."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from reminders.domain.diary_import import ImportRefused, Options, import_file, open_stream
from reminders.domain.diary_import.questions import About, Answer, Answers, QuestionsOpen
from reminders.models import Appointment
from tests import factories as make
from tests.domain.diary_import.exports.answering import Knowing
from tests.domain.diary_import.exports.expectations import Expected, Found, differences

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
ROUNDS = 8
"""More pages of questions than anybody would put up with."""


def try_bytes(content: bytes, expected: Expected) -> Found:
    """Import a file by the command's road, answering as somebody who knows it."""
    facts = expected.facts
    make.make_location(name=facts["location"], zone=facts["time_zone"], country=facts["country"])
    for name in {row["location"] for row in facts["rows"] if row.get("location")} - {
        facts["location"]
    }:
        make.make_location(name=name, zone=facts["time_zone"], country=facts["country"])
    knowing, found, given = Knowing(expected), Found(), list[Answer]()
    for _ in range(ROUNDS):
        try:
            _bring_in(content, expected, given)
        except QuestionsOpen as asked:
            found.questions += [question.words for question in asked.questions]
            given += [
                answer for question in asked.questions for answer in knowing.answers_to(question)
            ]
            continue
        except ImportRefused as refused:
            leave = Answer(About.ERRORS, "leave")
            if facts["errors"] and leave not in given:
                given.append(leave)  # what the browser asks, and the command takes as an option
                continue
            found.refused = [str(problem) for problem in refused.problems]
            found.no_right_choice = knowing.no_right_choice
            return found
        rows = Appointment.objects.select_related("contact", "practitioner", "service")
        found.wrong = differences(expected, list(rows.order_by("pk")))
        found.wrong += [] if expected.kind != "refused" else ["nobody could read it"]
        found.no_right_choice = knowing.no_right_choice
        return found
    found.refused = [f"asked {ROUNDS} times"]
    return found


def _bring_in(content: bytes, expected: Expected, given: list[Answer]) -> None:
    with open_stream(io.BytesIO(content), name=expected.path.name) as source:
        options = Options(location=expected.facts["location"], answers=Answers.of(given))
        import_file(source, options, now=NOW)
