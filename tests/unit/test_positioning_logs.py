"""gpsd's and pynmeagps's recorded logs: the fixes of their expected output, or one clear sentence."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from surveyapp.errors import BadFile
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.replay import read_log

DEGREES = 2e-9
"""gpsd prints nine decimals of a degree."""


def expected(check: Path) -> dict[str, dict[str, Any]]:
    """gpsd's last report of each moment that has a position.

    Reports without a time are those before the first date was known; they are repeated with it.
    """
    reports: dict[str, dict[str, Any]] = {}
    for line in check.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith('{"class":"TPV"'):
            report = json.loads(line)
            if "lat" in report and "time" in report:
                reports[report["time"]] = report
    return reports


def stamp(fix: Fix) -> str:
    assert fix.time_utc is not None
    return fix.time_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


GPSD_QUALITY = {None: "autonomous", 2: "dgps", 3: "rtk-fixed"}


@pytest.mark.parametrize(
    ("name", "count", "gpsd_lacks", "mode"),
    [
        # gpsd reported nothing for three whole bursts between AIS messages.
        (
            "ais-nmea",
            164,
            {"2020-04-07T21:40:13.000Z", "2020-04-07T21:41:48.000Z", "2020-04-07T21:41:50.000Z"},
            3,
        ),
        ("bu353s4", 25, set(), 3),
        # The log ends inside the last burst, before gpsd reports. Its GSA sentences say 2D throughout;
        # gpsd says 3D because GGA has an elevation, which of a 2D fix is assumed.
        ("foretrex-201", 7, {"2010-08-26T20:00:16.000Z"}, 2),
        ("hemi", 6, set(), 3),
        ("nmea-fuzzy-cases", 14, set(), 3),
    ],
)
def test_log_gives_the_fixes_of_gpsd(
    cases_dir: Path, name: str, count: int, gpsd_lacks: set[str], mode: int
) -> None:
    log = cases_dir / "nmea" / f"{name}.log"
    reports = expected(log.with_suffix(".log.chk"))
    fixes = {stamp(fix): fix for fix in read_log(log)}
    assert len(fixes) == count
    assert set(fixes) == set(reports) | gpsd_lacks
    for moment, report in reports.items():
        fix = fixes[moment]
        assert fix.latitude == pytest.approx(report["lat"], abs=DEGREES)
        assert fix.longitude == pytest.approx(report["lon"], abs=DEGREES)
        assert fix.elevation_m == pytest.approx(report["altMSL"], abs=1e-3)
        assert fix.ellipsoidal_height_m == pytest.approx(report["altHAE"], abs=1e-3)
        assert fix.quality == GPSD_QUALITY[report.get("status")]
        assert fix.mode == mode
        if "speed" in report and name != "hemi":
            # In hemi gpsd works out a speed of its own until VTG comes.
            assert fix.speed_m_s == pytest.approx(report["speed"], abs=2e-3)
        assert fix.is_replay
        assert not fix.is_live(max_age_s=math.inf, now=0.0)


def test_satellites_of_a_log_are_those_of_gpsd(cases_dir: Path) -> None:
    log = cases_dir / "nmea" / "bu353s4.log"
    views = [
        json.loads(line)
        for line in log.with_suffix(".log.chk").read_text().splitlines()
        if '"satellites"' in line
    ]
    last = {each["PRN"]: each for each in views[-1]["satellites"]}
    seen = {each.prn: each for each in read_log(log)[-1].satellites}
    assert set(seen) == set(last)
    for number, each in last.items():
        assert (seen[number].elevation_deg, seen[number].azimuth_deg) == (each["el"], each["az"])
        assert (seen[number].snr_db or 0) == each.get("ss", 0)
        assert seen[number].used == each["used"]
    assert {each.system for each in seen.values()} == {"GPS"}


def test_binary_log_gives_one_clear_sentence(cases_dir: Path) -> None:
    with pytest.raises(BadFile) as caught:
        read_log(cases_dir / "nmea" / "bu303-stillfix.log")
    assert str(caught.value) == (
        "bu303-stillfix.log: this is SiRF binary, not NMEA sentences; switch the receiver to NMEA output."
    )


def test_nmea_between_ubx_messages(cases_dir: Path) -> None:
    first, second = read_log(cases_dir / "nmea" / "pygpsdata-mixed.log")
    assert (first.latitude, first.longitude) == (pytest.approx(53.4505928333), pytest.approx(-2.2403723333))
    assert (first.hdop, first.pdop, first.vdop) == (8.68, 12.55, 9.07)
    used = {(each.system, each.prn) for each in second.satellites if each.used}
    assert used == {("GPS", 20), ("GPS", 10), ("GPS", 23), ("GLONASS", 78), ("GLONASS", 68)}
    # GGA alone has no date, and none is made up.
    assert first.time_utc is None


def test_lower_case_checksum(cases_dir: Path) -> None:
    (fix,) = read_log(cases_dir / "nmea" / "pygpsdata-nmea4lc.log")
    assert (stamp(fix), fix.mode) == ("2021-03-06T10:36:07.000Z", 2)
    assert (fix.latitude, fix.longitude) == (pytest.approx(53.450657), pytest.approx(-102.2404103333))


def test_bad_checksums_are_dropped_and_counted(cases_dir: Path) -> None:
    path = cases_dir / "nmea" / "pygpsdata-nmeabadck.log"
    reader = NmeaReader("test")
    fixes = reader.feed(path.read_bytes()) + reader.flush()
    assert [fix.longitude for fix in fixes] == [pytest.approx(-102.2404103333)]
    assert (reader.counts.valid, reader.counts.bad_checksum) == (1, 2)


def test_log_without_a_fix_says_so(cases_dir: Path) -> None:
    with pytest.raises(BadFile, match="the receiver had no fix anywhere in this log"):
        read_log(cases_dir / "nmea" / "pygpsdata-nmeastartup.log")


def test_missing_log_and_folder_give_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.log", tmp_path):
        with pytest.raises(BadFile, match="choose a recorded NMEA log"):
            read_log(path)
