"""Which chapter tells about a page of the site: its `?` leads there."""

from __future__ import annotations

from django.urls import reverse

from reminders.handbook.chapters import BY_NAME

CHAPTER_OF: dict[str, str] = {
    # The day
    "day_sheet": "receptionist#the-morning-look",
    "appointments": "receptionist#somebody-phones",
    "appointments_export": "manager#reading-the-figures",
    "appointment": "receptionist#book-move-or-cancel-a-visit",
    "appointment_text": "receptionist#text-one-person",
    "many": "whole-day",
    "sandbox_phone": "receptionist#when-there-is-a-banner",
    "pulse": "receptionist#when-there-is-a-banner",
    # Patients
    "contacts": "receptionist#somebody-phones",
    "contact_new": "receptionist#a-new-patient",
    "contact_edit": "receptionist#a-new-patient",
    "contact_same": "imports#what-it-means",
    "contact_merge": "imports#what-it-means",
    "contact_responsible": "people#somebody-else-is-texted",
    "contact_data": "data-protection#a-patient-asks-what-you-hold",
    "conversation": "receptionist#text-one-person",
    # Lists and figures
    "call_list": "receptionist#the-call-list",
    "missed": "did-not-come",
    "inbox": "receptionist#a-reply-that-needs-a-person",
    "short_notice": "short-notice",
    "unsent": "receptionist#texts-that-were-not-sent",
    "forecast": "manager#see-what-a-change-does",
    "data_quality": "imports#what-it-means",
    "recalls": "people#recalls",
    "recall": "people#recalls",
    "statistics": "manager#reading-the-figures",
    "statistics_change": "figures#before-and-after",
    "statistics_prices": "figures#before-and-after",
    # Diary files
    "imports": "receptionist#bring-in-the-diary",
    "import": "imports#the-preview-and-after",
    "import_example": "imports#your-first-file-step-by-step",
    "import_columns": "imports#the-questions",
    "import_questions": "imports#the-questions",
    # Set-up
    "setup": "manager",
    "first_steps": "going-live",
    "locations": "manager#locations-and-texting-hours",
    "location": "manager#locations-and-texting-hours",
    "closed": "closed-days",
    "calendars": "links#calendars-of-a-practice",
    "practitioners": "manager#locations-and-texting-hours",
    "services": "manager#locations-and-texting-hours",
    "ready_lines": "receptionist#text-one-person",
    "rules": "manager#rules-that-we-recommend",
    "wordings": "manager#wordings",
    "email": "e-mail",
    "whatsapp": "whatsapp",
    "trial": "figures#two-wordings",
    "trials": "figures#two-wordings",
    "taught_replies": "manager#wordings",
    "taught_answers": "imports#the-questions",
    "age_rule": "people#the-rule-by-age",
    "retention": "retention",
    "after_restore": "backup",
    "connection": "troubleshooting",
    # Colleagues, and one's own sign-in
    "people": "manager#roles-and-colleagues",
    "trail": "trail",
    "mfa": "receptionist#signing-in",
    "account": "receptionist#signing-in",
    "password_change": "receptionist#signing-in",
    "second_factor_due": "receptionist#signing-in",
    "desk_pin": "receptionist#signing-in",
    "unlock": "receptionist#signing-in",
    "sign_out_elsewhere": "receptionist#signing-in",
    "help": "receptionist",
}
"""By the name of an address, or what its name begins with; the longest counts."""


def chapter_for(address: str) -> str:
    """The chapter, with what to begin at, for an address's name; blank where there is none."""
    begins = address
    while begins and begins not in CHAPTER_OF:
        begins = begins.rpartition("_")[0]
    return CHAPTER_OF.get(begins, "")


def help_for(address: str) -> str:
    """Where the `?` of a page leads; without a chapter of its own to the contents."""
    name, _, anchor = chapter_for(address).partition("#")
    if name not in BY_NAME:
        return reverse("help")
    return reverse("help_chapter", args=[name]) + (f"#{anchor}" if anchor else "")
