"""Names of samples: prefixes, numbers, parts, and what is on a label."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.records import new_uuid
from surveyapp.domain.sample_ids import (
    child_id,
    cleaned_code,
    folded_id,
    id_warnings,
    label_text,
    next_id,
    officer_code,
    prefix_of,
    same_id,
    scanned,
    series,
)

prefixes = st.text(alphabet=string.ascii_uppercase + string.digits, min_size=1, max_size=8)
numbers = st.sets(st.integers(1, 5000), max_size=20)


@pytest.mark.parametrize(
    ("team", "prefix"),
    [
        ("Swat 1", "SWAT1"),
        ("swat-12", "SWAT12"),
        ("Geological Survey, Swat team 3", "GSST3"),
        ("Çelik", "CELIK"),
        ("Swat ۲", "SWAT2"),
        ("Gemstones Swat 12", "GS12"),
        ("سوات ۱", "T6F96"),
        ("7", "T6F96"),
        ("", "T6F96"),
    ],
)
def test_the_prefix_of_a_team(team: str, prefix: str) -> None:
    assert prefix_of(team, "6f9619ff-8b86-d011-b42d-00c04fc964ff") == prefix


@given(st.text(max_size=60), st.text(max_size=60))
def test_codes_are_short_and_in_letters_that_every_scanner_can_type(team: str, person: str) -> None:
    assert re.fullmatch(r"[A-Z0-9]{1,9}", prefix_of(team, new_uuid()))
    assert re.fullmatch(r"[A-Z]{0,4}", officer_code(person))
    assert re.fullmatch(r"[A-Z0-9]{0,12}", cleaned_code(team))


def test_a_series_and_its_numbers() -> None:
    assert series("SWAT1", "ZK", 2026) == "SWAT1-ZK-26-"
    assert series("SWAT1", "", 2026) == "SWAT1-26-"
    assert officer_code("Zarmina Khan") == "ZK"
    assert officer_code("زرمینہ") == ""
    assert next_id("SWAT1-26-", []) == "SWAT1-26-001"
    assert next_id("SWAT1-26-", ["swat1-26-007", "SWAT1-26-003", "SWAT1-25-900", None, 7]) == "SWAT1-26-008"
    assert next_id("SWAT1-26-", ["SWAT1-26-009.4", "SWAT1-26-12x"]) == "SWAT1-26-001", "a part is of another series"
    assert next_id("SWAT1-26-", ["SWAT1-26-999"]) == "SWAT1-26-1000"
    assert child_id("SWAT1-26-007", ["SWAT1-26-007", "SWAT1-26-007.1", "SWAT1-26-007.1.5"]) == "SWAT1-26-007.2"
    assert child_id("SWAT1-26-007.2", []) == "SWAT1-26-007.2.1"


@given(prefixes, st.one_of(st.just(""), prefixes), st.integers(2000, 2099), numbers)
def test_the_next_id_is_never_taken(prefix: str, officer: str, year: int, used: set[int]) -> None:
    stem = series(prefix, officer, year)
    taken = [f"{stem}{number:03d}".lower() for number in used]
    made = next_id(stem, taken)
    assert made.startswith(stem)
    assert not any(same_id(made, other) for other in taken)
    parts = [child_id(made, [])]
    parts.append(child_id(made, parts))
    assert len({folded_id(part) for part in [*parts, made]}) == 3


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("SWAT1-26-007", "swat1 26 007", True),
        ("SWAT1-26-007", "SWAT1–26–007", True),
        ("SWAT1-26-007", "SWAT1-26-۰۰۷", True),
        ("SWAT1-26-007", "SWAT1-26-008", False),
        ("SWAT1-26-007.1", "SWAT1-26-0071", False),
        ("", "", False),
        (None, None, False),
        ("-", " ", False),
    ],
)
def test_ids_are_compared_as_people_do(one: object, other: object, same: bool) -> None:
    assert same_id(one, other) is same


@given(st.text(alphabet=string.printable, max_size=30))
def test_the_quick_way_to_compare_agrees_with_the_thorough_one(text: str) -> None:
    assert folded_id(text) == folded_id(f"{text}ü").removesuffix("ü")


def test_warnings_say_what_is_odd_and_forbid_nothing() -> None:
    assert id_warnings("SWAT1-26-001", ["SWAT1-26-002"], "SWAT1") == []
    assert id_warnings("SWAT1-26-001.1", [], "SWAT1", "SWAT1-26-001") == []
    assert "no ID" in id_warnings(" ", [])[0]
    assert "already" in id_warnings("swat1-26-001", ["SWAT1-26-001"], "SWAT1")[0]
    assert "SWAT1, the prefix" in id_warnings("X-1", [], "SWAT1")[0]
    assert "SWAT1-26-001, the sample" in id_warnings("SWAT1-26-002", [], "SWAT1", "SWAT1-26-001")[0]
    assert "scanners" in id_warnings("SWAT1-ایک", [], "SWAT1")[0]


@given(st.text(alphabet=string.ascii_letters + string.digits + "-. /", min_size=1, max_size=30))
def test_what_a_label_holds_is_read_back(sample_id: str) -> None:
    uuid = new_uuid()
    told = label_text(sample_id, uuid)
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", told), "alphanumeric mode of QR codes"
    name, found = scanned(told)
    assert found == uuid
    assert name == sample_id.strip().upper()
    assert scanned(f"  {told.lower()}\r\n")[1] == uuid


def test_an_id_in_another_script_stays_off_the_code() -> None:
    uuid = new_uuid()
    assert label_text("زمرد-۱", uuid) == uuid.upper()
    assert scanned(uuid.upper()) == ("", uuid)
    assert scanned(" SWAT1-26-007 ") == ("SWAT1-26-007", "")


def test_an_id_of_a_sample_that_is_no_more_is_warned_about() -> None:
    assert id_warnings("A-1", [], "A", gone=["a 1"]) == [
        "A sample that was deleted or renamed had this ID; its bag may still bear it."
    ]
    assert "already" in id_warnings("A-1", ["A-1"], "A", gone=["A-1"])[0]
    assert id_warnings("A-2", ["A-1"], "A", gone=["A-3"]) == []
