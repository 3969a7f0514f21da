"""The register of offices (unit), and recognising one however it is spelled.

The same office is written many ways in real files: its code, upper case, `Kab.`,
`PALANGKARAYA`, `BB PADANG`, an older kind before it became a Balai. Every city in
the register stands for one office, so the city decides.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sop_core.paths import DATA

NATIONAL = "NASIONAL"
KIND_NAMES = {
    "balai_besar": "Balai Besar",
    "balai": "Balai",
    "loka": "Loka",
    "pusat": "Unit Kerja Pusat",
    "nasional": "Nasional",
}
UPT_KINDS = ("balai_besar", "balai", "loka")


@dataclass(frozen=True)
class Unit:
    """One office as the register has it from ``valid_from`` on."""

    code: str
    name: str
    kind: str
    province: str
    city: str
    coordinator_code: str | None
    lat: float | None
    lon: float | None
    timezone: str
    valid_from: dt.date


def read_units(path: Path = DATA / "units.csv") -> list[Unit]:
    """The shipped register: 76 UPT, 7 central units and the nation."""
    return list(_units(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=4)  # by content: every import asks for the same
def _units(text: str) -> tuple[Unit, ...]:
    return tuple(
        Unit(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            province=row["province"],
            city=row["city"],
            coordinator_code=row["coordinator_code"] or None,
            lat=float(row["lat"]) if row["lat"] else None,
            lon=float(row["lon"]) if row["lon"] else None,
            timezone=row["timezone"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
        )
        for row in csv.DictReader(io.StringIO(text))
    )


_LONG_FORMS = (
    (r"\bPENGAWAS(AN)? OBAT DAN MAKANAN\b", "POM"),
    (r"\bKAB(UPATEN)?\b", ""),
    (r"\bKOTA\b", ""),
    (r"\bKEP(ULAUAN)?\b", ""),
    (r"\bDIREKTORAT\b", "DIT"),
    (r"\bOBAT TRADISIONAL\b", "OT"),
    (r"\bSUPLEMEN KESEHATAN\b", "SK"),
    (r"\bPEMBERDAYAAN MASYARAKAT DAN PELAKU USAHA\b", "PMPU"),
    (r"\bPANGAN OLAHAN\b", "PO"),
    (r"\bDAN\b", ""),
)
_PREFIX = re.compile(r"^(UPT )?(BALAI BESAR|BB|BALAI|LOKA|BBPOM|BPOM|B)?( ?POM)?( DI)? ")

# "KABUPATENSAMBAS": no blank left to find the word by. Tried last, for KOTAWARINGIN's sake.
_RUN_TOGETHER = re.compile(r"^(KABUPATEN|KOTA|KAB)(KEPULAUAN)?")


def normalise(text: str) -> str:
    """Upper case, no accents or punctuation, long forms shortened, no spaces."""
    return _words(text).replace(" ", "")


def _words(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).upper()
    text = re.sub(r"[^A-Z0-9]+", " ", text).strip()
    for pattern, short in _LONG_FORMS:
        text = re.sub(pattern, short, text)
    return re.sub(r"\s+", " ", text).strip()


class UnitFinder:
    """Finds an office by code or by any spelling of its name."""

    def __init__(self, units: list[Unit]) -> None:
        self.by_code = {u.code: u for u in units}
        self._known: dict[str, str] = {}
        for unit in units:
            self._known[normalise(unit.code)] = unit.code
            self._known[normalise(unit.name)] = unit.code
            if unit.city:
                self._known[normalise(unit.city)] = unit.code
            if unit.kind == "pusat":
                self._known[normalise(unit.code.removeprefix("PST-"))] = unit.code

    def find(self, text: str) -> str | None:
        """The office's code, or None."""
        exact = self.by_code.get(text)
        if exact:
            return exact.code
        words = _words(text)
        key = words.replace(" ", "")
        if key in self._known:
            return self._known[key]
        city = _PREFIX.sub("", words + " ").replace(" ", "")
        return self._known.get(city) or self._known.get(_RUN_TOGETHER.sub("", city))

    @classmethod
    def shipped(cls) -> UnitFinder:
        """Of the shipped register; one finder for all, nothing is put in it afterwards."""
        return _finder(tuple(read_units()))

    def suggest(self, text: str) -> str | None:
        """The name of the nearest office, for an error message, or None."""
        city = _PREFIX.sub("", _words(text) + " ").replace(" ", "")
        near = difflib.get_close_matches(city, self._known, n=1, cutoff=0.7)
        return self.by_code[self._known[near[0]]].name if near else None


@lru_cache(maxsize=4)
def _finder(units: tuple[Unit, ...]) -> UnitFinder:
    return UnitFinder(list(units))
