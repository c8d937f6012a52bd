"""What people call the terms: every word leads to one of them."""

from __future__ import annotations

import pytest

from surveyapp.domain.fields import LAYERS
from surveyapp.domain.vocabulary import VOCABULARIES, _folded

LISTS = sorted(VOCABULARIES)


@pytest.mark.parametrize("name", LISTS)
def test_no_word_means_two_terms(name: str) -> None:
    meant: dict[str, str] = {}
    for term in VOCABULARIES[name]:
        for word in (term.code, term.label, *term.synonyms):
            assert meant.setdefault(_folded(word), term.code) == term.code, word


@pytest.mark.parametrize("name", LISTS)
def test_each_synonym_finds_its_term_and_adds_something(name: str) -> None:
    vocabulary = VOCABULARIES[name]
    for term in vocabulary:
        assert len({_folded(word) for word in term.synonyms}) == len(term.synonyms), term.code
        for word in term.synonyms:
            assert vocabulary.find(word) is term
            assert word.strip() == word
            assert _folded(word) not in (_folded(term.code), _folded(term.label)), word


@pytest.mark.parametrize("name", ["gem", "host_rock", "expression", "structure", "sample_type", "deposit_model"])
def test_the_lists_that_a_geologist_searches_know_latin_and_urdu_words(name: str) -> None:
    words = [word for term in VOCABULARIES[name] for word in term.synonyms]
    assert any(word.isascii() for word in words)
    assert any(not word.isascii() for word in words)


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("host_rock", "sang-e-khara", "granite"),
        ("host_rock", "چونا پتھر", "limestone"),
        ("host_rock", "zahr mohra", "serpentinite"),
        ("host_rock", "Listvenite", "metasomatic_rock"),
        ("host_rock", "greenschist", "chlorite_actinolite_epidote_metamorphic_rock"),
        ("expression", "کان", "working"),
        ("expression", "placer", "alluvial"),
        ("structure", "schistosity", "foliation"),
        ("sample_type", "نگینہ", "cut-stone"),
        ("deposit_model", "greisen", "greisen-beryllium-li"),
    ],
)
def test_words_of_the_field(name: str, word: str, code: str) -> None:
    found = VOCABULARIES[name].find(word)
    assert found is not None
    assert found.code == code


def test_every_list_is_used() -> None:
    assert {f.vocabulary_name for layer in LAYERS for f in layer if f.vocabulary_name} == set(LISTS)
