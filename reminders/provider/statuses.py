"""What the provider calls a message's status and codes, and what they mean here: one table.

A known status decides the state, its code adds the words. What is not in the table becomes a
visible failure that names it, never a guess. Whether a state may still change is kept by the
message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A message's state as far as the provider decides it."""

    ACCEPTED = "accepted"
    ENROUTE = "enroute"
    HELD = "held"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


PROGRESS = frozenset({State.ACCEPTED, State.ENROUTE, State.HELD, State.SUBMITTED})
FINAL = frozenset(State) - PROGRESS
NOT_DELIVERED = FINAL - {State.DELIVERED}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status and code read: our state, words for staff, whether the number itself is to blame."""

    state: State
    words: str
    number_is_bad: bool = False

    @property
    def final(self) -> bool:
        """Whether nothing more is to come."""
        return self.state in FINAL


UNDEFINED = "undefined"  # the provider has nothing to say: the code decides, if there is one

STATUSES: dict[str, Verdict] = {
    UNDEFINED: Verdict(State.ACCEPTED, "With the provider, which says nothing more yet"),
    "queued": Verdict(State.ACCEPTED, "With the provider"),
    "scheduled": Verdict(State.ACCEPTED, "With the provider, to be sent at its time"),
    # Not "on its way": a text is processed when it is taken in, and may be scheduled for later.
    # What is called gone out too early would never be withdrawn.
    "processing": Verdict(State.ACCEPTED, "Being processed by the provider"),
    "processed": Verdict(State.ACCEPTED, "Processed by the provider"),
    "enroute": Verdict(State.ENROUTE, "On its way"),
    "held": Verdict(State.HELD, "Held back by the provider"),
    "submitted": Verdict(State.SUBMITTED, "With the carrier"),
    "delivered": Verdict(State.DELIVERED, "Delivered"),
    "read": Verdict(State.DELIVERED, "Delivered and read"),
    "failed": Verdict(State.FAILED, "Could not be delivered"),
    "rejected": Verdict(State.REJECTED, "Rejected by the provider"),
    "expired": Verdict(State.EXPIRED, "Expired before it could be delivered"),
    "cancelled": Verdict(State.CANCELLED, "Withdrawn"),
}

CODES: dict[int, Verdict] = {
    101: Verdict(State.ENROUTE, "Being processed by the provider"),
    102: Verdict(State.ENROUTE, "Being sent by another carrier after the first one failed"),
    151: Verdict(State.HELD, "Held back by the provider for screening"),
    200: Verdict(State.SUBMITTED, "Handed to the carrier"),
    210: Verdict(State.SUBMITTED, "Accepted by the carrier"),
    211: Verdict(State.SUBMITTED, "On its way with the carrier"),
    212: Verdict(State.SUBMITTED, "With the carrier, delivery pending"),
    213: Verdict(State.SUBMITTED, "With the carrier, which has scheduled it"),
    220: Verdict(State.DELIVERED, "Delivered"),
    221: Verdict(State.DELIVERED, "Delivered to the phone"),
    301: Verdict(State.REJECTED, "The account's usage limit is reached"),
    302: Verdict(State.REJECTED, "The number is blocked: its owner may have opted out"),
    303: Verdict(State.REJECTED, "The sender number is blocked"),
    304: Verdict(State.REJECTED, "Dropped by the provider: ask its support"),
    305: Verdict(
        State.REJECTED, "Rejected as a duplicate: the same text went to this number within 24 hours"
    ),
    320: Verdict(State.EXPIRED, "Expired before it was sent"),
    330: Verdict(State.FAILED, "Failed inside the provider's gateway"),
    331: Verdict(State.FAILED, "Discarded by the provider"),
    332: Verdict(State.FAILED, "The provider has no route to this number"),
    333: Verdict(State.FAILED, "The sender number can't text this number"),
    400: Verdict(State.FAILED, "Could not be delivered"),
    401: Verdict(State.EXPIRED, "Expired before it could be delivered"),
    402: Verdict(State.REJECTED, "Rejected by the carrier"),
    403: Verdict(State.REJECTED, "Skipped by the carrier"),
    405: Verdict(State.CANCELLED, "Cancelled by the provider"),
    410: Verdict(State.FAILED, "The sender number is not valid"),
    411: Verdict(State.FAILED, "The number does not exist", number_is_bad=True),
    412: Verdict(State.REJECTED, "The carrier blocks texts to this number"),
    413: Verdict(State.FAILED, "The number can't receive texts", number_is_bad=True),
    414: Verdict(State.FAILED, "The phone could not be reached"),
}

NUMBER_BLOCKED = 302
"""The code with which the provider refuses a number that is on its list of opt-outs."""

NUMBER_FAILED = frozenset({332, 402, 411, 412, 413, 414})
"""The codes of an end that lies with the number: another one of the same person may do better. Not
the refusal of whoever opted out.
"""

# The statuses of delivery reports have a word for these; the others only the code tells apart.
ONLY_CODES_TELL = frozenset(State) - {
    State.ACCEPTED,
    State.ENROUTE,
    State.SUBMITTED,
    State.DELIVERED,
    State.FAILED,
    State.REJECTED,
    State.EXPIRED,
}
KINDS = (PROGRESS, NOT_DELIVERED, frozenset({State.DELIVERED}))


def has_no_news(status: str) -> bool:
    """Whether a status says no more than that the provider has the text."""
    return _state_of(status) in (None, State.ACCEPTED)


def waits_there(status: str) -> bool:
    """Whether a text at the provider has not gone out yet, as far as its status tells."""
    return _state_of(status) in (None, State.ACCEPTED, State.HELD)


def never_came(status: str) -> bool:
    """Whether a text surely reaches nobody. An unknown status does not say so."""
    # Known and bad: what is called unknown here becomes FAILED, which is no proof.
    return status.strip().lower() in STATUSES and _state_of(status) in NOT_DELIVERED


def _state_of(status: str) -> State | None:
    """None for a blank status, which says nothing."""
    return read_status(status, None).state if status.strip() else None


def read_status(status: str, code: int | None) -> Verdict:
    """Read a provider's status, in any case, and its code, which may be missing, into our state and
    words.
    """
    named = STATUSES.get(status.strip().lower())
    coded = None if code is None else CODES.get(code)
    if named is None or status.strip().lower() == UNDEFINED:
        return coded or _without_known_code(named, status, code)
    if coded is None:
        return (
            named
            if code is None
            else Verdict(named.state, f"{named.words} (code {code} is not known here)")
        )
    # The status decides: words that belong to another state would contradict what is shown.
    if not _agree(named, coded):
        return named
    # Of these two the status does not speak at all: “submitted” with 151 is held back.
    state = coded.state if coded.state in ONLY_CODES_TELL else named.state
    return Verdict(state, coded.words, coded.number_is_bad)


def _without_known_code(named: Verdict | None, status: str, code: int | None) -> Verdict:
    if named is not None and code is None:
        return named
    said = f"status {status.strip()[:30]!r}" if status.strip() else "no status"
    with_code = "" if code is None else f" with code {code}"
    return Verdict(
        State.FAILED, f"The provider reported {said}{with_code}, which is not known here"
    )


def _agree(named: Verdict, coded: Verdict) -> bool:
    """Whether both tell the same kind of news; else the code's words would contradict the state."""
    return any(named.state in kind and coded.state in kind for kind in KINDS)
