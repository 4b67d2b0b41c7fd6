"""Faults to order: which of the coming requests meet one, and which fault.

Decides only that; the API acts on it (`distortions.py`), and the server closes sockets
(`server.py`).
"""

import random
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from reminders.sandbox.provider_api.records import Json

ENDPOINTS = (
    "send",
    "status",
    "cancel",
    "replies",
    "confirm_replies",
    "reports",
    "confirm_reports",
    "detail",
    "blocked",
    "senders",
    "keys",
    "webhooks",
    "whatsapp_token",
    "whatsapp_send",
    "whatsapp_templates",
    "*",
)
KINDS = {
    "refuse_connection": "the port is closed for `seconds` (1), at once, for every endpoint",
    "hang": "the request is read, ignored and left without an answer for `seconds` (30), then "
    "cut off",
    "hang_after_accepting": "as hang, but the request was carried out first",
    "reset_after_receiving": "read and ignored, then the connection is reset",
    "drop_response_after_accepting": "carried out, then the connection is closed without an answer",
    "error_500_before": "ignored, 500",
    "error_500_after_accepting": "carried out, 500 all the same",
    "unreadable_202": "carried out, the answer's body is no JSON",
    "401": "ignored, 401",
    "403": "ignored, 403",
    "429": "ignored, 429 without Retry-After",
    "503": "ignored, 503, with Retry-After when `seconds` is given",
    "retry_after": "ignored, 429 with Retry-After: `seconds` (1)",
    "400_naming": "ignored, 400 whose details name the messages at `indexes` ([0])",
    "400_unreadable": "ignored, 400 whose details name no message",
    "fewer": "carried out, the answer leaves the last message out",
    "more": "carried out, the answer has a message nobody sent besides",
    "reordered": "carried out, the answer's messages are in reverse order",
    "foreign": "carried out, the answer's first message is one nobody sent",
    "slow": "carried out, answered `seconds` (0.05) after it came; until cleared, unless `times` "
    "is given",
}

HANG = 30.0


@dataclass(slots=True)
class Fault:
    """One order. `times` None: until cleared. `probability` of each request, by a generator from
    `seed`.
    """

    kind: str
    endpoint: str = "*"
    times: int | None = 1
    probability: float = 1.0
    seconds: float | None = None
    seed: int | None = None
    indexes: list[int] = field(default_factory=lambda: [0])
    skip: int = 0
    met: int = 0
    _dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # A generator of each order's own: a seed then means the same however many orders there are.
        self._dice = random.Random(self.seed)

    def strikes(self, endpoint: str) -> bool:
        """Whether this request meets it; counts down."""
        if self.endpoint not in (endpoint, "*") or self.times == 0:
            return False
        # Counted for this endpoint alone, before the dice: “the third request” stays the third.
        if self.skip:
            self.skip -= 1
            return False
        if self._dice.random() >= self.probability:
            return False
        self.met += 1
        if self.times is not None:
            self.times -= 1
        return True

    def shown(self) -> Json:
        """As listed."""
        known = asdict(self)
        known.pop("_dice")
        return known


def ordered(wanted: Any) -> Fault:  # Any: JSON, checked here
    """The fault in an order. Raises ValueError saying what an order takes."""
    names = ("kind", "endpoint", "times", "probability", "seconds", "seed", "indexes", "skip")
    if not isinstance(wanted, dict) or not set(wanted) <= set(names):
        raise ValueError(f"A fault is an object with some of {', '.join(names)}.")
    _check(wanted)
    unlimited = wanted["kind"] == "slow" or "probability" in wanted
    times = wanted.get("times", None if unlimited else 1)
    return Fault(**{**wanted, "kind": str(wanted["kind"]), "times": times})


def _check(wanted: Json) -> None:
    if str(wanted.get("kind")) not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}.")
    if wanted.get("endpoint", "*") not in ENDPOINTS:
        raise ValueError(f"endpoint is one of {', '.join(ENDPOINTS)}.")
    for name, kinds in (
        ("times", int),
        ("skip", int),
        ("seed", int),
        ("probability", (int, float)),
    ):
        if wanted.get(name) is not None and not isinstance(wanted[name], kinds):
            raise ValueError(f"{name} takes a number.")
    seconds = wanted.get("seconds")
    if seconds is not None and not (isinstance(seconds, (int, float)) and 0 <= seconds <= 3_600):
        raise ValueError("seconds takes a number from 0 to 3600.")


class Faults:
    """The orders in force."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._lock = threading.Lock()
        self._let_go = threading.Event()

    def order(self, fault: Fault) -> None:
        """Put one in force, behind those that are."""
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        """No more faults; requests that hang are let go."""
        with self._lock:
            self._orders.clear()
            # A new event for those that come later; the old one frees all that hang.
            waiting, self._let_go = self._let_go, threading.Event()
        waiting.set()

    def hang(self, fault: Fault) -> None:
        """Hold the calling thread for the fault's seconds, or until the faults are cleared."""
        self._let_go.wait(HANG if fault.seconds is None else fault.seconds)

    def met_by(self, endpoint: str) -> tuple[float, Fault | None]:
        """Seconds by which a request to `endpoint` is slowed, and the first other fault that it
        meets.
        """
        # Without the lock: almost every request finds none, and a bench counts them by thousands.
        if not self._orders:
            return 0.0, None
        delay = 0.0
        with self._lock:
            for fault in self._orders:
                if fault.kind == "refuse_connection" or not fault.strikes(endpoint):
                    continue
                if fault.kind != "slow":
                    # The first one wins; those behind it wait for the next request and are not
                    # counted down.
                    return delay, fault
                delay += 0.05 if fault.seconds is None else fault.seconds
        return delay, None

    def shown(self) -> list[Json]:
        """The orders, with how many requests met each."""
        with self._lock:
            return [fault.shown() for fault in self._orders]
