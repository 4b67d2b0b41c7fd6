"""Choosing a password by a link, and asking for such a link."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reminders.domain.operations.sign_ins import is_paused, note_failure
from reminders.domain.signing_in import links, mails
from reminders.views.shared.pages import say

SENT = (
    "If we know that name and an address for it, an e-mail is on its way. Its link holds an hour."
)


class WhoForm(forms.Form):
    """Whose password is forgotten."""

    who = forms.CharField(
        max_length=254,
        label="Username or e-mail address",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by e-mail; without a mail server, say whom to ask."""
    if not mails.can_send():
        return render(request, "account/forgotten.html")
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send(request, form.cleaned_data["who"])
        say(request, SENT)
        # The same for everybody: the answer must not tell which names exist.
        return HttpResponseRedirect(reverse("login"))
    return render(request, "account/forgotten.html", {"form": form})


def _send(request: HttpRequest, who: str) -> None:
    address, now = str(request.META.get("REMOTE_ADDR", "")), timezone.now()
    # Not under the name that was typed: asking for a colleague would pause the colleague.
    counted = f"forgotten {address}"
    if not is_paused(counted, address, now=now):
        # Counted whether or not there is such a name: the pause must not tell which exist.
        note_failure(counted, address, now=now)
        links.ask(who, site=address_of(request, "{}"), now=now)


@sensitive_post_parameters("new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, token: str) -> HttpResponse:
    """Take the password; a link that holds no more says so."""
    user = links.holder(token, now=timezone.now())
    if user is None:
        return _unseen(
            render(request, "account/no_more.html", {"words": links.NO_MORE}, status=410)
        )
    form = SetPasswordForm(user, request.POST or None)
    form.fields["new_password1"].label = "Your new password"
    if request.method == "POST" and form.is_valid():
        try:
            links.use(token, form.cleaned_data["new_password1"], now=timezone.now())
        except links.LinkError as error:
            shown = {"words": str(error)}
            return _unseen(render(request, "account/no_more.html", shown, status=410))
        say(request, "Your password is chosen. Sign in with it now.")
        return _unseen(HttpResponseRedirect(reverse("login")))
    status = 422 if request.method == "POST" else 200
    shown_form = {"form": form, "user_name": user.get_username()}
    return _unseen(render(request, "account/choose_password.html", shown_form, status=status))


def address_of(request: HttpRequest, token: str) -> str:
    """The whole address of a link."""
    # By the address that the site is known by: a request may have come by another host's name, and
    # the link in the e-mail would lead there.
    path = reverse("choose_password", args=["token"])
    whole = settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)
    # Put in at the end: a {} for the token would be written as %7B%7D.
    return whole.removesuffix("token/") + f"{token}/"


def _unseen(response: HttpResponse) -> HttpResponse:
    """No copy is kept, and the address goes to no other site."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
