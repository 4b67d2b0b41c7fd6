"""The words of cells that decide about a row, as `cells` reads them."""

from __future__ import annotations

from reminders.domain.diary_import.questions import folded_value
from reminders.domain.diary_import.read.cells.cell_words import read_status as read_status

_YES = frozenset(
    "yes y true t 1 x ja j wahr oui o vrai si s verdadero vero sim verdadeiro tak prawda ano pravda "
    "kylla はい 是 نعم ✓ ✔ checked on waar sand".split()
)
_NO = frozenset(
    "no n false f 0 nein falsch non faux falso nee onwaar nao nie falsz ne nej nei falsk ei いいえ 否 لا "
    "✗ ✘ unchecked off".split()
)
_NO_VALUE = frozenset("- -- – — n/a na null nil nan #n/a . ? tba tbc".split())
_AM = frozenset("am a a.m. a.m vorm. vormittag matin manana mattina ochtend 上午 午前 ص".split())
_PM = frozenset(
    "pm p p.m. p.m nachm. nachmittag apres-midi tarde pomeriggio middag 下午 午後 م".split()
)


def read_flag(text: str) -> bool | None:
    """What a yes or no says; None for anything else."""
    plain = folded_value(text).strip(" .")
    return True if plain in _YES else False if plain in _NO else None


def read_half(text: str) -> str | None:
    """Which half of the day a cell names; None for anything else."""
    plain = folded_value(text)
    return "am" if plain in _AM else "pm" if plain in _PM else None


def is_no_value(text: str) -> bool:
    """Whether a cell only says that there is nothing to say."""
    return folded_value(text) in _NO_VALUE


def likely_status(text: str) -> str | None:
    """The status that an unknown word most likely means; None where nothing speaks for one."""
    plain = folded_value(text)
    if any(part in plain for part in ("cancel", "delet", "annul", "abgesagt", "storn")):
        return "cancelled"
    return "no_show" if "no show" in plain or "no-show" in plain else None


def read_marks(name: str) -> tuple[str, frozenset[str]]:
    """The name without marks such as "(no texts)", and what they say."""
    return name, frozenset()
