"""What the pages need, by name. Seeing and changing are two permissions, so that somebody may see
all and change nothing.
"""

SEE_DAY = "reminders.view_appointment"
"""The pages of the day: day sheet, call list, inbox, conversations, appointments, contacts, not
sent.
"""
DAILY_WORK = "reminders.change_appointment"
"""What is done on them."""
SEE_MANY, MANY = "reminders.view_bulkchange", "reminders.add_bulkchange"
"""What is done with many visits at once: to look at it, and to do it."""
SEE_IMPORTS, IMPORT = "reminders.view_import", "reminders.add_import"
SEE_RULES, RULES = "reminders.view_reminderrule", "reminders.change_reminderrule"
SEE_WORDINGS, WORDINGS = "reminders.view_wording", "reminders.change_wording"
STATISTICS = "reminders.view_auditentry"
SEE_PRICES, PRICES = "reminders.view_textprice", "reminders.change_textprice"
EXPORT = "reminders.export_appointment"
"""To take appointments away as a file, names and numbers in it."""
SEE_CONNECTION, CONNECTION = "reminders.view_providerstate", "reminders.change_providerstate"
ADD_LOCATION, LOCATION = "reminders.add_location", "reminders.change_location"
ADD_PRACTITIONER, PRACTITIONER = "reminders.add_practitioner", "reminders.change_practitioner"
ADD_SERVICE, SERVICE = "reminders.add_service", "reminders.change_service"
ADD_LINE, LINE = "reminders.add_cannedreply", "reminders.change_cannedreply"
DELETE_LINE = "reminders.delete_cannedreply"
SEE_PERSON_DATA, PERSON_DATA = "reminders.view_erasure", "reminders.change_location"
"""To look at, and to give out and forget, all that is held about a person: whoever answers for a
location.
"""
SEE_PEOPLE = "reminders.view_staffprofile"
INVITE = "reminders.add_staffprofile"
"""To invite, and to make a link by which a password is chosen."""
HELP = "reminders.change_staffprofile"
"""To take a lost second factor away, and to switch off somebody who has left."""
TRAIL = "reminders.view_trailentry"
"""Who did what. Of every location, so it takes somebody who sees them all."""
USERS = "auth.change_user"
SEE_ROLES, ROLES = "auth.view_group", "auth.change_group"

GRANTING = frozenset(
    f"auth.{verb}_{model}" for verb in ("add", "change", "delete") for model in ("user", "group")
)
"""Who has one of these can make others, or themselves, more than they are: an administrator."""

ANYBODY, SIGNED_IN = "anybody", "whoever is signed in"
"""In place of a permission: the address has rules of its own, or concerns oneself only."""
