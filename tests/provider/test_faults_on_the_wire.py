"""Each fault of a connection or an answer ends in the class that says what may be done next."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from reminders.provider import (
    AcceptedMessage,
    CredentialsRefused,
    MessagesApi,
    MessagesApiError,
    NotFound,
    NotReceived,
    OutboundMessage,
    OutcomeUnknown,
    Refused,
    SlowDown,
)
from tests.provider.wire_server import (
    Answer,
    answer,
    cut_off,
    dripping,
    garbage,
    hang_up_afterwards,
    hang_up_without_answer,
    late,
    reset,
    unused_port,
)

TEXT = OutboundMessage("See you at 10:00", "+61491570006", metadata={"message": "u-1"})
TAKEN = {"messages": [{"message_id": "m-1", "status": "queued", "metadata": {"message": "u-1"}}]}


def send_in_vain(api: MessagesApi) -> None:
    with pytest.raises(OutcomeUnknown):
        api.send([TEXT])


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(hang_up_without_answer, OutcomeUnknown, id="closed without an answer"),
        pytest.param(reset, OutcomeUnknown, id="reset"),
        pytest.param(cut_off(202, b'{"messages": ['), OutcomeUnknown, id="202 cut off"),
        pytest.param(garbage, OutcomeUnknown, id="no HTTP"),
        pytest.param(late(0.6, answer(202, TAKEN)), OutcomeUnknown, id="too late"),
        pytest.param(dripping, OutcomeUnknown, id="byte by byte"),
        pytest.param(answer(202, b"<html>ok</html>"), OutcomeUnknown, id="202 that is no JSON"),
        pytest.param(answer(202, b""), OutcomeUnknown, id="202 without a body"),
        pytest.param(answer(202, ["messages"]), OutcomeUnknown, id="202 of another shape"),
        pytest.param(answer(202, {"messages": {}}), OutcomeUnknown, id="202 without a list"),
        pytest.param(
            answer(202, b"not gzip", {"Content-Encoding": "gzip"}),
            OutcomeUnknown,
            id="202 badly packed",
        ),
        pytest.param(answer(204), OutcomeUnknown, id="204"),
        pytest.param(answer(302, headers={"Location": "/elsewhere"}), OutcomeUnknown, id="302"),
        pytest.param(answer(408), OutcomeUnknown, id="408"),
        pytest.param(answer(500), OutcomeUnknown, id="500"),
        pytest.param(answer(502, b"<html>"), OutcomeUnknown, id="502"),
        pytest.param(answer(503), OutcomeUnknown, id="503 alone"),
        pytest.param(
            answer(503, headers={"Retry-After": "soon"}), OutcomeUnknown, id="503, unreadable"
        ),
        pytest.param(answer(504), OutcomeUnknown, id="504"),
        pytest.param(answer(401, {"message": "No"}), CredentialsRefused, id="401"),
        pytest.param(answer(402, {"message": "No credit"}), CredentialsRefused, id="402"),
        pytest.param(answer(403), CredentialsRefused, id="403"),
        pytest.param(answer(404), NotReceived, id="404: not the API's address"),
        pytest.param(answer(405), NotReceived, id="405: not the API's address"),
        pytest.param(answer(400, {"message": "Bad"}), Refused, id="400"),
        pytest.param(cut_off(400, b'{"mess'), Refused, id="400 cut off"),
        pytest.param(answer(413), Refused, id="413"),
        pytest.param(answer(422, {"message": "TLS 1.3"}), Refused, id="422"),
        pytest.param(answer(429), SlowDown, id="429"),
        pytest.param(answer(503, headers={"Retry-After": "7"}), SlowDown, id="503 with a time"),
    ],
)
def test_sending_says_what_is_known_of_the_outcome(
    wire, make_api, fault: Answer, kind: type[MessagesApiError]
):
    wire.answers.append(fault)
    api = make_api(wire.base_url, timeout=0.3)

    with pytest.raises(MessagesApiError) as caught:
        api.send([TEXT])

    assert type(caught.value) is kind
    assert [(seen.method, seen.path) for seen in wire.seen] == [("POST", "/v1/messages")]


@pytest.mark.parametrize("host", ["http://127.0.0.1:{port}", "http://nobody.invalid:{port}"])
def test_nobody_there_means_not_received(make_api, host):
    with pytest.raises(NotReceived):
        make_api(host.format(port=unused_port())).send([TEXT])


def test_a_server_without_tls_has_not_received_a_text(wire, make_api):
    wire.answers.append(answer(202, TAKEN))

    with pytest.raises(NotReceived):
        make_api(wire.base_url.replace("http://", "https://")).send([TEXT])

    assert wire.seen == []


def test_a_text_that_found_no_free_connection_was_not_received(wire, make_api):
    wire.answers.append(late(0.3, dripping))
    api = make_api(wire.base_url, max_connections=1, timeout=0.4)
    first = threading.Thread(target=send_in_vain, args=(api,))
    first.start()
    while not wire.seen:
        time.sleep(0.005)

    with pytest.raises(NotReceived):
        api.send([TEXT])

    first.join()
    assert len(wire.seen) == 1


def test_a_connection_closed_while_idle_is_replaced(wire, api):
    wire.answers.append(hang_up_afterwards(answer(202, TAKEN)))

    api.send([TEXT])
    time.sleep(0.05)
    api.send([TEXT])

    assert (len(wire.seen), wire.connections) == (2, 2)


def test_a_reused_connection_that_breaks_leaves_the_outcome_unknown(wire, api):
    wire.answers.extend([answer(202, TAKEN), reset])
    api.send([TEXT])

    with pytest.raises(OutcomeUnknown):
        api.send([TEXT])

    assert (len(wire.seen), wire.connections) == (2, 1)


def test_a_redirect_is_not_followed(wire, api):
    wire.answers.append(answer(307, headers={"Location": f"{wire.base_url}/other"}))

    with pytest.raises(OutcomeUnknown):
        api.replies()

    assert [seen.path for seen in wire.seen] == ["/v1/replies"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 3 ", 3.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_in_both_writings(wire, api, header, seconds):
    wire.answers.append(answer(429, headers={"Retry-After": header}))

    with pytest.raises(SlowDown) as caught:
        api.send([TEXT])

    assert caught.value.retry_after == seconds


def test_retry_after_a_date_counts_from_now(wire, api):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    wire.answers.append(answer(503, headers={"Retry-After": date}))

    with pytest.raises(SlowDown) as caught:
        api.send([TEXT])

    assert 85 < (caught.value.retry_after or 0) <= 90


@pytest.mark.parametrize(
    ("body", "by_index"),
    [
        (
            {
                "message": "Bad",
                "details": [
                    "/messages/1/destination_number: too short",
                    "/messages/1/content: empty",
                    "/messages/0: no object",
                ],
            },
            {0: "no object", 1: "destination_number: too short; content: empty"},
        ),
        (
            {"message": "Bad", "details": ["/messages/1/content: empty", "Try again"]},
            {1: "content: empty"},
        ),
        (
            {
                "title": "Bad",
                "invalidFields": [{"name": "messages[1].content", "reason": "is empty"}],
            },
            {1: "content: is empty"},
        ),
        ({"message": "Bad", "details": ["/messages/7/content: empty"]}, {}),
        ({"message": "Bad", "details": ["/messages: too many"]}, {}),
        ({"message": "Bad", "details": "nothing"}, {}),
        ({"message": "Bad", "details": [1, None, {}]}, {}),
        (["Bad"], {}),
        (None, {}),
    ],
)
def test_a_refusal_names_the_messages_at_fault(wire, api, body, by_index):
    wire.answers.append(answer(400, body))

    with pytest.raises(Refused) as caught:
        api.send([TEXT, TEXT])

    assert caught.value.by_index == by_index


def test_a_refusal_keeps_the_words_for_staff_out_of_logs(wire, api):
    wire.answers.append(
        answer(400, {"message": "Bad", "details": ["/messages/0/to: +61491570006 is short"]})
    )

    with pytest.raises(Refused) as caught:
        api.send([TEXT])

    refused = caught.value
    assert str(refused) == "The provider refused the request (HTTP 400)"
    assert (refused.message, refused.details) == ("Bad", ("/messages/0/to: +61491570006 is short",))


@pytest.mark.parametrize("status", [404, 405])
def test_an_unknown_message_is_not_found(wire, api, status):
    wire.answers.append(answer(status, {"message": "Resource not found."}))

    for ask in (api.status, api.cancel):
        with pytest.raises(NotFound):
            ask("d781dcab-d9d8-4fb2-9e03-872f07ae94ba")


def test_what_an_answer_leaves_out_or_names_wrongly_is_missing_from_the_list(wire, api):
    odd = [
        None,
        "m",
        {"status": "queued"},
        {"message_id": ""},
        {"message_id": "m-9", "metadata": ["odd"]},
    ]
    wire.answers.append(answer(202, {"messages": [*odd, *TAKEN["messages"]]}))

    assert api.send([TEXT] * 6) == [
        AcceptedMessage("m-9", "", {}),
        AcceptedMessage("m-1", "queued", {"message": "u-1"}),
    ]


@pytest.mark.parametrize("count", [0, 101])
def test_a_request_takes_1_to_100_messages(wire, api, count):
    with pytest.raises(ValueError, match="1 to 100"):
        api.send([TEXT] * count)

    assert wire.seen == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "api.example"},
        {"base_url": "ftp://api.example"},
        {"base_url": "https://api.example/?key=1"},
        {"base_url": "https://me:secret@api.example"},
        {"base_url": "https://api.example:port"},
        {"key": ""},
        {"secret": ""},
        {"auth": "digest"},
        {"auth": "hmac", "key": 'a"b'},
        {"account": "line\nbreak"},
    ],
)
def test_settings_that_cannot_work_are_told_at_the_start(make_api, wrong):
    with pytest.raises(ValueError, match="The Messages API"):
        make_api(**{"base_url": "https://api.example", **wrong})


def test_threads_share_a_client(wire, make_api):
    wire.answers.append(late(0.02, answer(202, TAKEN)))
    api = make_api(wire.base_url)
    accepted: list[AcceptedMessage] = []
    threads = [
        threading.Thread(target=lambda: [accepted.extend(api.send([TEXT])) for _ in range(10)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert accepted == [AcceptedMessage("m-1", "queued", {"message": "u-1"})] * 80
    assert wire.connections <= 8
