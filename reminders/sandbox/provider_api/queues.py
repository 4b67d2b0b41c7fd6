"""The polling queues: the oldest unconfirmed entries of an account, the same ones until they are
confirmed.

Knows nothing of what it holds but the id by which it is confirmed.
"""

from collections import OrderedDict, defaultdict
from itertools import islice

from reminders.sandbox.provider_api.records import Raw, Report, StoredReply

BATCH = 100
"""Most entries handed out, and most ids confirmed, at a time."""

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
