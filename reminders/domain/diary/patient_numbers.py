"""What diaries write where a patient has no number yet: "NEW", "0", "n/a", "-", and their like
elsewhere.

Such a word stands with many people, so it must never be taken for the number of one of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS: dict[str, str] = {
    "en": """
        new newpatient newclient newcustomer newpt na nil none null nan unknown undefined
        unassigned notassigned notavailable notapplicable notyet nonumber noid nopatientnumber
        blank empty missing no tba tbc tbd pending temp temporary walkin guest casual
    """,
    "de": """
        neu neue neuer neupatient neuerpatient neuepatientin neukunde neuerkunde neuekundin kein
        keine keiner keinenummer unbekannt leer ohne fehlt ka nv entfallt gast
    """,
    "fr": """
        nouveau nouvelle nouveaupatient nouvellepatiente nouveauclient aucun aucune inconnu
        inconnue neant vide sans sansnumero nc
    """,
    "es": """
        nuevo nueva nuevopaciente nuevapaciente pacientenuevo pacientenueva nuevocliente ninguno
        ninguna desconocido desconocida sinnumero sn nd vacio pendiente
    """,
    "it": """
        nuovo nuova nuovopaziente nuovapaziente nuovocliente nessuno nessuna sconosciuto ignoto
        vuoto senzanumero
    """,
    "nl": "nieuw nieuwe nieuwepatient nieuweklant geen geennummer onbekend leeg nvt",
    "pt": "novo nova novopaciente novocliente nenhum nenhuma desconhecido semnumero vazio",
    "pl": "nowy nowa nowypacjent brak nieznany nieznana",
    "sv": "ny nypatient nykund saknas ingen inget okand",
    "da nb": "nypasient nykunde ukendt ukjent mangler intet ingennummer",
    "fi": "uusi uusipotilas uusiasiakas eiole puuttuu tuntematon",
    "cs sk": "novy nova novypacient zadny zadne neznamy neni chybi",
    "tr": "yeni yenihasta yok bilinmiyor bos",
    "ru uk": "новый новая новыйпациент нет неизвестно отсутствует новии немає",
    "el": "νεοσ νεα καμια κανενα αγνωστο",
    "ja": "新規 新患 初診 なし 無し 未定 不明",
    "zh ko": "新 新患者 新客户 无 無 没有 暂无 未知 신규 없음 미정",
    "ar he": "جديد جديدة لايوجد غيرمعروف بدون חדש חדשה אין",
}


_DIGIT = re.compile(r"[1-9]")


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


_PLACEHOLDERS = frozenset(_bare(word) for words in _WORDS.values() for word in words.split())


def read_patient_number(text: str) -> str:
    """The number, or "" for a word, a sign or zeros that only say that there is none."""
    if _DIGIT.search(text):
        return text  # as most have, and a million of them are asked for
    return "" if _is_placeholder(text) else text


@lru_cache(maxsize=4096)
def _is_placeholder(text: str) -> bool:
    bare = _bare(text)
    return not bare.strip("0") or not bare.strip("x") or bare in _PLACEHOLDERS
