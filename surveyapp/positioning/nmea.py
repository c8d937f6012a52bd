"""Reads an NMEA stream: bytes in, fixes out, and one clear sentence when it is no NMEA stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from surveyapp.positioning.epoch import EpochAssembler
from surveyapp.positioning.fix import Fix, monotonic
from surveyapp.positioning.protocols import explain
from surveyapp.positioning.sentences import SentenceSplitter, StreamCounts

PATIENCE_BYTES: Final = 2048
"""Without one sentence in so many bytes (four seconds at 4800 baud) the stream is something else."""
PATIENCE_SENTENCES: Final = 100
"""Without one GGA, GNS, RMC or GLL among so many sentences the stream holds no positions."""


class NmeaReader:
    """Feed it whatever arrives, in any pieces; the fixes do not depend on where the stream was cut.

    ``source`` goes into every fix. ``clock`` gives :attr:`Fix.received_monotonic`; a reader of recorded
    data passes one that gives ``None``. ``name`` is what messages call the stream (else ``source``).
    """

    def __init__(
        self, source: str, clock: Callable[[], float | None] = monotonic, name: str | None = None
    ) -> None:
        self._name = name or source
        self._splitter = SentenceSplitter()
        self._epochs = EpochAssembler(source, clock)

    @property
    def counts(self) -> StreamCounts:
        """Bytes, good and dropped sentences so far."""
        return self._splitter.counts

    def feed(self, data: bytes) -> list[Fix]:
        """Fixes of the epochs that ``data`` completes. A fix may have no position: see ``quality``."""
        fixes = (self._epochs.add(sentence) for sentence in self._splitter.feed(data))
        return [fix for fix in fixes if fix is not None]

    def flush(self) -> list[Fix]:
        """The fix of the epoch in progress; call it when the stream pauses or ends."""
        fix = self._epochs.flush()
        return [] if fix is None else [fix]

    def diagnosis(self, *, at_end: bool = False) -> str | None:
        """One sentence on why nothing useful comes, or ``None`` while there is hope.

        ``at_end`` says that nothing more will come, so that even a little is judged.
        """
        counts = self.counts
        if counts.valid == 0:
            if counts.bytes_read == 0:
                return f"{self._name}: nothing was received." if at_end else None
            if not at_end and counts.bytes_read < PATIENCE_BYTES:
                return None
            return explain(
                self._name, bytes(self._splitter.sample), counts.bad_checksum, counts.no_checksum
            )
        if counts.positions == 0 and (at_end or counts.valid >= PATIENCE_SENTENCES):
            seen = ", ".join(kind for kind, _ in counts.kinds.most_common(4))
            return (
                f"{self._name}: there are NMEA sentences ({seen}) but none with the receiver's position; "
                "switch on GGA and RMC in the receiver."
            )
        return None
