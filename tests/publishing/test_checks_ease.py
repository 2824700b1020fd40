"""How easily a text reads: syllables that are certain, and scores worked out by hand."""

import pytest

from octavo.publishing.checks.reading_ease import measure, syllables

# Counted by hand; none of them has another count in a usual pronunciation.
ENGLISH = {
    1: "a cat dog tree house bread school strength through thought make made whole while asked"
    " jumped looked clothes queen guess league knife friend",
    2: "table little paper water wanted needed boxes houses watches dances judges purple simple"
    " being going lion quiet create people money happy reason window careful movement lovely",
    3: "banana tomato potato beautiful remember computer important example library another"
    " however eleven radio video piano animal hospital museum idea area audience management",
    4: "education information television community January February photography experience"
    " material necessary original historian",
    5: "university international opportunity electricity immediately",
}
SPANISH = {
    1: "sol pan luz mar tren flor dios pie buey rey ley muy fue vio que guion",
    2: "casa mesa día río leer ciudad queso guerra agua jueves viernes baúl país maíz tierra"
    " puerta cuando aunque ahí bueno siempre hielo huevo reina causa cuidar miedo",
    3: "camino poeta teatro historia familia palabra ahora caoba canciones lengüeta pingüino"
    " ahorro cohete camiones",
    4: "alegría abogado averiguáis biblioteca universo televisor teléfono mariposa carretera"
    " chocolate gramática todavía vehículo calendario",
    5: "universidad matemáticas conocimiento televisores electricidad naturaleza",
    6: "comunicaciones responsabilidad",
}


def cases(known):
    return [(word, count) for count, words in known.items() for word in words.split()]


@pytest.mark.parametrize(("language", "known"), [("en", ENGLISH), ("es", SPANISH)])
def test_syllables_are_counted_as_people_say_them(language, known):
    words = cases(known)
    assert len(words) >= 75
    wrong = {word: syllables(word, language) for word, n in words if syllables(word, language) != n}
    assert wrong == {}


@pytest.mark.parametrize(
    ("language", "sentence", "score"),
    [
        # 6 words, 6 syllables: 206.835 - 1.015 * 6 - 84.6 * 6 / 6
        ("en", "The cat sat on the mat.", 116.1),
        # 13 words and 24 syllables: 206.835 - 1.015 * 13 - 84.6 * 24 / 13
        (
            "en-GB",
            "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.",
            37.5,
        ),
        # 6 words, 9 syllables: 206.835 - 6 - 62.3 * 9 / 6
        ("es-MX", "El gato duerme en la casa.", 107.4),
    ],
)
def test_scores_are_those_worked_out_by_hand(language, sentence, score):
    text = " ".join([sentence] * 6)
    assert measure(text, language).score == pytest.approx(score, abs=0.1)


def test_other_languages_and_short_texts_have_no_score():
    assert measure("Die Katze schläft. " * 20, "de").score is None
    assert measure("The cat sat on the mat.", "en").score is None
