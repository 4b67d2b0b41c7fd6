"""What a text can be for: the messages that rules send, the correction, and the automatic answers.

The keys are stored with wordings; labels and groups are what staff see in the editor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Purpose:
    """A use of a text. `asks`: it invites an answer. `lists`: it is about several appointments.

    `automatic`: it answers a reply; staff may switch it off. `about_visit`: it says when and where.
    """

    key: str
    label: str
    asks: bool = False
    lists: bool = False
    automatic: bool = False
    about_visit: bool = True


_ALL = (
    Purpose("confirmation", "Confirmation (asks for an answer)", asks=True),
    Purpose("reminder", "Reminder"),
    Purpose("confirmation_for", "Confirmation to whoever is responsible for somebody", asks=True),
    Purpose("reminder_for", "Reminder to whoever is responsible for somebody"),
    Purpose("family_confirmation", "Confirmation for several appointments", asks=True, lists=True),
    Purpose("family_reminder", "Reminder of several appointments", lists=True),
    Purpose("booked", "When a visit is booked"),
    Purpose("moved", "When a visit is moved (asks for an answer)", asks=True),
    Purpose("cancelled", "When we cancel a visit"),
    Purpose("missed", "When a patient did not come"),
    Purpose("after", "After the visit", about_visit=False),
    Purpose("recall", "Invitation to come again", about_visit=False),
    Purpose("recall_again", "Second invitation to come again", about_visit=False),
    Purpose("correction", "Correction of a text that no longer holds"),
    Purpose("running_late", "Your practice is running late", about_visit=False),
    Purpose("family_moved", "Your practice moved several appointments", asks=True, lists=True),
    Purpose("family_cancelled", "Your practice cancelled several appointments", lists=True),
    Purpose("confirmed", "Answer to yes", automatic=True),
    Purpose("declined", "Answer to no", automatic=True),
    Purpose("declined_too_late", "Answer to a no that comes late", automatic=True),
    Purpose("already_passed", "Answer when the appointment is over", automatic=True),
    Purpose("expecting_now", "Answer to yes while the appointment is on", automatic=True),
    Purpose("was_cancelled", "Answer when the appointment was cancelled", automatic=True),
    Purpose(
        "moved_since", "Answer when the appointment was moved meanwhile", asks=True, automatic=True
    ),
    Purpose("already_answered", "Answer when the same was said before", automatic=True),
    Purpose("reschedule_received", "Answer to “another time, please”", automatic=True),
    Purpose(
        "unclear_received", "Answer to what a person must read", automatic=True, about_visit=False
    ),
    Purpose(
        "out_of_hours",
        "Answer while you are closed ({date} and {time}: when you open next)",
        automatic=True,
        about_visit=False,
    ),
    Purpose("emergency", "Answer to what may be an emergency", automatic=True, about_visit=False),
    Purpose("help", "Answer to HELP", automatic=True, about_visit=False),
    Purpose("started", "Answer to START (wants texts again)", automatic=True, about_visit=False),
    Purpose("no_more_texts", "Answer to “no more texts about this appointment”", automatic=True),
    Purpose(
        "family_confirmed", "Answer to yes for several appointments", lists=True, automatic=True
    ),
    Purpose("family_declined", "Answer to no for several appointments", lists=True, automatic=True),
    Purpose("offer", "Offer of a time that became free", asks=True),
    Purpose("offer_accepted", "Answer to yes: the free time is theirs", automatic=True),
    Purpose("offer_declined", "Answer to no: they keep their own time", automatic=True),
    Purpose("offer_taken", "When the free time was taken by somebody else", automatic=True),
    Purpose(
        "which_one", "Question which of several is meant", asks=True, lists=True, automatic=True
    ),
)


LINKED: Final = frozenset(
    {
        *("confirmation", "reminder", "confirmation_for", "reminder_for"),
        *("family_confirmation", "family_reminder", "booked", "moved", "cancelled"),
    }
)
"""What rules send about visits to come: these texts may hold a link to the page about them."""


OWN_WORDS: Final = Purpose("own_words", "Own words for many visits", about_visit=False)
"""What staff write for many patients at once: no wording of its own, and free in what it says."""


def purpose_of_rule(kind: str, *, family: bool, for_another: bool = False) -> str:
    """The key of what a rule of this kind sends, about one appointment or a family's several;
    `for_another`: to whoever is responsible for the patient.
    """
    if family:
        return f"family_{kind}"
    return f"{kind}_for" if for_another else kind


PURPOSES: Final[dict[str, Purpose]] = {purpose.key: purpose for purpose in _ALL}
