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
    asked = set(re.findall(r'(?:S\.t|labelled)\("([\w-]+)"', code))
    asked |= set(re.findall(r'data-t(?:-label|-placeholder)?(?:=|": )"([\w-]+)"', code))
    put_together = {start for start in asked if start.endswith("_")}
    asked |= {f"{name}Only" for name in re.findall(r'this\.flag\("(\w+)"\)', code)}
    asked |= {f"column_{name}" for name in re.findall(r'\{ name: "(\w+)", class: "c-', code)}
    asked |= {start + code for start in ("decide_", "verdict_") for code in VOCABULARIES["verdict"].codes}
    asked |= {f"kept_{trouble}" for trouble in ("refused", "full", "window")}
    assert asked - put_together - set(STRINGS["page"]) == set()
    assert put_together == {"column_", "decide_", "verdict_", "kept_"}
    # Some are chosen first and asked for later, so that they stand in quotes somewhere.
    assert {key for key in STRINGS["page"] if key not in asked and f'"{key}"' not in code} == set()


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
