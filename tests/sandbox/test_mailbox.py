"""The mailbox in the browser: what a mail becomes there, and which addresses behave specially."""

from __future__ import annotations

import smtplib

import httpx
import pytest
from django.core.mail import EmailMultiAlternatives

from reminders.domain.roads.email.in_browser import EmailBackend
from reminders.sandbox import Sandbox

HTML = "<html><head></head><body><a href='https://reminders.example/v/x'>Yes</a></body></html>"


def send(sandbox: Sandbox, to: str, subject: str = "Your <b>visit</b>") -> int:
    """A mail with all that ours have."""
    mail = EmailMultiAlternatives(subject, "In words", "us@clinic.example", [to])
    mail.attach_alternative(HTML, "text/html")
    mail.attach("appointment.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    return EmailBackend(url=sandbox.url).send_messages([mail])


def get(sandbox: Sandbox, path: str) -> httpx.Response:
    return httpx.get(f"{sandbox.url}{path}")


def test_a_mail_is_shown_with_its_buttons_and_its_file(sandbox: Sandbox) -> None:
    assert "No mail yet" in get(sandbox, "/mail").text

    assert send(sandbox, "ann@home.example") == 1

    listed = get(sandbox, "/mail").text
    assert "ann@home.example" in listed
    assert "Your &lt;b&gt;visit&lt;/b&gt;" in listed
    shown = get(sandbox, "/mail/1").text
    assert "In words" in shown
    assert "us@clinic.example" in shown
    body = get(sandbox, "/mail/1/body")
    assert '<base target="_blank">' in body.text
    assert "default-src 'none'" in body.headers["Content-Security-Policy"]
    file = get(sandbox, "/mail/1/appointment.ics")
    assert file.content.startswith(b"BEGIN:VCALENDAR")
    assert 'href="/mail"' in get(sandbox, "/").text


def test_what_is_not_there_is_told_and_forgotten_mail_is_gone(sandbox: Sandbox) -> None:
    send(sandbox, "ann@home.example")

    assert [get(sandbox, f"/mail/7{end}").status_code for end in ("", "/body")] == [404, 404]
    sandbox.reset()

    assert "No mail yet" in get(sandbox, "/mail").text


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ("bounce@home.example", smtplib.SMTPRecipientsRefused),
        ("refused@home.example", smtplib.SMTPDataError),
        ("silent@home.example", smtplib.SMTPServerDisconnected),
    ],
)
def test_some_addresses_behave_specially(sandbox: Sandbox, to: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        send(sandbox, to)

    # Of the one without an answer it arrived all the same.
    assert len(sandbox.mailbox.mails) == (1 if to.startswith("silent") else 0)


def test_only_mail_is_taken(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/mail/caught"

    assert httpx.post(url, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    answer = httpx.post(url, content=b"x", headers={"Content-Type": "message/rfc822"})
    assert answer.json() == {"code": 501}
