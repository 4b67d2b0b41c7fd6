"""What catching up came to, in numbers that add up over interrupted runs."""

from __future__ import annotations

from django.db import transaction

from reminders.models import RestoreHold

WORDS = {
    "known": "texts of the backup that moved on since",
    "adopted": "reminders whose text was handed over after the backup: they are not sent again",
    "called_off": "reminders stopped, because their text was called off after the backup",
    "doubtful": "visits whose text reads otherwise than we would write it: look at them",
    "unplaced": "texts about visits that the backup does not know: import the diary",
    "withdrawn": "texts withdrawn at the provider",
    "replies": "patients' texts taken in",
    "answered": "automatic answers not sent, because the patient had one",
    "reports": "delivery reports taken in",
    "blocked": "numbers that want no texts, from the provider's list",
}


@transaction.atomic
def count(**numbers: int) -> None:
    """Add to what was found. In the transaction that did it, so that none is counted twice."""
    if not any(numbers.values()):
        return
    hold = RestoreHold.objects.select_for_update().get(pk=1)
    for name, number in numbers.items():
        hold.found[name] = hold.found.get(name, 0) + number
    hold.save(update_fields=["found"])


def in_words(found: dict[str, int]) -> list[tuple[int, str]]:
    """The numbers that are not nought, with what each counts."""
    return [(found[name], words) for name, words in WORDS.items() if found.get(name)]
