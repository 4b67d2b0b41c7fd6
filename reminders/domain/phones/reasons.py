"""Why a number that exists gets no text, in words for staff: a landline, a paid line, a pager."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from reminders.domain.phones.parsing import can_receive_sms

_WORDS: dict[int, str] = {
    PhoneNumberType.FIXED_LINE: "This is a landline, which gets no texts. Add a mobile number.",
    PhoneNumberType.PREMIUM_RATE: "This is a premium-rate number and never texted. Add a mobile number.",
    PhoneNumberType.TOLL_FREE: "This is a freephone number, which is nobody's own. Add a mobile number.",
    PhoneNumberType.SHARED_COST: "This is a shared-cost number, which is nobody's own. Add a mobile number.",
    PhoneNumberType.VOIP: "This is an internet telephone, which texts may not reach. Add a mobile number.",
    PhoneNumberType.PERSONAL_NUMBER: "This is a redirecting number and never texted. Add a mobile number.",
    PhoneNumberType.PAGER: "This is a pager, not a phone. Add a mobile number.",
    PhoneNumberType.UAN: "This is a company's number, which is nobody's own. Add a mobile number.",
    PhoneNumberType.VOICEMAIL: "This is a voicemail box, not a phone. Add a mobile number.",
}
_OTHER = "Nobody knows whether this number gets texts. Add a mobile number."


def why_no_text(e164: str) -> str:
    """Why a number is not texted, as a sentence; "" where it can be."""
    if can_receive_sms(e164):
        return ""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(e164))
    except NumberParseException:
        return _OTHER
    return _WORDS.get(kind, _OTHER)
