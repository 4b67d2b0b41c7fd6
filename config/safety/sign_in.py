"""Forms of our own in place of the sign-in library's, and how groups are written in settings."""

ACCOUNT_FORMS = {"reauthenticate": "reminders.views.door.forms.ProofForm"}
MFA_FORMS = {
    "activate_totp": "reminders.views.door.forms.AppForm",
    "authenticate": "reminders.views.door.forms.SecondFactorForm",
    "authenticate_webauthn": "reminders.views.door.forms.PasskeySecondForm",
    "reauthenticate": "reminders.views.door.forms.ProofByCodeForm",
    "reauthenticate_webauthn": "reminders.views.door.forms.ProofByPasskeyForm",
    "login_webauthn": "reminders.views.door.forms.PasskeyForm",
    "add_webauthn": "reminders.views.door.forms.AddPasskeyForm",
}
GROUPS = r"(\s*[^=;]+=[^@=;]+(@[^=;]+)?\s*(;|$)\s*)+"
GROUPS_TAKE = (
    "groups with their roles, such as Front desk=receptionist@North,South; IT=administrator"
)
