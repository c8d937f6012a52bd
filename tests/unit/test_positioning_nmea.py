"""The NMEA reader under any input, and what a receiver's sentences mean."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from surveyapp.positioning.fix import Fix, Satellite, plausible
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.nmea_write import nmea_line


def read(data: bytes | str) -> list[Fix]:
    reader = NmeaReader("test", clock=lambda: None)
    return reader.feed(data.encode() if isinstance(data, str) else data) + reader.flush()


def only(data: bytes | str) -> Fix:
    fixes = read(data)
    assert len(fixes) == 1
    return fixes[0]


def lines(*bodies: str) -> str:
    return "".join(nmea_line(body) for body in bodies)


def stamp(fix: Fix) -> str:
    assert fix.time_utc is not None
    return fix.time_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- the reader under any input ----------------------------------------------------------------------

MIXED = (
    b"\xb5\x62\x01\x07$\x92"
    + nmea_line("GPGGA,120000.00,3446.3524,N,07221.6462,E,1,08,1.1,984.2,M,-36.0,M,,").encode()
    + b"\x00\xff$GPRMC,1200"
    + nmea_line("GPGSA,A,3,01,02,03,04,,,,,,,,,2.1,1.1,1.8").encode()
    + nmea_line("GPRMC,120000.00,A,3446.3524,N,07221.6462,E,0.1,90.0,010526,,,A").lower().encode()
    + b"!AIVDM,1,1,,B,13aDp<PP000IwSlN?Wm@0?wN2<1T,0*29\r\n"
    + nmea_line("GPGST,120000.00,,,,,3.0,4.0,6.0").encode()
    + nmea_line("GPRMC,120001.00,A,3446.3525,N,07221.6463,E,0.1,90.0,010526,,,A").encode()
    + b"$GPGGA,120002.00,3446.3525,N,07221.6463,E,1,08,1.1,984.2,M,-36.0,M,,*00\r\n"
)


def test_mixed_stream() -> None:
    first, second = read(MIXED)
    assert (first.accuracy_m, first.accuracy_source, first.elevation_m) == (5.0, "gst", 984.2)
    assert first.time_utc == dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    assert (second.elevation_m, second.accuracy_m, second.mode) == (None, 7.8, 3)


@given(st.lists(st.integers(0, len(MIXED)), max_size=12))
@example(list(range(len(MIXED))))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int]) -> None:
    reader = NmeaReader("test", clock=lambda: None)
    edges = [0, *sorted(cuts), len(MIXED)]
    fixes = [fix for low, high in pairwise(edges) for fix in reader.feed(MIXED[low:high])]
    whole = NmeaReader("test", clock=lambda: None)
    assert fixes == whole.feed(MIXED)
    assert reader.flush() == whole.flush()
    assert reader.counts == whole.counts


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"$", b"!", b"*", b"\r\n", b"$GPGGA,", b"*5F", b"\xb5\x62", b"A" * 600]),
    st.builds(
        lambda talker, kind, fields: nmea_line(f"{talker}{kind},{','.join(fields)}").encode(),
        st.sampled_from(["GP", "GN", "GL", "ZZ", "P"]),
        st.sampled_from(["GGA", "RMC", "GLL", "GNS", "GSA", "GSV", "GST", "ZDA", "VTG", "GRME", "XYZ"]),
        st.lists(
            st.sampled_from(
                [
                    "",
                    "0",
                    "1",
                    "2",
                    "8",
                    "99",
                    "-1",
                    "1e999",
                    "nan",
                    "inf",
                    "A",
                    "V",
                    "N",
                    "S",
                    "E",
                    "W",
                    "M",
                    "AAN",
                    "4",
                    "120000.00",
                    "235960.00",
                    "000000",
                    "250000",
                    "010526",
                    "320199",
                    "2026",
                    "9999.9",
                    "9959.99",
                    "18100.0",
                    "3446.3524",
                    "07221.6462",
                    "4.8",
                    "M,-36.0,M",
                    "zz", "9" * 400,
                    "0000",
                    "3",
                ]
            ),
            max_size=22,
        ),
    ),
)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=25), st.integers(1, 97))
def test_any_bytes_give_sane_fixes_or_none(pieces: list[bytes], step: int) -> None:
    data = b"".join(pieces)
    reader = NmeaReader("test", clock=lambda: None)
    fixes = [
        fix for at in range(0, len(data), step) for fix in reader.feed(data[at : at + step])
    ] + reader.flush()
    assert fixes == read(data)
    for fix in fixes:
        if fix.has_position:
            assert plausible(fix.longitude, fix.latitude)
            assert fix.quality != "none"
        for value in (fix.elevation_m, fix.hdop, fix.accuracy_m, fix.speed_m_s, fix.course_deg):
            assert value is None or math.isfinite(value)
        assert (fix.accuracy_m is None) == (fix.accuracy_source is None)
    message = reader.diagnosis(at_end=True)
    assert message is None or message.count("\n") == 0


# --- what a receiver's sentences mean ----------------------------------------------------------------

PLACE = "3446.3524,N,07221.6462,E"


def test_gga_alone_and_rmc_alone_are_enough() -> None:
    gga = only(lines(f"GPGGA,120000.00,{PLACE},1,08,1.1,984.2,M,-36.0,M,,"))
    rmc = only(lines(f"GPRMC,120000.00,A,{PLACE},0.1,90.0,010526,,,A"))
    assert (gga.longitude, gga.mode, gga.satellites_used) == (pytest.approx(72.36077), 3, 8)
    assert (rmc.longitude, rmc.mode, rmc.elevation_m) == (pytest.approx(72.36077), 2, None)


def test_gns_of_several_constellations() -> None:
    fix = only(lines(f"GNGNS,120000.00,{PLACE},RAN,17,0.7,984.2,-36.0,,"))
    assert (fix.quality, fix.satellites_used, fix.hdop, fix.elevation_m) == ("rtk-fixed", 17, 0.7, 984.2)


@pytest.mark.parametrize(
    ("digit", "quality"),
    [
        (1, "autonomous"),
        (2, "dgps"),
        (3, "pps"),
        (4, "rtk-fixed"),
        (5, "rtk-float"),
        (6, "estimated"),
        (7, "manual"),
        (8, "simulated"),
    ],
)
def test_quality_of_gga(digit: int, quality: str) -> None:
    assert only(lines(f"GPGGA,120000.00,{PLACE},{digit},08,1.1,984.2,M,-36.0,M,,")).quality == quality


def test_one_doubting_sentence_is_believed() -> None:
    good = f"GPGGA,120000.00,{PLACE},1,08,1.1,984.2,M,-36.0,M,,"
    assert not only(lines(good, f"GPRMC,120000.00,V,{PLACE},,,010526,,,N")).has_position
    assert only(lines(good, f"GPRMC,120000.00,A,{PLACE},,,010526,,,S")).quality == "simulated"
    assert only(lines(good, f"GPRMC,120000.00,A,{PLACE},,,010526,,,E")).quality == "estimated"
    # RMC of older receivers knows no RTK.
    rtk = f"GPGGA,120000.00,{PLACE},4,08,0.7,984.2,M,-36.0,M,,"
    assert only(lines(rtk, f"GPRMC,120000.00,A,{PLACE},,,010526,,,D")).quality == "rtk-fixed"


def test_position_from_no_satellites_needs_confirmation() -> None:
    frozen = f"GPGGA,120000.00,{PLACE},1,00,3.3,984.2,M,-36.0,M,,"
    assert not only(lines(frozen)).has_position
    confirmed = only(lines(frozen, f"GPRMC,120000.00,A,{PLACE},,,010526,,,A"))
    assert confirmed.has_position
    assert confirmed.satellites_used is None


def test_null_island_is_no_fix() -> None:
    assert not only(lines("GPGGA,120000.00,0000.0000,N,00000.0000,E,1,08,1.1,0.0,M,0.0,M,,")).has_position


def test_accuracy_is_stated_or_marked_as_a_guess() -> None:
    gga = f"GPGGA,120000.00,{PLACE},{{}},08,2.0,984.2,M,-36.0,M,,"
    autonomous = only(lines(gga.format(1)))
    assert (autonomous.accuracy_m, autonomous.accuracy_source) == (14.2, "hdop-estimate")
    rtk = only(lines(gga.format(4)))
    assert (rtk.accuracy_m, rtk.accuracy_source) == (None, None)
    zeros = only(lines(gga.format(4), "GPGST,120000.00,,,,,0.0,0.0,0.0"))
    assert zeros.accuracy_m is None
    garmin = only(lines(gga.format(1), "PGRME,15.0,M,45.0,M,25.0,M"))
    assert (garmin.accuracy_m, garmin.accuracy_source) == (15.0, "garmin")


def test_odd_fields_that_we_do_not_use_cost_nothing() -> None:
    fix = only(
        lines(
            f"GPGGA,120000.00,{PLACE},2,08,1.1,984.2,M,-36.0,M,1.0,AAAA",
            f"GPRMC,120000.00,A,{PLACE},0.1,90.0,010526,x,E,D,V",
        )
    )
    assert (fix.quality, stamp(fix)) == ("dgps", "2026-05-01T12:00:00.000Z")


def test_date_goes_on_over_midnight() -> None:
    gga = f"GPGGA,{{}},{PLACE},1,08,1.1,984.2,M,-36.0,M,,"
    fixes = read(
        lines(
            f"GPRMC,235958.00,A,{PLACE},,,311226,,,A",
            gga.format("235959.00"),
            gga.format("000000.00"),
            gga.format("000001.00"),
        )
    )
    assert [stamp(fix) for fix in fixes] == [
        "2026-12-31T23:59:58.000Z",
        "2026-12-31T23:59:59.000Z",
        "2027-01-01T00:00:00.000Z",
        "2027-01-01T00:00:01.000Z",
    ]


@pytest.mark.parametrize(
    ("digits", "year"), [("80", 1980), ("99", 1999), ("00", 2000), ("69", 2069), ("79", 2079)]
)
def test_century_of_two_digits(digits: str, year: int) -> None:
    moment = only(lines(f"GPRMC,120000.00,A,{PLACE},,,2802{digits},,,A")).time_utc
    assert moment is not None
    assert moment.year == year


def test_zda_gives_the_whole_year() -> None:
    fix = only(lines(f"GPGGA,120000.00,{PLACE},1,08,1.1,,M,,M,,", "GPZDA,120000.00,06,03,2021,00,00"))
    assert stamp(fix) == "2021-03-06T12:00:00.000Z"


def test_same_moment_keeps_the_age_of_its_first_arrival() -> None:
    now = iter(range(100))
    reader = NmeaReader("test", clock=lambda: float(next(now)))
    sentence = nmea_line(f"GPGGA,120000.00,{PLACE},1,08,1.1,984.2,M,-36.0,M,,").encode()
    fixes = [fix for _ in range(20) for fix in reader.feed(sentence) + reader.flush()]
    assert {fix.received_monotonic for fix in fixes} == {0.0}
    assert fixes[-1].is_stale(10.0, now=20.0)
    assert not fixes[-1].is_stale(10.0, now=5.0)


def test_flush_gives_an_epoch_early_and_completes_it_later() -> None:
    reader = NmeaReader("test")
    assert reader.feed(nmea_line(f"GPGGA,120000.00,{PLACE},1,08,1.1,984.2,M,-36.0,M,,").encode()) == []
    (early,) = reader.flush()
    assert reader.flush() == []
    reader.feed(nmea_line(f"GPRMC,120000.00,A,{PLACE},0.1,90.0,010526,,,A").encode())
    (late,) = reader.flush()
    assert (early.time_utc, late.time_utc) == (None, dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC))
    assert late.elevation_m == early.elevation_m
    assert late.received_monotonic == early.received_monotonic


def test_satellites_without_a_fix_are_shown() -> None:
    fix = only(
        lines(
            "GPGGA,,,,,,0,00,99.99,,,,,,",
            "GNGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99,1",
            "GPGSV,1,1,02,05,40,120,33,07,10,010,,1",
            "GAGSV,1,1,01,11,55,200,40,7",
        )
    )
    assert (fix.has_position, fix.mode, fix.hdop, fix.time_utc) == (False, 1, None, None)
    assert fix.satellites == (
        Satellite("GPS", 5, 40.0, 120.0, 33.0, used=False),
        Satellite("GPS", 7, 10.0, 10.0, None, used=False),
        Satellite("Galileo", 11, 55.0, 200.0, 40.0, used=False),
    )


def test_lost_part_of_a_satellite_view_keeps_the_last_whole_one() -> None:
    whole = ["GPGSV,2,1,05,01,10,010,30,02,20,020,31,03,30,030,32,04,40,040,33", "GPGSV,2,2,05,05,50,050,34"]
    fixes = read(
        lines(
            f"GPGGA,120000.00,{PLACE},1,05,1.1,,M,,M,,",
            *whole,
            f"GPGGA,120001.00,{PLACE},1,05,1.1,,M,,M,,",
            whole[1],
        )
    )
    assert [len(fix.satellites) for fix in fixes] == [5, 5]


def test_a_satellite_on_two_signals_is_shown_once_with_the_stronger() -> None:
    fix = only(
        lines(
            f"GNGGA,120000.00,{PLACE},1,05,1.1,,M,,M,,",
            "GPGSV,1,1,01,05,40,120,33,1",
            "GPGSV,1,1,01,05,40,120,41,8",
        )
    )
    assert fix.satellites == (Satellite("GPS", 5, 40.0, 120.0, 41.0, used=False),)


# --- streams that are something else -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xa0\xa2\x00\x29" * 600, "SiRF binary"),
        (b"\xb5\x62\x01\x07\x5c\x00" * 400, "u-blox UBX binary"),
        (b"\xd3\x00\x13\x3e\xd0" * 500, "RTCM 3 corrections"),
        (b"\x10\x33\x10\x03" * 600, "Garmin or Trimble TSIP"),
        (b'{"class":"VERSION","release":"3.22"}\n' * 60, "connect with gpsd://host:port"),
        (b"<gpx version='1.1'><trkpt lat='1' lon='2'/></gpx>" * 50, "import the file"),
        (bytes(range(128, 256)) * 20, "set the receiver to NMEA output and the port to its baud rate"),
        (b"Dear all, please find attached\n" * 100, "text without NMEA"),
        (b"$GPGGA,120000.00,3446.3524,N\r\n" * 100, "no checksums"),
        (b"$GPGGA,120000.00,3446.3524,N*00\r\n" * 100, "100 with a wrong checksum"),
    ],
)
def test_what_is_no_nmea_gets_one_sentence(data: bytes, words: str) -> None:
    reader = NmeaReader("serial:/dev/ttyUSB0@9600")
    assert reader.feed(data) == []
    message = reader.diagnosis()
    assert message is not None
    assert words in message
    assert message.startswith("serial:/dev/ttyUSB0@9600: ")
    assert message.endswith(".")


def test_a_little_noise_before_the_first_sentence_is_no_trouble() -> None:
    reader = NmeaReader("test")
    reader.feed(b"\xff" * 1000)
    assert reader.diagnosis() is None
    reader.feed(nmea_line(f"GPGGA,120000.00,{PLACE},1,08,1.1,984.2,M,-36.0,M,,").encode() + b"\xff" * 9000)
    assert reader.diagnosis() is None


def test_nmea_without_positions_says_what_there_is() -> None:
    reader = NmeaReader("tcp://localhost:1")
    reader.feed((nmea_line("HCHDG,98.3,0.0,E,12.6,W") * 100).encode())
    assert reader.diagnosis() == (
        "tcp://localhost:1: there are NMEA sentences (HCHDG) but none with the receiver's position; "
        "switch on GGA and RMC in the receiver."
    )
