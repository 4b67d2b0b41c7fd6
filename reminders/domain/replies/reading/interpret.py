"""What a patient's reply means: yes, no, another time, no more texts, or nothing that may be acted on.

Only a text understood to its last word acts. The words are `answer_words`'; which appointment a reply is
about, and what then happens, is for receiving to decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reminders.domain.replies.reading.vocabulary import (
    MAX_TEXT,
    Token,
    Vocabulary,
    fold,
    minutes,
    reactions,
    tokenise,
    vocabulary,
)
from reminders.domain.wording.questions import Asks, Question


class Intent(StrEnum):
    """What a reply asks for."""

    YES = "yes"
    NO = "no"
    RESCHEDULE = "reschedule"
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
class Answer:
    """A reply, read.

    `also` may hold: "card" (acts, and staff read the rest), "may_cancel", "suggest_opt_out", "no_more",
    "polite" (thanks and nothing else), "today" or "tomorrow" (the day named, which must be the visit's).
    `picks` are numbers in a list, or names; one that is not in the list must not act. `certain`: every word
    was understood. `matched`: the words that decided; `unknown`: those that were not understood.
    `states`: it says by itself what it means ("I can't come"), whatever it answers.
    """

    intent: Intent
    also: frozenset[str] = frozenset()
    picks: tuple[int | str, ...] = ()
    certain: bool = False
    matched: str = ""
    unknown: tuple[str, ...] = ()
    states: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """One phrase. `opens`: a bare no, or one that a verb may follow, as in "no puedo cancelar"."""

    kind: str
    apart: bool
    opens: bool
    bare: bool


@dataclass(slots=True)
class _Walk:
    """What was found up to the first word that is not understood."""

    steps: list[_Step] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    matched: list[str] = field(default_factory=list)
    picks: list[int | str] = field(default_factory=list)
    days: set[str] = field(default_factory=set)
    remark: list[Token] | None = None
    rest: list[Token] = field(default_factory=list)

    @property
    def acting(self) -> frozenset[str]:
        return frozenset(self.kinds) - _AROUND

    @property
    def whole(self) -> bool:
        """Whether it says one thing in full: not "yes for", "yes all 2", "yes unfortunately", "no great"."""
        kinds = set(self.kinds)
        if (
            {"regret", "yes"} <= kinds
            or ("no" in kinds and kinds & {"praise", "late", "joins"})
            or self.twisted
        ):
            return False
        if "all" in self.kinds:
            return not self.picks
        return "link" not in self.kinds or bool(self.picks)

    @property
    def twisted(self) -> bool:
        """Whether a no may deny what stands beside it: "no quiero cancelar", "otro día no"."""
        clause: list[_Step] = []
        for step in self.steps:
            if step.apart:
                clause = []
            asks = step.kind in _ASKING
            if asks and any(before.opens for before in clause):
                return True
            if step.bare and clause and clause[-1].kind in _ASKING:
                return True
            clause.append(step)
        return False


_ASKING = frozenset({"calls_off", "reschedule"})
"""Kinds of phrases that ask for something without a no in them."""

_REMARKS = frozenset({"remark", "late"})
_AROUND = frozenset({"polite", "joins", "praise", "regret", "link", "all", "late"})
"""Kinds of words that stand around an answer and are none."""

_QUESTION = re.compile(r"[?？؟⁇❓❔]")
_QUOTED = re.compile(r"^\s*[\"“„«”].*[\"”“»]\s*$", re.DOTALL)
_NAME_GAP = re.compile(r"^[\s,]*$")
_MAX_PICK = 9


def read_answer(
    text: str,
    *,
    languages: Sequence[str],
    names: Collection[str] | None = None,
    listed: bool = False,
    question: Question | None = None,
) -> Answer:
    """Read a reply in the given languages, the patient's first; English when there are none.

    `names` are those that the text named, which an answer may pick ("Y Ann"). Without them a capitalised word
    after an answer is taken for a pick, never without a card. `listed`: the text listed several appointments,
    so that a number alone picks one and answers nothing; else 1 is yes and 2 is no. `question` tells what is
    known of the text that it answers; without it, an open yes or no. Takes any text, in linear time.
    """
    listed = listed or (question is not None and question.asks in (Asks.NUMBERED, Asks.WHICH))
    words = vocabulary(languages)
    reaction = _reaction(text)
    if reaction:
        return reaction
    body = _without_signature(text[:MAX_TEXT], words)
    tokens = [words.unstretched(token) for token in tokenise(body)]
    asks_back = _QUESTION.search(body) is not None
    if len(tokens) == 1 and tokens[0].folded in words.whole_yes and not asks_back:
        return Answer(Intent.YES, certain=True, matched=tokens[0].exact)
    walk = _walk(tokens, words, [tokenise(name) for name in names or ()], listed=listed)
    if walk.rest:
        answer = _guessed_pick(walk, words, body, names, asks_back)
    elif walk.remark is not None:
        answer = _with_remark(walk, words, asks_back)
    else:
        answer = _wholly_read(walk, asks_back)
    return answer or _unclear(walk, tokens, words)


def _walk(
    tokens: Sequence[Token], words: Vocabulary, names: Sequence[Sequence[Token]], *, listed: bool
) -> _Walk:
    walk, at = _Walk(), 0
    while at < len(tokens):
        match = words.match(tokens, at)
        named = _name_at(tokens, at, names) if walk.acting or match is None else 0
        if named:
            if listed and walk.acting and walk.kinds[-1] == "polite":
                walk.kinds.append("doubt")  # "Yes, thanks. Ann": a pick, or who is writing for all?
            walk.picks.append(" ".join(token.raw for token in tokens[at : at + named]))
            at += named
        elif _is_pick(tokens[at], walk, listed=listed):
            walk.picks.append(int(tokens[at].exact))
            at += 1
        elif match is None or (match.kind in _REMARKS and not walk.acting):
            walk.rest = list(tokens[at:])
            return walk
        elif match.kind in _REMARKS:
            walk.kinds += [match.kind] if match.kind == "late" else []
            walk.remark = list(tokens[at + match.length :])
            return walk
        else:
            _take(walk, match.kind, tokens[at : at + match.length], words)
            at += match.length
    return walk


def _take(walk: _Walk, kind: str, tokens: Sequence[Token], words: Vocabulary) -> None:
    opens = tuple(token.folded for token in tokens) in words.opens
    walk.steps.append(_Step(kind, tokens[0].apart, opens, opens and len(tokens) == 1))
    if kind in ("today", "tomorrow"):
        walk.days.add(kind)
        return
    kind = "no" if kind == "calls_off" else kind
    walk.kinds.append(kind)
    if kind not in _AROUND:
        walk.matched.append(" ".join(token.exact for token in tokens))


def _is_pick(token: Token, walk: _Walk, *, listed: bool) -> bool:
    """A number after a word that answers ("yes 2"), or any number where a list was sent.

    By itself, a number is an answer: 1 is yes, 2 is no.
    """
    answered = listed or any(not words.isdecimal() for words in walk.matched)
    return answered and token.exact.isdecimal() and 1 <= int(token.exact[:4]) <= _MAX_PICK


def _name_at(tokens: Sequence[Token], at: int, names: Sequence[Sequence[Token]]) -> int:
    """How many tokens the longest name that begins here takes; 0 without one."""
    fitting = (
        len(name)
        for name in names
        if name
        and [token.folded for token in name] == [token.folded for token in tokens[at : at + len(name)]]
    )
    return max(fitting, default=0)


def _wholly_read(walk: _Walk, question: bool) -> Answer | None:
    """The meaning of a text that was understood to its last word; None when it has none, or two."""
    acting, matched = walk.acting, ", ".join(walk.matched)
    if walk.kinds and set(walk.kinds) <= {"polite", "joins", "praise"} and not walk.picks:
        return Answer(Intent.UNCLEAR, frozenset({"polite"}))
    if acting in ({"stop"}, {"may_cancel"}):
        return _opted_out(walk, question)
    if acting == {"help"} and not walk.picks:
        return Answer(Intent.HELP, certain=True, matched=matched)
    if acting in ({"reschedule"}, {"no", "reschedule"}) and not walk.twisted:
        return Answer(Intent.RESCHEDULE, picks=tuple(walk.picks), certain=True, matched=matched)
    if question or not walk.whole:
        return None
    if acting == {"start"} and not walk.picks:
        return Answer(Intent.START, certain=True, matched=matched)
    if acting == {"no_more"}:
        return Answer(Intent.NO_MORE, picks=tuple(walk.picks), certain=True, matched=matched)
    if acting in ({"yes"}, {"no"}, {"yes", "no_more"}):
        intent = Intent.NO if "no" in acting else Intent.YES
        also = walk.days | (acting & {"no_more"})
        return Answer(intent, frozenset(also), tuple(walk.picks), certain=True, matched=matched)
    return None


def _opted_out(walk: _Walk, question: bool) -> Answer:
    """Carriers opt out on the word alone; with more around it, a person decides."""
    also = walk.acting & {"may_cancel"}
    if set(walk.kinds) == walk.acting and not walk.picks and not walk.days and not question:
        return Answer(Intent.STOP, also, certain=True, matched=", ".join(walk.matched))
    return Answer(Intent.UNCLEAR, also or frozenset({"suggest_opt_out"}))


def _with_remark(walk: _Walk, words: Vocabulary, question: bool) -> Answer | None:
    """ "Yes but ...": the answer counts unless the rest asks for something, names a time or takes it back."""
    if walk.acting not in ({"yes"}, {"no"}) or question or walk.remark is None or not walk.whole:
        return None
    remark = _without_lateness(walk.remark, words)
    if words.mentions(words.undo | words.weekdays, remark) or _names_a_time(walk.remark):
        return None
    found = {match.kind for at in range(len(remark)) if (match := words.match(remark, at))}
    if found & _ANSWERS_AGAIN or words.mentions(words.opt_out, remark):
        return None
    intent = Intent.YES if "yes" in walk.acting else Intent.NO
    if intent is Intent.NO and not _is_kind(remark, words):
        return None
    also = frozenset(walk.days | {"card"})
    return Answer(intent, also, tuple(walk.picks), matched=", ".join(walk.matched))


_ANSWERS_AGAIN = frozenset(
    {"no", "calls_off", "reschedule", "stop", "may_cancel", "doubt", "no_more", "today", "tomorrow"}
)


def _without_lateness(remark: Sequence[Token], words: Vocabulary) -> list[Token]:
    """The remark without what is known to be harmless, such as "I might be late"."""
    left, at = [], 0
    while at < len(remark):
        match = words.match(remark, at)
        harmless = match.length if match and match.kind in _REMARKS else 0
        if not harmless:
            left.append(remark[at])
        at += harmless or 1
    return left


def _names_a_time(remark: Sequence[Token]) -> bool:
    """Whether a number stands in it that is no number of minutes: "but at 11" is another appointment."""
    words = [token.folded for token in remark]
    return any(
        word[0].isdecimal() and not minutes() & {*words[at + 1 : at + 2]} for at, word in enumerate(words)
    )


def _is_kind(remark: Sequence[Token], words: Vocabulary) -> bool:
    """Whether it is nothing but thanks: a no with more to say is for a person."""
    at = 0
    while at < len(remark):
        match = words.match(remark, at)
        if match is None or match.kind not in ("polite", "joins", "regret"):
            return False
        at += match.length
    return True


def _guessed_pick(
    walk: _Walk, words: Vocabulary, body: str, names: Collection[str] | None, question: bool
) -> Answer | None:
    """ "Y Ann", when nobody told which names there are: one or two capitalised words end the text."""
    guess = walk.rest
    if names is not None or question or walk.acting not in ({"yes"}, {"no"}) or not 1 <= len(guess) <= 2:
        return None
    if not all(_looks_like_a_name(token, words) for token in guess):
        return None
    name = " ".join(token.raw for token in guess)
    before, _, after = body.rpartition(guess[0].raw)
    gap = re.search(r"[^\w\s]*\s*$", before)
    if not name or gap is None or not _NAME_GAP.match(gap.group()) or len(after) > len(name) + 2:
        return None
    intent = Intent.YES if "yes" in walk.acting else Intent.NO
    also = frozenset(walk.days | {"card"})
    return Answer(intent, also, (*walk.picks, name), matched=", ".join(walk.matched))


def _looks_like_a_name(token: Token, words: Vocabulary) -> bool:
    return token.raw.istitle() and len(token.raw) > 1 and token.folded not in words.not_names | words.words


def _unclear(walk: _Walk, tokens: Sequence[Token], words: Vocabulary) -> Answer:
    """For a person; with what they may want, where the words say so."""
    whole = frozenset(() if walk.rest else walk.kinds)
    if words.mentions(words.opt_out, tokens) or "stop" in whole:
        return Answer(Intent.UNCLEAR, frozenset({"suggest_opt_out"}))
    return Answer(Intent.UNCLEAR, whole & {"may_cancel"})


def _without_signature(text: str, words: Vocabulary) -> str:
    """The text above "Sent from my phone" and quoted lines; the whole of it if nothing is above."""
    kept: list[str] = []
    for line in text.splitlines():
        start = line.lstrip(" -–—_")
        if start.startswith(">") or any(fold(start[:60]).startswith(sign) for sign in words.signatures):
            break
        kept.append(line)
    return "\n".join(kept) if any(line.strip() for line in kept) else text


def _reaction(text: str) -> Answer | None:
    """A reaction that arrives in words: Liked “Hi Ann, your appointment ...”."""
    head = fold(text[:40])
    for kind, starts in reactions().items():
        for start in starts:
            if head.startswith(start + " ") and _QUOTED.match(text[len(start) : MAX_TEXT]):
                return Answer(Intent(kind), certain=True, matched=start)
    return None
