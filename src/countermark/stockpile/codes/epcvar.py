"""Tag encodings other than those with a fixed layout and a company number: only read, never written here.

The `+` and `++` encodings of TDS 2 (14.5 and 14.6) keep a GS1 element as it is, with no place of a company number; of a `++`
tag the domain that follows the key is not read, since it is no part of what the thing is. CPI-var (aircraft and car parts),
ADI-var (aerospace and defence) and USDOD-96 are read because suppliers of arms use them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes import elements
from countermark.stockpile.codes.elements import Element, Refused


@dataclass(frozen=True)
class Reading:
    """What such a tag says: GS1 elements, or the URI of an identity that has none."""

    scheme: str
    filter: int
    elements: tuple[Element, ...] = ()
    uri: str = ""


@dataclass(frozen=True)
class _Plus:
    """A `+` encoding: `digits` of the fixed numeric beginning of `ai`, then how the rest of it and `then` are kept."""

    name: str
    ai: str
    digits: int = 0
    rest: str = ""
    then: str = ""
    dated: bool = False


_KINDS = {
    "SGTIN": _Plus("SGTIN", "01", 14, then="21"),
    "DSGTIN": _Plus("DSGTIN", "01", 14, then="21", dated=True),
    "SSCC": _Plus("SSCC", "00", 18),
    "SGLN": _Plus("SGLN", "414", 13, then="254"),
    "GRAI": _Plus("GRAI", "8003", 14, rest="text"),
    "GIAI": _Plus("GIAI", "8004", rest="delimited"),
    "GSRN": _Plus("GSRN", "8018", 18),
    "GSRNP": _Plus("GSRNP", "8017", 18),
    "GDTI": _Plus("GDTI", "253", 13, rest="text"),
    "SGCN": _Plus("SGCN", "255", 13, rest="digits"),
    "ITIP": _Plus("ITIP", "8006", 18, then="21"),
    "CPI": _Plus("CPI", "8010", rest="delimited", then="8011"),
}

_HEADERS = {
    0xF0: "CPI+", 0xF1: "GRAI+", 0xF2: "SGLN+", 0xF3: "ITIP+", 0xF4: "GSRN+", 0xF5: "GSRNP+", 0xF6: "GDTI+", 0xF7: "SGTIN+",
    0xF8: "SGCN+", 0xF9: "SSCC+", 0xFA: "GIAI+", 0xFB: "DSGTIN+",
    0xE7: "GSRN++", 0xE8: "GSRNP++", 0xE9: "SGLN++", 0xEC: "SGCN++", 0xED: "ITIP++", 0xEE: "GIAI++", 0xEF: "SSCC++",
    0xFC: "DSGTIN++", 0xFD: "SGTIN++",
}  # fmt: skip

_DATES = ("11", "13", "15", "16", "17", "7006", "7007")
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODE40 = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"


class _Reader:
    def __init__(self, text: str) -> None:
        self._bits = f"{int(text, 16):0{len(text) * 4}b}"
        self._at = 0

    def take(self, length: int) -> int:
        taken = self._bits[self._at : self._at + length]
        if len(taken) < length:
            raise Refused(Sentence("the tag holds too few bits for its encoding"))
        self._at += length
        return int(taken or "0", 2)

    def digits(self, count: int) -> str:
        found = "".join(f"{self.take(4):X}" for _ in range(count))
        if not found.isdigit() and found:
            raise Refused(Sentence("the number on the tag is damaged"))
        return found

    def rest(self) -> int:
        return int(self._bits[self._at :] or "0", 2)


def reads(header: int) -> bool:
    """Whether tags with this first byte are read here."""
    return header in _HEADERS or header in _OTHERS


def decode(compact: str) -> Reading:
    """What a tag says; `compact` is upper-case hexadecimal (`epc.compacted`). Raises `Refused`."""
    reader = _Reader(compact)
    header = reader.take(8)
    if header in _OTHERS:
        return _OTHERS[header](reader)
    name = _HEADERS[header]
    more, filter_value = reader.take(1), reader.take(3)
    found = tuple(_elements(reader, _KINDS[name.rstrip("+")]))
    for element in found:
        elements.checked(element.ai, element.value)
    if not more and not name.endswith("++") and reader.rest():
        raise Refused(Sentence("the tag holds more than its encoding has place for"))
    return Reading(name.lower(), filter_value, found)


def _elements(reader: _Reader, kind: _Plus) -> list[Element]:
    date = _date(reader) if kind.dated else None
    value = reader.digits(kind.digits) + _REST[kind.rest](reader)
    found = [Element(kind.ai, value)]
    if kind.then == "8011":
        found.append(Element("8011", _digit_string(reader)))
    elif kind.then:
        serial = _text(reader)
        # A place without an extension says 0 (TDS 6.3.3).
        found += [Element(kind.then, serial)] if (kind.then, serial) != ("254", "0") else []
    return [*found, date] if date else found


def _date(reader: _Reader) -> Element:
    kind = reader.take(4)
    if kind >= len(_DATES):
        raise Refused(Sentence("the tag has a kind of date that there is not"))
    return Element(_DATES[kind], f"{reader.take(7):02}{reader.take(4):02}{reader.take(5):02}")


def _delimited(reader: _Reader) -> str:
    """Digits of 4 bits each up to F, which ends, or E, after which other characters follow (TDS 14.5.5)."""
    found = ""
    while (nibble := reader.take(4)) < 10:
        found += str(nibble)
    if nibble == 0xF:
        return found
    if nibble != 0xE:
        raise Refused(Sentence("the number on the tag is damaged"))
    return found + _text(reader)


def _digit_string(reader: _Reader) -> str:
    return reader.digits(reader.take(4))


def _text(reader: _Reader) -> str:
    """Text behind 3 bits that tell its encoding and 5 that tell its length (TDS 14.5.6)."""
    encoding, length = reader.take(3), reader.take(5)
    if encoding == 0:
        found = str(reader.take(math.ceil(length * math.log2(10)))).zfill(length)
        if len(found) == length:
            return found
    elif encoding < 6:
        return _ENCODINGS[encoding](reader, length)
    raise Refused(Sentence("the serial number on the tag is damaged"))


def _code40(reader: _Reader, length: int) -> str:
    found = ""
    for _ in range(-(-length // 3)):
        value = reader.take(16) - 1
        for place in (1600, 40, 1):
            found += _CODE40[value // place % 40]
    return found[:length]


_ENCODINGS: dict[int, Callable[[_Reader, int], str]] = {
    1: lambda reader, length: "".join(f"{reader.take(4):X}" for _ in range(length)),
    2: lambda reader, length: "".join(f"{reader.take(4):x}" for _ in range(length)),
    3: lambda reader, length: "".join(_BASE64[reader.take(6)] for _ in range(length)),
    4: lambda reader, length: "".join(chr(reader.take(7)) for _ in range(length)),
    5: _code40,
}

_REST: dict[str, Callable[[_Reader], str]] = {
    "": lambda reader: "",
    "text": _text,
    "delimited": _delimited,
    "digits": _digit_string,
}

_COMPANY_BITS: Final = (40, 37, 34, 30, 27, 24, 20)


def _six(reader: _Reader) -> str:
    """Characters of 6 bits up to one that is 0 (TDS, table G-1)."""
    found = ""
    while code := reader.take(6):
        found += chr(code if code >= 0x20 else code + 0x40)
    return found


def _cpi(reader: _Reader) -> Reading:
    filter_value, partition = reader.take(3), reader.take(3)
    if partition > 6:
        raise Refused(Sentence("the tag says that its company number has no possible length"))
    company = str(reader.take(_COMPANY_BITS[partition])).zfill(12 - partition)
    part, serial = _six(reader), str(reader.take(40))
    found = (Element("8010", company + part), Element("8011", serial))
    for element in found:
        elements.checked(element.ai, element.value)
    return Reading("cpi-var", filter_value, found, f"urn:epc:id:cpi:{company}.{_escaped(part)}.{serial}")


def _adi(reader: _Reader) -> Reading:
    filter_value = reader.take(6)
    maker = "".join(chr(code if (code := reader.take(6)) >= 0x20 else code + 0x40) for _ in range(6)).lstrip()
    fields = (maker, _six(reader), _six(reader))
    return Reading("adi-var", filter_value, uri=f"urn:epc:id:adi:{'.'.join(map(_escaped, fields))}")


def _usdod(reader: _Reader) -> Reading:
    filter_value = reader.take(4)
    maker = bytes(reader.take(8) for _ in range(6)).decode("latin-1").strip()
    if not (maker.isascii() and maker.isalnum()):
        raise Refused(Sentence("the maker's code on the tag is damaged"))
    return Reading("usdod-96", filter_value, uri=f"urn:epc:id:usdod:{maker}.{reader.take(36)}")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("#", "%23").replace("/", "%2F")


_OTHERS: dict[int, Callable[[_Reader], Reading]] = {0x2F: _usdod, 0x3B: _adi, 0x3D: _cpi}
