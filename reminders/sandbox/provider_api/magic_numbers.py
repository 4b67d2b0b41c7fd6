"""Numbers that behave in a way of their own: the one table, shown on the phone page's help as well.

Only numbers that the regulators keep free for fiction are in it; every other number gets its texts
delivered.
"""

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """What becomes of a text to a number."""

    DELIVERED = "delivered"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    SILENT = "silent"
    SWITCHED_OFF = "switched_off"
    ANSWERS_YES = "answers_yes"
    ANSWERS_NO = "answers_no"


WORDS = {
    Behaviour.DELIVERED: "The text is delivered; the patient answers when you do.",
    Behaviour.UNREACHABLE: "The text fails: destination unreachable (414).",
    Behaviour.REJECTED: "The carrier rejects the text (402).",
    Behaviour.SILENT: (
        "The text is submitted, then nothing more is ever heard of it: no report, no answer."
    ),
    Behaviour.SWITCHED_OFF: (
        "The phone is off: the text waits with the carrier until it expires (401)."
    ),
    Behaviour.ANSWERS_YES: "The text is delivered and the patient answers Y two seconds later.",
    Behaviour.ANSWERS_NO: "The text is delivered and the patient answers N two seconds later.",
}


@dataclass(frozen=True, slots=True)
class Magic:
    """One number out of the ordinary; `number` in E.164."""

    number: str
    behaviour: Behaviour

    def described(self) -> dict[str, str]:
        """For the help of the phone page."""
        return {
            "number": self.number,
            "behaviour": self.behaviour.value,
            "words": WORDS[self.behaviour],
        }


TABLE = (
    Magic("+447700900990", Behaviour.UNREACHABLE),
    Magic("+447700900991", Behaviour.REJECTED),
    Magic("+447700900992", Behaviour.SILENT),
    Magic("+447700900993", Behaviour.SWITCHED_OFF),
    Magic("+447700900994", Behaviour.ANSWERS_YES),
    Magic("+447700900995", Behaviour.ANSWERS_NO),
    Magic("+61491570006", Behaviour.UNREACHABLE),
    Magic("+61491570110", Behaviour.REJECTED),
    Magic("+61491570158", Behaviour.ANSWERS_YES),
    Magic("+61491570159", Behaviour.ANSWERS_NO),
    Magic("+12125550190", Behaviour.UNREACHABLE),
    Magic("+12125550191", Behaviour.REJECTED),
    Magic("+12125550192", Behaviour.SILENT),
    Magic("+12125550193", Behaviour.SWITCHED_OFF),
    Magic("+12125550194", Behaviour.ANSWERS_YES),
    Magic("+12125550195", Behaviour.ANSWERS_NO),
)

_BY_NUMBER = {magic.number: magic.behaviour for magic in TABLE}


def behaviour_of(number: str) -> Behaviour:
    """What the sandbox does with a text to `number` (E.164)."""
    return _BY_NUMBER.get(number, Behaviour.DELIVERED)
