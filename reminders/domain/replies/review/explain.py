"""Say why a reply was left to a person: which words were not understood, what it seems to mean.

What is needed for it is kept with the reply when it is read, and goes when the reply goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from reminders.domain.replies.match import ReplyMatch
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.review.phrases import times_named
from reminders.domain.wording.questions import Asks
from reminders.models import InboxItem, Reply

Kind = InboxItem.Kind
MOST_KEPT = 20
"""Words that are kept of a reply; of a longer one everything is for a person anyway."""
MOST_NAMED = 4
_ANOTHER_TIME = frozenset({"another_time", "today", "tomorrow"})
_READ_AS = {
    Intent.YES: "Read as a yes.",
    Intent.NO: "Read as a no.",
    Intent.RESCHEDULE: "Read as a wish for another time.",
    Intent.SOONER: "Read as a wish to come sooner.",
    Intent.NO_MORE: "Read as a wish for no more texts about this appointment.",
    Intent.PAUSE: "Reads like a wish for no more texts.",
    Intent.STOP: "Read as an opt-out.",
    Intent.COURTESY: "Read as a courtesy, which is no answer to this question.",
}
_NOTHING_ASKED = {
    Asks.STAFF: "It answers a text that a person wrote, so a person reads it.",
    Asks.NOTICE: "It answers a text that asked nothing.",
    Asks.AUTOMATIC: "It answers an automatic answer, which asked nothing.",
}

_TAUGHT = "These words were taught here, under “Taught replies”."
_OPEN = frozenset({Asks.YES_NO, Asks.NUMBERED, Asks.WHICH, Asks.OFFER})


class Piece(NamedTuple):
    """A part of the patient's text; `marked`: it is what kept it from being acted on."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was understood, in sentences for staff, and the text with marks in it."""

    sentences: tuple[str, ...]
    pieces: tuple[Piece, ...]


def reading_to_keep(
    answer: Interpretation, text: str, match: ReplyMatch, *, language: str
) -> dict[str, Any]:
    """What `explain` needs of a reading; JSON values only."""
    kept: dict[str, Any] = {
        "language": language,
        "asks": str(match.asks or ""),
        "unknown": [word[:40] for word in answer.unknown[:MOST_KEPT]],
        "also": sorted(answer.also),
    }
    if answer.also & _ANOTHER_TIME:
        kept["named"] = times_named(text, language)[:MOST_NAMED]
        kept["starts"] = [
            told.starts_at.isoformat() for told in match.told[:MOST_NAMED] if told.starts_at
        ]
    if answer.taught is not None:
        kept["taught"] = answer.taught
    return kept


def explain(reply: Reply, kind: str, *, zone: tzinfo) -> Explanation:
    """Why this reply has a card of this kind; times are told on the clock of `zone`."""
    reading: dict[str, Any] = reply.reading
    if not reading:
        return Explanation((), _pieces(reply.text, ()))
    unclear = reply.intent in (Intent.UNCLEAR, "")
    why, marked = _why_unclear(reply, zone=zone) if unclear else (_read_as(reply), ())
    taught = (_TAUGHT,) if "taught" in reading else ()
    return Explanation((*_asked(reading), *why, *taught), _pieces(reply.text, marked))


def _asked(reading: Mapping[str, Any]) -> tuple[str, ...]:
    """What is said of the text that was answered, where it was no question."""
    asks = reading.get("asks", "")
    if not asks:
        return ("It is not known which of our texts this answers.",)
    words = _NOTHING_ASKED.get(Asks(asks)) if asks in set(Asks) else None
    return (words,) if words else ()


def _read_as(reply: Reply) -> tuple[str, ...]:
    words = _READ_AS.get(Intent(reply.intent)) if reply.intent in set(Intent) else None
    return (words,) if words else ()


def _why_unclear(reply: Reply, *, zone: tzinfo) -> tuple[tuple[str, ...], Sequence[str]]:
    reading = reply.reading
    unknown, named = reading.get("unknown", []), reading.get("named", [])
    if "another_time" in reading.get("also", ()) and named:
        return (_another_time(named, reading.get("starts", ()), zone=zone),), named
    if "long" in reading.get("also", ()):
        return ("It is too long to be acted on, so a person reads it.",), ()
    if unknown:
        return (_not_understood(reply.text, unknown),), unknown
    if reading.get("asks") not in _OPEN:
        return (), ()
    return ("Every word was understood, but not what they mean together.",), ()


def _another_time(named: Sequence[str], starts: Sequence[str], *, zone: tzinfo) -> str:
    local = [datetime.fromisoformat(start).astimezone(zone) for start in starts]
    visits = _listed([f"{start:%A %-d %B} at {start:%H:%M}" for start in local])
    asked = f"; the visit that we asked about is on {visits}" if visits else ""
    return f"It names {_quoted(named)}{asked}. It may mean another one."


def _not_understood(text: str, unknown: Sequence[str]) -> str:
    wholly = {word.casefold() for word in re.findall(r"\w+", text)}
    if wholly <= {word.casefold() for word in unknown}:
        return "No word of it was understood."
    if len(unknown) <= MOST_NAMED:
        return f"Every word was understood but {_quoted(unknown)}."
    return "The marked words were not understood."


def _quoted(words: Sequence[str]) -> str:
    return _listed([f"“{word}”" for word in dict.fromkeys(words)])


def _listed(things: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(things[:-1]), *things[-1:]]))


def _pieces(text: str, marked: Sequence[str]) -> tuple[Piece, ...]:
    """The text, parted where a marked word stands as a word of its own; none is lost."""
    wanted = sorted({re.escape(word).replace(r"\ ", r"\W+") for word in marked}, key=len)
    if not wanted:
        return (Piece(text, marked=False),)
    found = re.split(rf"(?<!\w)({'|'.join(reversed(wanted))})(?!\w)", text)
    return tuple(Piece(part, marked=bool(at % 2)) for at, part in enumerate(found) if part)
