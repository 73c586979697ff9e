"""Electronic Product Codes: between the bits of an RFID tag, EPC URIs and GS1 elements.

GS1 EPC Tag Data Standard (TDS), sections 6, 7, 12 and 14. A scheme's layout is data: `SCHEMES`. The identity of a tag is its
*key*, a GS1 element string, in which the place where a company number ends (which only the URI tells) makes no difference.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes import elements
from countermark.stockpile.codes.checks import SET_82, check_digit
from countermark.stockpile.codes.elements import Element, Refused

COMPANY_BITS = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
"""Digits of a company number -> bits it takes (TDS 14.3); the partition value is 12 less the digits."""

FILTERS = range(8)

_HEADER, _FILTER, _PARTITION = 8, 3, 3


@dataclass(frozen=True)
class Scheme:
    """How one kind of identity lies in a tag of `bits` bits.

    `reference` bits per digits of the company number, holding `reference_digits` less those digits, or fewer; `serial` bits
    after it, digits where `text` is false, else characters of 7 bits. `variable`: the reference itself is the serial.
    """

    name: str
    header: int
    bits: int
    kind: str
    reference: tuple[int, ...] = ()
    digits: int = 0
    serial: int = 0
    text: bool = False
    padding: int = 0
    partition: bool = True


_ITEM = (4, 7, 10, 14, 17, 20, 24)
_SHIPMENT = (18, 21, 24, 28, 31, 34, 38)
_PLACE = (1, 4, 7, 11, 14, 17, 21)
_ASSET = (42, 45, 48, 52, 55, 58, 62)
_ASSET_TEXT = (148, 151, 154, 158, 161, 164, 168)
_PART = (11, 14, 17, 21, 24, 27, 31)

SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("sgtin-96", 0x30, 96, "sgtin", _ITEM, 13, 38),
        Scheme("sgtin-198", 0x36, 198, "sgtin", _ITEM, 13, 140, text=True),
        Scheme("sscc-96", 0x31, 96, "sscc", _SHIPMENT, 17, padding=24),
        Scheme("sgln-96", 0x32, 96, "sgln", _PLACE, 12, 41),
        Scheme("sgln-195", 0x39, 195, "sgln", _PLACE, 12, 140, text=True),
        Scheme("grai-96", 0x33, 96, "grai", _ITEM, 12, 38),
        Scheme("grai-170", 0x37, 170, "grai", _ITEM, 12, 112, text=True),
        Scheme("giai-96", 0x34, 96, "giai", _ASSET),
        Scheme("giai-202", 0x38, 202, "giai", _ASSET_TEXT, text=True),
        Scheme("gsrn-96", 0x2D, 96, "gsrn", _SHIPMENT, 17, padding=24),
        Scheme("gsrnp-96", 0x2E, 96, "gsrnp", _SHIPMENT, 17, padding=24),
        Scheme("gdti-96", 0x2C, 96, "gdti", _PLACE, 12, 41),
        Scheme("gdti-174", 0x3E, 174, "gdti", _PLACE, 12, 119, text=True),
        Scheme("sgcn-96", 0x3F, 96, "sgcn", _PLACE, 12, 41),
        Scheme("cpi-96", 0x3C, 96, "cpi", _PART, 0, 31),
        Scheme("itip-110", 0x40, 110, "itip", _ITEM, 13, 38),
        Scheme("itip-212", 0x41, 212, "itip", _ITEM, 13, 140, text=True),
        Scheme("gid-96", 0x35, 96, "gid", partition=False),
    )
}

_BY_HEADER = {scheme.header: scheme for scheme in SCHEMES.values()}

WRITTEN = ("giai-96", "giai-202", "sgtin-96", "sgtin-198")
"""The schemes that weapons are tagged with: their identity ends in one serial of the State's own choice."""


@dataclass(frozen=True)
class Epc:
    """One identity: the `fields` after the scheme in its URI, plain (`%2F` is `/` here)."""

    kind: str
    fields: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The pure identity URI (TDS 6), `urn:epc:id:giai:9521141.32a%2Fb`."""
        return f"urn:epc:id:{self.kind}:{'.'.join(map(_escaped, self.fields))}"


@dataclass(frozen=True)
class Tag:
    """What a tag says: an identity, the scheme it is written in, and the filter value."""

    scheme: str
    filter: int
    epc: Epc

    @property
    def uri(self) -> str:
        """The EPC tag URI (TDS 12), `urn:epc:tag:giai-96:3.9521141.5678`."""
        fields = list(self.epc.fields)
        if SCHEMES[self.scheme].partition:
            fields.insert(0, str(self.filter))
        return f"urn:epc:tag:{self.scheme}:{'.'.join(map(_escaped, fields))}"


def _escaped(text: str) -> str:
    # Of set 82, these nine characters are written with a percent sign (TDS 6.3.1 and table A-1).
    return quote(text, safe="!'()*+,-.:;=_")


# --- URIs -------------------------------------------------------------------------------------------------------------


def read_uri(text: str) -> Epc | Tag:
    """An EPC pure identity or tag URI. Raises `Refused`."""
    found = re.fullmatch(r"urn:epc:(id|tag):([a-z0-9-]+):(.+)", text.strip(), re.IGNORECASE | re.ASCII)
    if found is None:
        raise Refused(Sentence("this is no EPC URI: urn:epc:id:… or urn:epc:tag:…"))
    if re.search(r"%(?![0-9A-Fa-f]{2})", found[3]):
        raise Refused(Sentence("a percent sign must be followed by two hexadecimal digits"))
    # A serial number may itself contain dots, so the last field takes them all.
    level, name = found[1].lower(), found[2].lower()
    if level == "id":
        return _checked(Epc(name, _fields(name, found[3])))
    scheme = SCHEMES.get(name)
    if scheme is None:
        raise Refused(Sentence("there is no tag encoding %(name)s here", name=name))
    if not scheme.partition:
        return Tag(name, 0, _checked(Epc(scheme.kind, _fields(scheme.kind, found[3]))))
    filter_value, _, rest = found[3].partition(".")
    if not re.fullmatch("[0-7]", filter_value):
        raise Refused(Sentence("a filter value is a digit from 0 to 7"))
    return Tag(name, int(filter_value), _checked(Epc(scheme.kind, _fields(scheme.kind, rest))))


def _fields(kind: str, text: str) -> tuple[str, ...]:
    wanted = _FIELDS.get(kind)
    if wanted is None:
        raise Refused(Sentence("there is no EPC scheme %(name)s here", name=kind))
    fields = tuple(unquote(field) for field in text.split(".", wanted - 1))
    if len(fields) != wanted:
        raise Refused(Sentence("an EPC of %(name)s has %(count)d fields parted by dots", name=kind, count=wanted))
    return fields


_FIELDS = {
    "sgtin": 3, "sscc": 2, "sgln": 3, "grai": 3, "giai": 2, "gsrn": 2, "gsrnp": 2, "gdti": 3, "sgcn": 3, "cpi": 3, "itip": 5,
    "gid": 3,
}  # fmt: skip

_TOTAL = {"sgtin": 13, "sscc": 17, "sgln": 12, "grai": 12, "gsrn": 17, "gsrnp": 17, "gdti": 12, "sgcn": 12, "itip": 13}
"""Digits of company number and reference together."""

_LONGEST = {"sgtin": 20, "sgln": 20, "grai": 16, "gdti": 17, "itip": 20}
"""Characters of a serial."""


def _checked(epc: Epc) -> Epc:
    if epc.kind == "gid":
        return _checked_gid(epc)
    company, reference = epc.fields[:2]
    if not _is_number(company) or len(company) not in COMPANY_BITS:
        raise Refused(Sentence("the company number has 6 to 12 digits, not %(text)s", text=company))
    total = _TOTAL.get(epc.kind)
    if total is not None and (len(reference) != total - len(company) or (reference and not _is_number(reference))):
        digits = len(company) + len(reference)
        raise Refused(
            Sentence(
                "company number and reference have %(total)d digits together, not %(found)d", total=total, found=digits
            )
        )
    _check_rest(epc)
    return epc


def _check_rest(epc: Epc) -> None:
    company, serial = epc.fields[0], epc.fields[-1]
    if epc.kind == "giai":
        _check_text(serial, 30 - len(company))
    elif epc.kind in _LONGEST:
        _check_text(serial, _LONGEST[epc.kind])
        if epc.kind == "itip" and not all(re.fullmatch(r"\d\d", one, re.ASCII) for one in epc.fields[2:4]):
            raise Refused(Sentence("a piece and the number of pieces have two digits each"))
    elif epc.kind in ("sgcn", "cpi") and not (_is_number(serial) and len(serial) <= 12):
        raise Refused(Sentence("the serial number has 1 to 12 digits, not %(text)s", text=serial))


def _check_text(text: str, longest: int) -> None:
    if not text or len(text) > longest:
        raise Refused(Sentence("the serial number has 1 to %(longest)d characters", longest=longest))
    if strange := [char for char in text if char not in SET_82]:
        raise Refused(Sentence("a serial number on a tag may not contain %(char)s", char=ascii(strange[0])[1:-1]))


def _checked_gid(epc: Epc) -> Epc:
    if not all(_is_whole(field) and len(field) <= 11 for field in epc.fields):
        raise Refused(Sentence("the fields of a general identifier are numbers"))
    return epc


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_whole(text: str) -> bool:
    """Digits without a leading zero: all that a field of bits can keep."""
    return _is_number(text) and (text == "0" or not text.startswith("0"))


# --- GS1 elements -----------------------------------------------------------------------------------------------------


def elements_of(epc: Epc) -> tuple[Element, ...]:
    """The GS1 elements of an identity (TDS 7); empty for one that has none."""
    build = _BUILDERS.get(epc.kind)
    return tuple(build(epc.fields)) if build else ()


def element_string(epc: Epc) -> str:
    """The identity as people read it, `(8004)952114132a/b`; empty where it has no GS1 form."""
    return elements.bracketed(elements_of(epc))


def _with_check(digits: str) -> str:
    return digits + check_digit(digits)


def _indicator_first(company: str, reference: str) -> str:
    """A key whose first digit stands at the beginning of the reference in the URI."""
    return _with_check(reference[0] + company + reference[1:])


def _sgtin(fields: Sequence[str]) -> Iterator[Element]:
    yield Element("01", _indicator_first(fields[0], fields[1]))
    yield Element("21", fields[2])


def _sgln(fields: Sequence[str]) -> Iterator[Element]:
    yield Element("414", _with_check(fields[0] + fields[1]))
    if fields[2] != "0":
        yield Element("254", fields[2])


def _itip(fields: Sequence[str]) -> Iterator[Element]:
    yield Element("8006", _indicator_first(fields[0], fields[1]) + fields[2] + fields[3])
    yield Element("21", fields[4])


def _cpi(fields: Sequence[str]) -> Iterator[Element]:
    yield Element("8010", fields[0] + fields[1])
    yield Element("8011", fields[2])


_BUILDERS: dict[str, Callable[[Sequence[str]], Iterator[Element]]] = {
    "sgtin": _sgtin,
    "sscc": lambda fields: iter([Element("00", _indicator_first(fields[0], fields[1]))]),
    "sgln": _sgln,
    "grai": lambda fields: iter([Element("8003", "0" + _with_check(fields[0] + fields[1]) + fields[2])]),
    "giai": lambda fields: iter([Element("8004", fields[0] + fields[1])]),
    "gsrn": lambda fields: iter([Element("8018", _with_check(fields[0] + fields[1]))]),
    "gsrnp": lambda fields: iter([Element("8017", _with_check(fields[0] + fields[1]))]),
    "gdti": lambda fields: iter([Element("253", _with_check(fields[0] + fields[1]) + fields[2])]),
    "sgcn": lambda fields: iter([Element("255", _with_check(fields[0] + fields[1]) + fields[2])]),
    "cpi": _cpi,
    "itip": _itip,
}


# --- bits -------------------------------------------------------------------------------------------------------------


class _Bits:
    """Bits written from the left."""

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def put(self, value: int, length: int) -> None:
        if value >> length:
            raise Refused(Sentence("the number %(value)s is too large for this tag", value=str(value)))
        self.value = self.value << length | value
        self.length += length

    def put_text(self, text: str, length: int) -> None:
        if len(text) * 7 > length:
            raise Refused(Sentence("the serial number is too long for this tag"))
        for char in text:
            self.put(ord(char), 7)
        self.put(0, length - len(text) * 7)

    def hex(self) -> str:
        """Upper-case hexadecimal, filled up with zero bits to whole words of 16 bits as memory has them."""
        words = -(-self.length // 16)
        return f"{self.value << (words * 16 - self.length):0{words * 4}X}"


def encode(epc: Epc, scheme_name: str, filter_value: int = 0) -> str:
    """The hexadecimal of a tag that says `epc` in a scheme. Raises `Refused` where the scheme cannot hold it exactly."""
    scheme = SCHEMES.get(scheme_name)
    if scheme is None:
        raise Refused(Sentence("there is no tag encoding %(name)s here", name=scheme_name))
    if scheme.kind != epc.kind:
        raise Refused(Sentence("%(name)s is no encoding of %(kind)s", name=scheme_name, kind=epc.kind))
    if filter_value not in FILTERS:
        raise Refused(Sentence("a filter value is a digit from 0 to 7"))
    bits = _Bits()
    bits.put(scheme.header, _HEADER)
    if scheme.kind == "gid":
        for field, length in zip(epc.fields, _GID, strict=True):
            bits.put(int(field), length)
        return bits.hex()
    partition = 12 - len(epc.fields[0])
    bits.put(filter_value, _FILTER)
    bits.put(partition, _PARTITION)
    bits.put(int(epc.fields[0]), COMPANY_BITS[len(epc.fields[0])])
    _put_rest(bits, scheme, epc, scheme.reference[partition])
    return bits.hex()


_GID = (28, 24, 36)


def _put_rest(bits: _Bits, scheme: Scheme, epc: Epc, reference_bits: int) -> None:
    if scheme.kind == "giai":
        _put_serial(bits, epc.fields[1], reference_bits, text=scheme.text)
        return
    if scheme.kind == "cpi" and not _is_whole(epc.fields[1]):
        raise Refused(Sentence("this tag holds digits without leading zeros only; use the longer encoding"))
    bits.put(int(epc.fields[1] or 0), reference_bits)
    if scheme.kind == "itip":
        bits.put(int(epc.fields[2]), 7)
        bits.put(int(epc.fields[3]), 7)
    if scheme.kind == "sgcn":
        # A numeric string keeps its leading zeros behind a 1 (TDS 14.3.6).
        bits.put(int("1" + epc.fields[2]), scheme.serial)
    elif scheme.serial:
        _put_serial(bits, epc.fields[-1], scheme.serial, text=scheme.text)
    bits.put(0, scheme.padding)


def _put_serial(bits: _Bits, serial: str, length: int, *, text: bool) -> None:
    if text:
        bits.put_text(serial, length)
    elif _is_whole(serial):
        bits.put(int(serial), length)
    else:
        raise Refused(Sentence("this tag holds digits without leading zeros only; use the longer encoding"))


class _Reader:
    """Bits read from the left."""

    def __init__(self, text: str) -> None:
        self._bits = f"{int(text, 16):0{len(text) * 4}b}"
        self._at = 0

    def take(self, length: int) -> int:
        taken = self._bits[self._at : self._at + length]
        self._at += length
        if len(taken) < length:
            raise Refused(Sentence("the tag holds too few bits for its encoding"))
        return int(taken or "0", 2)

    def text(self, length: int) -> str:
        chars = [self.take(7) for _ in range(length // 7)]
        rest = self.take(length % 7)
        text = "".join(map(chr, chars)).rstrip("\0")
        if "\0" in text or rest:
            raise Refused(Sentence("the serial number on the tag is damaged"))
        return text

    def rest(self) -> int:
        return int(self._bits[self._at :] or "0", 2)


def decode(text: str) -> Tag:
    """What the hexadecimal EPC of a tag says. Raises `Refused`; `epcplus` reads the newer encodings."""
    compact = compacted(text)
    reader = _Reader(compact)
    header = reader.take(_HEADER)
    scheme = _BY_HEADER.get(header)
    if scheme is None:
        raise Refused(Sentence("no known tag encoding has the header %(header)s", header=f"{header:02X}"))
    if scheme.kind == "gid":
        return Tag(scheme.name, 0, Epc("gid", tuple(str(reader.take(length)) for length in _GID)))
    filter_value, partition = reader.take(_FILTER), reader.take(_PARTITION)
    if partition > 6:
        raise Refused(Sentence("the tag says that its company number has no possible length"))
    digits = 12 - partition
    company = _number(reader.take(COMPANY_BITS[digits]), digits)
    fields = (company, *_rest(reader, scheme, partition))
    if reader.rest():
        raise Refused(Sentence("the tag holds more than its encoding has place for"))
    return Tag(scheme.name, filter_value, _checked(Epc(scheme.kind, fields)))


def compacted(text: str) -> str:
    """Hexadecimal without blanks, in capitals. Raises `Refused` for anything else."""
    compact = re.sub(r"[\s:-]", "", text).upper().removeprefix("0X")
    if not re.fullmatch(r"[0-9A-F]+", compact):
        raise Refused(Sentence("the content of a tag is written with the digits 0 to 9 and A to F"))
    return compact


def _number(value: int, digits: int) -> str:
    text = str(value).zfill(digits) if digits else ""
    if len(text) > digits and value:
        raise Refused(Sentence("a number on the tag is larger than its place allows"))
    return text


def _rest(reader: _Reader, scheme: Scheme, partition: int) -> Iterator[str]:
    length = scheme.reference[partition]
    if scheme.kind == "giai":
        yield reader.text(length) if scheme.text else str(reader.take(length))
        return
    value = reader.take(length)
    yield str(value) if scheme.kind == "cpi" else _number(value, scheme.digits - (12 - partition))
    if scheme.kind == "itip":
        yield f"{reader.take(7):02}"
        yield f"{reader.take(7):02}"
    if scheme.kind == "sgcn":
        yield _after_one(reader.take(scheme.serial))
    elif scheme.serial:
        yield reader.text(scheme.serial) if scheme.text else str(reader.take(scheme.serial))
    if reader.take(scheme.padding):
        raise Refused(Sentence("the tag holds more than its encoding has place for"))


def _after_one(value: int) -> str:
    text = str(value)
    if not text.startswith("1") or len(text) < 2:
        raise Refused(Sentence("the serial number on the tag is damaged"))
    return text[1:]
