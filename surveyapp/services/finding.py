"""Full-text search over the sightings of a survey that stays quick with hundreds of thousands of them.

The index is SQLite's FTS5 with its trigram tokenizer (https://sqlite.org/fts5.html#the_trigram_tokenizer), in
memory and not in the survey: three letters anywhere in a word find it, in any script, and no other program
meets tables that it does not know. Words of one or two letters have no trigram; SQLite looks for them text by
text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

_SHORTEST = 3
"""Letters of a trigram."""


class TextIndex:
    """Which records hold which words. Texts and words are given folded, as they are to be compared.

    Texts are taken at once; the index over them grows by calls of :meth:`grow`, so that whoever asks meanwhile
    does not wait for all of it: until it is whole, the texts are read instead, with the same answers.

    It may be used by one thread after another, never by two at a time. ``trigrams=False`` does without FTS5, as
    where SQLite was built without it.
    """

    def __init__(self, texts: Iterable[tuple[str, str]] = (), *, trigrams: bool = True) -> None:
        """Take ``(uuid, text)`` pairs; each uuid once."""
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        run = self._connection.execute
        run("CREATE TABLE record (number INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT UNIQUE, text TEXT)")
        self._indexed_to = 0
        self.whole = not (trigrams and self._made_trigrams())
        """Whether there is nothing to grow."""
        self._trigrams = not self.whole
        try:
            run("BEGIN")
            stored = ((uuid, _storable(text)) for uuid, text in texts)
            self._connection.executemany("INSERT INTO record (uuid, text) VALUES (?, ?)", stored)
            run("COMMIT")
        except BaseException:
            self._connection.close()
            raise

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM record").fetchone()[0])

    def _made_trigrams(self) -> bool:
        """Make the full-text index; False where this SQLite cannot."""
        try:
            self._connection.execute(
                "CREATE VIRTUAL TABLE found USING fts5(text, content='record', content_rowid='number', "
                "tokenize='trigram case_sensitive 1')"
            )
        except sqlite3.OperationalError:
            return False
        return True

    def grow(self, records: int = 4000) -> bool:
        """Index so many more records; False when all are."""
        if self.whole:
            return False
        run = self._connection.execute
        run("BEGIN")
        more = run(
            "SELECT number, text FROM record WHERE number > ? ORDER BY number LIMIT ?", (self._indexed_to, records)
        ).fetchall()
        self._connection.executemany("INSERT INTO found (rowid, text) VALUES (?, ?)", more)
        run("COMMIT")
        if more:
            self._indexed_to = more[-1][0]
        self.whole = len(more) < records
        return not self.whole

    def put(self, uuid: str, text: str) -> None:
        """Add a record, or give it another text."""
        self.drop(uuid)
        run, stored = self._connection.execute, _storable(text)
        number = run("INSERT INTO record (uuid, text) VALUES (?, ?)", (uuid, stored)).lastrowid
        if self._trigrams and self.whole:
            run("INSERT INTO found (rowid, text) VALUES (?, ?)", (number, stored))
            self._indexed_to = number or 0

    def drop(self, uuid: str) -> None:
        """Forget a record, if it is there."""
        run = self._connection.execute
        known = run("SELECT number, text FROM record WHERE uuid = ?", (uuid,)).fetchone()
        if known is None:
            return
        if self._trigrams and known[0] <= self._indexed_to:
            # An index that keeps no texts of its own has to be told what it is to forget.
            run("INSERT INTO found (found, rowid, text) VALUES ('delete', ?, ?)", known)
        run("DELETE FROM record WHERE number = ?", known[:1])

    def matching(self, words: Sequence[str | Sequence[str]]) -> frozenset[str]:
        """The uuids of the records whose text holds every one of ``words`` somewhere; of a word that is given in
        several spellings any will do."""
        wanted = [[word] if isinstance(word, str) else list(word) for word in words]
        wanted = [kept for kept in ([one for one in map(_storable, each) if one] for each in wanted) if kept]
        indexed = [each for each in wanted if all(map(self._is_indexed, each))]
        read = [each for each in wanted if each not in indexed]
        conditions = ["number IN (SELECT rowid FROM found WHERE found MATCH ?)"] if indexed else []
        conditions += [f"({' OR '.join(['instr(text, ?) > 0'] * len(each))})" for each in read]
        values = [" AND ".join(f"({' OR '.join(map(_quoted, each))})" for each in indexed)] if indexed else []
        values += [one for each in read for one in each]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        # The conditions are the two texts above; the words are bound.
        rows = self._connection.execute(f"SELECT uuid FROM record{where}", values)  # noqa: S608
        return frozenset(uuid for (uuid,) in rows.fetchall())

    def _is_indexed(self, word: str) -> bool:
        return self._trigrams and self.whole and len(word) >= _SHORTEST and "\0" not in word

    def close(self) -> None:
        self._connection.close()


def _storable(text: str) -> str:
    """Text without what UTF-8 cannot hold: half of a pair of surrogates, as a broken paste may have."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


def _quoted(word: str) -> str:
    """A word as a string of FTS5's query language."""
    return '"' + word.replace('"', '""') + '"'
