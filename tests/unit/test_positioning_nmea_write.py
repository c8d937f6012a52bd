"""Written NMEA reads back as it was meant."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadInput
from surveyapp.positioning.fix import Fix, Satellite
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.nmea_write import nmea_line, nmea_sentences


def only(text: str) -> Fix:
    reader = NmeaReader("test", clock=lambda: None)
    fixes = reader.feed(text.encode()) + reader.flush()
    assert len(fixes) == 1
    return fixes[0]


def test_checksum_of_a_line() -> None:
    assert (
        nmea_line("GPGLL,5057.970,N,00146.110,E,142451,A") == "$GPGLL,5057.970,N,00146.110,E,142451,A*27\r\n"
    )


MOMENTS = st.integers(0, 100 * 365 * 86_400_000).map(
    lambda milliseconds: dt.datetime(1980, 1, 6, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
)
SATELLITES = st.lists(
    st.builds(
        Satellite,
        st.sampled_from(["GPS", "GLONASS", "Galileo", "BeiDou"]),
        st.integers(1, 24),
        st.integers(0, 90).map(float),
        st.integers(0, 359).map(float),
        st.integers(1, 60).map(float),
        st.booleans(),
    ).map(
        lambda each: (
            each
            if each.system != "GLONASS"
            else Satellite(
                each.system,
                each.prn + 64,
                each.elevation_deg,
                each.azimuth_deg,
                each.snr_db,
                each.used,
            )
        )
    ),
    max_size=9,
    unique_by=lambda each: (each.system, each.prn),
).map(lambda found: tuple(sorted(found, key=lambda each: (each.system, each.prn))))
FIXES = st.builds(
    Fix,
    source=st.just("test"),
    quality=st.sampled_from(
        ["autonomous", "dgps", "pps", "rtk-fixed", "rtk-float", "estimated", "manual", "simulated"]
    ),
    longitude=st.floats(-180, 180),
    latitude=st.floats(-90, 90).filter(lambda value: abs(value) > 1e-6),
    elevation_m=st.integers(-400_000, 8_900_000).map(lambda value: value / 1000),
    geoid_separation_m=st.integers(-110_000, 90_000).map(lambda value: value / 1000),
    time_utc=MOMENTS,
    mode=st.sampled_from([2, 3]),
    satellites_used=st.integers(1, 99),
    hdop=st.integers(40, 5000).map(lambda value: value / 100),
    vdop=st.integers(40, 5000).map(lambda value: value / 100),
    pdop=st.integers(40, 5000).map(lambda value: value / 100),
    accuracy_m=st.integers(10, 90_000).map(lambda value: value / 1000),
    accuracy_source=st.just("gst"),
    speed_m_s=st.floats(0, 300),
    course_deg=st.integers(0, 36_000).map(lambda value: value / 100),
    satellites=SATELLITES,
)


@settings(max_examples=150)
@given(FIXES)
def test_what_is_written_reads_back(fix: Fix) -> None:
    back = only(nmea_sentences([fix]))
    assert back.longitude == pytest.approx(fix.longitude, abs=1e-9)
    assert back.latitude == pytest.approx(fix.latitude, abs=1e-9)
    assert back.accuracy_m == pytest.approx(fix.accuracy_m, abs=2e-3)
    assert back.speed_m_s == pytest.approx(fix.speed_m_s, abs=2e-3)
    for name in (
        "quality",
        "elevation_m",
        "geoid_separation_m",
        "time_utc",
        "mode",
        "satellites_used",
        "hdop",
        "vdop",
        "pdop",
        "accuracy_source",
        "course_deg",
        "satellites",
    ):
        assert getattr(back, name) == getattr(fix, name)


def test_writing_never_gives_sixty_minutes() -> None:
    fix = Fix(
        source="x",
        quality="autonomous",
        longitude=71.99999999999,
        latitude=34.99999999999,
        time_utc=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    )
    assert ",3500.0000000,N,07200.0000000,E," in nmea_sentences([fix])


def test_fix_without_a_time_cannot_be_written() -> None:
    with pytest.raises(BadInput, match="give it a time"):
        nmea_sentences([Fix(source="x", quality="autonomous", longitude=72.0, latitude=34.0)])


def test_writing_a_receiver_without_a_fix() -> None:
    fix = only(nmea_sentences([Fix(source="x", time_utc=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))]))
    assert (fix.has_position, fix.quality) == (False, "none")
