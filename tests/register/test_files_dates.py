import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.files import dates
from countermark.register.files.dates import CALENDARS, Moment, NoDate, parse


def moment(text: str, *how: str | None) -> Moment:
    found = parse(text, *how, this_year=2026)  # type: ignore[arg-type]
    assert isinstance(found, Moment), found
    return found


def refusal(text: str, *how: str | None) -> NoDate:
    found = parse(text, *how, this_year=2026)  # type: ignore[arg-type]
    assert isinstance(found, NoDate), found
    return found


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("1994", "1994-01-01T00:00:00.000Z", "year"),
        ("1994-06", "1994-06-01T00:00:00.000Z", "month"),
        ("1994-06-30", "1994-06-30T00:00:00.000Z", "day"),
        ("19940630", "1994-06-30T00:00:00.000Z", "day"),
        ("1994/06/30", "1994-06-30T00:00:00.000Z", "day"),
        ("06.1994", "1994-06-01T00:00:00.000Z", "month"),
        ("1994-06-30T08:15:00+02:00", "1994-06-30T06:15:00.000Z", "instant"),
        ("1994-06-30T08:15:00.123456Z", "1994-06-30T08:15:00.123Z", "instant"),
        ("1994-06-30 08:15 -0330", "1994-06-30T11:45:00.000Z", "instant"),
        ("", "0001-01-01T00:00:00.000Z", "unknown"),
        ("١٩٩٤-٠٦-٣٠", "1994-06-30T00:00:00.000Z", "day"),
    ],
)
def test_a_date_becomes_the_first_instant_of_its_period(text: str, instant: str, precision: str) -> None:
    found = moment(text)
    assert (found.instant, found.precision, found.text) == (instant, precision, text)


def test_the_offset_of_a_time_is_kept() -> None:
    assert (moment("1994-06-30T08:15:00-05:00").offset, moment("1994-06-30").offset) == ("-05:00", "+00:00")


def test_an_ambiguous_date_is_refused_with_both_readings() -> None:
    found = refusal("03/04/2001")
    assert found.code == "ambiguous_date"
    assert "2001-04-03" in found.expected
    assert "2001-03-04" in found.expected


@pytest.mark.parametrize(
    ("text", "day"), [("30/06/1994", "1994-06-30"), ("06/30/1994", "1994-06-30"), ("4.4.2001", "2001-04-04")]
)
def test_a_date_with_one_reading_is_not_ambiguous(text: str, day: str) -> None:
    assert moment(text).instant[:10] == day


@pytest.mark.parametrize("format_", ["DD/MM/YYYY", "%d/%m/%Y"])
def test_the_format_of_the_map_decides(format_: str) -> None:
    assert moment("03/04/2001", format_).instant[:10] == "2001-04-03"
    assert moment("2001-03-04", format_).instant[:10] == "2001-03-04"


def test_a_time_needs_an_offset_or_the_zone_of_the_map() -> None:
    assert refusal("1994-06-30 08:15").code == "no_offset"
    found = moment("1994-06-30 08:15", None, "gregorian", "America/Sao_Paulo")
    assert (found.instant, found.offset) == ("1994-06-30T11:15:00.000Z", "-03:00")


@pytest.mark.parametrize(
    ("text", "calendar", "day"),
    [
        ("1403-01-01", "persian", "2024-03-20"),
        ("1399-12-30", "persian", "2021-03-20"),
        ("۱۳۵۷/۱۱/۲۲", "persian", "1979-02-11"),
        ("2537-06-30", "thai", "1994-06-30"),
        ("2480-02-01", "thai", "1938-02-01"),
        ("1421-01-01", "islamic", "2000-04-06"),
    ],
)
def test_other_calendars_are_read_when_the_map_says_so(text: str, calendar: str, day: str) -> None:
    found = moment(text, None, calendar)
    assert (found.instant[:10], found.text) == (day, text)


@pytest.mark.parametrize(
    "text", ["1994-02-30", "1994-13", "31/02/1994", "30/06/94", "2537-01-01", "34500", "yesterday", "1994-06-30T25:00Z",
             "1994-06-30T08:15+99:00", "0000", "1994-06-30T08:15:60Z"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    assert refusal(text).expected


@given(st.dates(dt.date(1400, 1, 1), dt.date(2026, 12, 31)))
def test_an_iso_day_is_itself(day: dt.date) -> None:
    assert moment(day.isoformat()).instant == f"{day}T00:00:00.000Z"


@pytest.mark.parametrize("calendar", ["persian", "islamic"])
def test_every_day_of_a_calendar_is_followed_by_the_next(calendar: str) -> None:
    convert = dates._CALENDARS[calendar]
    found = []
    for year in range(1300, 1440):
        for month in range(1, 13):
            for day in range(1, 32):
                try:
                    found.append(convert(year, month, day).toordinal())
                except ValueError:
                    continue
    assert found == list(range(found[0], found[-1] + 1))


@given(
    st.text(max_size=30) | st.from_regex(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}([T ]\d\d:\d\d)?", fullmatch=True),
    st.sampled_from(CALENDARS),
)
def test_any_text_gets_an_answer(text: str, calendar: str) -> None:
    assert isinstance(parse(text, None, calendar, "UTC"), Moment | NoDate)


@pytest.mark.parametrize(
    ("format_", "zone"), [("DD/MM", None), ("YYYY/YYYY", None), (None, "Moon/Crater"), (None, "../x")]
)
def test_a_map_that_cannot_be_used_is_refused(format_: str | None, zone: str | None) -> None:
    with pytest.raises(ValueError, match=r"format|zone|key|normalized"):
        dates.check(format_, zone)
