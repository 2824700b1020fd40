"""How easily a text reads, by published formulas; pure, and bounded by the words looked at."""

import re
from itertools import islice

from octavo.publishing.checks.schemas import Readability
from octavo.publishing.checks.source import paragraphs, words_of

__all__ = ["measure", "sentences_of", "syllables"]

_ENOUGH_WORDS, _MOST_WORDS = 30, 20_000
_LONGEST_WORD = 60
_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]{0,3}(?=\s|$)")
_GROUPS_EN = re.compile(r"[aeiouy]+")
# Endings that are written and not said: an e, the e of -ed and -es, the ue of "league"; then the e
# that stood last before an ending came: "lovely", "careful", "movement".
_SILENT = re.compile(
    r"(?<=[^aeiouy])e$|(?<=[^aeiouytd])ed$|(?<![cs]h)(?<=[^aeiouyszxgc])es$|(?<=[aeiou]g)ue$"
    r"|(?<=^som)e(?=[bdhtw])|(?<=^ev)e(?=ry)|(?<=q)ue$|(?<=[^aeiouy])e(?=ly$|(?:ful|less|ness)(?:ly)?$)|(?<=[aeiou][^aeioul])e(?=ments?$)"
)
_TABLE = re.compile(r"(?<=[^aeiouylrw])le(?:s|d)?$")  # ta-ble, not whole
# Vowels that touch and are two syllables nonetheless: "piano", "lion", "museum", "January".
_HIATUS_EN = re.compile(
    r"ia(?!n$|ns$|ls?$|lly$|ge)|(?<=[rn])ial|(?<=r)ian|iou(?!s)|[aeio]ing$|eo(?!u)|eu(?=ms?$)"
    r"|(?<=[aeiou][^aeiou])eas?$|ua(?=[lt]|ry)|io(?!n|u)|^[^aeiouy]+io(?=n)|(?<=p)io(?=n)|ie(?=ty?s?$)"
    r"|(?<![tc])ie(?=n[tc])|^scie(?=n)|[^q]ue(?=l|n)|cre(?=at(?!u))"
)
_GROUPS_ES = re.compile(r"[aeiouáéíóúü]+")
_STRONG_ES = frozenset("aeoáéóíú")


def measure(clean: str, language: str) -> Readability:
    """Measure a text without code.

    English: Flesch reading ease, 206.835 - 1.015 words per sentence - 84.6 syllables per word
    (R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32, 1948, 221-233).
    Spanish: the perspicuity of Szigriszt Pazos, 206.835 - words per sentence - 62.3 syllables per
    word (F. Szigriszt Pazos, thesis, Universidad Complutense de Madrid, 1993). Both: 100 is very
    easy, 0 very hard; texts of fewer than 30 words are not measured.

    Not used: J. Fernández Huerta's older adaptation (Consigna 214, 1959), 206.84 - 60 P - 1.02 F with
    P syllables per word and F words per sentence; often printed with other meanings of P and F.
    """
    base = language.partition("-")[0].lower()
    words: list[str] = []
    sentences = 0
    for _, _, text in paragraphs(clean):
        words += words_of(text)
        sentences += len(sentences_of(text))
        if len(words) >= _MOST_WORDS:
            break
    score = None
    if base in {"en", "es"} and len(words) >= _ENOUGH_WORDS and sentences:
        per_word = sum(syllables(word, base) for word in islice(words, _MOST_WORDS)) / min(
            len(words), _MOST_WORDS
        )
        per_sentence = len(words) / sentences
        score = (
            206.835 - 1.015 * per_sentence - 84.6 * per_word
            if base == "en"
            else 206.835 - per_sentence - 62.3 * per_word
        )
    formula = {"en": "flesch", "es": "szigriszt-pazos"}.get(base, "")
    return Readability(
        language=base,
        formula=formula,
        score=None if score is None else round(score, 1),
        words=len(words),
        sentences=sentences,
    )


def sentences_of(text: str) -> list[str]:
    """Answer the sentences of a paragraph that hold a word."""
    return [part for part in _SENTENCE_END.split(text) if words_of(part)]


def syllables(word: str, language: str) -> int:
    """Count the syllables of a word, English (`en`, estimated) or Spanish (`es`, by its rules)."""
    lowered = word.lower()[:_LONGEST_WORD]
    return _english(lowered) if language == "en" else _spanish(lowered)


def _english(word: str) -> int:
    word = word.replace("'", "").replace("’", "")
    table = _TABLE.search(word)
    if table:
        return max(1, len(_GROUPS_EN.findall(_SILENT.sub("", word[: table.start()]))) + 1)
    count = len(_GROUPS_EN.findall(_SILENT.sub("", word)))
    count += len(_HIATUS_EN.findall(word))
    return max(1, count)


def _spanish(word: str) -> int:
    """Vowels that touch are one syllable unless two of them are strong (`le-er`, `dí-a`)."""
    word = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "g", word)
    word = re.sub(r"y(?![aeiouáéíóú])", "i", word)
    count = 0
    for group in _GROUPS_ES.findall(word.replace("h", "") if "h" in word else word):
        count += max(1, sum(sign in _STRONG_ES for sign in group))
    return max(1, count)
