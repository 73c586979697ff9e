"""Countries of manufacture: today's, those that were, and who answers for them now.

Codes are ISO 3166-1 alpha-2 for today's, ISO 3166-3 alpha-4 for withdrawn ones, and the user-assigned alpha-2 codes.
`SUCCESSIONS` is a dated table of our own: ISO 3166-3 says which code was withdrawn and when, the dates of statehood are
those of the United Nations' membership records or of the act named.
"""

from functools import cache
from typing import NamedTuple

import pycountry

from countermark.marks.sentences import Sentence

UNKNOWN = "ZZ"


class Successor(NamedTuple):
    """A State to ask in place of one that was: ISO code, from which day (ISO 8601), and where that is recorded."""

    code: str
    since: str
    source: str


class Former(NamedTuple):
    """A withdrawn code, the years its State made weapons under it, and its successors, the likeliest to answer first."""

    first_year: int
    last_year: int
    successors: tuple[Successor, ...]


_UN = "UN membership records"
_ISO = "ISO 3166-3"

SUCCESSIONS: dict[str, Former] = {
    "SUHH": Former(
        1922,
        1992,
        (
            Successor(
                "RU", "1991-12-24", "letter to the UN Secretary-General continuing the Soviet Union's membership"
            ),
            Successor("UA", "1991-08-24", "Act of Declaration of Independence of Ukraine"),
            Successor("BY", "1991-08-25", "Supreme Soviet of Belarus, declaration given constitutional force"),
            Successor("AM", "1991-09-21", "independence referendum"),
            Successor("AZ", "1991-10-18", "Constitutional Act on State Independence"),
            Successor("EE", "1991-08-20", "restoration of independence"),
            Successor("GE", "1991-04-09", "Act of Restoration of State Independence"),
            Successor("KZ", "1991-12-16", "Constitutional Law on State Independence"),
            Successor("KG", "1991-08-31", "Declaration of State Independence"),
            Successor("LV", "1991-08-21", "restoration of independence"),
            Successor("LT", "1990-03-11", "Act of Re-Establishment of the State"),
            Successor("MD", "1991-08-27", "Declaration of Independence"),
            Successor("TJ", "1991-09-09", "Declaration of State Independence"),
            Successor("TM", "1991-10-27", "Constitutional Law on Independence"),
            Successor("UZ", "1991-09-01", "Law on the Foundations of State Independence"),
        ),
    ),
    "YUCS": Former(
        1918,
        2003,
        (
            Successor("RS", "2006-06-05", "continues the membership of Serbia and Montenegro, " + _UN),
            Successor("SI", "1991-06-25", "Basic Constitutional Charter on Independence"),
            Successor("HR", "1991-06-25", "Constitutional Decision on Sovereignty and Independence"),
            Successor("BA", "1992-03-03", "declaration after the referendum"),
            Successor("MK", "1991-09-17", "Declaration of Sovereignty and Independence"),
            Successor("ME", "2006-06-03", "Declaration of Independence"),
        ),
    ),
    "CSXX": Former(
        2003,
        2006,
        (
            Successor("RS", "2006-06-05", "continues the membership of Serbia and Montenegro, " + _UN),
            Successor("ME", "2006-06-03", "Declaration of Independence"),
        ),
    ),
    "CSHH": Former(
        1918,
        1993,
        (
            Successor("CZ", "1993-01-01", "Constitutional Act 542/1992 on the dissolution of the federation"),
            Successor("SK", "1993-01-01", "Constitutional Act 542/1992 on the dissolution of the federation"),
        ),
    ),
    "DDDE": Former(1949, 1990, (Successor("DE", "1990-10-03", "Unification Treaty of 31 August 1990"),)),
    "YDYE": Former(1967, 1990, (Successor("YE", "1990-05-22", "unification of Yemen, " + _UN),)),
    "VDVN": Former(1945, 1977, (Successor("VN", "1976-07-02", "unification of Viet Nam"),)),
    "ZRCD": Former(1971, 1997, (Successor("CD", "1997-05-17", "renamed, " + _UN),)),
    "BUMM": Former(1948, 1989, (Successor("MM", "1989-06-18", "renamed, " + _UN),)),
    "RHZW": Former(1895, 1980, (Successor("ZW", "1980-04-18", "independence of Zimbabwe"),)),
    "HVBF": Former(1958, 1984, (Successor("BF", "1984-08-04", "renamed, " + _UN),)),
    "DYBJ": Former(1958, 1977, (Successor("BJ", "1975-11-30", "renamed, " + _UN),)),
    "BYAA": Former(1919, 1992, (Successor("BY", "1991-09-19", "renamed, " + _UN),)),
    "FXFR": Former(1400, 1997, (Successor("FR", "1997-07-14", _ISO),)),
    "TPTL": Former(1702, 2002, (Successor("TL", "2002-05-20", "independence of Timor-Leste"),)),
    "AIDJ": Former(1967, 1977, (Successor("DJ", "1977-06-27", "independence of Djibouti"),)),
    "NHVU": Former(1906, 1980, (Successor("VU", "1980-07-30", "independence of Vanuatu"),)),
    "SKIN": Former(1642, 1975, (Successor("IN", "1975-05-16", "Constitution (Thirty-sixth Amendment) Act, 1975"),)),
    "GEHH": Former(
        1892,
        1979,
        (
            Successor("KI", "1979-07-12", "independence of Kiribati"),
            Successor("TV", "1978-10-01", "independence of Tuvalu"),
        ),
    ),
    "ANHH": Former(
        1954,
        2010,
        (
            Successor("CW", "2010-10-10", "dissolution of the Netherlands Antilles"),
            Successor("SX", "2010-10-10", "dissolution of the Netherlands Antilles"),
            Successor("BQ", "2010-10-10", "dissolution of the Netherlands Antilles"),
            Successor("AW", "1986-01-01", "separate status of Aruba"),
        ),
    ),
    "PCHH": Former(
        1947,
        1986,
        (
            Successor("FM", "1986-11-03", "Compact of Free Association"),
            Successor("MH", "1986-10-21", "Compact of Free Association"),
            Successor("MP", "1986-11-04", "Commonwealth in union with the United States"),
            Successor("PW", "1994-10-01", "Compact of Free Association"),
        ),
    ),
    "PZPA": Former(1903, 1980, (Successor("PA", "1979-10-01", "Panama Canal Treaty of 1977"),)),
    "NTHH": Former(1922, 1993, (Successor("SA", "1991-12-26", _ISO), Successor("IQ", "1991-12-26", _ISO))),
    "BQAQ": Former(1962, 1979, (Successor("AQ", "1979-01-01", _ISO),)),
    "NQAQ": Former(1939, 1983, (Successor("AQ", "1983-01-01", _ISO),)),
    "FQHH": Former(1955, 1979, (Successor("TF", "1979-01-01", _ISO), Successor("AQ", "1979-01-01", _ISO))),
    "CTKI": Former(1939, 1984, (Successor("KI", "1979-07-12", _ISO),)),
    "JTUM": Former(1858, 1986, (Successor("UM", "1986-01-01", _ISO),)),
    "MIUM": Former(1867, 1986, (Successor("UM", "1986-01-01", _ISO),)),
    "PUUM": Former(1856, 1986, (Successor("UM", "1986-01-01", _ISO),)),
    "WKUM": Former(1899, 1986, (Successor("UM", "1986-01-01", _ISO),)),
}

_USUAL_MISTAKES = {"UK": "GB", "EL": "GR", "EN": "GB", "SP": "ES", "JA": "JP", "RF": "RU", "UR": "SUHH"}
"""Codes in use elsewhere (vehicle plates, the European Union, older lists): named in the refusal, never guessed."""


def resolve(code: str, year: int | None = None) -> str | None:
    """The code to store for `code` as a file writes it, or None when it is unknown or not clear for that `year`.

    Today's and user-assigned alpha-2 codes and withdrawn alpha-4 codes stand for themselves; a withdrawn alpha-2 code
    becomes its alpha-4 code when only one State can be meant (`CS` needs the year, `SU` does not).
    """
    if code in _today() or is_user_assigned(code) or code in _former_names():
        return code
    meant = candidates(code)
    if len(meant) > 1:
        meant = [c for c in meant if year is not None and _existed(c, year)]
    return meant[0] if len(meant) == 1 else None


def candidates(code: str) -> list[str]:
    """Every withdrawn alpha-4 code whose alpha-2 code was `code`."""
    return _by_old_alpha2().get(code, [])


_A_CODE = Sentence("a country code of ISO 3166-1 (two letters), ISO 3166-3 (four letters) or ZZ for unknown")


def expected(code: str) -> Sentence:
    """What to tell the person whose `code` did not resolve."""
    meant = candidates(code)
    if len(meant) > 1:
        listed = Sentence("%(code)s (%(name)s)", code=meant[0], name=name(meant[0]))
        for other in meant[1:]:
            listed = Sentence("%(first)s or %(code)s (%(name)s)", first=listed, code=other, name=name(other))
        return Sentence("%(codes)s: the year does not tell which", codes=listed)
    hint = _USUAL_MISTAKES.get(code.upper()) or resolve(code.upper())
    if hint:
        return Sentence("%(expected)s; %(code)s is %(name)s", expected=_A_CODE, code=hint, name=name(hint))
    return _A_CODE


def successors(code: str) -> list[Successor]:
    """Who answers today for weapons made under a withdrawn `code`; empty for a State that still is."""
    former = SUCCESSIONS.get(code)
    return list(former.successors) if former else []


def name(code: str) -> str:
    """The country's English name; the code itself where there is none (user-assigned codes)."""
    if code == UNKNOWN:
        return "unknown country"
    return _today().get(code) or _former_names().get(code) or code


def is_user_assigned(code: str) -> bool:
    """Whether ISO 3166-1 leaves `code` to its users: AA, QM to QZ, XA to XZ, ZZ."""
    if code in ("AA", UNKNOWN):
        return True
    return len(code) == 2 and ("QM" <= code <= "QZ" or "XA" <= code <= "XZ")


@cache
def all_codes() -> dict[str, str]:
    """Code to English name, every country of today and every withdrawn one."""
    return _today() | _former_names()


@cache
def _today() -> dict[str, str]:
    return {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}


@cache
def _former_names() -> dict[str, str]:
    return {country.alpha_4: country.name for country in pycountry.historic_countries}


@cache
def _by_old_alpha2() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for country in pycountry.historic_countries:
        found.setdefault(country.alpha_2, []).append(country.alpha_4)
    return found


def _existed(code: str, year: int) -> bool:
    former = SUCCESSIONS.get(code)
    return former is not None and former.first_year <= year <= former.last_year
