"""The full-text index against looking into every text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.finding import TextIndex

TEXTS = {"a": "emerald\nزمردکیرگ\ntalcschist", "b": "ruby\nhunza\nmarble", "c": 'emerald\ncharbagh\n100%"sure"'}


@pytest.fixture(params=["trigrams", "growing", "reading"])
def index(request: pytest.FixtureRequest) -> Iterator[TextIndex]:
    made = TextIndex(TEXTS.items(), trigrams=request.param != "reading")
    if request.param == "trigrams":
        while made.grow(2):
            pass
    elif request.param == "growing":
        assert made.grow(2)
    assert made.whole == (request.param != "growing")
    yield made
    made.close()


def test_this_python_has_the_index() -> None:
    index = TextIndex()
    assert not index.whole, "else no test here tries the trigrams"
    index.close()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], "abc"),
        (["emerald"], "ac"),
        (["زمرد", "رگ"], "a"),
        (["mar", "hun"], "b"),
        (["ub"], "b"),
        (["e", "u"], "bc"),
        (['%"su'], "c"),
        (['"'], "c"),
        (["emeraldd"], ""),
        (["emerald", "marble"], ""),
        (["emerald\nchar"], "c"),
        (["AND"], ""),
        (["\ud800"], "abc"),
    ],
)
def test_words_are_found_anywhere_in_any_script(index: TextIndex, words: list[str], found: str) -> None:
    assert index.matching(words) == frozenset(found)


def test_it_follows_changes(index: TextIndex) -> None:
    index.put("d", "topaz katlang")
    index.put("a", "spinel")
    index.grow(1)
    index.drop("b")
    index.drop("nobody")
    assert len(index) == 3
    while index.grow(2):
        pass
    assert index.matching(["topaz"]) == {"d"}
    assert index.matching(["emerald"]) == {"c"}
    assert index.matching(["spinel"]) == {"a"}
    assert index.matching(["hunza"]) == frozenset()


def test_a_text_that_no_file_could_hold_breaks_nothing() -> None:
    index = TextIndex([("a", "em\ud800erald"), ("b", "ru\0by")])
    index.grow()
    assert index.matching(["emerald"]) == {"a"}
    assert index.matching(["u\0b"]) == {"b"}
    index.close()


def test_a_source_that_stops_leaves_no_connection_open() -> None:
    def texts() -> object:
        yield "a", "emerald"
        raise KeyError("stopped")

    with pytest.raises(KeyError, match="stopped"):
        TextIndex(texts())  # type: ignore[arg-type]


_LETTERS = st.text("abcd زگ\"'*\n", max_size=9)


@given(
    st.dictionaries(st.sampled_from("uvwxyz"), _LETTERS),
    st.lists(st.tuples(st.sampled_from("uvwxyz"), st.none() | _LETTERS | st.integers(1, 3)), max_size=10),
    st.lists(_LETTERS, max_size=3),
    st.booleans(),
)
def test_it_finds_what_reading_every_text_finds(
    texts: dict[str, str], later: list[tuple[str, str | int | None]], words: list[str], trigrams: bool
) -> None:
    index = TextIndex(texts.items(), trigrams=trigrams)
    for uuid, text in later:
        if isinstance(text, int):
            index.grow(text)
        elif text is None:
            index.drop(uuid)
            texts.pop(uuid, None)
        else:
            index.put(uuid, text)
            texts[uuid] = text
    try:
        assert index.matching(words) == {uuid for uuid, text in texts.items() if all(word in text for word in words)}
    finally:
        index.close()


def test_any_spelling_of_a_word_will_do() -> None:
    index = TextIndex([("a", "ruby XEKFY"), ("b", "4.5 wide"), ("c", "emerald XBEKFY")])
    for _growing in range(2):
        assert index.matching([("4.5", "XEKF")]) == {"a", "b"}
        assert index.matching([("4.5", "XEKF"), "ruby"]) == {"a"}
        assert index.matching([("4", "XE"), ("ru", "wi")]) == {"a", "b"}
        assert index.matching([()]) == {"a", "b", "c"}
        index.grow()
    index.close()
