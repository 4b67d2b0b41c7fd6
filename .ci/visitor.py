"""Look at an installed site as a browser does: over https, with cookies, by its name.

Runs on the system's Python inside the machine that was installed. `ready` waits until everything
works; `all` also makes the first administrator and uploads 90 MB.
"""

import http.client
import json
import re
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

WAIT = 240.0
LARGE = 90 * 1024 * 1024
PASSWORD = "a-long-walk-in-the-rain-7"  # noqa: S105  # of a site that goes away
BOUNDARY = "visitor-boundary"


def main() -> None:
    """Print what was found; a difference ends it with status 1."""
    what, host, certificate, link = sys.argv[1:5]
    trust = ssl.create_default_context(cafile=certificate)
    browser = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trust),
        urllib.request.HTTPCookieProcessor(CookieJar()),
    )
    site = f"https://{host}"
    say(f"ready after {until_ready(browser, site):.0f} s")
    check_redirect(host)
    headers = browser.open(f"{site}/sign-in/").headers
    hsts = headers.get_all("Strict-Transport-Security") or []
    expect(len(hsts) == 1 and "max-age=31536000" in hsts[0], f"one HSTS header: {hsts}")
    if what == "all":
        sign_in(browser, link)
        upload(browser, site)


def until_ready(browser: urllib.request.OpenerDirector, site: str) -> float:
    """Wait for /readyz to say that all parts work."""
    began, last = time.monotonic(), ""
    while time.monotonic() < began + WAIT:
        try:
            answer = json.load(browser.open(f"{site}/readyz", timeout=10))
            expect(answer["ready"], f"/readyz: {answer}")
            return time.monotonic() - began
        except urllib.error.HTTPError as error:
            last = f"{error.code} {error.read(500)!r}"
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        time.sleep(1)
    sys.exit(f"Not ready: {last}")


def check_redirect(host: str) -> None:
    """Plain http leads to https, once."""
    plain = http.client.HTTPConnection(host, timeout=10)
    plain.request("GET", "/")
    answer = plain.getresponse()
    expect(answer.status == 301, f"http answers 301: {answer.status}")
    expect(answer.getheader("Location") == f"https://{host}/", "and leads to https")


def sign_in(browser: urllib.request.OpenerDirector, link: str) -> None:
    """Make the first administrator by the link that the installation printed."""
    page = browser.open(link).read().decode()
    fields = {"first_name": "Ada", "last_name": "Example", "username": "ada"}
    fields |= {"password1": PASSWORD, "password2": PASSWORD, "csrfmiddlewaretoken": token(page)}
    request = urllib.request.Request(link, urllib.parse.urlencode(fields).encode())
    request.add_header("Referer", link)
    made = browser.open(request)
    expect("first-login" not in made.geturl(), f"signed in: {made.geturl()}")


def upload(browser: urllib.request.OpenerDirector, site: str) -> None:
    """A diary of 90 MB comes through the proxy and is taken, whatever is asked about it then."""
    page = browser.open(f"{site}/import/").read().decode()
    head = "id,name,phone,date,time\n"
    row = "{},Ann Example {},+447700900123,2030-01-02,10:00," + "x" * 200 + "\n"
    count = LARGE // 250
    body = "".join([head, *(row.format(n, n) for n in range(count))])[:LARGE].encode()
    parts = [
        field("csrfmiddlewaretoken", token(page)),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
        'filename="diary.csv"\r\nContent-Type: text/csv\r\n\r\n'.encode(),
        body,
        f"\r\n--{BOUNDARY}--\r\n".encode(),
    ]
    request = urllib.request.Request(f"{site}/import/", b"".join(parts))
    request.add_header("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    request.add_header("Referer", f"{site}/import/")
    began = time.monotonic()
    answer = browser.open(request, timeout=300)
    took = time.monotonic() - began
    expect(re.search(r"/import/\d+/", answer.geturl()) is not None, f"taken: {answer.geturl()}")
    say(f"uploaded {len(body) / 1e6:.0f} MB in {took:.0f} s")


def field(name: str, value: str) -> bytes:
    """A field of the form."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return f"{head}{value}\r\n".encode()


def token(page: str) -> str:
    """What the form proves itself by."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if found is None:
        sys.exit(f"A page without a form: {page[:300]}")
    return found[1]


def expect(holds: bool, words: str) -> None:
    """Say what holds; end where it does not."""
    if not holds:
        sys.exit(f"Not so: {words}")
    say(words)


def say(words: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
