"""What a patient's reply means: yes, no, another time, no more texts, or nothing that may be acted
on.

Only a text understood to its last word acts. The rule in words stands in `data/answers/README.md`;
which appointment a reply is about, and what then happens, is for others to decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from reminders.domain.replies.reading.almanac import almanac
from reminders.domain.replies.reading.grammar import NO, reactions
from reminders.domain.replies.reading.pauses import wants_no_more
from reminders.domain.replies.reading.rules import (
    CHOOSES,
    COURTEOUS,
    DAYS,
    SAYS_NO,
    SAYS_THANKS,
    SAYS_YES,
    introduces_well,
    only_tells_part_of_day,
    picks_fit,
    right_time,
    says_no,
    says_yes,
)
from reminders.domain.replies.reading.tokens import (
    MAX_LETTERS,
    MAX_TEXT,
    MAX_WORDS,
    Token,
    fold,
    is_chinese,
    own_lines,
    plain,
    tokenise,
    tokens_of,
)
from reminders.domain.replies.reading.vocabulary import Vocabulary, codes_of, vocabulary
from reminders.domain.replies.reading.walk import WalkedText, Walker
from reminders.domain.wording.questions import Asks, Question


class Intent(StrEnum):
    """What a reply asks for."""

    YES = "yes"
    NO = "no"
    RESCHEDULE = "reschedule"
    SOONER = "sooner"
    """Would come earlier, if a time becomes free."""
    STOP = "stop"
    START = "start"
    HELP = "help"
    NO_MORE = "no_more"
    """No more texts about this appointment."""
    PAUSE = "pause"
    """No more texts at all, in other words than the carriers': a person decides."""
    COURTESY = "courtesy"
    """Thanks, a greeting, a thumbs-up where nothing was asked: nothing to do."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A reply, read.

    `also` may hold: "card" (acts, and staff see it: somebody comes late), "may_cancel",
    "suggest_opt_out", "no_more", "all" (a no to every one), "polite" (courtesy and nothing else),
    "another_time" (names a day or time that is not the visit's), "picked" (names which one and
    nothing else), "today" or "tomorrow" (the day named, which must be the visit's), "long" (too
    long to be read word by word). `picks` are numbers in a list, or names; one that is not in the
    list must not act. `certain`: every word was
    understood. `matched`: the words that decided; `unknown`: those that were not understood.
    `states`: it says by itself what it means ("I can't come"), whatever it answers; a bare yes or
    no wants a question. `quotes`: which text of ours a reaction is to. `taught`: the id of what
    staff taught, where that decided.
    """

    intent: Intent
    also: frozenset[str] = frozenset()
    picks: tuple[int | str, ...] = ()
    certain: bool = False
    matched: str = ""
    unknown: tuple[str, ...] = ()
    states: bool = False
    quotes: str = ""
    taught: int | None = None


_QUESTION = re.compile(r"[?？؟⁇❓❔]")
_OPENING = '"“„«”'
_CLOSING = '"”“»'


def read_answer(
    text: str,
    *,
    languages: Sequence[str],
    names: Collection[str] | None = None,
    listed: bool = False,
    question: Question | None = None,
) -> Interpretation:
    """Read a reply in the given languages, the patient's first; English when there are none.

    `names` are those that the text named, which an answer may pick ("Y Ann"). `listed`: there is a
    list of several appointments, so that a number alone picks one and answers nothing. `question`
    tells what is known of the text that it answers; without it, an open yes or no. Takes any text,
    in linear time.
    """
    asked = question or Question(asks=Asks.NUMBERED if listed else Asks.YES_NO)
    listed = listed or asked.asks in (Asks.NUMBERED, Asks.WHICH)
    codes = codes_of(languages)
    words = vocabulary(languages)
    if reaction := _reaction(text):
        return _in_the_light_of(reaction, asked, WalkedText())
    body = own_lines(text[:MAX_TEXT], devices=words.device, names=words.device_names)
    asks_back = _QUESTION.search(body) is not None
    body = plain(body, words.characters).strip()
    tokens = list(islice(tokens_of(body[:MAX_LETTERS]), MAX_WORDS + 1))
    if len(tokens) > MAX_WORDS or len(body) > MAX_LETTERS:
        return _too_long(body, tokens, words, codes)
    own_names = [tokenise(name, characters=words.characters) for name in names or ()]
    people = _people(own_names, asked, words, listed=listed)
    days = almanac(codes)
    known = days.begins.keys() | {token.folded for name in (*own_names, *people) for token in name}
    tokens = [words.as_meant(token, known=known) for token in tokens]
    walker = Walker(
        words,
        days,
        names=own_names,
        people=people,
        listed=listed,
        for_all=listed and asked.asks is not Asks.WHICH,
        numbered=listed or question is None,
        digits=asked.is_open and (words.digits if asked.digits is None else asked.digits),
    )
    reading = walker.read(tokens)
    whole = not reading.unknown
    answer = _meaning(reading, words, asked, asks_back=asks_back) if whole else None
    if answer and answer.intent is not Intent.UNCLEAR:
        return _in_the_light_of(answer, asked, reading)
    if wants_no_more(body, codes) or (whole and "stop" in reading.kinds):
        return Interpretation(Intent.PAUSE, frozenset({"suggest_opt_out"}), matched=reading.matched)
    return _in_the_light_of(answer or _unclear(reading, tokens, words, whole=whole), asked, reading)


def _too_long(
    body: str, tokens: Sequence[Token], words: Vocabulary, codes: tuple[str, ...]
) -> Interpretation:
    """What is too long to act is not read word by word; only a wish for no more texts counts."""
    if wants_no_more(body, codes):
        return Interpretation(Intent.PAUSE, frozenset({"suggest_opt_out"}))
    wrong = words.mentions(words.wrong_number, tokens)
    return Interpretation(
        Intent.UNCLEAR, frozenset({"long", "suggest_opt_out"} if wrong else {"long"})
    )


def _people(
    names: Sequence[Sequence[Token]], asked: Question, words: Vocabulary, *, listed: bool
) -> list[list[Token]]:
    """Who may be named beside an answer: the clinic and its people, and the patient as a signature
    shortens the name ("A. Lee", "Lee"; in Chinese the family name, which comes first).
    """
    people = [tokenise(name, characters=words.characters) for name in asked.people]
    for name in names if not listed else ():
        first, *others = name or (None,)
        if first and others and is_chinese(first.raw):
            people.append([first])
        elif first and others:
            initial = first._replace(exact=first.exact[:1], folded=first.folded[:1])
            people += [[others[-1]], [initial, others[-1]]]
    return people


def _meaning(
    reading: WalkedText, words: Vocabulary, asked: Question, *, asks_back: bool
) -> Interpretation | None:
    return _opted_out(reading, asks_back) or _wholly_read(
        reading, words, asked, asks_back=asks_back
    )


def _opted_out(reading: WalkedText, asks_back: bool) -> Interpretation | None:
    """Carriers opt out on the word alone; with more around it, a person decides."""
    alone = reading.kinds in ({"stop"}, {"may_cancel"}, {"stop", "may_cancel"}) and not asks_back
    if not alone or reading.picks or reading.times:
        return None
    if len(reading.matched) == 1:
        return None  # one letter ("T") is easily a slip: it pauses, and a person decides
    return Interpretation(
        Intent.STOP, reading.kinds & {"may_cancel"}, certain=True, matched=reading.matched
    )


def _wholly_read(
    reading: WalkedText, words: Vocabulary, asked: Question, *, asks_back: bool
) -> Interpretation | None:
    acting, picks = reading.acting, tuple(reading.picks)
    plain = not picks and not reading.times
    if not asks_back and plain and reading.kinds & SAYS_THANKS and reading.kinds <= COURTEOUS:
        if "nod" in reading.kinds and (asked.is_open or asked.asks is Asks.STAFF):
            # Seen, or confirmed? Nobody can tell, so no "polite", and staff may teach it.
            return Interpretation(Intent.UNCLEAR)
        return Interpretation(Intent.COURTESY, frozenset({"polite"}), certain=True)
    if "doubt" in reading.kinds or reading.twisted:
        return None
    simple = _intent_beyond_answers(reading, plain=plain, asks_back=asks_back)
    if simple:
        return Interpretation(simple, picks=picks, certain=True, matched=reading.matched)
    if asks_back or not picks_fit(reading, listed=asked.listed):
        return None
    if not acting and asked.asks is Asks.WHICH and reading.kinds <= COURTEOUS | CHOOSES:
        return Interpretation(
            Intent.UNCLEAR, frozenset({"picked"}) | (reading.kinds & {"all"}), picks
        )
    yes, no = says_yes(reading), says_no(reading, words)
    if yes == no:
        return None
    intent = Intent.YES if yes else Intent.NO
    if not right_time(reading, asked):
        other = frozenset({"another_time"} if asked.starts else ())
        return Interpretation(Intent.UNCLEAR, other, matched=reading.matched)
    if only_tells_part_of_day(reading) or not introduces_well(reading, listed=asked.listed > 1):
        return None
    also = (reading.kinds & DAYS) | (acting & {"no_more"})
    also |= {"card"} if reading.kinds & {"late", "brings"} else set()
    also |= reading.kinds & {"all"} if intent is Intent.NO else set()
    states = bool(acting & (SAYS_YES | SAYS_NO))
    return Interpretation(intent, also, picks, certain=True, matched=reading.matched, states=states)


def _intent_beyond_answers(reading: WalkedText, *, plain: bool, asks_back: bool) -> Intent | None:
    """What is no answer to our question; another time and help may be asked for."""
    acting = reading.acting
    if acting == {"help"} and plain:
        return Intent.HELP
    if "reschedule" in acting and acting - {"reschedule"} <= NO:
        return Intent.RESCHEDULE
    if acting == {"sooner"} and plain:
        return Intent.SOONER
    if asks_back:
        return None
    if acting == {"start"} and plain:
        return Intent.START
    return Intent.NO_MORE if acting == {"no_more"} and not reading.times else None


def _unclear(
    reading: WalkedText, tokens: Sequence[Token], words: Vocabulary, *, whole: bool
) -> Interpretation:
    """For a person; with what they may want, where the words say so."""
    cancels = whole and reading.kinds & {"may_cancel", "cancel"}
    also = frozenset({"may_cancel"} if cancels else ())
    if words.mentions(words.wrong_number, tokens):
        also = frozenset({"suggest_opt_out"})
    return Interpretation(
        Intent.UNCLEAR, also, matched=reading.matched, unknown=tuple(reading.unknown)
    )


def _in_the_light_of(
    answer: Interpretation, asked: Question, reading: WalkedText
) -> Interpretation:
    """The same where something was asked; else an "ok" is a courtesy, and what staff asked, they
    read.
    """
    nothing = Interpretation(Intent.UNCLEAR, matched=answer.matched, quotes=answer.quotes)
    if asked.is_open and answer.quotes and answer.intent is Intent.YES:
        return nothing  # as a thumbs-up that stands alone
    if asked.is_open or answer.intent not in (Intent.YES, Intent.NO, Intent.RESCHEDULE):
        return answer
    if asked.asks is Asks.STAFF:
        return nothing
    polite = answer.intent is Intent.YES and (answer.quotes or reading.kinds <= COURTEOUS | {"ok"})
    if polite and not answer.picks and not reading.times:
        return replace(nothing, intent=Intent.COURTESY, also=frozenset({"polite"}), certain=True)
    return answer


def _reaction(text: str) -> Interpretation | None:
    """A reaction that arrives in words: Liked “Hi Ann, your appointment ...”."""
    head = fold(text[:40])
    for kind, starts in reactions().items():
        for start in starts:
            quoted = text[len(start) : MAX_TEXT].strip() if head.startswith(start + " ") else ""
            if len(quoted) > 1 and quoted[0] in _OPENING and quoted[-1] in _CLOSING:
                return Interpretation(
                    Intent(kind), certain=True, matched=start, quotes=quoted[1:-1].strip()
                )
    return None
