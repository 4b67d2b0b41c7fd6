"""The phones: per number what has arrived, what was answered, and what still waits.

Kept up to date by the account as texts move, so that the phone page never searches through all
messages.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from reminders.sandbox.control_room.clock import written, written_or_none
from reminders.sandbox.conversation_api.texts import InText, OutText
from reminders.sandbox.provider_api.magic_numbers import behaviour_of
from reminders.sandbox.provider_api.records import (
    OUR_NUMBER,
    Json,
    StoredMessage,
    StoredReply,
    picture_path,
)

Item = StoredMessage | StoredReply | OutText | InText
SHOWN = 200
"""Most bubbles and most conversations handed out at a time."""


@dataclass(slots=True)
class Conversation:
    """One number: bubbles in the order they appeared, and the texts that are not out yet."""

    number: str
    bubbles: list[Item] = field(default_factory=list)
    waiting: dict[str, StoredMessage] = field(default_factory=dict)
    last_delivered: StoredMessage | None = None
    unread: int = 0

    def next_waiting(self) -> StoredMessage | None:
        """The text that goes out next."""
        return min(self.waiting.values(), key=lambda message: message.release_at, default=None)


class Conversations:
    """All phones, the one with the latest bubble last."""

    def __init__(self) -> None:
        self._by_number: OrderedDict[str, Conversation] = OrderedDict()

    def of(self, number: str) -> Conversation:
        """The phone with this number, made when it is new."""
        found = self._by_number.get(number)
        if found is None:
            found = self._by_number[number] = Conversation(number)
            # First and not last: a number of which nothing is to be seen yet must not stand on top.
            self._by_number.move_to_end(number, last=False)
        return found

    def known(self, number: str) -> Conversation | None:
        """The phone with this number if anything ever happened on it."""
        return self._by_number.get(number)

    def wait(self, message: StoredMessage) -> None:
        """A text for this phone waits for its time."""
        self.of(message.number).waiting[message.message_id] = message

    def leave(self, message: StoredMessage) -> None:
        """A text waits no more: it went out or was cancelled."""
        self.of(message.number).waiting.pop(message.message_id, None)

    def show(self, item: Item) -> None:
        """A bubble appears, at the bottom of its conversation and on top of the list."""
        conversation = self.of(item.number)
        conversation.bubbles.append(item)
        self._by_number.move_to_end(item.number)
        if isinstance(item, StoredMessage) and item.status == "delivered":
            conversation.unread += 1
            conversation.last_delivered = item
        if isinstance(item, OutText) and item.delivered_at is not None:
            conversation.unread += 1

    def listed(self, *, search: str = "") -> tuple[list[Conversation], int]:
        """The latest conversations whose number contains the digits of `search`, and how many there
        are.
        """
        digits = "".join(character for character in search if character.isdigit())
        found = [one for number, one in reversed(self._by_number.items()) if digits in number]
        return found[:SHOWN], len(found)


def summary(conversation: Conversation) -> Json:
    """A line of the list on the phone page."""
    last = conversation.bubbles[-1] if conversation.bubbles else None
    upcoming = conversation.next_waiting()
    return {
        "number": conversation.number,
        "last": bubble(last) if last else None,
        "unread": conversation.unread,
        "scheduled": len(conversation.waiting),
        "next_scheduled": written_or_none(upcoming.release_at if upcoming else None),
        "behaviour": behaviour_of(conversation.number).value,
    }


def opened(conversation: Conversation, *, blocked: bool) -> Json:
    """A conversation with its latest bubbles."""
    return {
        **summary(conversation),
        "blocked": blocked,
        "bubbles": [bubble(item) for item in conversation.bubbles[-SHOWN:]],
    }


def bubble(item: Item) -> Json:
    """One bubble: `side` is clinic, patient, or undelivered for a text that never arrived."""
    if isinstance(item, OutText | InText):
        return item.bubble()
    if isinstance(item, StoredReply):
        return {
            "id": item.reply_id,
            "side": "patient",
            "text": item.content,
            "at": written(item.at),
            "collected": item.collected,
            "answered": item.answered,
            "picture": picture_path(item.reply_id) if item.picture else "",
        }
    return {
        "id": item.message_id,
        "side": "clinic" if item.status == "delivered" else "undelivered",
        "text": item.submitted["content"],
        "at": written(item.changed_at),
        "sender": item.submitted.get("source_number") or OUR_NUMBER,
        "format": item.submitted["format"],
        "status": item.status,
        "code": item.code,
    }
