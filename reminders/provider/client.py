"""The Messages API as methods: what is asked, in which portions, and how the answers are walked.

It decides nothing about messages: every fault leaves as one of `errors`, every answer as one of
`payloads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from reminders.provider.answers import (
    authorisations,
    has_next_page,
    list_in,
    next_token,
    path_to,
    portions,
    read_any,
    read_body,
    signature_key,
    unreadable_answer,
)
from reminders.provider.errors import (
    CredentialsRefused,
    NotFound,
    NotReceived,
    OutcomeUnknown,
    Refused,
)
from reminders.provider.parsing import (
    ReplyOrUnreadable,
    ReportOrUnreadable,
    parse_accepted,
    parse_delivery_report,
    parse_reply,
    parse_reported,
    parse_status,
)
from reminders.provider.payloads import (
    AcceptedMessage,
    MessageStatus,
    OutboundMessage,
    ReportedMessage,
    SignatureKey,
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
KEYS_LIMIT = 100
MESSAGES = "/v1/messages"
DETAIL = "/v2-preview/reporting/messages/detail"
BLOCKED = "/v1/number_authorisation/mt/blacklist"
AUTHORISED = "/v1/number_authorisation/is_authorised"


class MessagesApi:
    """One account at the provider. Threads may share it; it is closed by leaving its `with` block.

    `timeout` is in seconds: for connecting, for each step of the exchange and for the body of the
    answer. Raises ValueError for a base URL, key or account that can't work. All methods raise
    MessagesApiError.
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
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

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
        except NotFound as error:
            raise NotReceived(
                "There is no Messages API at this address: check its base URL"
            ) from error
        except Refused as error:
            error.by_index = {n: words for n, words in error.by_index.items() if n < len(messages)}
            raise
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
        wanted = dict.fromkeys(str(uuid).lower() for uuid in uuids)
        found: dict[str, ReportedMessage] = {}
        for portion in portions(wanted, DETAIL_LIMIT):
            ask: JsonObject = {
                "start_date": write_time(start),
                "end_date": write_time(end),
                "timezone": "UTC",
                "direction": "outbound",
                "metadata_key": metadata_key,
                "metadata_values": portion,
            }
            found.update((line.message_id, line) for line in self._detail_lines(ask))
        return [
            line for line in found.values() if line.metadata.get(metadata_key, "").lower() in wanted
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

    def signature_keys(self) -> list[SignatureKey]:
        """The keys that webhooks may be signed with. Raises Refused where the account has no such
        feature.
        """
        query = {"page": "1", "page_size": str(KEYS_LIMIT)}
        try:
            answer = self._wire.call("GET", "/v1/iam/signature_keys", query=query)
        except CredentialsRefused as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            raise Refused(error.message, status=error.status) from error
        keys = read_any(answer)
        return [
            key for item in (keys if isinstance(keys, list) else []) if (key := signature_key(item))
        ]

    def _confirm(self, path: str, name: str, ids: Iterable[str]) -> None:
        refusals: list[Refused] = []
        for portion in portions(dict.fromkeys(ids), CONFIRM_LIMIT):
            self._confirm_portion(path, name, portion, refusals)
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
            elif isinstance(error, Refused):
                refusals.append(error)

    def _detail_lines(self, ask: JsonObject) -> Iterator[ReportedMessage]:
        """Walk one report's pages. What can't be read is an error: "not found" leads to sending
        once more.
        """
        seen: set[str] = set()
        page, more = 0, True
        while more:
            body = {**ask, "page": page, "page_size": DETAIL_LIMIT}
            answer = read_body(self._wire.call("POST", DETAIL, body=body))
            try:
                lines = [parse_reported(item) for item in list_in(answer, "messages")]
            except ValueError as error:
                raise unreadable_answer(error) from error
            yield from lines
            more = has_next_page(answer, len(lines), full=DETAIL_LIMIT)
            fresh = {line.message_id for line in lines} - seen
            if more and not fresh:
                raise OutcomeUnknown(
                    "The provider's pages of the detail report go round in circles"
                )
            seen |= fresh
            page += 1
