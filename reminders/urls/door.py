"""The addresses of signing in. The library leads to its pages by the names that it gave them."""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.views import LogoutView
from django.urls import path

from reminders.views.door import account, lock, service, steps
from reminders.views.door.colleagues import links
from reminders.views.site import session

_sign_in, _sign_out = session.SignIn.as_view(), LogoutView.as_view()

urlpatterns = [
    path("sign-in/", _sign_in, name="login"),
    path("sign-in/", _sign_in, name="account_login"),
    path("sign-in/second-step/", steps.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", steps.ByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-out/", _sign_out, name="logout"),
    path("sign-out/", _sign_out, name="account_logout"),
    path("sign-in/forgotten/", links.forgotten, name="forgotten_password"),
    path("sign-in/link/<str:token>/", links.choose_password, name="choose_password"),
    path("sign-in/<str:provider_id>/", service.set_out, name="openid_connect_login"),
    path("sign-in/<str:provider_id>/back/", service.come_back, name="openid_connect_callback"),
    path("locked/", lock.unlock, name="unlock"),
    path("account/pin/", lock.choose_pin, name="desk_pin"),
    path("proof/", reauthenticate, name="account_reauthenticate"),
    path("proof/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("proof/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/", account.Account.as_view(), name="mfa_index"),
    path("password/", session.ChangePassword.as_view(), name="password_change"),
    path("account/second-step/", account.second_factor_due, name="second_factor_due"),
    path("account/elsewhere/", account.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("account/app/", app.activate_totp, name="mfa_activate_totp"),
    path("account/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/passkeys/", account.Account.as_view(), name="mfa_list_webauthn"),
    path("account/passkeys/new/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("account/passkeys/<id:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/passkeys/<id:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
]
