"""What happens to a text once its time has come, as a list of steps with their times.

Decides nothing about acceptance or cancelling, and moves nothing: the account walks the steps.
"""

from typing import NamedTuple

from reminders.sandbox.provider_api.magic_numbers import Behaviour

ENROUTE, SUBMITTED, DELIVERED = 0.0, 0.4, 1.0
"""Seconds from release to each status, at pace 1."""
ANSWER = 3.0
"""Seconds from release to an answer that comes by itself, at pace 1."""

FINAL = frozenset({"delivered", "failed", "rejected", "expired", "cancelled"})


class LifeStep(NamedTuple):
    """At `at` (seconds since 1970) the text gets this status and code, or the patient answers
    `answer`.
    """

    at: float
    status: str
    code: str
    answer: str = ""


class Circumstances(NamedTuple):
    """What the account knows about a text when it is released; times in seconds since 1970."""

    at: float
    expires_at: float | None
    behaviour: Behaviour
    blocked: bool
    duplicate: bool
    pace: float


_ENDS = {
    Behaviour.DELIVERED: ("delivered", "220"),
    Behaviour.ANSWERS_YES: ("delivered", "220"),
    Behaviour.ANSWERS_NO: ("delivered", "220"),
    Behaviour.UNREACHABLE: ("failed", "414"),
    Behaviour.REJECTED: ("rejected", "402"),
}
_ANSWERS = {Behaviour.ANSWERS_YES: "Y", Behaviour.ANSWERS_NO: "N"}


def steps(case: Circumstances) -> list[LifeStep]:
    """The steps of a text from its release on, earliest first."""
    # Expiry before all else: the provider does not even try such a text.
    if case.expires_at is not None and case.expires_at <= case.at:
        return [LifeStep(case.at, "expired", "320")]
    if case.blocked:
        return [LifeStep(case.at, "rejected", "302")]
    if case.duplicate:
        return [LifeStep(case.at, "rejected", "305")]
    return _through_the_network(case)


def _through_the_network(case: Circumstances) -> list[LifeStep]:
    plan = [
        LifeStep(case.at + ENROUTE * case.pace, "enroute", "101"),
        LifeStep(case.at + SUBMITTED * case.pace, "submitted", "200"),
    ]
    end = _ENDS.get(case.behaviour)
    if end:
        plan.append(LifeStep(case.at + DELIVERED * case.pace, *end))
    # Without an expiry it would wait for ever, as with a carrier that never reports.
    elif case.behaviour is Behaviour.SWITCHED_OFF and case.expires_at is not None:
        plan.append(LifeStep(max(case.expires_at, plan[-1].at), "expired", "401"))
    answer = _ANSWERS.get(case.behaviour)
    if answer:
        plan.append(LifeStep(case.at + ANSWER * case.pace, "", "", answer))
    return plan
