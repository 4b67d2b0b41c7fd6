"""What waits: entries for the client to fetch and confirm, and texts for their time.

Of an account the oldest unconfirmed entries are handed out, the same ones until they are confirmed.
Knows nothing of the clock.
"""

from collections import OrderedDict, defaultdict
from heapq import heappop, heappush
from itertools import islice
from typing import Protocol

from reminders.sandbox.provider_api.records import Raw, Report, StoredMessage, StoredReply

BATCH = 100
"""Most entries handed out, and most ids confirmed, at a time."""

DUPLICATE_WITHIN = 86_400.0
"""Seconds within which the provider takes the same words to the same number for a repetition."""

Entry = Report | StoredReply | Raw


class Queue:
    """Unconfirmed entries by account, oldest first."""

    def __init__(self) -> None:
        self._lines: defaultdict[str, OrderedDict[int, Entry]] = defaultdict(OrderedDict)
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._added = 0

    def add(self, entry: Entry) -> None:
        """Put it last."""
        self._added += 1
        self._lines[entry.account][self._added] = entry
        self._places[entry.record_id].append(self._added)

    def oldest(self, account: str, *, not_before: float) -> list[Entry]:
        """Up to 100 entries; those from before `not_before` (seconds since 1970) are dropped
        first.
        """
        line = self._lines[account]
        while line and _age(next(iter(line.values()))) < not_before:
            line.popitem(last=False)
        return list(islice(line.values(), BATCH))

    def confirm(self, account: str, ids: list[str]) -> list[Entry]:
        """Take out every entry with one of these ids; the entries taken."""
        line = self._lines[account]
        places = [place for record_id in ids for place in self._places.pop(record_id, ())]
        # Only of this account: an id of another one's entry must not take it out.
        return [line.pop(place) for place in places if place in line]

    def __len__(self) -> int:
        return sum(len(line) for line in self._lines.values())


def _age(entry: Entry) -> float:
    return float("inf") if isinstance(entry, Raw) else entry.at


class Agenda:
    """Messages by when something happens to them next, in seconds since 1970."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, StoredMessage]] = []
        self._planned = 0

    def plan(self, message: StoredMessage, at: float) -> None:
        """Have something happen to a message; what was planned for it before is void."""
        self._planned += 1
        message.due = at
        # The counter keeps the order of equal times, and messages from being compared.
        heappush(self._entries, (at, self._planned, message))

    def take(self, now: float) -> tuple[StoredMessage, float] | None:
        """The next message to which something happens by `now`, and when; None without any."""
        while self._entries and self._entries[0][0] <= now:
            at, _, message = heappop(self._entries)
            if message.due == at:
                return message, at
        return None

    def next_due(self) -> float | None:
        """When something happens next."""
        return self._entries[0][0] if self._entries else None


class LastTexts:
    """When the same words went to the same number last."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, str], float] = {}

    def repeats(self, message: StoredMessage, at: float) -> bool:
        """Whether the same text went within a day; one that does not is noted."""
        same = (message.number, message.submitted["content"])
        duplicate = at - self._sent.get(same, float("-inf")) < DUPLICATE_WITHIN
        if not duplicate:
            self._sent[same] = at
        return duplicate


class Beside(Protocol):
    """Another service of the provider's that shares phones, clock and lock with the account."""

    def advance(self, now: float) -> None:
        """Let everything happen there that is due."""

    def reset(self) -> None:
        """Forget everything there."""
