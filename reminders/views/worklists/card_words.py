"""How each kind of card looks, what it asks of staff, and how a settled one reads."""

from reminders.models import Card

ICONS = {
    Card.Kind.UNCLEAR: "chat-question",
    Card.Kind.REMARK: "chat",
    Card.Kind.DECLINED: "x-circle",
    Card.Kind.RESCHEDULE: "calendar",
    Card.Kind.MAY_CANCEL: "warning",
    Card.Kind.CONTRADICTION: "history",
    Card.Kind.LATE: "clock",
    Card.Kind.UNMATCHED: "help",
    Card.Kind.OPT_OUT: "ban",
    Card.Kind.LOOP: "warning",
    Card.Kind.UNREADABLE: "warning",
    Card.Kind.UNREACHABLE: "call-off",
    Card.Kind.STALE: "warning",
}
TONES = {
    Card.Kind.DECLINED: "declined",
    Card.Kind.MAY_CANCEL: "declined",
    Card.Kind.OPT_OUT: "declined",
    Card.Kind.UNREACHABLE: "unreachable",
    Card.Kind.REMARK: "asked",
}
WHAT_TO_DO = {
    Card.Kind.UNCLEAR: "Read the reply and say what it means.",
    Card.Kind.REMARK: "The answer was taken; the rest of the text is for you.",
    Card.Kind.DECLINED: "Offer another time, or call.",
    Card.Kind.RESCHEDULE: "Offer another time, or call.",
    Card.Kind.MAY_CANCEL: "The number is opted out. Ask by phone whether the appointment is off as well.",
    Card.Kind.CONTRADICTION: "The patient said two different things. Which one holds?",
    Card.Kind.LATE: "The answer came too late to count by itself.",
    Card.Kind.UNMATCHED: "Choose the appointment that this is about, if any.",
    Card.Kind.OPT_OUT: "Read the reply, ask the patient if need be, and decide about texts.",
    Card.Kind.LOOP: "Automatic answers to this number have stopped. See who is writing.",
    Card.Kind.UNREADABLE: "This could not be read. See the details with your administrator.",
    Card.Kind.UNREACHABLE: "Call, or correct the number.",
    Card.Kind.STALE: "Tell the patient that the earlier text no longer holds.",
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
}
