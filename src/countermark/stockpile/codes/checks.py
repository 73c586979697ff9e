"""What the content of a GS1 element must satisfy beyond its length: one small function a check, named as in `ais.tsv`.

The rules are those of the GS1 General Specifications, section 3, as the tests ("linters") of the GS1 Barcode Syntax
Dictionary apply them. Each function takes the text of one part of an element and returns why it is refused, or None.
"""

import functools
import re
from collections.abc import Callable
from datetime import date

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes import coupons

Check = Callable[[str], Sentence | None]

SET_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""GS1 AI encodable character set 82 (General Specifications, figure 7.11-1)."""

SET_39 = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
SET_64 = frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")

_PAIR = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_PAIR_CHECKS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
)  # fmt: skip


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it (General Specifications 7.9.1)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _check(text: str) -> Sentence | None:
    if check_digit(text[:-1]) == text[-1]:
        return None
    return Sentence("the check digit of %(value)s is wrong: one character was misread", value=text)


def _check_pair(text: str) -> Sentence | None:
    if len(text) < 3:
        return Sentence("it is too short for its two check characters")
    if len(text) - 2 > len(_PRIMES):
        return Sentence("it is too long for its two check characters")
    body, pair = text[:-2], text[-2:]
    weighed = zip(reversed(body), _PRIMES, strict=False)
    total = sum(_PAIR.index(char) * prime for char, prime in weighed) % 1021
    wanted = _PAIR_CHECKS[total >> 5] + _PAIR_CHECKS[total & 31]
    return None if pair == wanted else Sentence("its two check characters are wrong: a character was misread")


def _prefix(text: str) -> Sentence | None:
    if len(text) < 4:
        return Sentence("it is too short for the company number it begins with")
    if not text[:4].isdigit():
        return Sentence("it does not begin with the digits of a company number")
    return None


def _prefix_after_one(text: str) -> Sentence | None:
    return _prefix(text[1:])


def _calendar(year: int, month: int, day: int) -> Sentence | None:
    if not 1 <= month <= 12:
        return Sentence("there is no month %(month)s", month=f"{month:02}")
    try:
        date(max(year, 1), month, day)
    except ValueError:
        return Sentence("there is no day %(day)s in that month", day=f"{day:02}")
    return None


def _day(text: str) -> Sentence | None:
    return _calendar(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))


def _month_or_day(text: str) -> Sentence | None:
    return _day(text[:4] + "01") if text[4:] == "00" else _day(text)


def _long_day(text: str) -> Sentence | None:
    return _calendar(int(text[:4]), int(text[4:6]), int(text[6:]))


def _below(limit: int, message: Callable[[str], Sentence]) -> Check:
    return lambda text: None if int(text) < limit else message(text)


_hour = _below(24, lambda text: Sentence("there is no hour %(hour)s", hour=text))
_minute = _below(60, lambda text: Sentence("there is no minute %(minute)s", minute=text))
_second = _below(60, lambda text: Sentence("there is no second %(second)s", second=text))


def _hour_minute(text: str) -> Sentence | None:
    return _hour(text[:2]) or _minute(text[2:])


@functools.cache
def _known(table: str, column: str) -> frozenset[str]:
    import pycountry

    return frozenset(getattr(one, column) for one in getattr(pycountry, table) if getattr(one, column, None))


def _country(text: str) -> Sentence | None:
    if text in _known("countries", "numeric"):
        return None
    return Sentence("%(code)s is no country number of ISO 3166", code=text)


def _country_or_several(text: str) -> Sentence | None:
    return None if text == "999" else _country(text)


def _country_letters(text: str) -> Sentence | None:
    if text in _known("countries", "alpha_2"):
        return None
    return Sentence("%(code)s is no country code of ISO 3166", code=text)


def _currency(text: str) -> Sentence | None:
    if text in _known("currencies", "numeric"):
        return None
    return Sentence("%(code)s is no currency number of ISO 4217", code=text)


def _escapes(text: str) -> Sentence | None:
    if re.fullmatch(r"(?:[^%]|%[0-9A-Fa-f]{2})*", text):
        return None
    return Sentence("a percent sign must be followed by two hexadecimal digits")


def _one_of(characters: str, message: Callable[[], Sentence]) -> Check:
    return lambda text: None if text and text in characters else message()


_yes_no = _one_of("01", lambda: Sentence("it must be 0 or 1"))
_zero = _one_of("0", lambda: Sentence("it must be 0"))
_minus = _one_of("-", lambda: Sentence("it must be a hyphen"))
_winding = _one_of("019", lambda: Sentence("it must be 0, 1 or 9"))
_sex = _one_of("0129", lambda: Sentence("it must be 0, 1, 2 or 9"))


def _importer(text: str) -> Sentence | None:
    return None if set(text) <= SET_64 else Sentence("the importer index is one letter, digit, hyphen or low line")


def _package(text: str) -> Sentence | None:
    # The shape of a code of UN/CEFACT Recommendation 21; its list changes twice a year and marks no weapon.
    return None if re.fullmatch(r"[0-9A-Z]{1,3}", text) else Sentence("%(code)s is no code of a package", code=text)


def _medium(text: str) -> Sentence | None:
    number = int(text)
    known = 1 <= number <= 10 or 80 <= number <= 99
    return None if known else Sentence("%(code)s is no code of a data carrier", code=text)


def _one_of_several(text: str) -> Sentence | None:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if found is None:
        return Sentence("it must say which of how many, as in 1/2")
    if found[1].startswith("0") or found[2].startswith("0"):
        return Sentence("a number may not begin with 0")
    return None if int(found[1]) <= int(found[2]) else Sentence("there is no such one of so many")


def _not_zero(text: str) -> Sentence | None:
    return None if int(text) else Sentence("it may not be 0")


def _piece(text: str) -> Sentence | None:
    half = len(text) // 2
    piece, total = int(text[:half]), int(text[half:])
    if not piece or not total:
        return Sentence("neither the piece nor the number of pieces may be 0")
    return None if piece <= total else Sentence("there is no such piece of so many")


def _no_leading_zero(text: str) -> Sentence | None:
    return Sentence("a number may not begin with 0") if text.startswith("0") and len(text) > 1 else None


def _not_only_digits(text: str) -> Sentence | None:
    return Sentence("it must hold something besides digits") if text.isdigit() else None


def _iban(text: str) -> Sentence | None:
    if not re.fullmatch(r"[0-9A-Z]+", text):
        return Sentence("an account number (IBAN) has digits and capital letters only")
    if len(text) <= 10:
        return Sentence("it is too short for an account number (IBAN)")
    # XK is what banks in Kosovo use, though ISO 3166 leaves it to its users.
    if text[:2] not in _known("countries", "alpha_2") | {"XK"}:
        return Sentence("%(code)s is no country code of ISO 3166", code=text[:2])
    number = "".join(str(int(char, 36)) for char in text[4:] + text[:4])
    return None if int(number) % 97 == 1 else Sentence("the check digits of the account number are wrong")


def _within(most: int, message: Callable[[], Sentence]) -> Check:
    return lambda text: None if int(text) <= most else message()


CHECKS: dict[str, Check] = {
    "check": _check,
    "check_pair": _check_pair,
    "prefix": _prefix,
    "prefix_after_one": _prefix_after_one,
    "day": _day,
    "month_or_day": _month_or_day,
    "long_day": _long_day,
    "hour": _hour,
    "minute": _minute,
    "second": _second,
    "hour_minute": _hour_minute,
    "country": _country,
    "country_or_several": _country_or_several,
    "country_letters": _country_letters,
    "currency": _currency,
    "escapes": _escapes,
    "yes_no": _yes_no,
    "zero": _zero,
    "minus": _minus,
    "winding": _winding,
    "sex": _sex,
    "importer": _importer,
    "package": _package,
    "medium": _medium,
    "one_of": _one_of_several,
    "not_zero": _not_zero,
    "piece": _piece,
    "no_leading_zero": _no_leading_zero,
    "not_only_digits": _not_only_digits,
    "iban": _iban,
    "latitude": _within(1_800_000_000, lambda: Sentence("there is no such latitude")),
    "longitude": _within(3_600_000_000, lambda: Sentence("there is no such longitude")),
    "coupon": coupons.refusal,
    "offer": coupons.offer_refusal,
}
"""The checks by name. What is digits only has been seen to before a check is asked."""
