"""Numbers that behave in a way of their own on WhatsApp; by SMS they get their texts."""

from enum import StrEnum


class OnWhatsApp(StrEnum):
    """What becomes of a text by WhatsApp."""

    DELIVERED = "delivered"
    NO_WHATSAPP = "no_whatsapp"
    SWITCHED_OFF = "switched_off"
    SILENT = "silent"
    TAPS_YES = "taps_yes"


WORDS = {
    OnWhatsApp.NO_WHATSAPP: "Has no WhatsApp: a text there fails at once; by SMS it arrives.",
    OnWhatsApp.SWITCHED_OFF: "WhatsApp gives the text up when its time has run out.",
    OnWhatsApp.SILENT: "WhatsApp takes the text, then nothing more is ever heard of it.",
    OnWhatsApp.TAPS_YES: "Taps the first button two seconds after a text by WhatsApp.",
}
TABLE = {
    "+447700900996": OnWhatsApp.NO_WHATSAPP,
    "+447700900997": OnWhatsApp.SWITCHED_OFF,
    "+447700900998": OnWhatsApp.SILENT,
    "+447700900999": OnWhatsApp.TAPS_YES,
}


def on_whatsapp(number: str) -> OnWhatsApp:
    """What happens there with a text to `number` (E.164)."""
    return TABLE.get(number, OnWhatsApp.DELIVERED)


def described() -> list[dict[str, str]]:
    """For the help of the phone page."""
    return [
        {"number": number, "behaviour": kind.value, "words": WORDS[kind]}
        for number, kind in TABLE.items()
    ]
