"""What a patient's reply means: yes, no, another time, no more texts, or nothing that may be acted on.

Only a text understood to its last word acts. The words are `answer_words`'; which appointment a reply is
about, and what then happens, is for receiving to decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reminders.domain.answer_words import MAX_TEXT, Token, Vocabulary, fold, reactions, tokenise, vocabulary


class Intent(StrEnum):
    """What a reply asks for."""

    YES = "yes"
    NO = "no"
    RESCHEDULE = "reschedule"
    STOP = "stop"
    START = "start"
    HELP = "help"
    NO_MORE = "no_more"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, read.

    `also` may hold: "card" (acts, and staff read the rest), "may_cancel", "suggest_opt_out", "no_more",
    "polite" (thanks and nothing else), "today" or "tomorrow" (the day named: a card if it is another one).
    `picks` are numbers in a list, or names; one that is not in the list must not act. `certain`: every word
    was understood. `matched`: the words that decided.
    """

    intent: Intent
    also: frozenset[str] = frozenset()
    picks: tuple[int | str, ...] = ()
    certain: bool = False
    matched: str = ""


@dataclass(slots=True)
class _Walk:
    """What was found up to the first word that is not understood."""

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
        """Whether it says one thing in full: not "yes for", "yes all 2" or "yes unfortunately"."""
        if "regret" in self.kinds and "yes" in self.kinds:
            return False
        if "all" in self.kinds:
            return not self.picks
        return "link" not in self.kinds or bool(self.picks)


_AROUND = frozenset({"polite", "regret", "link", "all"})
"""Kinds of words that stand around an answer and are none."""

_QUESTION = re.compile(r"[?？؟⁇❓❔]")
_QUOTED = re.compile(r"^\s*[\"“„«”].*[\"”“»]\s*$", re.DOTALL)
_NAME_GAP = re.compile(r"^[\s,]*$")
_MAX_PICK = 9


def read_answer(
    text: str, *, languages: Sequence[str], names: Collection[str] | None = None, listed: bool = False
) -> Answer:
    """Read a reply in the given languages, the patient's first; English when there are none.

    `names` are those that the text named, which an answer may pick ("Y Ann"). Without them a capitalised word
    after an answer is taken for a pick, never without a card. `listed`: the text listed several appointments,
    so that a number alone picks one and answers nothing; else 1 is yes and 2 is no. Takes any text, in linear
    time.
    """
    words = vocabulary(languages)
    reaction = _reaction(text)
    if reaction:
        return reaction
    body = _without_signature(text[:MAX_TEXT], words)
    tokens = [words.unstretched(token) for token in tokenise(body)]
    walk = _walk(tokens, words, [tokenise(name) for name in names or ()], listed=listed)
    question = _QUESTION.search(body) is not None
    if walk.rest:
        return _guessed_pick(walk, words, body, names, question) or _unclear(tokens, words)
    if walk.remark is not None:
        return _with_remark(walk, words, question) or _unclear(tokens, words)
    return _wholly_read(walk, question) or _unclear(tokens, words)


def _walk(
    tokens: Sequence[Token], words: Vocabulary, names: Sequence[Sequence[Token]], *, listed: bool
) -> _Walk:
    walk, at = _Walk(), 0
    while at < len(tokens):
        match = words.match(tokens, at)
        named = _name_at(tokens, at, names) if walk.acting or match is None else 0
        if named:
            walk.picks.append(" ".join(token.raw for token in tokens[at : at + named]))
            at += named
        elif _is_pick(tokens[at], walk, listed=listed):
            walk.picks.append(int(tokens[at].exact))
            at += 1
        elif match is None or (match.kind == "remark" and not walk.acting):
            walk.rest = list(tokens[at:])
            return walk
        elif match.kind == "remark":
            walk.remark = list(tokens[at + match.length :])
            return walk
        else:
            _take(walk, match.kind, tokens[at : at + match.length])
            at += match.length
    return walk


def _take(walk: _Walk, kind: str, tokens: Sequence[Token]) -> None:
    if kind in ("today", "tomorrow"):
        walk.days.add(kind)
        return
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
    if set(walk.kinds) == {"polite"} and not walk.picks:
        return Answer(Intent.UNCLEAR, frozenset({"polite"}))
    if acting in ({"stop"}, {"may_cancel"}):
        return _opted_out(walk, question)
    if acting == {"help"} and not walk.picks:
        return Answer(Intent.HELP, certain=True, matched=matched)
    if acting in ({"reschedule"}, {"no", "reschedule"}):
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
    """ "Yes but ...": the answer counts unless the rest asks for something or takes it back."""
    if walk.acting not in ({"yes"}, {"no"}) or question or walk.remark is None or not walk.whole:
        return None
    if words.mentions(words.undo, walk.remark) or _answers_again(walk, words):
        return None
    intent = Intent.YES if "yes" in walk.acting else Intent.NO
    return Answer(intent, frozenset(walk.days | {"card"}), tuple(walk.picks), matched=", ".join(walk.matched))


def _answers_again(walk: _Walk, words: Vocabulary) -> bool:
    """Whether the remark holds another answer, or asks to be left alone."""
    remark = walk.remark or []
    other = {"no", "reschedule", "stop", "may_cancel", "doubt", "no_more"} | ({"yes"} - walk.acting)
    found = (words.match(remark, at) for at in range(len(remark)))
    return any(match and match.kind in other for match in found) or words.mentions(words.opt_out, remark)


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


def _unclear(tokens: Sequence[Token], words: Vocabulary) -> Answer:
    suggest = words.mentions(words.opt_out, tokens)
    return Answer(Intent.UNCLEAR, frozenset({"suggest_opt_out"}) if suggest else frozenset())


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
