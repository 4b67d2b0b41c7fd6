"""What may stand beside an answer: the rule of `languages/README.md`, step by step. Pure.

Everything here says no where it is not certain: what is left is for a person.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

from reminders.domain.replies.reading.grammar import NO, YES
from reminders.domain.replies.reading.tokens import fold
from reminders.domain.replies.reading.vocabulary import Vocabulary
from reminders.domain.replies.reading.walk import GrammarStep, WalkedText
from reminders.domain.replies.reading.when import is_day
from reminders.domain.wording.questions import Question

DAYS = frozenset({"today", "tomorrow"})
CHOOSES = frozenset({"link", "all"})
COURTEOUS = frozenset(
    "thanks greet address filler joins praise seen smile please about nod myself".split()
)
SAYS_THANKS = frozenset({"thanks", "greet", "praise", "seen", "smile", "nod"})
SAYS_NO = frozenset({"cant", "calls_off", "cant_for"})
SAYS_YES = frozenset({"comes", "comes_for"})

_BESIDE_YES = (
    YES | COURTEOUS | DAYS | CHOOSES | {"ontime", "late", "hitch", "but", "no_more", "regret"}
) | {"brings", "promise", "easy"}
_AROUND_NO = frozenset(
    "thanks greet address filler joins smile regret reason mishap myself".split()
)
_BESIDE_NO = NO | DAYS | CHOOSES | _AROUND_NO | {"sad", "sick", "but"}
_BESIDE_STATED_NO = _BESIDE_NO | {"please", "about", "seen", "slip", "cancel"}
_AFTER_BARE_NO = (
    NO
    | DAYS
    | CHOOSES
    | {"thanks", "regret", "joins", "reason", "mishap", "sad", "sick", "smile", "but"}
)
"""What may follow a bare no at once: "no doctor", "no all good" deny something else."""
_AFTER_BUT = frozenset({"thanks", "late", "hitch", "smile", "joins"})
_BEFORE_SORRY_BUT = frozenset({"regret", "greet", "address", "filler", "thanks", "please"})


def says_yes(reading: WalkedText) -> bool:
    """Whether a text that was understood to its last word is a yes."""
    acting, kinds = reading.acting, reading.kinds
    if not (acting & YES and acting <= YES | {"no_more"} and kinds <= _BESIDE_YES):
        return False
    if not _harmless_after_but(reading) or not _tells_of_somebody(reading):
        return False
    return _stands_as_yes(reading)


def says_no(reading: WalkedText, words: Vocabulary) -> bool:
    """Whether a text that was understood to its last word is a no."""
    acting, kinds = reading.acting, reading.kinds
    if any(named.until for named in reading.times):
        return False  # "no puedo hasta el martes": on Tuesday it is possible
    if acting and acting <= {"cancel", "may_cancel"}:
        return _calls_off_this_one(reading)
    if not (acting & NO and acting <= NO | {"cancel"}):
        return False
    if not _harmless_after_but(reading) or not _tells_of_somebody(reading):
        return False
    if "slip" in reading.kinds and not acting & {"cant", "cant_for"}:
        return False  # "declined by mistake" takes the no back
    if acting & SAYS_NO:
        return kinds <= _BESIDE_STATED_NO and not _denied_by_all(reading)
    return kinds <= _BESIDE_NO and _stands_as_bare_no(reading, words)


def _calls_off_this_one(reading: WalkedText) -> bool:
    """ "Cancel" alone may mean the texts; with the visit's day, or with a reason, it does not."""
    beside = _AROUND_NO | DAYS | {"cancel", "may_cancel", "please", "about", "sad", "sick"}
    certain = bool(reading.times or reading.kinds & (DAYS | {"reason", "mishap"}))
    return certain and reading.kinds <= beside


def _tells_of_somebody(reading: WalkedText) -> bool:
    """ "She can't come" is an answer only where it is said who."""
    others = reading.kinds & {"comes_for", "cant_for"}
    return not others or bool(reading.picks) or "all" in reading.kinds


def introduces_well(reading: WalkedText, *, listed: bool) -> bool:
    """Whether each "this is" stands before the answer, with a name: "yes this is Ann" answers
    another question, and in a family nobody knows who writes.
    """
    places = [at for at, step in enumerate(reading.steps) if step.kind == "myself"]
    if not places:
        return True
    answer = next(at for at, step in enumerate(reading.steps) if step.kind in YES | NO)
    named = reading.picks or "address" in reading.kinds
    return bool(named) and not listed and places[-1] < answer


def _harmless_after_but(reading: WalkedText) -> bool:
    """ "But" ends certainty, unless what follows is known and harmless.

    "Sorry, but I can't come" is one statement: before its "but" stands nothing that it may limit.
    """
    places = [at for at, step in enumerate(reading.steps) if step.kind == "but"]
    if not places:
        return True
    after = {step.kind for step in reading.steps[places[0] + 1 :]} - {"but"}
    allowed = _AFTER_BUT | ({"reason", "mishap", "regret"} if reading.acting <= NO else set())
    allowed |= {"regret"} if "late" in after else set()
    before = {step.kind for step in reading.steps[: places[0]]}
    if "regret" in before and before <= _BEFORE_SORRY_BUT and len(places) == 1:
        return bool(after & SAYS_NO) and reading.acting <= SAYS_NO
    return bool(after) and after <= allowed and bool(before & (YES | NO)) and not reading.times


def _stands_as_yes(reading: WalkedText) -> bool:
    """Not "please confirm", "evening please", "yes, got it", nor "yes, sorry" for anything but
    lateness.
    """
    kinds = reading.kinds
    if "seen" in kinds and kinds & YES == {"yes"}:
        return False
    if kinds & {"regret", "hitch"} and "late" not in kinds:
        return False
    if "promise" in kinds and not kinds & {"yes", "comes"}:
        return False
    return not ("please" in kinds and (kinds & YES == {"confirm"} or reading.times))


def _stands_as_bare_no(reading: WalkedText, words: Vocabulary) -> bool:
    """ "Oh no", "no doctor", "no estoy enfermo": such a no answers something else, or denies what
    follows.
    """
    if (reading.times and not reading.picks) or _denied_by_all(reading):
        return False
    steps = reading.steps
    for at, step in enumerate(steps):
        if step.kind != "no":
            continue
        if at and steps[at - 1].kind == "filler":
            return False
        following = steps[at + 1] if at + 1 < len(steps) else None
        if following and not following.apart and not _may_follow(step, following, words):
            return False
    return True


def _denied_by_all(reading: WalkedText) -> bool:
    """ "Los dos no": neither, or not both? Nobody can tell."""
    steps = reading.steps
    return any(
        before.kind == "all" and step.kind == "no" and not step.apart
        for before, step in itertools.pairwise(steps)
    )


def _may_follow(no: GrammarStep, following: GrammarStep, words: Vocabulary) -> bool:
    if following.kind == "reason" and no.words[-1] in words.negates:
        return False
    return following.kind in _AFTER_BARE_NO


def picks_fit(reading: WalkedText, *, listed: int) -> bool:
    """Not "yes for", "yes all 2"; "Tom and Mia, both" names all that are listed."""
    if "all" in reading.kinds:
        return not reading.picks or len(set(reading.picks)) == len(reading.picks) == listed > 1
    return "link" not in reading.kinds or bool(reading.picks)


def right_time(reading: WalkedText, asked: Question) -> bool:
    """Whether each day and time that is named is that of the visit.

    "Today" and "tomorrow" are told to the caller where nobody said when the visit is.
    """
    starts = _meant(asked, reading.picks)
    if reading.times and not starts:
        return False
    if not _each_its_own(reading, starts) and not all(
        named.agrees(start) for named in reading.times for start in starts
    ):
        return False
    said_at = asked.said_at
    return said_at is None or all(
        is_day(word, start, said_at) for word in reading.kinds & DAYS for start in starts
    )


def only_tells_part_of_day(reading: WalkedText) -> bool:
    """ "Yes, in the morning" may be a wish, where no day or time stands beside it."""
    parts = [named.part for named in reading.times]
    return bool(parts) and all(parts) and not reading.kinds & DAYS


def _each_its_own(reading: WalkedText, starts: Sequence[datetime]) -> bool:
    """ "Tom 10:30 and Mia 11:00": behind each that is picked its own time."""
    picked = [named.after for named in reading.times]
    if len(reading.picks) < 2 or len(starts) != len(reading.picks):
        return False
    if set(picked) != set(range(1, len(starts) + 1)):
        return False
    return all(named.agrees(starts[named.after - 1]) for named in reading.times)


def _meant(asked: Question, picks: Sequence[int | str]) -> tuple[datetime, ...]:
    """When those begin that were picked, one after the other; else all."""
    known = [place for pick in picks if (place := _place_of(pick, asked)) is not None]
    if not known or len(known) < len(picks):
        return asked.starts
    return tuple(asked.starts[place] for place in known)


def _place_of(pick: int | str, asked: Question) -> int | None:
    """Where in the list it stands that was picked; None where that is not known."""
    if isinstance(pick, int):
        return pick - 1 if 1 <= pick <= len(asked.starts) else None
    wanted = fold(pick)
    # Two of one name are nobody's: whose time is right, no one can tell.
    places = [at for at, names in enumerate(asked.who) if wanted in map(fold, names)]
    return places[0] if len(places) == 1 and len(asked.who) == len(asked.starts) else None
