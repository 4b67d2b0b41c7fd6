"""What the phone page is given, and how it is served."""

from base64 import b64decode

from tests.sandbox.helpers import ANN, send, text

JSON = {"Content-Type": "application/json"}
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
    "DwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_the_page_allows_nothing_from_elsewhere(client):
    page = client.get("/")

    assert page.headers["Content-Security-Policy"].split(";")[0] == "default-src 'self'"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert ("<script>" in page.text, "style=" in page.text, "//cdn" in page.text) == (
        False,
        False,
        False,
    )
    assert [client.get(f"/static/phone.{kind}").status_code for kind in ("css", "js", "svg")] == [
        200
    ] * 3


def test_the_list_shows_the_latest_phone_first(sandbox, client):
    send(client, text(), text(destination_number="+447700900124"))
    send(client, text(destination_number="+447700900125", scheduled="2026-03-03T12:00:00Z"))
    sandbox.reply(ANN, "Y")

    listed = client.get("/phone/conversations").json()

    assert [(item["number"], item["unread"], item["scheduled"]) for item in listed["items"]] == [
        (ANN, 1, 0),
        ("+447700900124", 1, 0),
        ("+447700900125", 0, 1),
    ]
    assert listed["items"][2]["next_scheduled"] == "2026-03-03T12:00:00.000Z"
    assert client.get("/phone/conversations?search=0124").json()["total"] == 1


def test_the_list_is_not_sent_twice(sandbox, client):
    version = client.get("/phone/conversations").json()["version"]
    assert client.get(f"/phone/conversations?version={version}").json() == {
        "version": version,
        "unchanged": True,
    }

    sandbox.reply(ANN, "Y")

    assert client.get(f"/phone/conversations?version={version}").json()["total"] == 1


def test_a_conversation_shows_both_sides_and_what_the_clinic_has_read(sandbox, client):
    (sent,) = send(client, text(content="<b>Hi</b>", source_number="+61491570156"))
    client.post(f"/phone/conversations/{ANN}/reply", json={"content": "Y"})
    (reply,) = client.get("/v1/replies").json()["replies"]
    client.post("/v1/replies/confirmed", json={"reply_ids": [reply["reply_id"]]})

    opened = client.get(f"/phone/conversations/{ANN}").json()

    assert opened["bubbles"] == [
        {
            "id": sent["message_id"],
            "side": "clinic",
            "text": "<b>Hi</b>",
            "at": "2026-03-02T12:00:00.000Z",
            "sender": "+61491570156",
            "format": "SMS",
            "status": "delivered",
            "code": "220",
        },
        {
            "id": reply["reply_id"],
            "side": "patient",
            "text": "Y",
            "at": "2026-03-02T12:00:00.000Z",
            "collected": True,
            "answered": "",
            "picture": "",
        },
    ]


def test_a_picture_is_shown_and_told_to_the_client(client):
    sent = {"content": "", "picture": PICTURE}
    (shown,) = client.post(f"/phone/conversations/{ANN}/reply", json=sent).json()["bubbles"]

    picture = client.get(shown["picture"])
    (reply,) = client.get("/v1/replies").json()["replies"]

    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content == b64decode(PICTURE.split(",")[1])
    assert (reply["content"], reply["media"]) == ("", [shown["picture"]])


def test_what_is_no_picture_is_refused(client):
    answers = [
        client.post(
            f"/phone/conversations/{ANN}/reply", json={"content": "look", "picture": picture}
        ).status_code
        for picture in (
            "data:text/html;base64,PGI+",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:image/png;base64,A",
            "data:image/png;base64," + "A" * 1_400_000,
            5,
        )
    ]

    assert answers == [400] * 5
    assert client.get("/phone/pictures/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_scheduled_text_is_hidden_until_it_is_delivered_now(client):
    send(client, text(scheduled="2026-03-03T12:00:00Z"))
    before = client.get(f"/phone/conversations/{ANN}").json()

    after = client.post(f"/phone/conversations/{ANN}/deliver-next", json={}).json()

    assert (before["bubbles"], before["scheduled"]) == ([], 1)
    assert ([bubble["text"] for bubble in after["bubbles"]], after["scheduled"]) == (["Hi Ann"], 0)
    assert client.post(f"/phone/conversations/{ANN}/deliver-next", json={}).status_code == 404


def test_reading_a_conversation_takes_the_dot_away(client):
    send(client, text())

    assert client.post(f"/phone/conversations/{ANN}/read", json={}).status_code == 204

    assert client.get("/phone/conversations").json()["items"][0]["unread"] == 0


def test_an_opt_out_shows_on_the_phone(client):
    client.post(f"/phone/conversations/{ANN}/reply", json={"content": "STOP"})

    opened = client.get(f"/phone/conversations/{ANN}").json()

    assert opened["blocked"] is True
    assert opened["bubbles"][0]["answered"].startswith("You have opted out")


def test_an_empty_or_endless_reply_is_refused(client):
    answers = [
        client.post(f"/phone/conversations/{ANN}/reply", json={"content": content}).status_code
        for content in ("", "  ", "x" * 1_601, None, 5)
    ]

    assert answers == [400] * 5
    form = client.post(f"/phone/conversations/{ANN}/reply", data={"content": "Y"})
    assert form.status_code == 415


def test_the_help_lists_the_numbers_that_behave_specially(client):
    numbers = client.get("/phone/help").json()["numbers"]

    behaviours = {magic["number"]: magic["behaviour"] for magic in numbers}
    assert (behaviours["+447700900990"], behaviours["+447700900994"]) == (
        "unreachable",
        "answers_yes",
    )
