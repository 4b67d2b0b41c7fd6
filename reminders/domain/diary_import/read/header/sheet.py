"""What choosing the columns works on: names, contents, what is decided so far, what is
still asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from reminders.domain.diary_import.questions import SET_ASIDE, About, Answer, Choice, Question
from reminders.domain.diary_import.read.header.content import Profile
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.domain.diary_import.read.header.names.naming import Named
from reminders.domain.diary_import.read.header.names.vocabulary import ASKED, LIKELY

ONLY_KEEP = "Only keep it; nothing is read from it"
FEW = 0.5
"""A column with at most so many different values as another one is of staff, not of patients."""
TELLING = 6
"""From so many filled cells on it tells something that they are all of a few kinds."""


@dataclass
class Sheet:
    """A header with its sample, while its columns are chosen.

    `free` are the places nobody decided about yet, `answered` the fields that a person placed.
    """

    header: Sequence[str]
    named: Sequence[Named]
    profiles: Sequence[Profile]
    country: str = ""
    today: date | None = None
    free: set[int] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()
    questions: list[Question] = field(default_factory=list)

    def label(self, place: int) -> str:
        """What a column is called to a person: its header, or its number where it has none."""
        return self.header[place] or f"column {place + 1}"

    def strength(self, place: int, *kinds: str) -> int:
        """How strongly the name means one of these kinds; 0 for not at all."""
        found = self.named[place].kinds
        return max((found.get(kind, 0) for kind in kinds), default=0)

    def tells_nothing(self, place: int) -> bool:
        """Whether the name tells nothing, or too little to act on."""
        return all(much <= ASKED for much in self.named[place].kinds.values())

    def called(self, *kinds: str, least: int = LIKELY) -> list[int]:
        """The free columns whose name means one of these kinds, the strongest and best name
        first.
        """
        places = [place for place in self.free if self.strength(place, *kinds) >= least]
        return sorted(places, key=lambda n: (-self.strength(n, *kinds), self.named[n].rank, n))

    def place(self, kind: str, place: int) -> None:
        """Decide that a column is a field."""
        self.places[kind] = place
        self.free.discard(place)

    def aside(self, places: Iterable[int]) -> None:
        """Decide that columns are only kept."""
        self.free -= set(places)

    def same(self, one: int, other: int) -> bool:
        """Whether two columns say the same on every row where both say anything."""
        pairs = zip(self.profiles[one].cells, self.profiles[other].cells, strict=True)
        return all(a == b for a, b in pairs if a and b)

    def filled(self, places: Iterable[int]) -> list[int]:
        """Those of the columns that hold anything."""
        return [place for place in places if self.profiles[place].filled]

    def ask(
        self,
        name: str,
        words: str,
        choices: Sequence[tuple[int, str, str]],
        *,
        none: int | None = None,
        keep_first: bool = False,
        none_words: str = ONLY_KEEP,
    ) -> None:
        """Ask what columns are: each choice is a place, what it would then be, and words.

        `none` is a column that may also be left out of it, which `none_words` say. All of them are
        decided for now.
        """
        offered = [
            Choice(
                Answer(About.COLUMN, kind, self.label(place)),
                said or f"“{self.label(place)}”",
                "; ".join(self.profiles[place].examples(2)),
            )
            for place, kind, said in choices
        ]
        if none is not None:
            keep = Choice(Answer(About.COLUMN, SET_ASIDE, self.label(none)), none_words)
            offered.insert(0 if keep_first else len(offered), keep)
        examples = [
            f"{self.label(place)}: {', '.join(shown)}"
            for place in dict.fromkeys(place for place, _, _ in choices)
            if (shown := self.profiles[place].examples(2))
        ]
        column = self.label(choices[0][0]) if len({each[0] for each in choices}) == 1 else ""
        self.questions.append(
            Question(
                About.COLUMN, f"column:{name}", words, tuple(offered), tuple(examples[:4]),
                column=column,
            )
        )  # fmt: skip
        self.free -= {place for place, _, _ in choices}

    def ask_one(
        self, place: int, words: str, kinds: Sequence[tuple[str, str]], *, keep_first: bool = False
    ) -> None:
        """Ask what one column is, or whether it is only kept: first where that is the likeliest."""
        name = f"{self.label(place)}"[:60]
        choices = [(place, kind, said) for kind, said in kinds]
        self.ask(name, words, choices, none=place, keep_first=keep_first)

    def choose_one(
        self,
        kind: str,
        candidates: Sequence[int],
        words: str,
        *,
        rival: Callable[[int, int], bool] | None = None,
    ) -> None:
        """Take the first candidate unless another one is as good and says something else."""
        filled = self.filled(candidates)
        if not candidates or kind in self.places:
            return
        best = (filled or list(candidates))[0]
        much = self.strength(best, kind)
        close = rival or (lambda one, other: self.strength(other, kind) >= much)
        rivals = [
            each for each in filled
            if each != best and close(best, each) and not self.same(best, each)
        ]  # fmt: skip
        if rivals:
            self.ask(kind, words, [(each, kind, "") for each in [best, *rivals]])
        else:
            self.place(kind, best)
        self.aside(each for each in candidates if each not in (best, *rivals))


def words_of(kind: str) -> str:
    """A field in lower case, for a sentence."""
    return FIELDS[kind][0].lower() + FIELDS[kind][1:]
