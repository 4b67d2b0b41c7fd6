"""What the client asks for, in which portions, and how it walks the answers."""

from datetime import UTC, datetime

import pytest

from reminders.provider import NotFound, OutcomeUnknown, Refused, ReportedMessage, SignatureKey
from tests.provider.wire_server import Handler, Seen, answer

START = datetime(2026, 3, 2, tzinfo=UTC)
END = datetime(2026, 3, 3, tzinfo=UTC)


def asked(seen: list[Seen]) -> list[tuple[str, str, object]]:
    return [(one.method, one.path, one.body) for one in seen]


def line(number: int, uuid: str = "u-1") -> dict[str, object]:
    return {
        "message_id": f"m-{number}",
        "status": "DELIVERED",
        "status_code": 220,
        "metadata": [{"key": "message", "value": uuid}],
        "timestamp": "2026-03-02T09:00:00",
        "destination_address": "61491570006",
    }


def reported(number: int, uuid: str = "u-1") -> ReportedMessage:
    moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return ReportedMessage(
        f"m-{number}", "delivered", 220, {"message": uuid}, moment, "+61491570006"
    )


def page(*lines: object, has_next: bool | None = None) -> dict[str, object]:
    pagination = {} if has_next is None else {"pagination": {"has_next": has_next}}
    return {"messages": list(lines), **pagination}


def test_the_detail_report_is_asked_by_100_and_walked_to_its_end(wire, api):
    wire.answers.extend(
        [
            answer(200, page(line(1), line(2, "U-2"), has_next=True)),
            answer(200, page(line(2, "U-2"), line(3, "not asked for"), has_next=False)),
            answer(200, page(line(4, "u-150"))),
        ]
    )

    found = api.detail_report((f"u-{n}" for n in range(1, 151)), start=START, end=END)

    assert found == [reported(1), reported(2, "U-2"), reported(4, "u-150")]
    bodies = [one.body for one in wire.seen]
    assert [(body["page"], len(body["metadata_values"])) for body in bodies] == [
        (0, 100),
        (1, 100),
        (0, 50),
    ]
    assert {
        name: bodies[0][name] for name in bodies[0] if name not in ("page", "metadata_values")
    } == {
        "start_date": "2026-03-02T00:00:00.000Z",
        "end_date": "2026-03-03T00:00:00.000Z",
        "timezone": "UTC",
        "direction": "outbound",
        "metadata_key": "message",
        "page_size": 100,
    }


def test_a_full_page_that_does_not_tell_is_followed_by_another(wire, api):
    full = page(*(line(n) for n in range(100)))
    wire.answers.extend([answer(200, full), answer(200, page(line(100)))])

    assert len(api.detail_report(["u-1"], start=START, end=END)) == 101


@pytest.mark.parametrize(
    "odd",
    [
        page({**line(1), "message_id": None}),
        page("odd"),
        page(line(1), has_next=True),
        page(has_next=True),
        {"pagination": {}},
    ],
    ids=["no id", "no object", "in circles", "empty without end", "no list"],
)
def test_a_detail_report_that_is_not_whole_is_no_answer(wire, api, odd):
    wire.answers.append(answer(200, odd))

    with pytest.raises(OutcomeUnknown):
        api.detail_report(["u-1"], start=START, end=END)


def test_nothing_is_asked_for_nothing(wire, api):
    api.confirm_replies([])
    api.confirm_delivery_reports([])
    api.block([])

    assert (api.detail_report([], start=START, end=END), api.is_authorised([]), wire.seen) == (
        [],
        {},
        [],
    )


def test_any_number_of_replies_is_confirmed_by_100_each_once(wire, api):
    wire.answers.append(answer(202))

    api.confirm_replies([*(f"r-{n}" for n in range(150)), "r-1"])

    assert asked(wire.seen) == [
        ("POST", "/v1/replies/confirmed", {"reply_ids": [f"r-{n}" for n in range(100)]}),
        ("POST", "/v1/replies/confirmed", {"reply_ids": [f"r-{n}" for n in range(100, 150)]}),
    ]


@pytest.mark.parametrize("status", [400, 404])
def test_one_bad_id_does_not_hold_up_the_others(wire, api, status):
    confirmed: set[str] = set()

    def pick(handler: Handler) -> None:
        ids = wire.seen[-1].body["delivery_report_ids"]
        if "bad" in ids:
            answer(status, {"message": "No"})(handler)
        else:
            confirmed.update(ids)
            answer(202)(handler)

    wire.answers.append(pick)
    good = {f"d-{n}" for n in range(99)}
    if status == 400:
        with pytest.raises(Refused):
            api.confirm_delivery_reports(["bad", *good])
    else:
        api.confirm_delivery_reports(["bad", *good])

    assert confirmed == good
    assert len(wire.seen) < 20


def test_blocked_numbers_are_walked_by_token(wire, api):
    wire.answers.extend(
        [
            answer(
                200,
                {
                    "numbers": ["61491570006"],
                    "pagination": {"page": "a b", "next_uri": "/x?token=a%20b"},
                },
            ),
            answer(200, {"numbers": ["+61491570110", None], "pagination": {"page": "c"}}),
            answer(
                200, {"numbers": ["+61491570156"], "pagination": {"page": None, "next_uri": None}}
            ),
        ]
    )

    assert list(api.blocked_numbers()) == ["+61491570006", "+61491570110", "+61491570156"]
    blacklist = "/v1/number_authorisation/mt/blacklist"
    assert [one.path for one in wire.seen] == [
        blacklist,
        f"{blacklist}?token=a+b",
        f"{blacklist}?token=c",
    ]


@pytest.mark.parametrize("pagination", [{"page": "a"}, {}, None])
def test_blocked_numbers_end_where_no_new_page_is_named(wire, api, pagination):
    wire.answers.append(answer(200, {"numbers": ["+61491570006"], "pagination": pagination}))

    assert set(api.blocked_numbers()) == {"+61491570006"}
    assert len(wire.seen) <= 2


def test_blocked_numbers_in_circles_are_an_error(wire, api):
    there, back = (
        answer(200, {"numbers": ["+61491570006"], "pagination": {"next_uri": f"/x?token={token}"}})
        for token in ("a", "b")
    )
    wire.answers.extend([there, back, there, back])

    with pytest.raises(OutcomeUnknown):
        list(api.blocked_numbers())


def test_numbers_are_blocked_by_ten_with_their_plus(wire, api):
    wire.answers.append(answer(201, {"numbers": []}))
    numbers = [f"+4477009000{n:02}" for n in range(12)]

    api.block([*numbers[:-1], numbers[-1].removeprefix("+")])

    assert [one.body["numbers"] for one in wire.seen] == [numbers[:10], numbers[10:]]


def test_a_number_is_unblocked(wire, api):
    wire.answers.extend([answer(200, b"The number has been deleted."), answer(404)])

    api.unblock("61491570006")
    with pytest.raises(NotFound):
        api.unblock("+61491570110")

    assert asked(wire.seen) == [
        ("DELETE", "/v1/number_authorisation/mt/blacklist/+61491570006", None),
        ("DELETE", "/v1/number_authorisation/mt/blacklist/+61491570110", None),
    ]


def test_an_id_cannot_lead_elsewhere(wire, api):
    wire.answers.append(answer(404))

    with pytest.raises(NotFound):
        api.cancel("../replies?x=1#y")
    for nothing in ("", ".", ".."):
        with pytest.raises(ValueError, match="id"):
            api.status(nothing)

    assert asked(wire.seen) == [
        ("PUT", "/v1/messages/..%2Freplies%3Fx%3D1%23y", {"status": "cancelled"})
    ]


@pytest.mark.parametrize("odd", [{"numbers": [{"number": "+61491570006"}, "odd"]}, {"numbers": []}])
def test_a_number_that_is_not_answered_is_missing(wire, api, odd):
    wire.answers.append(answer(200, odd))

    assert api.is_authorised(["+61491570006"]) == {}


def test_signature_keys_that_can_be_read_are_listed(wire, api):
    wire.answers.append(
        answer(
            200, ["odd", {"key_id": "k-1", "cipher": "RSA", "digest": "SHA224", "enabled": True}]
        )
    )

    assert api.signature_keys() == [SignatureKey("k-1", "RSA", "SHA224", enabled=True)]


def test_an_account_without_signatures_is_not_mistaken_for_wrong_credentials(wire, api):
    wire.answers.append(
        answer(403, {"message": "This feature has not been enabled in your account."})
    )

    with pytest.raises(Refused):
        api.signature_keys()


def test_a_status_without_a_status_is_no_answer(wire, api):
    wire.answers.append(answer(200, {"message_id": "m-1"}))

    with pytest.raises(OutcomeUnknown):
        api.status("m-1")
