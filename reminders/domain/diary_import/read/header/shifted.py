"""Whether the values of a file stand below their own names, where its header is longer or shorter
than its rows.

Many programs leave out the blank cells at the end of a row, or write a separator behind the last
one: their values fit their names. A separator too many in the header alone moves every name after
it. So each shift by one place is weighed against the header as it stands, by what cells hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from reminders.domain.diary_import.read.header.content import Profile
from reminders.domain.diary_import.read.header.fields import PHONES
from reminders.domain.diary_import.read.header.names.naming import Named, read_names
from reminders.domain.diary_import.read.header.names.vocabulary import LIKELY

_FITS, _PARTLY, _UNLIKELY, _CONTRADICTS = 2.0, 1.0, -1.0, -3.0
_LEAST = 0.5
"""So much better a reading has to be where nothing else speaks for it."""
_MOBILES = 0.5
"""From such a share on, the numbers of a column are mobiles."""
_OTHERS = frozenset(
    "kin_phone guardian_phone fax pager staff_phone location_phone other_phone second_phone".split()
)
_LANDLINES = frozenset({"home_phone", "work_phone"})
_NUMBERS = frozenset(PHONES) | _OTHERS
_DAYS = frozenset(
    "date birth booked_on changed_on last_visit next_visit moved printed_on paid_on end_date "
    "arrived_on cancelled_at".split()
)
_TIMES = frozenset({"time", "ends_at"})
_WHOLE_NAMES = frozenset({"name", "name_family_first", "name_given_first", "guardian_name"})
_PARTS = frozenset({"first_name", "last_name", "preferred_name", "middle_name"})
_FLAGS = frozenset("may_text no_texts deceased deleted cancelled active all_day flag".split())
_EMAILS = frozenset({"email", "staff_email"})
_WORDS = frozenset(
    "status service practitioner location language room title sex insurer referrer gp kin_name "
    "booked_by".split()
)
_MATTERS = _NUMBERS | _WHOLE_NAMES | _PARTS | _FLAGS | _DAYS | _TIMES | {"starts_at", "status"}
_PLAIN = frozenset({"phone", "date", "time", "both", "email"})


@dataclass(frozen=True)
class Fit:
    """Names, and below which of them the columns of a sample would stand with one too many or one
    too few.
    """

    header: Sequence[str]
    profiles: Sequence[Profile]
    country: str = ""

    def one_too_many(self) -> bool:
        """Whether the values fit as well where one of the names before the last is left out."""
        names, profiles = self._named(), self._filled()
        last = len(profiles) - 1
        if last < 0 or last + 1 >= len(names):
            return False
        shifts = any(
            self._is_better(
                [*names[:at], *names[at + 1 : last + 2]],
                names,
                profiles,
                by=0.0 if self._may_be_pieces(names, at) else _LEAST,
            )
            for at in range(last)
        )
        return shifts or self._is_cut(names, last, self._scores(names, profiles))

    def one_too_few(self) -> bool:
        """Whether the values fit as well where one more column, whose name is not known, is put
        among them.
        """
        names, profiles = self._named(), self._filled()
        end = len(profiles) - 1
        readings = [[*names[:at], None, *names[at:end]] for at in range(end + 1)]
        return any(self._is_better(each, names, profiles, by=0.0) for each in readings)

    def _named(self) -> list[Named | None]:
        named = read_names(self.header)
        while self.header and named and not self.header[len(named) - 1].strip():
            named.pop()
        return [
            each if cell.strip() else None for each, cell in zip(named, self.header, strict=False)
        ]

    def _filled(self) -> list[Profile]:
        profiles = list(self.profiles)
        while profiles and not profiles[-1].filled:
            profiles.pop()
        return profiles

    def _scores(self, names: Sequence[Named | None], profiles: Sequence[Profile]) -> list[float]:
        pairs = zip_longest(names[: len(profiles)], profiles)
        return [self._score(name, each) for name, each in pairs]

    def _is_better(
        self,
        reading: Sequence[Named | None],
        names: Sequence[Named | None],
        profiles: Sequence[Profile],
        *,
        by: float,
    ) -> bool:
        stands = names[: len(profiles)]
        more = sum(self._scores(reading, profiles)) - sum(self._scores(names, profiles))
        return more >= by and any(
            _matters(was, now, each) for was, now, each in zip_longest(stands, reading, profiles)
        )

    def _may_be_pieces(self, names: Sequence[Named | None], at: int) -> bool:
        """Whether this name and the next are one that a separator cut: one of them is nothing by
        itself, or both together say something: "Phone, mobile", "Next of kin, phone".
        """
        pair = names[at : at + 2]
        if any(each is None or not each.sure for each in pair):
            return True
        one, other = self.header[at : at + 2]
        if len(one.split()) > 1 < len(other.split()):
            return False
        whole = read_names([f"{one} {other}"]) + read_names([f"{other} {one}"])
        return any(each.sure for each in whole)

    def _is_cut(self, names: Sequence[Named | None], last: int, stands: Sequence[float]) -> bool:
        """Whether the last two names may be one of somebody else's number: "Phone, next of kin"."""
        whole = read_names([f"{self.header[last + 1]} {self.header[last]}"])[0]
        return (
            stands[last] >= _PARTLY
            and _is(names[last], frozenset(PHONES))
            and not _is(names[last + 1], _NUMBERS)
            and _is(whole, _OTHERS)
        )

    def _score(self, name: Named | None, profile: Profile) -> float:
        if not profile.filled:
            return 0.0
        kinds = [kind for kind, much in name.kinds.items() if much >= LIKELY] if name else []
        if not kinds:
            return _UNLIKELY if name is None else 0.0
        return max(self._of_kind(kind, profile) for kind in kinds)

    def _of_kind(self, kind: str, profile: Profile) -> float:
        what = profile.what
        wanted = _wanted(kind)
        if kind in _NUMBERS and what == "phone":
            mobiles = profile.numbers("mobile", self.country) >= _MOBILES
            landlines = profile.numbers("landline", self.country) >= _MOBILES
            other = (mobiles and kind in _LANDLINES) or (landlines and kind == "mobile")
            return _PARTLY if other else _FITS
        if kind in _WHOLE_NAMES | _PARTS | {"practitioner"}:
            return _of_names(kind, profile)
        if kind == "status" and (profile.mostly("status") or what == "flag"):
            return _UNLIKELY if what == "flag" else _FITS
        if what in wanted:
            return _FITS
        if what == "integer":  # a serial of a date, a number without its plus, a 1 for a yes
            return 0.0 if wanted else _of_words(kind, what)
        if not wanted:
            return _of_words(kind, what)
        spoken = profile.share("letters") >= _MOBILES and not profile.any("phone inside")
        return _CONTRADICTS if what or (spoken and kind in _NUMBERS | _EMAILS) else 0.0


def _of_words(kind: str, what: str) -> float:
    if what in _PLAIN and kind == "notes":
        return _UNLIKELY
    return _CONTRADICTS if what in _PLAIN and kind in _WORDS else 0.0


def _wanted(kind: str) -> frozenset[str]:
    """What a column of a kind plainly holds; nothing where it may be anything."""
    if kind in _DAYS:
        return frozenset({"date", "both"})
    for kinds, whats in (
        (_NUMBERS, {"phone"}),
        (_TIMES, {"time", "both"}),
        ({"starts_at"}, {"both", "date", "time"}),
        (_EMAILS, {"email"}),
        (_FLAGS, {"flag", "date", "both"}),
    ):
        if kind in kinds:
            return frozenset(whats)
    return frozenset()


def _of_names(kind: str, profile: Profile) -> float:
    if profile.what in _PLAIN | {"integer", "flag"}:
        return _CONTRADICTS
    if profile.share("letters") < _MOBILES:
        return 0.0
    whole = profile.share("name") >= _MOBILES
    fits = {True: _WHOLE_NAMES | {"practitioner"}, False: _PARTS}[whole]
    return _FITS if kind in fits else _PARTLY


def _is(name: Named | None, kinds: frozenset[str]) -> bool:
    found = name.kinds.items() if name else ()
    return any(kind in kinds for kind, much in found if much >= LIKELY)


def _matters(was: Named | None, now: Named | None, profile: Profile) -> bool:
    """Whether another name for the column would change who is texted, when, or whether."""
    plain = profile.what in _PLAIN | {"name", "flag"} or profile.mostly("status")
    return bool(
        profile.filled and plain and was != now and (_is(was, _MATTERS) or _is(now, _MATTERS))
    )
