"""Words of diaries for a status and for a length of time: what each of them means, if anything."""

from __future__ import annotations

import re

from reminders.domain.diary_import.read.header.folding import squashed

LONGEST_WORD = 60
"""Characters of a status or a length of time at most."""

_STATUS_WORDS = {
    "booked": """booked scheduled active pending new open planned upcoming unconfirmed notconfirmed tentative
        reserved
        rebooked normal ok yes made current geplant gebucht offen vereinbart reserviert prevu planifie
        programme programada pendiente reservada gepland fissato""",
    "confirmed": """confirmed accepted patientconfirmed smsconfirmed textconfirmed emailconfirmed
        appointmentconfirmed bestatigt bestaetigt confirme confirmee confirmada confirmado bevestigd
        confermato""",
    "cancelled": """cancelled canceled cancel cancelledbypatient canceledbypatient cancelledbyclinic
        cancellation
        deleted removed void latecancellation latecancel withdrawn declined abgesagt storniert annule
        cancelada cancelado annulee anulada anulado annulliert storno supprime geannuleerd annullato""",
    "arrived": """arrived completed complete attended seen checkedin checkedout inprogress done finished
        waiting
        fulfilled paid billed closed erschienen anwesend erledigt abgeschlossen arrive arrivee venu venue
        honore termine terminee atendida realizada voltooid completato""",
    "no_show": "noshow dna didnotattend didnotarrive didnotcome missed fta failedtoattend nonattendance "
    "nichterschienen absent absente nonvenu nonhonore noasistio ausente nietverschenen",
}
STATUSES = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}
_LETTERS = re.compile(r"[\W\d_]+")
_MINUTES = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?:m|min|mins|minutes|minuten)?\.?", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_WORD_HOURS = re.compile(
    r"(\d{1,2})\s*(?:h|hr|hrs|hours?)\.?\s*(?:(\d{1,2})\s*(?:m|min|mins|minutes)?)?", re.IGNORECASE
)


def read_status(text: str) -> str | None:
    """The status that a diary's word for it means; None for one that nobody knows."""
    if len(text) > LONGEST_WORD:
        return None
    return STATUSES.get(_LETTERS.sub("", text).lower()) or STATUSES.get(squashed(text))


def read_minutes(text: str) -> int | None:
    """Minutes from "30", "30 min", "0:30", "1h 15"; None when it is no length."""
    if len(text) > LONGEST_WORD:
        return None
    if found := _MINUTES.fullmatch(text):
        return int(found[1])
    if found := _HOURS.fullmatch(text) or _WORD_HOURS.fullmatch(text):
        return int(found[1]) * 60 + int(found[2] or 0)
    return None
