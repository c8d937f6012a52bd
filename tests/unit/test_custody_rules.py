"""The chain of a sample: where it breaks, and that its order follows from what the handovers say alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.changes import delete, insert, update
from surveyapp.domain.custody_rules import (
    COLLECTED,
    HANDOVER,
    SPLIT,
    chain,
    custody_issues,
    edited_issues,
    of_samples,
    refuse_changes,
    same_party,
)
from surveyapp.domain.merge import Revision
from surveyapp.domain.records import Record, utc_text
from surveyapp.errors import Refused

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def day(number: float) -> str:
    return utc_text(datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=number))


def sample(uuid: str = "s", **values: Any) -> Record:
    return Record("sample", uuid, {"sample_id": uuid.upper(), "collector": "Zarmina", "collected_at": day(0), **values})


def row(uuid: str, giver: str | None, taker: str | None, at: float | None, of: str = "s", **values: Any) -> Record:
    return Record("custody", uuid, {"sample_uuid": of, "from_party": giver, "to_party": taker,
                                    "handed_over_at": None if at is None else day(at), **values})


def gaps(*rows: Record, samples: tuple[Record, ...] = (sample(),)) -> list[tuple[str, str]]:
    """(uuid, code) of each finding about the chains."""
    found = list(custody_issues({one.uuid: one for one in samples}, rows, now=NOW))
    assert all(i.level == 3 and i.severity == "warning" and i.message.endswith(".") for i in found)
    return [(str(issue.record), issue.code) for issue in found]


SEALED = {"seal_number": "A-1", "condition": "intact"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        ([row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "GIA", 2, **SEALED)], []),
        ([row("a", "Zarmina, Swat 1", "Gul (store)", 1), row("b", "gul", "GIA", 2)], []),
        ([row("a", "Sher", "Gul", 1)], [("a", "custody-start")]),
        ([row("a", "Zarmina", "Gul", 1), row("b", "Courier", "GIA", 2)], [("b", "custody-gap")]),
        ([row("a", "Zarmina", "Gul", 1), row("b", None, "GIA", 2)], [("b", "custody-gap")]),
        ([row("a", "Zarmina", "Gul", 1), row("b", "Zarmina", "Gul", 1.2)], [("b", "custody-twice")]),
        ([row("a", "Zarmina", "Gul", 1), row("b", "Zarmina", "Gul", 5)], [("b", "custody-gap")]),
        ([row("a", "Zarmina", "Gul", 1), row("b", "GIA", "Sher", 2), row("c", "Gul", "GIA", 3)],
         [("b", "custody-order"), ("c", "custody-gap")]),
        ([row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "GIA", 2, seal_number="A-2", condition="intact")],
         [("b", "custody-seal")]),
        ([row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "GIA", 2, seal_number="A-2", condition="opened")],
         []),
        ([row("a", "Zarmina", "Gul", 1, seal_number="A-1", condition="opened"),
          row("b", "Gul", "GIA", 2, seal_number="A-2")], []),
        ([row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "GIA", 2), row("c", "GIA", "Gul", 3,
                                                                               seal_number="A-2")],
         [("c", "custody-seal")]),
        ([row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "Gul", 2, seal_number="A-7", notes="misread")], []),
        ([row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "Gul", 2, seal_number="A-7")],
         [("b", "custody-seal")]),
        ([row("a", "Zarmina", "Gul", 1, seal_number="a 1"), row("b", "Gul", "GIA", 2, seal_number="A-1")], []),
        ([row("a", "Zarmina", "Gul", 1, condition="lost")], []),
        ([row("a", "Zarmina", "Gul", 1, condition="lost"), row("b", "Gul", "GIA", 2)], [("b", "custody-lost")]),
        ([row("a", "Zarmina", "Gul", -1)], [("a", "custody-time")]),
        ([row("a", "Zarmina", "Gul", 400)], [("a", "custody-time")]),
        ([row("a", "Zarmina", "Gul", None)], [("a", "custody-time")]),
    ],
)
def test_where_a_chain_breaks(rows: list[Record], found: list[tuple[str, str]]) -> None:
    assert gaps(*rows) == found
    assert gaps(*reversed(rows)) == found, "the order in which rows lie in the file says nothing"


def test_without_a_collector_the_first_giver_cannot_be_checked_and_that_is_told() -> None:
    assert gaps(row("a", "Gul", "GIA", 1), samples=(sample(collector=None),)) == [("a", "custody-start")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zarmina Khan", "zarmina  khan", True), ("Zarmina Khan", "Zarmina Khan, GSP Swat", True),
        ("Zarmina Khan (GSP)", "Zarmina Khan / gsp", True), ("Zarmina Khan, GSP", "Zarmina Khan, PMDC", False),
        ("Zarmina", "Zarmina Khan", False), ("گل میر، سوات", "گل مير", True), ("", "", False), (None, "Gul", False),
        ("Al-Noor Traders", "Al-Noor Traders", True), ("Al-Noor Traders", "Al-Habib Traders", False),
    ],
)
def test_who_is_the_same_party(one: object, other: object, *, same: bool) -> None:
    assert same_party(one, other) is same
    assert same_party(other, one) is same


# --- parts -------------------------------------------------------------------------------------------


def test_a_part_goes_on_from_where_its_parent_was_when_it_was_split_off() -> None:
    parent, part = sample(), sample("p", sample_uuid="s", collector="Gul", collected_at=day(3))
    rows = [row("a", "Zarmina", "Gul", 1, **SEALED), row("b", "Gul", "Museum", 5), row("c", "Gul", "GIA", 4, "p",
                                                                                      seal_number="B-9")]
    known = {"s": parent, "p": part}
    steps = chain(part, known, of_samples(rows), now=NOW)
    assert [(s.kind, s.record.uuid, s.own, s.holder) for s in steps] == [
        (COLLECTED, "s", False, "Zarmina"), (HANDOVER, "a", False, "Gul"), (SPLIT, "p", True, "Gul"),
        (HANDOVER, "c", True, "GIA"),
    ]
    assert gaps(*rows, samples=(parent, part)) == [], "a part has a bag, and a seal, of its own"


def test_who_splits_a_sample_off_has_to_hold_it() -> None:
    parent, part = sample(), sample("p", sample_uuid="s", collector="Sher", collected_at=day(3))
    rows = [row("a", "Zarmina", "Gul", 1), row("c", "Gul", "GIA", 4, "p")]
    assert gaps(*rows, samples=(parent, part)) == [("p", "custody-split"), ("c", "custody-start")]
    lost = [row("a", "Zarmina", "Gul", 1, condition="lost")]
    of_gul = sample("p", sample_uuid="s", collector="Gul", collected_at=day(3))
    assert gaps(*lost, samples=(parent, of_gul)) == [("p", "custody-lost")]
    timeless = sample("p", sample_uuid="s", collector="Zarmina", collected_at=None)
    assert gaps(row("a", "Zarmina", "Gul", 1), samples=(parent, timeless)) == [("p", "custody-split")]


def test_parents_that_go_round_in_a_circle_end() -> None:
    one, two = sample("s", sample_uuid="t"), sample("t", sample_uuid="s")
    steps = chain(one, {"s": one, "t": two}, {}, now=NOW)
    assert [step.record.uuid for step in steps] == ["t", "s"]


# --- the order ---------------------------------------------------------------------------------------

NAMES = st.sampled_from(["Zarmina", "Gul", "GIA", "Sher", "", None])
ROWS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from([None, 1, 1, 2, 3, 3.5])), max_size=7)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_chain_follows_from_what_the_handovers_say_alone(told: list[tuple[Any, Any, Any]], chance: Any) -> None:
    rows = [row(f"r{place}", *one) for place, one in enumerate(told)]
    one = sample()
    steps = chain(one, {"s": one}, {"s": rows}, now=NOW)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert chain(one, {"s": one}, {"s": shuffled}, now=NOW) == steps
    assert sorted(step.record.uuid for step in steps[1:]) == sorted(r.uuid for r in rows), "none lost, none doubled"
    times = [step.at for step in steps[1:] if step.at]
    assert times == sorted(times)
    assert not any(step.at for step in steps[1 + len(times):]), "what has no time comes last"
    holders = [step.holder for step in steps]
    for before, step in zip(holders, steps[1:], strict=False):
        linked = same_party(step.record.get("from_party"), before)
        broken = {"custody-gap", "custody-start", "custody-order", "custody-twice"} & {g.code for g in step.gaps}
        assert linked == (not broken)


def test_at_one_time_the_giver_who_holds_it_comes_first() -> None:
    rows = [row("a", "Gul", "GIA", 1), row("b", "Zarmina", "Gul", 1)]
    assert [s.record.uuid for s in chain(sample(), {}, {"s": rows}, now=NOW)] == ["s", "b", "a"]
    assert gaps(*rows) == []


# --- append-only -------------------------------------------------------------------------------------


def revision(name: str, operation: str, *changed: str, parents: tuple[str, ...] = ()) -> Revision:
    return Revision(name, "custody", "a", parents, operation, frozenset(changed) or None, {"sample_uuid": "s"}, "Sher",
                    "laptop", "2026-06-01T10:00:00.000Z")


def test_what_was_changed_after_it_was_written_down_is_told() -> None:
    written = revision("1", "insert")
    assert list(edited_issues("a", [written])) == []
    found = list(edited_issues("a", [written, revision("2", "update", "seal_number"), revision("3", "delete")]))
    assert [issue.code for issue in found] == ["custody-edited"] * 2
    assert "Sher changed this handover on 2026-06-01 (Seal number)" in found[0].message
    assert "deleted" in found[1].message
    told = list(custody_issues({"s": sample()}, [], {"a": [written, revision("3", "delete")]}, now=NOW))
    assert [(issue.layer, issue.record, issue.code) for issue in told] == [("custody", "a", "custody-edited")]


def test_only_new_handovers_are_let_through() -> None:
    refuse_changes([insert("custody", {"from_party": "A"}), update("sample", "s", {"weight_g": 1.0})])
    for change in (update("custody", "a", {"place": "x"}), delete("custody", "a")):
        with pytest.raises(Refused, match="add one that corrects it"):
            refuse_changes([change])
