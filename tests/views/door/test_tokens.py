"""The sign-in service's word counts signed only, for this browser, of one person; and it asks again
where proof is needed.
"""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth.models import User
from django.test import Client

from tests.views.door.test_service import START, service, sign_in, there

pytestmark = pytest.mark.django_db
assert service
PROTECTED = "/admin/auth/user/add/"


def by_another_key(one, said):
    key = rsa.generate_private_key(65537, 2048)
    return jwt.encode(said, key, "RS256", headers={"kid": "one"})


def unsigned(one, said):
    return jwt.encode(said, "", "none", headers={"kid": "one"})


def by_the_public_key(one, said):
    """As a shared secret: known to everybody."""
    public = one.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return jwt.encode(said, public, "HS256", headers={"kid": "one"})


def changed_afterwards(one, said):
    head, _, signature = one.signed(said).split(".")
    body = base64.urlsafe_b64encode(json.dumps(said | {"sub": "other"}).encode()).rstrip(b"=")
    return f"{head}.{body.decode()}.{signature}"


def of_another_key_id(one, said):
    return jwt.encode(said, one.key, "RS256", headers={"kid": "two"})


def without_an_end(one, said):
    return one.signed({name: value for name, value in said.items() if name != "exp"})


def run_out(one, said):
    return one.signed(said | {"exp": int(time.time()) - 60})


def for_another_client(one, said):
    return one.signed(said | {"aud": "somebody-else"})


def for_another_browser(one, said):
    return one.signed(said | {"nonce": "of-another"})


def without_a_browser(one, said):
    return one.signed({name: value for name, value in said.items() if name != "nonce"})


def about_somebody_else(one, said):
    return one.signed(said | {"sub": "of-somebody-else"})


def no_token(one, said):
    return "x"


def nothing(one, said):
    return ""


@pytest.mark.parametrize(
    "made",
    [
        by_another_key,
        unsigned,
        by_the_public_key,
        changed_afterwards,
        of_another_key_id,
        without_an_end,
        run_out,
        for_another_client,
        for_another_browser,
        without_a_browser,
        about_somebody_else,
        no_token,
        nothing,
    ],
)
def test_a_forged_token_lets_nobody_in(service, made):
    service.sign = lambda said: made(service, said)

    client, answer = sign_in()

    assert (answer.headers["Location"], User.objects.count()) == ("/sign-in/", 0)
    assert client.get("/").status_code == 302


def test_settings_of_another_service_let_nobody_in(service, settings):
    settings.OIDC_ISSUER = "https://hospital.example"

    _, answer = sign_in()

    assert (answer.headers["Location"], User.objects.count()) == ("/sign-in/", 0)


def test_two_tabs_that_set_out_both_come_back(service):
    client = Client()
    first, second = (urlsplit(there(client)) for _ in range(2))

    answers = [client.get(f"{back.path}?{back.query}").status_code for back in (first, second)]

    assert (answers, client.get("/").status_code) == ([302, 302], 200)


def long_known(service):
    service.claims["groups"] = ["IT"]
    service.known_since = int(time.time()) - 3600
    return sign_in()[0]


def test_who_the_service_only_knew_still_has_shown_nothing(service, settings):
    client = long_known(service)
    asked = client.get(PROTECTED).headers["Location"]
    sign_in(START, client)

    assert asked.startswith(START)
    assert (client.get("/").status_code, client.get(PROTECTED).status_code) == (200, 302)


def test_it_is_told_to_ask_again_for_proof(service, settings):
    client = long_known(service)
    asked = client.get(PROTECTED).headers["Location"]
    question = parse_qs(urlsplit(client.get(asked).headers["Location"]).query)

    assert (question["prompt"], question["max_age"]) == (["login"], ["0"])
    sign_in(asked, client)
    assert client.get(PROTECTED).status_code == 200


def test_a_service_that_does_not_ask_though_it_was_told_proves_nothing(service, settings):
    client = long_known(service)
    service.asks_again = False
    asked = client.get(PROTECTED).headers["Location"]

    _, answer = sign_in(asked, client)

    assert answer.headers["Location"] == "/sign-in/"
    assert client.get(PROTECTED).status_code == 302
