"""The blind examination: replies by somebody who never saw the vocabulary, and what ours makes
of each.

Every reply is about the visit on Tuesday, 3 March 2026 at 10:30 of Ann Lee (another first name in
some languages) with Dr Marsh at the Main Clinic, or about a list of two: Tom at 10:30, Mia at
11:00.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from reminders.domain.replies.decide import decide
from reminders.domain.replies.outcomes import Asked, Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Interpretation, read_answer
from reminders.domain.wording.questions import Asks, Question
from reminders.models import Appointment

FOLDER = Path(__file__).parents[2] / "cases" / "examination"
VISIT = datetime(2026, 3, 3, 10, 30)
SAID_AT = datetime(2026, 3, 1, 12, 0)
FAMILY = (("Tom", VISIT), ("Mia", VISIT + timedelta(minutes=30)))
FIRST_NAMES = {"vi": "Lan", "en": "Ann", "fr": "Anne", "es": "Ana", "pt": "Ana", "ar": "آنا"}
NAMES = {"zh-Hans": "李丽", "ar": "آنا لي"}
SPELLED = {"ar": {"Tom": "توم", "Mia": "ميا"}}
"""Names as the diary of such a clinic writes them."""
ASKS = {
    "yes_no": (Asks.YES_NO, "booked"),
    "list2": (Asks.NUMBERED, "booked"),
    "notice": (Asks.NOTICE, "booked"),
    "automatic_yes": (Asks.AUTOMATIC, "confirmed"),
    "automatic_no": (Asks.AUTOMATIC, "declined"),
    "staff": (Asks.STAFF, "booked"),
}
"""What each kind of text asks, and how the appointment stands when the reply comes."""
MEANT = {
    Appointment.Status.CONFIRMED: "yes",
    Appointment.Status.DECLINED: "no",
}


@dataclass(frozen=True)
class Row:
    """One reply of the examination. `acts`: "yes", "no" (a person reads it) or "nothing"."""

    language: str
    question: str
    text: str
    meaning: str
    acts: str
    note: str


@cache
def rows(language: str) -> tuple[Row, ...]:
    with (FOLDER / f"{language}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Row(language, **row) for row in csv.DictReader(file))


def read(row: Row) -> Interpretation:
    asks, _ = ASKS[row.question]
    family = row.question == "list2"
    question = Question(
        asks=asks,
        listed=2 if family else 1,
        digits=False,
        starts=tuple(start for _, start in FAMILY) if family else (VISIT,),
        said_at=SAID_AT,
        people=("Main Clinic", "Dr Marsh"),
        who=tuple((one.first_name, one.name) for one in subjects(row)),
    )
    named = [name for one in subjects(row) for name in (one.first_name, one.name)]
    return read_answer(
        row.text,
        languages=[row.language, "en"],
        names=named,
        listed=family,
        question=question,
    )


def subjects(row: Row) -> list[RepliedAppointment]:
    """The appointments that the text told of, in the order of its list."""
    if row.question == "list2":
        spelled = SPELLED.get(row.language, {})
        return [
            _subject(number, row, spelled.get(name, name), start)
            for number, (name, start) in enumerate(FAMILY, start=1)
        ]
    first_name = FIRST_NAMES.get(row.language, "Anna")
    name = NAMES.get(row.language, f"{first_name} Lee")
    return [_subject(1, row, first_name if row.language != "zh-Hans" else name, VISIT, name)]


def _subject(
    number: int, row: Row, first_name: str, start: datetime, name: str = ""
) -> RepliedAppointment:
    return RepliedAppointment(
        number,
        ASKS[row.question][1],
        start.replace(tzinfo=UTC),
        "UTC",
        4,
        first_name=first_name,
        name=name or f"{first_name} Lee",
    )


def decided(row: Row) -> Decision:
    """All that the product does with it; only a table of what stands in the diary is made up."""
    asks, _ = ASKS[row.question]
    said_at = SAID_AT.replace(tzinfo=UTC)
    about = subjects(row)
    asked = Asked(asks, family=about if row.question == "list2" else ())
    return decide(read(row), about, asked=asked, said_at=said_at, now=said_at)


def done(row: Row) -> str:
    """What was done, in the words of the examination: "yes", "no_2", "yes_all", "pause" ...

    "unclear" is a card for a person, and "courtesy" nothing at all.
    """
    decision = decided(row)
    if decision.stop or decision.start or decision.pause:
        return "stop" if decision.stop else "start" if decision.start else "pause"
    if decision.outcome is ReplyOutcome.HELPED:
        return "help"
    if decision.outcome is ReplyOutcome.THANKS:
        return "courtesy"
    if decision.outcome is ReplyOutcome.ASKED_WHICH:
        return "no_all"  # a bare no to a family: the patient is asked whether all are meant
    if decision.no_more:
        return "no_more"
    if not decision.cards and not decision.statuses:
        return "courtesy"
    said = {(MEANT[status], number) for number, status in decision.statuses.items()}
    return _named(said, family=row.question == "list2")


def _named(said: set[tuple[str, int]], *, family: bool) -> str:
    if not said:
        return "unclear"
    if not family:
        return next(iter(said))[0]
    words = {word for word, _ in said}
    if len(said) > 1:
        return f"{words.pop()}_all" if len(words) == 1 else "mixed"
    word, number = next(iter(said))
    return f"{word}_{number}"


_HARMLESS = ("unclear", "courtesy", "help", "pause")
"""What changes neither the diary nor consent; a pause waits for a person, who is told at once."""


def is_harmful(row: Row) -> bool:
    """Whether anything was done that nobody meant: a miss is not, it only costs a look."""
    return done(row) not in (row.meaning if row.acts == "yes" else "", *_HARMLESS)


def is_as_meant(row: Row) -> bool:
    """Whether a reply that is clear did what it means."""
    return done(row) == row.meaning


def reading_of(row: Row) -> str:
    """A line for whoever looks into a failure."""
    answer = read(row)
    unknown = " ".join(answer.unknown)
    return f"{row.question}: {row.text!r} {row.meaning} -> {done(row)} [{answer.intent}] {unknown}"
