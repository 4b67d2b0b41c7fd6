"""What became of a text, in the same words on every page."""

from __future__ import annotations

from reminders.models import Message

State = Message.State
WORDS = {
    State.QUEUED: "Going out now",
    State.SUBMITTING: "Going out now",
    State.UNKNOWN: "Not known whether it arrived",
    State.ACCEPTED: "On its way",
    State.ENROUTE: "On its way",
    State.HELD: "Held back by the provider",
    State.SUBMITTED: "With the carrier",
    State.DELIVERED: "Delivered",
    State.EXPIRED: "Not sent in time",
    State.CANCELLED: "Withdrawn, not sent",
}
WAITS_WITH_PROVIDER = frozenset({State.ACCEPTED, State.HELD})
EXPLAINED = frozenset(Message.UNDELIVERED) - {State.EXPIRED}
"""States of which the provider's news gives the reason; otherwise it says the same as our words."""


def text_state(state: str, *, news: str = "", planned: bool = False) -> str:
    """A `Message.State` in words for staff; blank without one.

    `news` is the last of the provider, `planned` says that the time of the text is still to come.
    """
    if not state:
        return ""
    known = State(state)
    # Only before its time: afterwards “planned” would hide that a text has not left.
    if planned and known in WAITS_WITH_PROVIDER:
        return "Planned"
    if known in EXPLAINED:
        return f"Not delivered: {news}" if news else "Not delivered"
    # A state that nobody has found words for yet is called as the model calls it.
    return WORDS.get(known, str(known.label))
