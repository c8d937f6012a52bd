"""The page's words: none missing in either language, none for nothing."""

from __future__ import annotations

import json
import re

import pytest

from surveyapp.assets import resource_path, resource_text
from surveyapp.domain.fields import BLOB, LAYER_BY_NAME, LAYERS
from surveyapp.domain.vocabulary import VOCABULARIES

STRINGS = json.loads(resource_text("preview/strings.json"))
CODE = {path.name: path.read_text(encoding="utf-8") for path in resource_path("preview").glob("*.js")}
HTML = resource_text("preview/page.html")
TRANSLATED = {
    "abundance", "area_kind", "clarity", "condition", "confidence", "estimate_category", "expression", "fix_quality",
    "identification_method", "occurrence_type", "orientation_kind", "position_source", "presence", "province",
    "review_status", "sample_type", "structure", "treatment_result", "verdict",
}  # fmt: skip


def test_every_word_is_there_in_both_languages() -> None:
    for key, entry in STRINGS["page"].items():
        assert set(entry) == {"en", "ur"}, key
        assert entry["en"].strip(), key
        assert entry["ur"].strip(), key
        assert set(re.findall(r"\{\w+\}", entry["en"])) == set(re.findall(r"\{\w+\}", entry["ur"])), key


def test_the_page_uses_exactly_these_words() -> None:
    code = "\n".join([*CODE.values(), HTML])
    used = set(re.findall(r'(?:S\.t|labelled)\("(\w+)"', code))
    used |= set(re.findall(r'data-t(?:-label|-placeholder)?(?:=|": )"(\w+)"', code))
    used |= {f"{name}Only" for name in re.findall(r'this\.flag\("(\w+)"\)', code)}
    used |= {f"column_{name}" for name in re.findall(r'\{ name: "(\w+)", class: "c-', code)}
    used |= set(re.findall(r'"(about[A-Z]\w+|kept|deleted|team)"', code))
    used.remove("column_")  # the start of a word that is put together
    assert used == set(STRINGS["page"])


def test_every_field_has_an_urdu_name() -> None:
    fields = {f.name for layer in LAYERS for f in layer if f.kind != BLOB and f.group}
    assert fields - set(STRINGS["fields"]) == set()
    assert {f.group for layer in LAYERS for f in layer if f.group} - set(STRINGS["groups"]) == set()
    assert set(STRINGS["layers"]) == set(LAYER_BY_NAME)


@pytest.mark.parametrize("name", sorted(TRANSLATED))
def test_the_codes_that_reviewers_meet_are_translated(name: str) -> None:
    assert set(STRINGS["terms"][name]) == set(VOCABULARIES[name].codes)


def test_no_translation_is_for_a_code_that_is_not() -> None:
    for name, terms in STRINGS["terms"].items():
        assert set(terms) <= set(VOCABULARIES[name].codes), name


@pytest.mark.parametrize("name", sorted(CODE))
def test_no_script_writes_markup(name: str) -> None:
    forbidden = r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function)\b|setTimeout\(\s*[\"']"
    assert re.findall(forbidden, CODE[name]) == []
    assert "</script" not in CODE[name]
    assert "<!--" not in CODE[name]
