"""Files of decisions: what is written is read back, and what is amiss is said in one sentence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.reviewing import VERDICTS, Decision, Decisions
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange import decisions as files

_WHOLE = Decisions(
    "Asma Bibi",
    (
        Decision("sighting", "a1", "r1+r2", "has-issues", "gem", "Is it ruby?\n“یاقوت”\u2028", "",
                 "2026-11-24T05:00:00.000Z"),
        Decision("sighting", "a2", "r3", "same-as", "", "", "a1", "2026-11-24T05:01:00.000Z"),
    ),
    ("s1",), "Swat <b>", "2026-11-20T05:00:00Z", "2026-11-24T06:00:00Z",
)  # fmt: skip

_words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_moments = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")


@st.composite
def _decisions(draw: st.DrawFn) -> Decisions:
    made = []
    for number in range(draw(st.integers(0, 3))):
        verdict = draw(st.sampled_from(VERDICTS))
        made.append(Decision(
            draw(st.sampled_from(["sighting", "track", "area", "estimate"])), f"record {number}", draw(_words), verdict,
            draw(_words), draw(_words), "other" if verdict == "same-as" else "", draw(_moments),
        ))  # fmt: skip
    reviewer = " ".join(draw(_words).split()) or "Asma"
    return Decisions(reviewer, tuple(made), tuple(draw(st.lists(_words, max_size=2))), draw(_words))


@given(_decisions())
@settings(max_examples=100)
def test_what_is_written_is_read(decisions: Decisions) -> None:
    assert files.parse(files.text_of(decisions)) == decisions


def test_files_are_swapped_in(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    path.write_text("older")
    files.write(path, _WHOLE)
    assert files.read(path) == _WHOLE
    assert [found.name for found in tmp_path.iterdir()] == ["decisions.json"]
    with pytest.raises(BadFile, match="cannot be written"):
        files.write(tmp_path / "nowhere" / "decisions.json", _WHOLE)
    with pytest.raises(BadFile, match="cannot be read"):
        files.read(tmp_path / "none.json")


def test_the_checksum_is_of_the_canonical_text() -> None:
    """Spelled out, because the page computes it in JavaScript."""
    told = {"surveys": [], "surveyapp_decisions": 1, "reviewer": "Ali", "title": "یاقوت \u007f\u2028\t"}
    text = '{"reviewer":"Ali","surveyapp_decisions":1,"surveys":[],"title":"یاقوت \u007f\u2028\\t"}'
    assert files.checksum(told | {"checksum": "any"}) == hashlib.sha256(text.encode()).hexdigest()


def _edited(change: dict[str, Any], decision: dict[str, Any] | None = None, *, whole: bool = True) -> str:
    told = json.loads(files.text_of(_WHOLE)) | change
    if decision:
        told["decisions"][0] |= decision
    return json.dumps(told | {"checksum": files.checksum(told)} if whole else told)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no whole JSON"),
        (files.text_of(_WHOLE)[:-40], "no whole JSON"),
        ("[" * 200_000, "no whole JSON"),
        ("1" * 10_000, "no whole JSON"),
        ('{"type": "FeatureCollection", "area": 1.5}', "no file of decisions"),
        ("[]", "no file of decisions"),
        (_edited({"surveyapp_decisions": True}), "no file of decisions"),
        (_edited({"surveyapp_decisions": 2}), "newer SurveyApp"),
        (_edited({"title": "Other"}, whole=False), "cut or edited"),
        (_edited({"checksum": 3}, whole=False), "cut or edited"),
        (files.text_of(_WHOLE).replace("ruby", "rub\\ud800"), "cut or edited"),
        (_edited({"reviewer": " \n"}), "who decided"),
        (_edited({"reviewer": 3}), "“reviewer”"),
        (_edited({"decisions": {}}), "“decisions”"),
        (_edited({"decisions": ["accepted"]}), "“decisions, 1”"),
        (_edited({"surveys": [1]}), "“surveys”"),
        (_edited({}, {"verdict": "approved"}), "'approved' .decision 1."),
        (_edited({}, {"verdict": None}), "“decisions, 1: verdict”"),
        (_edited({}, {"layer": "gems"}), "“decisions, 1: layer”"),
        (_edited({}, {"record": ""}), "“decisions, 1: record”"),
        (_edited({}, {"reason": 1.5}), "“decisions, 1: reason”"),
        (_edited({}, {"decided_at": "yesterday"}), "“decisions, 1: decided_at”"),
        (_edited({}, {"verdict": "same-as"}), "“decisions, 1: same_as”"),
        (_edited({}, {"verdict": "same-as", "same_as": "a1"}), "“decisions, 1: same_as”"),
    ],
    ids=range(24),
)
def test_what_is_amiss_is_said(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as caught:
        files.parse(text, "ali.json")
    assert "ali.json" in str(caught.value)
    assert str(caught.value).endswith(".")


def test_bytes_that_are_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "decisions.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="no whole JSON"):
        files.read(path)
    path.write_bytes(b"\xef\xbb\xbf" + files.text_of(_WHOLE).encode())
    assert files.read(path) == _WHOLE
    monkeypatch.setattr(files, "LIMIT_BYTES", 100)
    with pytest.raises(BadInput, match="larger than"):
        files.read(path)


def test_texts_are_kept_as_the_file_can_hold_them() -> None:
    given = replace(_WHOLE, reviewer="Asma   Bibi", decisions=(replace(_WHOLE.decisions[0], reason="a\x00b"),))
    found = files.parse(files.text_of(given))
    assert found.reviewer == "Asma Bibi"
    assert found.decisions[0].reason == "ab"
    told = json.loads(files.text_of(_WHOLE))
    told["decisions"][0] |= {"same_as": "a9", "decided_at": "2026-11-24T10:00:00+05:00"}
    found = files.parse(json.dumps(told | {"checksum": files.checksum(told)}))
    assert found.decisions[0].same_as == ""
    assert found.decisions[0].decided_at == "2026-11-24T05:00:00.000Z"
