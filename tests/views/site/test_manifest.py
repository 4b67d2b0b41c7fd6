"""What makes the site installable."""

import json

from django.contrib.staticfiles import finders
from django.test import Client

from reminders import branding


def test_the_manifest_names_the_product_and_icons_that_are_there():
    response = Client().get("/app.webmanifest")
    told = json.loads(response.content)

    assert response.headers["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["scope"]) == (branding.NAME, "/", "/")
    names = [icon["src"].removeprefix("/static/") for icon in told["icons"]]
    assert [finders.find(name) is not None for name in names] == [True, True, True]
