"""Words around a phone number: "mob: 0491 570 006 (after 5pm)", "07700 900281 Mum".

A number is read among words only where every word is known to change nothing. Words that do ("fax",
"old", "do not use") are not in the table, as is whatever nobody thought of: then it is refused.
"""

from __future__ import annotations

import re
import unicodedata

_WORDS: dict[str, str] = {
    "kinds": """
        m mob mobile mobil mobilnr mobilnummer mobiltelefon mobiel mobiele movil celular cell
        cellphone cellular cel handy handynr portable port gsm natel iphone smartphone kom komorka
        komorkowy matkapuhelin puhelin puh kannykka cellulare telemovel tlm h home hjem hjemme w
        work d day daytime evening evenings morning mornings t tel telefon telefono telefoon
        telefone telephone phone ph p tlf telf fon fono landline festnetz fixe fisso fijo vast
        privat private privado prive priv dienstlich bureau arbeit no nr num number nummer numero
        numer s sms text texts whatsapp wa viber signal only best preferred main primary first
        second other or and und et y e en og och oder ou of
    """,
    "parents": """
        mum mums mom moms mother mothers dad dads father fathers parent parents carer carers
        guardian own self his her their mutter vater mama papa eltern mere pere maman madre
        padre moeder vader mae pai matka ojciec mor far mamma pappa aiti isa
    """,
    "times": """
        after before from until till from am pm uhr uur h nach vor ab bis apres avant despues
        antes dopo prima na voor efter fore etter weekends weekdays anytime always nur only
        seulement
    """,
}
_OTHERS = frozenset(
    """
    husband husbands wife wifes spouse partner partners girlfriend boyfriend son sons daughter
    daughters sister brother friend neighbour neighbor landlord ehemann ehefrau gatte gattin
    sohn tochter nachbar mari epoux epouse conjoint fils fille voisin esposo esposa marido hijo
    hija marito moglie figlio figlia echtgenoot echtgenote zoon dochter buren filho filha maz
    zona syn corka make maka son dotter
    """.split()
)
"""People whose phone is not the patient's: a parent's or carer's may be texted, theirs is
another's.
"""
_MEANINGLESS = frozenset(word for words in _WORDS.values() for word in words.split())
_RELATIONS = _OTHERS | frozenset(_WORDS["parents"].split()) - frozenset(["own", "self"])
_LABELS = frozenset(_WORDS["kinds"].split())
_MOST_LABELS = 4
_TIME = re.compile(
    r"(?<![\d+])\d{1,2}(?:[:.h]\d{2})?\s?(?:am|pm|uhr|uur|h)(?![a-z])"
    r"|(?<=(?:after|until) )\d{1,2}(?:[:.]\d{2})?(?!\d)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?\(?\+?\d[\d\s().\-/]*\d")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GLUED = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")
_ACCENT = re.compile("[\u0300-\u036f]")
_NO_TEXTS = re.compile(
    r"\bno\s+(?:sms|texts?|whatsapp|wa)\b"
    r"|\b(?:sms|texts?)\W+no\b(?!\W*\d)"
    r"|\b(?:landline|festnetz|fixe|fisso|fijo|vast|whatsapp|wa|viber|signal)\s+(?:only|nur)\b"
    r"|\b(?:only|nur|seulement)\s+(?:landline|festnetz|fixe|whatsapp|wa|viber|signal)\b",
    re.IGNORECASE,
)
"""Words that are harmless one by one, "no" being short for number, and refuse texts together."""
_REFUSED = re.compile(
    r"\b(?:do(?:n.?t| not)|never|not|fax|pas de|keine?|nicht|geen|niet|ingen|ikke|inga|nie|non|sans"
    r"|sin|ne pas|old|former|wrong|deceased|rip)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,10})\.?\s?[:=]\s?(\+?\(?\d[\d ().-]{5,18}\d)")
_MOBILE = frozenset(
    """
    c m cell cellphone cellular mob mobile mobil mobiel movil celular cel handy natel portable port
    gsm komorka komorkowy matkapuhelin telemovel tlm
    """.split()
)
_FEWEST_DIGITS = 6
_MOST_WORDS = 8


def numbers_among_words(text: str) -> list[str]:
    """The numbers in a tidy text whose other words change nothing; none where any word might."""
    # Times first: “after 5” has a digit that is part of no number.
    rest = _TIME.sub(" ", text)
    if _GLUED.search(rest) or _NO_TEXTS.search(rest):
        return []  # "O491" or "90028l": a letter in place of a digit
    words = [_folded(word) for word in _WORD.findall(rest)]
    if len(words) > _MOST_WORDS or not all(word in _MEANINGLESS for word in words):
        return []
    parted = _WORD.sub("|", rest)
    numbers = [run.strip() for run in _NUMBER.findall(parted)]
    # A digit that belongs to nothing may be missing in the number: then it is refused.
    left_over = re.sub(r"[\W_]", "", _NUMBER.sub("", parted))
    if left_over or any(sum(map(str.isdigit, number)) < _FEWEST_DIGITS for number in numbers):
        return []
    return numbers


def labelled_mobile(text: str) -> str:
    """Of a cell with several numbers the only one that is labelled a mobile, as in "H: 212 555 0140
    C: 212 555 0141"; "" where there is no such one.
    """
    labelled = _LABELLED.findall(text)
    mobiles = [number for label, number in labelled if _folded(label) in _MOBILE]
    return mobiles[0] if len(labelled) > 1 and len(mobiles) == 1 else ""


def is_somebody_elses(text: str) -> bool:
    """Whether a cell says of its number that a relative answers it, who is no parent of the
    patient.
    """
    return any(_folded(word) in _OTHERS for word in _WORD.findall(text))


def is_relation(text: str, *, parents: bool = True) -> bool:
    """Whether a cell is nothing but who of the family somebody is, or has a number: "Mother",
    "wife’s", "2 = hija", "mobile: daughter"; without `parents`, only whose phone is another's.
    """
    wanted = _RELATIONS if parents else _OTHERS
    words = [_folded(word.removesuffix("'s").removesuffix("’s")) for word in _WORD.findall(text)]
    others = [word for word in words if word not in _LABELS]
    return 0 < len(others) <= len(words) <= _MOST_LABELS and wanted.issuperset(others)


def refuses_texts(text: str) -> bool:
    """Whether words beside a number refuse texts to it, or say that it is a fax."""
    return bool(_NO_TEXTS.search(text) or _REFUSED.search(text))


def _folded(word: str) -> str:
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return plain.replace("'", "").replace("’", "")
