"""Read a reply in the light of the text that it answers: what that asked, whom it named and
numbered.

What the words mean is `answers`'; here it is put together what they are read against. Touches no
database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from reminders.domain.replies.auto_reply import AnswerContext
from reminders.domain.replies.match import ReplyMatch
from reminders.domain.replies.matching.number_activity import CUT_AT
from reminders.domain.replies.matching.texts import Incoming
from reminders.domain.replies.matching.told import Told
from reminders.domain.replies.reading.interpret import Intent, Interpretation, read_answer
from reminders.domain.replies.reading.quoting import quotes_another
from reminders.domain.replies.review.phrases import Taught
from reminders.domain.replies.special.families import offers_all, read_family
from reminders.domain.wording.questions import Asks, Question, offers_digits
from reminders.models import Appointment, Message, Reply

UNCLEAR = Interpretation(Intent.UNCLEAR)
OPEN = frozenset({Asks.YES_NO, Asks.NUMBERED, Asks.WHICH, Asks.OFFER})
"""What waits for an answer that may act; `OWN` is about the visits that they have."""
OWN = OPEN - {Asks.OFFER}
ACTS = frozenset({Intent.YES, Intent.NO, Intent.RESCHEDULE, Intent.NO_MORE})
TEXTS = frozenset({"suggest_opt_out", "may_cancel", "no_more"})
"""What may be said of the texts themselves: no answer for a family then."""


class ContextReading(NamedTuple):
    """A reply as it was read, and the appointments that it is about, in the order of their numbers.

    `further`: where it answers differently for several of a family, what it says after `answer`.
    """

    answer: Interpretation
    told: Sequence[Told]
    further: tuple[Interpretation, ...] = ()


def read_reply(reply: Incoming, match: ReplyMatch, desk: AnswerContext) -> ContextReading:
    """What a reply says of which appointments. Read in the patient's language, the location's and
    English.
    """
    if reply.button:
        return _tapped(reply, match)
    first, *further = _read_all(reply, match, desk)
    if first.intent in ACTS and (reply.pictures or len(reply.text) in CUT_AT):
        return ContextReading(UNCLEAR, match.told)  # a part of what was said can't be read, or yet
    return _about(first, reply, match)._replace(further=tuple(further))


def _tapped(reply: Incoming, match: ReplyMatch) -> ContextReading:
    """What a button carries is the answer itself: nothing is read out of words."""
    if match.by != Reply.MatchedBy.METADATA:
        return ContextReading(UNCLEAR, match.told)
    answer = Interpretation(Intent(reply.button), certain=True, matched=reply.text)
    return ContextReading(answer, match.told)


def _read_all(reply: Incoming, match: ReplyMatch, desk: AnswerContext) -> Sequence[Interpretation]:
    answer, listed = _read(reply, match, desk), numbers_of(match)
    asks = match.asks
    if asks in (None, Asks.STAFF, Asks.YES_NO, Asks.OFFER) or len(listed) < 2:
        return (answer,)
    if answer.intent is Intent.UNCLEAR and not answer.also & TEXTS:
        languages = languages_read(match, desk)
        found = read_family(
            reply.text,
            languages=languages,
            asks=asks,
            read=lambda text: _in_light_of(asks, reply._replace(text=text), match, desk),
        )
        return found or (answer,)
    if asks is Asks.NUMBERED and _is_bare_yes(answer):
        offered = offers_all(match.text, languages_read(match, desk))
        return (answer if offered else UNCLEAR,)
    return (answer,)


def _is_bare_yes(answer: Interpretation) -> bool:
    return answer.intent is Intent.YES and not answer.picks and "all" not in answer.also


def _about(answer: Interpretation, reply: Incoming, match: ReplyMatch) -> ContextReading:
    if reply.source == Reply.Source.NOTICE:
        answer = replace(answer, intent=Intent.STOP, also=answer.also & {"may_cancel"})
    numbers = numbers_of(match)
    numbered = any(isinstance(pick, int) for pick in answer.picks)
    single = match.asks in (Asks.YES_NO, Asks.OFFER)
    if match.asks is Asks.WHICH or (numbers and answer.picks and not single):
        return ContextReading(answer if numbers or not numbered else UNCLEAR, numbers or match.told)
    if numbered and numbers and single:
        return ContextReading(
            UNCLEAR, match.told
        )  # this text offered no numbers, and an older list still holds
    return ContextReading(answer, match.told)


def numbers_of(match: ReplyMatch) -> Sequence[Told]:
    """The appointments in the order of the numbers that hold: the text's own list, else the last
    one.
    """
    own = match.message_kind == Message.Kind.REMINDER and len(match.told) > 1
    return match.told if own and match.by != Reply.MatchedBy.NUMBER else match.numbers


def _read(reply: Incoming, match: ReplyMatch, desk: AnswerContext) -> Interpretation:
    asks = match.asks
    if asks in OPEN and quotes_another(reply.text, match.text):
        return UNCLEAR
    if (
        asks in OWN
        and match.told
        and all(told.status != Appointment.Status.BOOKED for told in match.told)
    ):
        answer = _in_light_of(Asks.AUTOMATIC, reply, match, desk)
        if answer.intent is Intent.COURTESY:
            return answer
    answer = _in_light_of(asks, reply, match, desk)
    # Looked up here, where the text is whole: a part of one that was taught must not act.
    taught = desk.taught.find(reply.text, languages_read(match, desk)[0])
    answer = _as_taught(answer, asks, taught)
    if "picked" in answer.also:
        return replace(answer, intent=Intent.NO)  # to the question who can't come
    return answer


def _in_light_of(
    asks: Asks | None, reply: Incoming, match: ReplyMatch, desk: AnswerContext
) -> Interpretation:
    languages = languages_read(match, desk)
    about = list({told.appointment_id: told for told in (*match.told, *match.numbers)}.values())
    names = {name for told in about if told.theirs for name in (told.first_name, told.name) if name}
    single = asks in (Asks.YES_NO, Asks.OFFER)
    listed = match.told if single else numbers_of(match)
    return read_answer(
        reply.text,
        languages=languages,
        names=sorted(names) if about else None,
        listed=len(listed) > 1,
        question=_question(asks, reply, match, listed, desk) if asks else None,
    )


def languages_read(match: ReplyMatch, desk: AnswerContext) -> list[str]:
    """The languages in which a reply is read, the patient's first."""
    place = desk.place(match.location_id)
    return [tag for tag in (match.language, place.language if place else "", "en") if tag]


def _as_taught(answer: Interpretation, asks: Asks | None, taught: Taught | None) -> Interpretation:
    """What staff taught fills gaps only: what the grammar knows, or has a doubt about, stays so.

    A yes or no wants an open question; what answers staff is theirs to read.
    """
    if taught is None or answer.intent is not Intent.UNCLEAR or answer.also:
        return answer
    intent = Intent(taught.meaning)
    polite = intent is Intent.COURTESY
    if asks in OPEN or (polite and asks not in (None, Asks.STAFF)):
        also = frozenset({"polite"} if polite else ())
        return Interpretation(intent, also, certain=True, taught=taught.id)
    return answer


def _question(
    asks: Asks, reply: Incoming, match: ReplyMatch, listed: Sequence[Told], desk: AnswerContext
) -> Question:
    about = match.told or listed
    starts = tuple(_local(one, desk) for one in about)
    zone = next((place.tz for one in about if (place := desk.locations.get(_place_id(one)))), None)
    places = {place.name for one in about if (place := desk.locations.get(_place_id(one)))}
    return Question(
        asks=asks,
        listed=max(len(listed), len(match.told), 1),
        digits=offers_digits(match.text, starts=starts) or None,
        starts=starts,
        said_at=reply.received_at.astimezone(zone),
        people=tuple(sorted(places | {one.practitioner for one in about if one.practitioner})),
        who=tuple((one.first_name, one.name) if one.theirs else () for one in about),
    )


def _place_id(told: Told) -> int:
    return told.location_id or told.place_id


def _local(told: Told, desk: AnswerContext) -> datetime:
    place = desk.locations.get(_place_id(told))
    return (told.starts_at or told.begins_at).astimezone(place.tz if place else None)
