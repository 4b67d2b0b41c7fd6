"""The Messages API as methods: what is asked, in which portions, and how the answers are walked.
Those by which an account is set up are in `managed`.

It decides nothing about messages: every fault leaves as one of `errors`, every answer as one of
`payloads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus

import httpx

from reminders.provider.answers import (
    authorisations,
    has_next_page,
    list_in,
    next_token,
    path_to,
    portions,
    read_body,
    unreadable_answer,
)
from reminders.provider.closing import Closing
from reminders.provider.errors import (
    NotFound,
    NotReceived,
    OutcomeUnknown,
    Refused,
)
from reminders.provider.exchanges import Observer, nobody
from reminders.provider.managed import Managed
from reminders.provider.parsing import (
    ReplyOrUnreadable,
    ReportOrUnreadable,
    parse_accepted,
    parse_delivery_report,
    parse_reply,
    parse_reported,
    parse_reported_reply,
    parse_status,
)
from reminders.provider.payloads import (
    AcceptedMessage,
    MessageStatus,
    OutboundMessage,
    ReportedMessage,
)
from reminders.provider.reading import (
    JsonObject,
    normalise_number,
    read_number,
    write_time,
)
from reminders.provider.wire import Auth, Transport

SEND_LIMIT = 100
CONFIRM_LIMIT = 100
DETAIL_LIMIT = 100
BLOCK_LIMIT = 10
ASK_LIMIT = 50  # numbers stand in the URL, which must stay within what proxies pass on
MESSAGES = "/v1/messages"
DETAIL = "/v2-preview/reporting/messages/detail"
BLOCKED = "/v1/number_authorisation/mt/blacklist"
AUTHORISED = "/v1/number_authorisation/is_authorised"


class MessagesApi(Managed, Closing):
    """One account at the provider. Threads may share it; it is closed by leaving its `with` block.

    `timeout` is in seconds: for connecting, for each step of the exchange and for the body of the
    answer. `observe` is told of every call. Raises ValueError for a base URL, key or account that
    can't work. All methods raise MessagesApiError.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        secret: str,
        auth: Auth = "basic",
        account: str | None = None,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        max_connections: int = 8,
        observe: Observer = nobody,
    ) -> None:
        self._wire = Transport(
            base_url=base_url,
            key=key,
            secret=secret,
            auth=auth,
            account=account,
            timeout=timeout,
            transport=transport,
            max_connections=max_connections,
            observe=observe,
        )

    def close(self) -> None:
        """Close every connection to the provider; calls afterwards fail."""
        self._wire.close()

    def send(self, messages: Sequence[OutboundMessage]) -> list[AcceptedMessage]:
        """Hand over 1 to 100 messages, all or none; match the answer by metadata, never by
        position.

        Refused names the messages at fault by their index. Messages that the answer leaves out, or
        whose id it does not tell, are missing from the list: their outcome is unknown.
        """
        if not 1 <= len(messages) <= SEND_LIMIT:
            raise ValueError(f"A request takes 1 to {SEND_LIMIT} messages, not {len(messages)}")
        body = {"messages": [message.as_json() for message in messages]}
        try:
            answer = read_body(self._wire.call("POST", MESSAGES, body=body))
        # There is no “not found” for sending: the address itself is wrong, so nothing was taken.
        except NotFound as error:
            raise NotReceived(
                "There is no Messages API at this address: check its base URL"
            ) from error
        except Refused as error:
            # An index beyond ours names no message of this request, however it came there.
            error.by_index = {n: words for n, words in error.by_index.items() if n < len(messages)}
            raise
        # A missing list is an error, a missing message an unknown outcome: neither is “refused”.
        accepted = map(parse_accepted, list_in(answer, "messages"))
        return [message for message in accepted if message is not None]

    def status(self, message_id: str) -> MessageStatus:
        """Ask for one message by the provider's id. NotFound if it is unknown or older than 45
        days.
        """
        answer = read_body(self._wire.call("GET", path_to(MESSAGES, message_id)))
        try:
            return parse_status(answer, message_id=message_id)
        except ValueError as error:
            raise unreadable_answer(error) from error

    def cancel(self, message_id: str) -> None:
        """Withdraw a message. Raises Refused when it is no longer scheduled, NotFound as `status`
        does.

        Only 200 is documented to say that it is cancelled. The answer has no body that could be
        checked, so another success leaves it open and raises OutcomeUnknown.
        """
        path = path_to(MESSAGES, message_id)
        self._wire.call("PUT", path, body={"status": "cancelled"}, success=HTTPStatus.OK)

    def replies(self) -> list[ReplyOrUnreadable]:
        """The oldest 100 replies not confirmed yet; the same ones come back until they are."""
        return [
            parse_reply(item)
            for item in list_in(read_body(self._wire.call("GET", "/v1/replies")), "replies")
        ]

    def confirm_replies(self, ids: Iterable[str]) -> None:
        """Confirm any number of replies. One that is refused holds no other up, then Refused is
        raised.
        """
        self._confirm("/v1/replies/confirmed", "reply_ids", ids)

    def delivery_reports(self) -> list[ReportOrUnreadable]:
        """The oldest 100 delivery reports not confirmed yet; the same ones come back until they
        are.
        """
        answer = read_body(self._wire.call("GET", "/v1/delivery_reports"))
        return [parse_delivery_report(item) for item in list_in(answer, "delivery_reports")]

    def confirm_delivery_reports(self, ids: Iterable[str]) -> None:
        """Confirm any number of delivery reports, as `confirm_replies` does."""
        self._confirm("/v1/delivery_reports/confirmed", "delivery_report_ids", ids)

    def detail_report(
        self, uuids: Iterable[str], *, start: datetime, end: datetime, metadata_key: str = "message"
    ) -> list[ReportedMessage]:
        """Find messages sent between `start` and `end` (aware) that carry one of `uuids` in their
        metadata.

        The list holds every message once, all of them or, as an error, none: what is missing from
        it is not known to the provider, or not yet.
        """
        # In lower case both ways: UUIDs come back as whoever wrote them likes.
        wanted = dict.fromkeys(str(uuid).lower() for uuid in uuids)
        found: dict[str, ReportedMessage] = {}
        for portion in portions(wanted, DETAIL_LIMIT):
            ask = _window(start, end, direction="outbound") | {
                "metadata_key": metadata_key,
                "metadata_values": portion,
            }
            # By the provider's id: a message that moves between pages meanwhile is listed twice.
            found.update((line.message_id, line) for line in self._reported(ask))
        # The provider matches by containment, so a report may hold more than was asked for.
        return [
            line for line in found.values() if line.metadata.get(metadata_key, "").lower() in wanted
        ]

    def sent_between(
        self, start: datetime, end: datetime, *, metadata_key: str = "message"
    ) -> list[ReportedMessage]:
        """Every message sent between these (aware) times that has this key in its metadata.

        Each once, all of them or, as an error, none; of any program that uses the account.
        """
        ask = _window(start, end, direction="outbound") | {"metadata_key": metadata_key}
        found = {line.message_id: line for line in self._reported(ask)}
        return [line for line in found.values() if metadata_key in line.metadata]

    def received_between(self, start: datetime, end: datetime) -> list[ReplyOrUnreadable]:
        """Every text that came in between these (aware) times, confirmed or not."""
        return [
            parse_reported_reply(item)
            for item in self._detail_lines(_window(start, end, direction="inbound"))
        ]

    def blocked_numbers(self) -> Iterator[str]:
        """Every number that the provider will not text, with a leading plus. An error may come
        midway.
        """
        query: dict[str, str] | None = None
        seen: set[str] = set()
        while True:
            answer = read_body(self._wire.call("GET", BLOCKED, query=query))
            numbers = list(filter(None, map(read_number, list_in(answer, "numbers"))))
            yield from numbers
            token = next_token(answer)
            # An answer may name the page itself as the next one: the same token again is the end.
            if token is None or not numbers or (query and token == query["token"]):
                return
            if token in seen:
                raise OutcomeUnknown("The provider's pages of blocked numbers go round in circles")
            seen.add(token)
            query = {"token": token}

    def block(self, numbers: Iterable[str]) -> None:
        """Have the provider refuse texts to these numbers, ten at a time. Blocked ones may be named
        again.
        """
        for portion in portions(dict.fromkeys(map(normalise_number, numbers)), BLOCK_LIMIT):
            self._wire.call("POST", BLOCKED, body={"numbers": portion})

    def unblock(self, number: str) -> None:
        """Have the provider take texts to this number again. Raises NotFound if it was not
        blocked.
        """
        self._wire.call("DELETE", path_to(BLOCKED, normalise_number(number)))

    def is_authorised(self, numbers: Iterable[str]) -> dict[str, bool]:
        """Whether the provider takes texts to each number, keyed by it with a leading plus."""
        found: dict[str, bool] = {}
        for portion in portions(dict.fromkeys(map(normalise_number, numbers)), ASK_LIMIT):
            answer = read_body(self._wire.call("GET", path_to(AUTHORISED, ",".join(portion))))
            found.update(authorisations(list_in(answer, "numbers")))
        return found

    def _confirm(self, path: str, name: str, ids: Iterable[str]) -> None:
        refusals: list[Refused] = []
        for portion in portions(dict.fromkeys(ids), CONFIRM_LIMIT):
            self._confirm_portion(path, name, portion, refusals)
        # At the end: the others are confirmed, so that they do not come back with each round.
        if refusals:
            raise refusals[0]

    def _confirm_portion(
        self, path: str, name: str, ids: list[str], refusals: list[Refused]
    ) -> None:
        """Confirm a portion, or its halves where it is refused: one bad id must not hold up the
        others.
        """
        try:
            self._wire.call("POST", path, body={name: ids})
        except (Refused, NotFound) as error:
            if len(ids) > 1:
                middle = len(ids) // 2
                self._confirm_portion(path, name, ids[:middle], refusals)
                self._confirm_portion(path, name, ids[middle:], refusals)
            # Not found is no trouble: what the queue does not hold needs no confirming.
            elif isinstance(error, Refused):
                refusals.append(error)

    def _reported(self, ask: JsonObject) -> Iterator[ReportedMessage]:
        """The messages of one report. What can't be read is an error: "not found" leads to sending
        once more.
        """
        for item in self._detail_lines(ask):
            try:
                yield parse_reported(item)
            except ValueError as error:
                raise unreadable_answer(error) from error

    def _detail_lines(self, ask: JsonObject) -> Iterator[object]:
        """Walk one report's pages, line by line as they come."""
        seen: set[object] = set()
        page, more = 0, True
        while more:
            body = {**ask, "page": page, "page_size": DETAIL_LIMIT}
            answer = read_body(self._wire.call("POST", DETAIL, body=body))
            lines = list_in(answer, "messages")
            yield from lines
            more = has_next_page(answer, len(lines), full=DETAIL_LIMIT)
            fresh = {_id_in(line) for line in lines} - seen
            # Pages that bring nothing new would be walked for ever.
            if more and not fresh:
                raise OutcomeUnknown(
                    "The provider's pages of the detail report go round in circles"
                )
            seen |= fresh
            page += 1


def _window(start: datetime, end: datetime, *, direction: str) -> JsonObject:
    return {
        "start_date": write_time(start),
        "end_date": write_time(end),
        "timezone": "UTC",
        "direction": direction,
    }


def _id_in(line: object) -> str:
    return str(line.get("message_id")) if isinstance(line, dict) else ""
