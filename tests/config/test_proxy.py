"""Who the visitor is behind a proxy, whatever the header says."""

import pytest

from config.proxy import MOST_TOLD, BehindProxy, visitor

TOLD = {
    "192.0.2.1": "192.0.2.1",
    "192.0.2.1:4711": "192.0.2.1",
    '"192.0.2.1:4711"': "192.0.2.1",
    " 192.0.2.1 ": "192.0.2.1",
    "2001:db8::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1",
    '"[2001:DB8:0::1]:443"': "2001:db8::1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "203.0.113.9, 192.0.2.1": "192.0.2.1",
    "unknown, [2001:db8::1]:443": "2001:db8::1",
    "192.0.2.1, unknown": "",
    "unknown": "",
    "_hidden": "",
    "": "",
    ",": "",
    "[": "",
    "[]": "",
    "[]:443": "",
    '"': "",
    "::::": "",
    "192.0.2.1.5": "",
    "192.0.2.256": "",
    "1": "",
    "clinic.example:443": "",
    "x" * 100_000: "",
    "\xff\xfe": "",
    "fe80::1%eth0": "fe80::1%eth0",
    "1.2.3.4\x00": "",
    "127.0.0.1' OR 1=1--": "",
}


@pytest.mark.parametrize("told", TOLD)
def test_the_address_is_the_one_that_the_proxy_added(told):
    assert visitor(told) == TOLD[told]


def seen(peer: str, *, trusted: str = "127.0.0.1", **headers: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def application(environ, start_response):
        found.update(environ)
        return []

    BehindProxy(application, trusted=trusted)({"REMOTE_ADDR": peer} | headers, lambda *_: None)
    return found


SAID = {
    "HTTP_X_FORWARDED_FOR": "192.0.2.1",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_FORWARDED": "for=x",
}


def test_only_the_proxy_is_believed():
    assert [seen("127.0.0.1", **SAID), seen("203.0.113.9", **SAID)] == [
        {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_PROTO": "https"},
        {"REMOTE_ADDR": "203.0.113.9"},
    ]


def test_a_proxy_that_does_not_tell_is_the_visitor():
    assert seen("127.0.0.1", HTTP_X_FORWARDED_FOR="unknown") == {"REMOTE_ADDR": "127.0.0.1"}


def test_where_only_the_proxy_can_connect_it_may_have_any_address():
    assert seen("10.0.0.7", trusted="*", **SAID)["REMOTE_ADDR"] == "192.0.2.1"


def test_a_proxy_may_be_any_machine_of_its_network():
    trusted = "10.0.0.0/24"

    assert seen("10.0.0.7", trusted=trusted, **SAID)["REMOTE_ADDR"] == "192.0.2.1"
    assert seen("10.0.1.7", trusted=trusted, **SAID) == {"REMOTE_ADDR": "10.0.1.7"}
    assert seen("", trusted=trusted, **SAID) == {"REMOTE_ADDR": ""}
    assert seen("2001:db8::7", trusted="2001:db8::/64", **SAID)["REMOTE_ADDR"] == "192.0.2.1"


def test_a_proxy_that_is_not_believed_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    behind = BehindProxy(lambda environ, start: [], trusted="127.0.0.1")

    for peer in ("10.0.0.5", "10.0.0.5", "127.0.0.1"):
        behind({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_PROTO": "https"}, lambda *_: None)
    behind({"REMOTE_ADDR": "10.0.0.6"}, lambda *_: None)

    (words,) = caplog.messages
    assert words.endswith("If that is your proxy: TRUSTED_PROXY=10.0.0.5")


def test_strangers_who_say_so_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    behind = BehindProxy(lambda environ, start: [], trusted="127.0.0.1")

    for last in range(200):
        peer = {"REMOTE_ADDR": f"198.51.100.{last}", "HTTP_X_FORWARDED_PROTO": "https"}
        behind(peer, lambda *_: None)

    assert len(caplog.messages) <= MOST_TOLD
