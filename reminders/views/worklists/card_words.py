"""How each kind of card looks, what it asks of staff, and how a settled one reads."""

from reminders.models import InboxItem

ICONS = {
    InboxItem.Kind.EMERGENCY: "warning",
    InboxItem.Kind.UNCLEAR: "chat-question",
    InboxItem.Kind.REMARK: "chat",
    InboxItem.Kind.DECLINED: "x-circle",
    InboxItem.Kind.RESCHEDULE: "calendar",
    InboxItem.Kind.MAY_CANCEL: "warning",
    InboxItem.Kind.CONTRADICTION: "history",
    InboxItem.Kind.LATE: "clock",
    InboxItem.Kind.UNMATCHED: "help",
    InboxItem.Kind.OPT_OUT: "ban",
    InboxItem.Kind.LOOP: "warning",
    InboxItem.Kind.UNREADABLE: "warning",
    InboxItem.Kind.UNREACHABLE: "call-off",
    InboxItem.Kind.STALE: "warning",
    InboxItem.Kind.DIARY: "diary",
}
TONES = {
    InboxItem.Kind.EMERGENCY: "unreachable",
    InboxItem.Kind.DECLINED: "declined",
    InboxItem.Kind.MAY_CANCEL: "declined",
    InboxItem.Kind.OPT_OUT: "declined",
    InboxItem.Kind.UNREACHABLE: "unreachable",
    InboxItem.Kind.REMARK: "asked",
}
WHAT_TO_DO = {
    InboxItem.Kind.EMERGENCY: "Call the patient now. They were told the emergency number.",
    InboxItem.Kind.UNCLEAR: "Read the reply and say what it means.",
    InboxItem.Kind.REMARK: "The answer was taken; the rest of the text is for you.",
    InboxItem.Kind.DECLINED: "Offer another time, or call.",
    InboxItem.Kind.RESCHEDULE: "Offer another time, or call.",
    InboxItem.Kind.MAY_CANCEL: "The number is opted out. Ask by phone whether the appointment "
    "is off as well.",
    InboxItem.Kind.CONTRADICTION: "The patient said two different things. Which one holds?",
    InboxItem.Kind.LATE: "The answer came too late to count by itself.",
    InboxItem.Kind.UNMATCHED: "Choose the appointment that this is about, if any.",
    InboxItem.Kind.OPT_OUT: "Read the reply, ask the patient if need be, and decide about texts.",
    InboxItem.Kind.LOOP: "Automatic answers to this number have stopped. See who is writing.",
    InboxItem.Kind.UNREADABLE: "This could not be read. See the details with your administrator.",
    InboxItem.Kind.UNREACHABLE: "Call, or correct the number.",
    InboxItem.Kind.STALE: "Tell the patient that the earlier text no longer holds.",
    InboxItem.Kind.DIARY: "Answer what the file leaves open. Until then the diary stays as it was.",
}
SETTLED = {
    "confirm": "confirmed the appointment",
    "decline": "noted that the patient can't come",
    "neither": "left the appointment as it is",
    "texted": "answered by text",
    "done": "marked this as done",
    "texts_stopped": "opted the number out of texts",
    "texts_go_on": "decided that texts go on",
    "answered": "asked, and the patient has answered",
    "imported": "had the file imported",
    "thrown_away": "threw the file away",
    "newer_file": "let the file go: a newer one of this diary came",
    "forgotten": "let go of it: its words are no longer kept",
    "let_go": "let the file go: nobody had gone on with it",
}
