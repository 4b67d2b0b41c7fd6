"""An answer with anything beside it that is not understood never acts, in any language."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reminders.domain.replies.reading.almanac import almanac
from reminders.domain.replies.reading.grammar import read_table
from reminders.domain.replies.reading.interpret import Intent, Interpretation, read_answer
from reminders.domain.replies.reading.tokens import tokenise
from reminders.domain.replies.reading.vocabulary import codes_of, vocabulary
from reminders.domain.wording import LANGUAGES

CASES = Path(__file__).parents[2] / "cases"
SAYS = {
    "en": "Yes|Y|ok thanks|I'll be there|No|N sorry|I can't make it",
    "es": "Sí|S|vale gracias|allí estaré|No|N lo siento|no puedo ir",
    "fr": "Oui|O|d'accord merci|j'y serai|Non|N désolé|je ne peux pas venir",
    "de": "Ja|J|passt danke|ich komme|Nein|N sorry|ich kann nicht kommen",
    "it": "Sì|S|va bene grazie|ci sarò|No|N mi dispiace|non posso venire",
    "pt": "Sim|S|tá bom obrigado|estarei lá|Não|N desculpe|não posso ir",
    "nl": "Ja|J|goed bedankt|ik ben er|Nee|N sorry|ik kan niet komen",
    "pl": "Tak|T|dobrze dziękuję|będę|Nie|N przepraszam|nie mogę przyjść",
    "vi": "Có|Vâng|được cảm ơn|tôi sẽ đến|Không|1|tôi không đến được",
    "zh-Hans": "是|好的|可以谢谢|我会来|否|1|我来不了",
    "ar": "نعم|أكيد|تمام شكرا|سأحضر|لا|1|لا أستطيع الحضور",
}
"""Answers that act by themselves; 1 where our own texts offer it."""
LETTERS = {"zh-Hans": "龙凤鹤猫鱼湖桥窗旗鼓梦雪", "ar": "ثظغذضطخزوقصف"}
HARMLESS = {Intent.UNCLEAR, Intent.COURTESY, Intent.RESCHEDULE, Intent.HELP, Intent.PAUSE}


def read(text: str, language: str) -> Interpretation:
    return read_answer(text, languages=[language, "en"], names=["Ann"])


def remarks(language: str) -> list[str]:
    with (CASES / "remarks.csv").open(encoding="utf-8", newline="") as file:
        return [row["remark"] for row in csv.DictReader(file) if row["language"] == language]


def joints(language: str) -> list[str]:
    but = read_table(language)["but"][:6]
    return [
        " ",
        ", ",
        ". ",
        "\n",
        " - ",
        *(f" {word} " for word in but),
        *(f", {word} " for word in but),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_of_the_trial_acts_by_itself(language: str) -> None:
    found = {text: read(text, language).intent for text in SAYS[language].split("|")}

    assert {
        text for text, intent in found.items() if intent not in (Intent.YES, Intent.NO)
    } == set()


@pytest.mark.deep
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_with_a_doubtful_remark_never_acts(language: str) -> None:
    texts = [
        text
        for answer in SAYS[language].split("|")
        for remark in remarks(language)
        for joint in joints(language)
        for text in (answer + joint + remark, remark + joint + answer)
    ]

    acting = {text for text in texts if read(text, language).intent not in HARMLESS}

    assert acting == set()
    assert len(remarks(language)) >= 15
    assert len(texts) >= 1000


@pytest.mark.deep
@pytest.mark.parametrize("language", LANGUAGES)
def test_two_thousand_answers_with_an_unknown_word_never_act(language: str) -> None:
    draw = random.Random(f"remarks in {language}")
    acting = {
        text
        for text in (unknown_remark(language, draw) for _ in range(2000))
        if acts(text, language)
    }

    assert acting == set()


def acts(text: str, language: str) -> bool:
    return read(text, language).intent not in HARMLESS


def unknown_remark(language: str, draw: random.Random) -> str:
    """An answer with known and unknown words around it, in any order, of which one at least is
    unknown.
    """
    known = [word for word in sorted(vocabulary([language]).words) if not word.startswith("<")]
    words = [draw.choice(known) for _ in range(draw.randrange(4))]
    words.insert(draw.randrange(len(words) + 1), invented(language, draw))
    pieces = [draw.choice(SAYS[language].split("|")), " ".join(words)]
    draw.shuffle(pieces)
    return draw.choice(joints(language)).join(pieces)


def invented(language: str, draw: random.Random) -> str:
    """A word that is in no list; some in capitals, as names and nouns are written."""
    while True:
        letters = LETTERS.get(language, "abdefghijklmnoprstuvwz")
        word = "".join(
            draw.choice(letters) for _ in range(draw.randrange(1 if language in LETTERS else 4, 9))
        )
        if not is_known(word, [language, "en"]):
            return draw.choice([word, word.title(), word.upper()])


def is_known(word: str, languages: list[str]) -> bool:
    known, days = vocabulary(languages), almanac(codes_of(languages))
    return all(
        known.as_meant(token).folded in known.words
        or token.folded in days.begins
        or token.raw.isdecimal()
        for token in tokenise(word)
    )


@settings(deadline=None)
@given(
    st.sampled_from(
        [(language, says) for language in LANGUAGES for says in SAYS[language].split("|")]
    ),
    st.lists(
        st.text(alphabet=st.characters(categories=["L", "N", "So"]), min_size=1, max_size=12),
        min_size=1,
        max_size=6,
    ),
)
def test_an_answer_with_any_unknown_word_never_acts(
    said: tuple[str, str], added: list[str]
) -> None:
    language, answer = said
    assume(any(not is_known(word, [language, "en"]) and tokenise(word) for word in added))

    assert not acts(f"{answer} {' '.join(added)}", language)


@pytest.mark.parametrize(
    "text",
    [
        "Yes but that's when I work",
        "Yes but could it be with the other hygienist",
        "Yes, evening please",
        "Please confirm",
        "correct my booking",
        "No all good",
        "Oh no",
        "No doctor",
        "No please",
        "Yes but",
        "Ok. No reminder of the old time",
        "Yes. Regards. Tomorrow Instead",
        "Yes\nSent from my bed, can we move it",
    ],
)
def test_what_only_holds_an_answer_is_none(text: str) -> None:
    assert read(text, "en").intent == Intent.UNCLEAR


def test_an_unclear_reply_tells_which_words_were_not_understood() -> None:
    answer = read("Yes thanks but Bus strike", "en")

    assert (answer.matched, answer.unknown) == ("yes", ("Bus", "strike"))
    assert read("Yes thanks", "en").unknown == ()


def test_the_remarks_of_the_trial_cover_every_language() -> None:
    count = Counter({language: len(remarks(language)) for language in LANGUAGES})

    assert min(count.values()) >= 15
