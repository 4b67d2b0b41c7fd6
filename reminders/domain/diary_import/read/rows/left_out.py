"""Rows that are no appointment: passed over, counted with the reason, and a few shown.

Only where the row itself says so. A row that merely lacks something is a mistake, which is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from reminders.domain.diary_import.questions import folded_value

EXAMPLES = 5
"""So many rows of each reason are kept to be shown."""
_TABLE = 4
"""In a table of so many columns, a row with one filled cell is a title."""


class Reason(StrEnum):
    """Why a row of the file is not imported, though nothing is wrong with it."""

    FREE = "free"
    BLOCKED = "blocked"
    TITLE = "title"
    HEADER = "header"
    TOTAL = "total"
    DUPLICATE = "duplicate"
    LINE = "line"
    ALL_DAY = "all_day"
    STATUS = "status"
    LOCATION = "location"
    PAST = "past"


REASON_WORDS: dict[Reason, str] = {
    Reason.FREE: "a free slot",
    Reason.BLOCKED: "a break or blocked time",
    Reason.TITLE: "a title, not an appointment",
    Reason.HEADER: "the header once more",
    Reason.TOTAL: "a total",
    Reason.DUPLICATE: "the same row once more",
    Reason.LINE: "another line of the same appointment",
    Reason.ALL_DAY: "an all-day entry is no appointment",
    Reason.STATUS: "its status says to leave it out",
    Reason.LOCATION: "its location is to be left out",
    Reason.PAST: "it is in the past",
}
"""What is said of the rows, after their number."""

_FREE_WORDS = """
    free|free slot|available|availability|open|open slot|vacant|empty|empty slot|unbooked|
    not booked|bookable|slot available|available slot|slot free|open appointment|unused|unfilled|
    frei|verfügbar|freier termin|leer|libre|disponible|vide|creneau libre|creneau disponible|
    hueco libre|hueco|vacante|libero|disponibile|vuoto|vrij|beschikbaar|livre|disponivel|vago|
    wolny|wolne|wolny termin|dostepny|ledig|ledig tid|tillganglig|vapaa|volny|volno|volny termin|
    liber|interval liber|disponibil|slobodno|slobodan|slobodan termin|вільно|вільний|вільний час|
    空き|空|空闲|可预约|متاح|فارغ
"""
_BLOCKED_WORDS = """
    block|blocked|blocked out|blocked off|block out|blockout|blocked time|time block|time off|
    lunch|lunch break|break|tea break|coffee break|morning tea|meeting|staff meeting|team meeting|
    training|staff training|admin|admin time|administration|paperwork|holiday|annual leave|leave|
    sick leave|vacation|day off|off|out of office|unavailable|not available|busy|closed|reserved|
    do not book|embargoed|embargo|hold|catch up|catch-up|emergency slot|private|personal|
    pause|mittag|mittagspause|gesperrt|geblockt|blockiert|blocker|besprechung|teambesprechung|
    urlaub|fortbildung|abwesend|nicht verfugbar|geschlossen|buro|
    dejeuner|pause dejeuner|pause midi|bloque|indisponible|absence|conge|conges|reunion|ferme|
    formation|almuerzo|comida|descanso|bloqueado|no disponible|vacaciones|cerrado|formacion|
    pranzo|pausa|pausa pranzo|bloccato|non disponibile|ferie|riunione|chiuso|
    lunchpauze|pauze|geblokkeerd|niet beschikbaar|vakantie|vergadering|overleg|gesloten|
    almoco|intervalo|bloqueio|indisponivel|ferias|reuniao|fechado|
    przerwa|obiad|zablokowane|blokada|urlop|niedostepny|spotkanie|zamkniete|
    rast|lunchrast|blockerad|upptagen|semester|mote|stangt|frokost|frokostpause|blokeret|optaget|
    ferie|lukket|opptatt|stengt|tauko|lounas|lounastauko|varattu aika|loma|kokous|suljettu|
    obed|prestavka|blokovano|dovolena|porada|zavreno|
    pauza|pauza de masa|pauza de pranz|pranz|blocat|indisponibil|concediu|sedinta|inchis|zi libera|
    stanka|rucak|odmor|godisnji|godisnji odmor|blokirano|nedostupno|sastanak|zatvoreno|edukacija|
    перерва|обід|обідня перерва|заблоковано|недоступно|нарада|відпустка|вихідний|зачинено|навчання|
    昼休み|休憩|休診|会議|午休|休息|会议|استراحة|غداء|مغلق
"""
_TOTAL_WORDS = """
    total|totals|grand total|subtotal|sub total|sum|count|number of appointments|
    summe|gesamt|gesamtsumme|anzahl|somme|total general|totaal|totale|totaux|suma|razem|lacznie|
    summa|totalt|antal|yhteensa|celkem|ukupno|suma totala|разом|всього|усього|
    合計|小計|总计|合计|المجموع
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(folded_value(word) for word in text.split("|") if word.strip())


_SURELY_BLOCKED_WORDS = """
    block|blocked|blocked out|blocked off|block out|blockout|blocked time|time block|time off|
    lunch|lunch break|tea break|coffee break|staff meeting|team meeting|staff training|annual leave|
    sick leave|day off|out of office|unavailable|not available|do not book|embargoed|
    mittagspause|gesperrt|geblockt|blockiert|blocker|teambesprechung|urlaub|abwesend|
    nicht verfugbar|pause dejeuner|bloque|indisponible|conges|almuerzo|bloqueado|no disponible|
    vacaciones|pausa pranzo|bloccato|non disponibile|ferie|lunchpauze|geblokkeerd|
    niet beschikbaar|vakantie|almoco|bloqueio|indisponivel|ferias|zablokowane|blokada|urlop|
    niedostepny|lunchrast|blockerad|semester|frokostpause|blokeret|lounastauko|blokovano|dovolena|
    blocat|indisponibil|concediu|blokirano|godisnji odmor|обідня перерва|заблоковано|відпустка|
    обед|отпуск|昼休み|休診|午休|استراحة
"""
"""Of the words for blocked time those that no treatment and no appointment is called."""
_SIGNS_AROUND = " *-–—=~#.!_"
_SIGNS_BEHIND = re.compile(r"\s*:\s+|\s+[-–—]\s+")


FREE, BLOCKED, TOTAL = _words(_FREE_WORDS), _words(_BLOCKED_WORDS), _words(_TOTAL_WORDS)
SURELY_BLOCKED = _words(_SURELY_BLOCKED_WORDS)


class LeftOut:
    """Counts rows that are passed over, by reason, with the first few of each."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[tuple[int, str]]] = {}

    def add(self, reason: Reason, number: int, cells: Sequence[str], *, rows: int = 1) -> None:
        """Count a row, or `rows` of which this is an example."""
        name = str(reason)
        self.counts[name] = self.counts.get(name, 0) + rows
        shown = self.examples.setdefault(name, [])
        if len(shown) < EXAMPLES:
            told = " | ".join(cell.strip() for cell in cells if cell.strip())
            shown.append((number, told[:100]))

    def add_all(self, reason: Reason, count: int, rows: Sequence[tuple[int, str]]) -> None:
        """Count as many rows, of which these are examples."""
        if rows:
            first, *others = rows
            self.add(reason, first[0], [first[1]], rows=count - len(others))
            for number, words in others:
                self.add(reason, number, [words])

    @property
    def total(self) -> int:
        """How many rows are passed over."""
        return sum(self.counts.values())

    def in_words(self) -> list[str]:
        """One line for each reason, with the first rows."""
        lines = []
        for name, count in self.counts.items():
            numbers = ", ".join(f"{number}: “{told[:40]}”" for number, told in self.examples[name])
            more = " and more" if count > len(self.examples[name]) else ""
            rows = "row" if count == 1 else "rows"
            lines.append(
                f"{count:,} {rows} passed over ({numbers}{more}): {REASON_WORDS[Reason(name)]}."
            )
        return lines


def blocked_name(name: str) -> Reason | None:
    """Whether what stands in place of a name says that nobody comes; asked where there is
    no phone.
    """
    folded = folded_value(name)
    for words in (folded, _SIGNS_BEHIND.split(folded, maxsplit=1)[0].strip(_SIGNS_AROUND)):
        if words in FREE:
            return Reason.FREE
        if words in BLOCKED:
            return Reason.BLOCKED
    return None


def surely_blocked(text: str) -> bool:
    """Whether what a visit is for says that it is none, such as "Lunch" or "Time off"."""
    return folded_value(text).strip(_SIGNS_AROUND) in SURELY_BLOCKED


def names_columns_otherwise(header: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row is the header in another order: of another export, copied below this one."""
    names = [folded_value(name) for name in header if name]
    again = [folded_value(cell) for cell in cells if cell]
    return len(names) >= _TABLE - 1 and names != again and sorted(names) == sorted(again)


def why_no_appointment(
    header: Sequence[str], cells: Sequence[str], *, patient: bool
) -> Reason | None:
    """Why a row that can't be read is no appointment; None where it is one with a mistake.

    `patient`: whether it names a person or a phone. Then words such as "free" mean something else.
    """
    filled = [cell for cell in cells if cell]
    pairs = [(cell, name) for cell, name in zip(cells, header, strict=False) if cell]
    if len(pairs) > 1 and all(folded_value(cell) == folded_value(name) for cell, name in pairs):
        return Reason.HEADER
    if filled and folded_value(filled[0]).rstrip(" :.=") in TOTAL and len(filled) <= _TABLE:
        return Reason.TOTAL
    if len(filled) <= 1 and len(header) >= _TABLE:
        return Reason.TITLE
    if patient:
        return None
    found = [blocked_name(cell) for cell in filled]
    if Reason.BLOCKED in found:
        return Reason.BLOCKED
    return Reason.FREE if Reason.FREE in found else None
