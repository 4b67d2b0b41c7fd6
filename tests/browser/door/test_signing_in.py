"""Second steps in Chromium: an app, and passkeys with its virtual authenticator."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from playwright.sync_api import Page, expect

from config.launcher.local import sign_in_service
from reminders.domain.common.access import seed_roles
from tests.factories import make_user
from tests.oidc import CLIENT, SECRET, running_service
from tests.views.door.steps import code, with_app

PASSWORD = "a long password"


def authenticator(page: Page) -> None:
    """A device with a fingerprint reader, and a finger on it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in(page: Page, *, within: str = "main") -> None:
    form = page.locator(within)
    form.get_by_label("Username").fill("ann")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    rest(page)


def rest(page: Page) -> None:
    """Nobody reads a page and clicks within 600 ms: that is a double click, and does nothing."""
    page.wait_for_timeout(700)


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto(re.sub(r"(://[^/]+).*", r"\1/sign-in/", page.url))
    rest(page)


@pytest.fixture(autouse=True)
def roles():
    seed_roles()


def test_an_app_is_set_up_by_its_picture_and_asked_for_from_then_on(open_page, settings):
    settings.MESSAGES_API_IS_SANDBOX = False
    make_user("ann", group="manager")
    page = open_page("/sign-in/", role="")
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("link", name="An app that shows codes").click()
    expect(page.get_by_alt_text("A picture for the camera of your phone")).to_be_visible()
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    page.get_by_text("The camera does not work").click()
    secret = page.locator(".own-secret").inner_text()
    page.get_by_label("The six digits").fill(code(secret))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.locator(".own-codes li")).to_have_count(10)
    spare = page.locator(".own-codes li").first.inner_text()

    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("Code").fill(spare)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("button", name="ann")).to_be_visible()


def test_a_passkey_is_added_and_then_signs_in_alone(open_page):
    page = open_page("/account/", user=make_user("ann", group="manager"))
    authenticator(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("Front desk")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".own-codes li")).to_have_count(10)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("link", name="Rename Front desk")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("button", name="ann")).to_be_visible()


def test_a_passkey_is_the_second_step_and_proof(open_page):
    user = make_user("ann", group="manager")
    page = open_page("/account/passkeys/new/", user=user)
    authenticator(page)
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".own-codes li")).to_have_count(10)

    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="ann")).to_be_visible()
    page.goto(re.sub(r"(://[^/]+).*", r"\1/proof/passkey/?next=/account/", page.url))
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()


def test_a_passkey_is_renamed_and_removed(open_page):
    user = make_user("ann", group="manager")
    page = open_page("/account/passkeys/new/", user=user)
    authenticator(page)
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("link", name="Rename Phone")).to_be_visible()
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove the passkey").click()

    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    assert not Authenticator.objects.filter(user=user).exists()


def test_without_a_passkey_one_is_told_so(open_page):
    page = open_page("/sign-in/", role="")
    authenticator(page)

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_text("No passkey was used")).to_be_visible()


def test_the_organisations_own_service_signs_in(open_page, settings):
    with running_service() as service:
        settings.OIDC_ISSUER, settings.OIDC_NAME = service.issuer, "Hospital"
        settings.OIDC_GROUPS = "Front desk=receptionist"
        settings.SOCIALACCOUNT_PROVIDERS = sign_in_service(
            settings.OIDC_ID, service.issuer, "Hospital", CLIENT, SECRET
        )
        service.claims = {"sub": "1", "given_name": "Ann", "groups": ["Front desk"]}
        page = open_page("/sign-in/?next=/contacts/", role="")
        page.get_by_role("link", name="Go by Hospital").click()
        page.get_by_role("button", name="It is me").click()

        expect(page.get_by_role("heading", name="Patients")).to_be_visible()
        expect(page.get_by_role("button", name="Ann")).to_be_visible()


def test_in_the_dialog_the_second_step_keeps_what_was_typed(open_page):
    page = open_page("/contacts/new/", user=with_app())
    page.get_by_label("First name").fill("Zoe")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.evaluate("document.body.dispatchEvent(new Event('signed-out'))")
    sign_in(page, within="#sign-in")
    dialog = page.locator("#sign-in")
    dialog.get_by_label("Code").fill(code())
    dialog.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("Signed in again")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Zoe")


def test_behind_the_sign_in_dialog_nothing_is_read(open_page):
    page = open_page("/contacts/new/", user=make_user("ann", group="receptionist"))
    page.get_by_label("First name").fill("Zoe")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.evaluate("document.body.dispatchEvent(new Event('signed-out'))")
    dialog = page.get_by_role("dialog", name="You were signed out")
    expect(dialog).to_be_visible()

    for _ in range(3):
        page.keyboard.press("Escape")
        page.mouse.click(5, 5)

    expect(dialog).to_be_visible()
    expect(page.locator("#id_first_name")).to_be_hidden()
    sign_in(page, within="#sign-in")
    expect(page.get_by_label("First name")).to_have_value("Zoe")


def test_drafts_are_their_writers(open_page):
    page = open_page("/contacts/new/", user=make_user("ann", group="receptionist"))
    make_user("bob", group="receptionist")
    page.get_by_label("First name").fill("Zoe")
    page.reload()
    expect(page.get_by_label("First name")).to_have_value("Zoe")

    page.get_by_role("button", name="ann").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Till Then")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter((n) => n.startsWith('draft:'))") == []

    sign_in(page)
    expect(page.get_by_role("button", name="ann")).to_be_visible()
    page.goto(re.sub(r"(://[^/]+).*", r"\1/contacts/new/", page.url))
    page.get_by_label("First name").fill("Zoe")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.reload()
    page.locator("#id_username").fill("bob")
    page.locator("#id_password").fill(PASSWORD)
    rest(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="bob")).to_be_visible()

    expect(page.get_by_label("First name")).to_have_value("")
