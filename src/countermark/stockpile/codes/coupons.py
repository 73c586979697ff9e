"""The content of GS1 coupon codes (AIs 8110 and 8112). They mark no weapon; a reader must know what they are not.

Fields follow each other, lengths told by a digit before them (GS1 General Specifications 3.9.9 and 3.9.10).
"""

from collections.abc import Callable
from datetime import date

from countermark.marks.sentences import Sentence


class _Wrong(Exception):
    """What is wrong with a coupon code."""


class _Cursor:
    """Reads a text of digits from the left."""

    def __init__(self, text: str) -> None:
        self._rest = text

    def __bool__(self) -> bool:
        return bool(self._rest)

    def take(self, length: int, what: str) -> str:
        taken, self._rest = self._rest[:length], self._rest[length:]
        if len(taken) < length:
            raise _Wrong(Sentence("the coupon ends within its %(field)s", field=what))
        return taken

    def one_of(self, allowed: str, what: str) -> str:
        digit = self.take(1, what)
        if digit not in allowed:
            raise _Wrong(Sentence("the coupon says %(digit)s for its %(field)s", digit=digit, field=what))
        return digit

    def counted(self, allowed: str, more: int, what: str) -> str:
        """A field whose length, less `more`, is told by the digit before it."""
        return self.take(int(self.one_of(allowed, what)) + more, what)


def refusal(text: str) -> Sentence | None:
    """Why a value of AI 8110 is refused, or None."""
    return _judged(text, _coupon)


def offer_refusal(text: str) -> Sentence | None:
    """Why a value of AI 8112 is refused, or None."""
    return _judged(text, _offer)


def _judged(text: str, read: Callable[[_Cursor], None]) -> Sentence | None:
    if not (text.isascii() and text.isdigit()):
        return Sentence("a coupon code has digits only")
    cursor = _Cursor(text)
    try:
        read(cursor)
    except _Wrong as wrong:
        said: Sentence = wrong.args[0]
        return said
    return Sentence("there is more in the coupon than belongs there") if cursor else None


_REQUIREMENTS = "012349"


def _offer(cursor: _Cursor) -> None:
    cursor.one_of("01", "format")
    cursor.counted("0123456", 6, "company")
    cursor.take(6, "offer")
    cursor.counted("0123456789", 6, "serial number")


def _coupon(cursor: _Cursor) -> None:
    cursor.counted("0123456", 6, "company")
    cursor.take(6, "offer")
    cursor.counted("12345", 0, "value")
    _purchase(cursor)
    days: dict[str, date] = {}
    fields = dict(_OPTIONAL)
    last = "0"
    while cursor:
        kind = cursor.one_of("1234569", "kind of field")
        if kind <= last:
            raise _Wrong(Sentence("the fields of the coupon are not in order"))
        last = kind
        if kind in "34":
            days[kind] = _day(cursor)
        else:
            fields[kind](cursor)
    if len(days) == 2 and days["3"] < days["4"]:
        raise _Wrong(Sentence("the coupon ends before it begins"))


def _purchase(cursor: _Cursor) -> None:
    cursor.counted("12345", 0, "purchase")
    cursor.one_of(_REQUIREMENTS, "purchase")
    cursor.take(3, "family")


def _company(cursor: _Cursor) -> None:
    told = cursor.one_of("01234569", "company")
    if told != "9":
        cursor.take(int(told) + 6, "company")


def _second(cursor: _Cursor) -> None:
    cursor.one_of("0123", "purchase rule")
    _third(cursor)


def _third(cursor: _Cursor) -> None:
    _purchase(cursor)
    _company(cursor)


def _serial(cursor: _Cursor) -> None:
    cursor.counted("0123456789", 6, "serial number")


def _retailer(cursor: _Cursor) -> None:
    cursor.counted("1234567", 6, "retailer")


def _flags(cursor: _Cursor) -> None:
    cursor.one_of("01256", "value")
    cursor.one_of("012", "item")
    cursor.take(1, "store")
    cursor.one_of("01", "multiplication")


_OPTIONAL: dict[str, Callable[[_Cursor], None]] = {
    "1": _second,
    "2": _third,
    "5": _serial,
    "6": _retailer,
    "9": _flags,
}


def _day(cursor: _Cursor) -> date:
    text = cursor.take(6, "date")
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise _Wrong(Sentence("the coupon has a date that there is not")) from None
