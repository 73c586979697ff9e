"""Dates as registers write them: parsed to an instant and a precision, the original kept, an ambiguous one refused."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from countermark.marks.sentences import Sentence, said
from countermark.register.files.text import decimal_digits
from countermark.register.files.vocabulary import FIRST_YEAR

Precision = Literal["instant", "day", "month", "year", "unknown"]


class Moment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """When something happened.

    `instant` is RFC 3339 in UTC with milliseconds, the first instant of its period for a partial date and
    `0001-01-01T00:00:00.000Z` for an unknown one; `offset` is how local time differed (`+00:00` for partial dates);
    `text` is what the source wrote.
    """

    instant: str
    offset: str
    precision: Precision
    text: str


class NoDate(msgspec.Struct, frozen=True):
    """Why a text is no date: what was `expected`, and `code` for programs."""

    expected: Sentence
    code: str


UNKNOWN = "0001-01-01T00:00:00.000Z"

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})")
_EXPECTED = Sentence("a date such as 1994, 1994-06, 1994-06-30 or 1994-06-30T08:15:00+02:00")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def parse(
    text: str,
    format: str | None = None,  # noqa: A002 (the map file's word)
    calendar: str = "gregorian",
    zone: str | None = None,
    *,
    this_year: int | None = None,
) -> Moment | NoDate:
    """The moment that `text` means.

    ISO 8601 (year; month; day; date and time with offset) is always understood, digits of any script too. Dates with the
    year last are understood when only one order of day and month is possible, or when `format` (made of `DD`, `MM`,
    `YYYY` or of strftime's `%d %m %Y %H %M %S`) says which is which. `zone` (IANA name or offset) is for times without an
    offset. `calendar` is gregorian, thai (Buddhist Era), persian (Solar Hijri) or islamic (tabular).
    """
    written = text.strip()
    plain = decimal_digits(written)
    if not plain:
        return Moment(UNKNOWN, "+00:00", "unknown", written)
    if format and (match := _format(format).fullmatch(plain)):
        return _from_format(match.groupdict(), written, calendar, zone, this_year)
    if match := _TIME.fullmatch(plain):
        return _timed(match.groups(), written, calendar, zone, this_year)
    for pattern in (_ISO, _COMPACT, _YEAR_FIRST):
        if match := pattern.fullmatch(plain):
            return _partial([int(part) for part in match.groups() if part], written, calendar, this_year)
    if match := _MONTH_YEAR.fullmatch(plain):
        return _partial([int(match[2]), int(match[1])], written, calendar, this_year)
    if match := _YEAR_LAST.fullmatch(plain):
        return _year_last(int(match[1]), int(match[2]), int(match[3]), written, calendar, this_year)
    return NoDate(_EXPECTED, "unreadable_date")


def _year_last(a: int, b: int, year: int, text: str, calendar: str, this_year: int | None) -> Moment | NoDate:
    day_first, month_first = (_partial([year, *order], text, calendar, this_year) for order in ((b, a), (a, b)))
    if not isinstance(day_first, Moment) or day_first == month_first:
        return month_first
    if not isinstance(month_first, Moment):
        return day_first
    expected = Sentence(
        "a date with one meaning; this is %(one)s (day first) or %(other)s (month first): write it as YYYY-MM-DD or say "
        "the format in the map",
        one=day_first.instant[:10],
        other=month_first.instant[:10],
    )
    return NoDate(expected, "ambiguous_date")


def _partial(parts: list[int], text: str, calendar: str, this_year: int | None) -> Moment | NoDate:
    precision: Precision = ("year", "month", "day")[len(parts) - 1]
    date = _gregorian(calendar, parts, this_year)
    return date if isinstance(date, NoDate) else Moment(f"{date}T00:00:00.000Z", "+00:00", precision, text)


def _timed(
    parts: tuple[str | None, ...], text: str, calendar: str, zone: str | None, this_year: int | None
) -> Moment | NoDate:
    year, month, day, hour, minute, second, fraction, offset = parts
    date = _gregorian(calendar, [int(part) for part in (year, month, day) if part], this_year)
    if isinstance(date, NoDate):
        return date
    if not offset and not zone:
        expected = Sentence("a time with its offset, such as 1994-06-30T08:15:00+02:00, or the zone in the map")
        return NoDate(expected, "no_offset")
    try:
        time = dt.time(int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0")[:6]))
        local = dt.datetime.combine(date, time, _zone(offset or zone or ""))
        instant = local.astimezone(dt.UTC)
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError) as error:
        expected = Sentence("a time of day and an offset that exist (%(problem)s)", problem=said(error))
        return NoDate(expected, "unreadable_date")
    return Moment(instant.isoformat(timespec="milliseconds")[:23] + "Z", _offset(local), "instant", text)


def _offset(local: dt.datetime) -> str:
    """The offset from UTC to the minute, as EPCIS writes it."""
    minutes = round((local.utcoffset() or dt.timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@lru_cache(maxsize=256)
def _zone(name: str) -> dt.tzinfo:
    if name in ("Z", "z"):
        return dt.UTC
    if match := _OFFSET.fullmatch(name):
        hours, minutes = int(match[2]), int(match[3])
        if hours > 14 or minutes > 59:
            raise ValueError(Sentence("no place on Earth has this offset"))
        away = dt.timedelta(hours=hours, minutes=minutes)
        return dt.timezone(away if match[1] == "+" else -away)
    return ZoneInfo(name)


_FIELDS = {
    "YYYY": r"(?P<Y>\d{4})", "MM": r"(?P<m>\d{1,2})", "DD": r"(?P<d>\d{1,2})", "HH": r"(?P<H>\d{1,2})",
    "mm": r"(?P<M>\d{2})", "SS": r"(?P<S>\d{2})", "%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d{1,2})",
    "%d": r"(?P<d>\d{1,2})", "%H": r"(?P<H>\d{1,2})", "%M": r"(?P<M>\d{2})", "%S": r"(?P<S>\d{2})",
}  # fmt: skip
_FIELD = re.compile("|".join(sorted(_FIELDS, key=len, reverse=True)))


@lru_cache(maxsize=64)
def _format(format_: str) -> re.Pattern[str]:
    """Raises ValueError for a format without a year or with a field twice (`check_format` says so beforehand)."""
    pattern, end = "", 0
    for field in _FIELD.finditer(format_):
        pattern += re.escape(format_[end : field.start()]) + _FIELDS[field[0]]
        end = field.end()
    try:
        compiled = re.compile(pattern + re.escape(format_[end:]))
    except re.error as error:
        raise ValueError(Sentence("date format %(format)s names a field twice", format=repr(format_))) from error
    if "Y" not in compiled.groupindex:
        raise ValueError(Sentence("date format %(format)s has no year (YYYY or %%Y)", format=repr(format_)))
    return compiled


def check(format_: str | None, zone: str | None) -> None:
    """Raises ValueError when a map's date format or zone cannot be used."""
    if format_:
        _format(format_)
    if zone:
        try:
            _zone(zone)
        except (ZoneInfoNotFoundError, OSError) as error:
            why = Sentence("zone %(zone)s is neither an IANA time zone nor an offset", zone=repr(zone))
            raise ValueError(why) from error


def _from_format(
    fields: dict[str, str | None], text: str, calendar: str, zone: str | None, this_year: int | None
) -> Moment | NoDate:
    year, month, day, hour = (fields.get(name) for name in "YmdH")
    if hour:
        parts = (year, month, day, hour, fields.get("M"), fields.get("S"), None, None)
        return _timed(parts, text, calendar, zone, this_year)
    parts_ = [year, month, day] if month else [year]
    return _partial([int(part) for part in parts_ if part], text, calendar, this_year)


# Calendars. Each gives the Gregorian date on which a period of its own begins.


def _gregorian(calendar: str, parts: list[int], this_year: int | None) -> dt.date | NoDate:
    begins = 4 if calendar == "thai" and parts[0] < 2484 else 1
    year, month, day = (*parts, begins, 1)[:3] if len(parts) == 1 else (*parts, 1)[:3]
    try:
        date = _CALENDARS[calendar](year, month, day)
    except (ValueError, OverflowError):
        return NoDate(_NO_SUCH_DATE[calendar], "no_such_date")
    latest = (this_year or dt.datetime.now(dt.UTC).year) + 1
    if FIRST_YEAR <= date.year <= latest:
        return date
    return NoDate(_plausible(calendar, latest), "implausible_year")


def _plausible(calendar: str, latest: int) -> Sentence:
    if calendar == "gregorian":
        return Sentence(
            "a year from %(first)d to %(last)d; the map can name another calendar", first=FIRST_YEAR, last=latest
        )
    return Sentence("a year from %(first)d to %(last)d", first=FIRST_YEAR, last=latest)


def _thai(year: int, month: int, day: int) -> dt.date:
    """Buddhist Era = Gregorian + 543 since 1 January 2484 BE (1941 CE). Before, the year began in April, and 2483 had no
    January to March.
    """
    if year < 2484 and month < 4:
        if year == 2483:
            raise ValueError
        return dt.date(year - 542, month, day)
    return dt.date(year - 543, month, day)


def _persian(year: int, month: int, day: int) -> dt.date:
    """Solar Hijri by the 33-year cycle, which agrees with the observed calendar from 1178 to 1633 AP (1799 to 2254 CE)."""
    length = 31 if month < 7 else 30 if month < 12 or _persian_leap(year) else 29
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= length):
        raise ValueError
    leap_years = (8 * (year - 1) + 29) // 33
    before = (month - 1) * 31 - max(0, month - 7)
    return dt.date.fromordinal(_PERSIAN_EPOCH + 365 * (year - 1) + leap_years + before + day - 1)


def _persian_leap(year: int) -> bool:
    return (8 * year + 29) // 33 > (8 * (year - 1) + 29) // 33


_PERSIAN_EPOCH = dt.date(622, 3, 21).toordinal()


def _islamic(year: int, month: int, day: int) -> dt.date:
    """Tabular Islamic calendar, civil epoch (16 July 622 Julian), leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of
    each thirty. The calendar by observation may differ by a day.
    """
    leap = (11 * year + 14) % 30 < 11
    length = 30 if month % 2 or (month == 12 and leap) else 29
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= length):
        raise ValueError
    days = 354 * (year - 1) + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2 + day - 1
    return dt.date.fromordinal(_ISLAMIC_EPOCH + days)


_ISLAMIC_EPOCH = dt.date(622, 7, 19).toordinal()

_CALENDARS: dict[str, Callable[[int, int, int], dt.date]] = {
    "gregorian": dt.date, "thai": _thai, "persian": _persian, "islamic": _islamic,
}  # fmt: skip
CALENDARS = tuple(_CALENDARS)

_NO_SUCH_DATE = {
    "gregorian": Sentence("a date that exists in the gregorian calendar"),
    "thai": Sentence("a date that exists in the thai calendar"),
    "persian": Sentence("a date that exists in the persian calendar"),
    "islamic": Sentence("a date that exists in the islamic calendar"),
}
