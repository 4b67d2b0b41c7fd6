"""The switches of the sandbox's account: the provider's own ones, and where it is unsure, both
ways.

Read by the account and the pusher; changed while it runs by `POST /sandbox/settings`.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SHAPES = ("message", "account")


@dataclass(slots=True)
class Settings:
    """Seconds where a number is a time; `pace` stretches the steps of a text's life (0: all at
    once).

    `webhook_url` is the account-wide address: it gets everything, in the account-wide shape.
    """

    pace: float = 1.0
    report_lag: float = 0.0
    deduplication: bool = False
    social_sending: bool = False
    account_timezone: str = "UTC"
    codes_when_polled: bool = True
    pushed_stay_queued: bool = True
    webhook_shape: str = "message"
    webhook_url: str = ""
    dashed_digest_names: bool = False
    push_retry_after: float = 1.0
    push_attempts: int = 8

    def change(self, wanted: dict[str, Any]) -> None:  # Any: JSON values, checked here
        """Change what is named. Raises ValueError saying what a value must be; then nothing has
        changed.
        """
        known = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        # All are checked before any is set: a refused order must leave no half of itself.
        for name, value in wanted.items():
            _check(name, value, known)
        for name, value in wanted.items():
            setattr(self, name, known[name](value))

    def shown(self) -> dict[str, Any]:  # Any: values of several types
        """All switches by name."""
        return asdict(self)


def _check(name: str, value: Any, known: dict[str, type]) -> None:  # Any: a JSON value
    if name not in known:
        raise ValueError(f"There is no setting {name!r}; there are {', '.join(sorted(known))}.")
    kind = known[name]
    fits = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
    # True is an int to Python, and would be a second.
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name} takes {kind.__name__}.")
    if kind in (int, float) and value < 0:
        raise ValueError(f"{name} is 0 or more.")
    if name == "webhook_shape" and value not in SHAPES:
        raise ValueError(f"webhook_shape is one of {', '.join(SHAPES)}.")
    if name == "account_timezone":
        _check_zone(value)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("account_timezone is an IANA name such as Europe/London.") from error
