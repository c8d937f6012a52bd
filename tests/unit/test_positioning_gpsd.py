"""gpsd's reports, read without a gpsd (tests/interop has a real one)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.positioning.fix import Fix, Satellite
from surveyapp.positioning.gpsd import GpsdDecoder

TPV: dict[str, Any] = {
    "class": "TPV",
    "device": "/dev/ttyUSB0",
    "mode": 3,
    "time": "2026-05-01T12:00:00.000Z",
    "lat": 34.77254,
    "lon": 72.36077,
    "altHAE": 948.2,
    "altMSL": 984.2,
    "alt": 984.2,
    "geoidSep": -36.0,
    "eph": 3.5,
    "track": 90.0,
    "speed": 0.1,
}
SKY: dict[str, Any] = {
    "class": "SKY",
    "device": "/dev/ttyUSB0",
    "hdop": 1.1,
    "vdop": 1.5,
    "pdop": 1.8,
    "uSat": 1,
    "satellites": [
        {"PRN": 17, "el": 71.0, "az": 207.0, "ss": 32.0, "used": True, "gnssid": 0, "svid": 17},
        {"PRN": 301, "el": 10.0, "az": 20.0, "ss": 0.0, "used": False, "gnssid": 2, "svid": 1},
        {"PRN": 77, "used": False},
    ],
}


def lines(*reports: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(report).encode() + b"\r\n" for report in reports)


def read(*reports: dict[str, Any]) -> list[Fix]:
    return GpsdDecoder("gpsd://localhost:2947", clock=lambda: 5.0).feed(lines(*reports))


def test_position_and_sky() -> None:
    (fix,) = read(SKY, TPV)
    assert fix == Fix(
        source="gpsd://localhost:2947",
        quality="autonomous",
        longitude=72.36077,
        latitude=34.77254,
        elevation_m=984.2,
        geoid_separation_m=-36.0,
        time_utc=dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC),
        mode=3,
        satellites_used=1,
        hdop=1.1,
        vdop=1.5,
        pdop=1.8,
        accuracy_m=3.5,
        accuracy_source="gpsd",
        speed_m_s=0.1,
        course_deg=90.0,
        received_monotonic=5.0,
        satellites=(
            Satellite("?", 77, None, None, None, used=False),
            Satellite("GPS", 17, 71.0, 207.0, 32.0, used=True),
            Satellite("Galileo", 1, 10.0, 20.0, None, used=False),
        ),
    )


@pytest.mark.parametrize(
    ("status", "quality"),
    [
        (1, "autonomous"),
        (2, "dgps"),
        (3, "rtk-fixed"),
        (4, "rtk-float"),
        (5, "estimated"),
        (6, "estimated"),
        (7, "manual"),
        (8, "simulated"),
        (9, "pps"),
    ],
)
def test_status(status: int, quality: str) -> None:
    (fix,) = read({**TPV, "status": status})
    assert fix.quality == quality


@pytest.mark.parametrize(
    "change", [{"mode": 1}, {"mode": 0}, {"lat": 0, "lon": 0}, {"lat": None}, {"status": 0}]
)
def test_no_position(change: dict[str, Any]) -> None:
    (fix,) = read({**TPV, **change})
    assert (fix.has_position, fix.quality) == (False, "none")


def test_dops_come_without_satellites_in_between() -> None:
    sky = {key: value for key, value in SKY.items() if key not in ("satellites", "uSat")}
    (fix,) = read(SKY, {**sky, "hdop": 1.3}, TPV)
    assert (fix.hdop, len(fix.satellites)) == (1.3, 3)


@pytest.mark.parametrize(
    ("change", "accuracy_m", "source"),
    [
        ({"eph": 20.9}, 20.9, "hdop-estimate"),  # 19 times the HDOP of 1.1
        ({"eph": 5.225}, 5.225, "hdop-estimate"),  # 4.75 times
        ({"eph": None, "epx": 3.0, "epy": 4.0}, 5.0, "gpsd"),
        ({"eph": None}, None, None),
        ({"eph": 0.0}, None, None),
    ],
)
def test_accuracy(change: dict[str, Any], accuracy_m: float | None, source: str | None) -> None:
    (fix,) = read(SKY, {**TPV, **change})
    assert (fix.accuracy_m, fix.accuracy_source) == (accuracy_m, source)


def test_older_gpsd_gives_alt() -> None:
    (fix,) = read({key: value for key, value in TPV.items() if key != "altMSL"})
    assert fix.elevation_m == 984.2


def test_the_first_receiver_with_a_position_is_followed_until_it_goes() -> None:
    other = {**TPV, "device": "/dev/ttyACM0", "lon": 60.0}
    gone = {"class": "DEVICE", "path": "/dev/ttyUSB0", "activated": 0}
    fixes = read({**other, "mode": 1}, TPV, other, gone, other)
    assert [fix.longitude for fix in fixes] == [None, 72.36077, 60.0]


def test_a_repeated_moment_grows_old() -> None:
    now = iter([1.0, 2.0, 3.0])
    decoder = GpsdDecoder("test", clock=lambda: next(now))
    fixes = decoder.feed(lines(TPV, TPV, {**TPV, "time": "2026-05-01T12:00:01.000Z"}))
    assert [fix.received_monotonic for fix in fixes] == [1.0, 1.0, 3.0]


def test_trouble_and_its_end() -> None:
    decoder = GpsdDecoder("gpsd://x:1")
    assert decoder.diagnosis() is None
    decoder.feed(lines({"class": "VERSION", "release": "3.22"}, {"class": "DEVICES", "devices": []}))
    assert "has no receiver" in str(decoder.diagnosis())
    decoder.feed(lines({"class": "ERROR", "message": "Unrecognized request"}))
    assert decoder.diagnosis() == "gpsd://x:1 reports an error (Unrecognized request)."
    decoder.feed(lines(TPV))
    assert decoder.diagnosis() is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "does not answer like gpsd"),
        (b"$GPGGA,120000.00,,,,,0,,,,M,,M,,*66\r\n", "connect with tcp://"),
        (b"\xb5\x62\x01\x07\xb5\x62\x01\x35\n", "sends u-blox UBX binary"),
        (b"x" * 70_000, "does not answer like gpsd"),
        (b"[" * 60_000 + b"\n", "does not answer like gpsd"),
    ],
)
def test_what_is_no_gpsd(data: bytes, words: str) -> None:
    decoder = GpsdDecoder("gpsd://x:1")
    assert decoder.feed(data) == []
    assert words in str(decoder.diagnosis())


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 400)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([10**400, "0001-01-01T00:00:00+23:59", "2026-05-01T12:00:00.000Z"])
)
REPORTS = st.fixed_dictionaries(
    {"class": st.sampled_from(["TPV", "SKY", "DEVICES", "DEVICE", "ERROR", "WATCH"])},
    optional={
        name: VALUES
        | st.lists(st.dictionaries(st.sampled_from(["PRN", "gnssid", "svid", "el", "used"]), VALUES))
        for name in (
            "lat",
            "lon",
            "mode",
            "time",
            "status",
            "eph",
            "epx",
            "epy",
            "hdop",
            "uSat",
            "satellites",
            "device",
            "devices",
            "activated",
            "altMSL",
            "path",
        )
    },
)


@given(
    st.lists(st.one_of(REPORTS.map(lines), st.binary(max_size=30), st.just(b"[1]\n")), max_size=8),
    st.integers(1, 50),
)
def test_any_lines_give_sane_fixes_however_cut(pieces: list[bytes], step: int) -> None:
    data = b"".join(pieces) + b"\n"
    decoder = GpsdDecoder("test", clock=lambda: 1.0)
    fixes = [fix for at in range(0, len(data), step) for fix in decoder.feed(data[at : at + step])]
    assert fixes == GpsdDecoder("test", clock=lambda: 1.0).feed(data)
    for fix in fixes:
        assert fix.has_position == (fix.quality != "none")
    decoder.diagnosis(at_end=True)
