"""The tags a stockpile uses: encode, decode, and draw identities that say nothing.

A tag identifies inventory and is no mark (design, rule 7). Who reads it from outside should learn nothing from it: so its
serial number is drawn at random, and what it stands for is known to the register alone.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes import elements, epc, epcvar, links
from countermark.stockpile.codes.elements import Element, Refused
from countermark.stockpile.codes.epc import Epc, Tag

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nobody reads a serial wrongly."""

RANDOM_CHARACTERS = 16
"""80 bits, so that two depots never draw the same."""

SERIAL_BITS = {"sgtin-96": 38, "giai-96": 42}
"""Least bits of a serial number of digits, whatever the length of the company number."""


@dataclass(frozen=True)
class Reading:
    """What a tag says: the scheme, the filter value, its URIs and its GS1 elements (empty where it has none)."""

    hex: str
    scheme: str
    filter: int
    uri: str
    tag_uri: str
    elements: tuple[Element, ...]

    @property
    def element_string(self) -> str:
        """As people read it, `(8004)952114132a/b`."""
        return elements.bracketed(self.elements)


def decode(text: str) -> Reading:
    """What the hexadecimal of a tag says. Raises `Refused`.

    The URI is the pure identity; for the `+` encodings, which have none, it is the GS1 Digital Link.
    """
    compact = epc.compacted(text)
    if len(compact) >= 2 and epcvar.reads(int(compact[:2], 16)):
        other = epcvar.decode(compact)
        uri = other.uri or links.written(other.elements)
        return Reading(compact, other.scheme, other.filter, uri, "", other.elements)
    tag = epc.decode(compact)
    return Reading(compact, tag.scheme, tag.filter, tag.epc.uri, tag.uri, epc.elements_of(tag.epc))


def encode(uri: str, scheme: str = "", filter_value: int | None = None) -> Reading:
    """The tag for an EPC URI. A tag URI brings its own scheme and filter; another one asked for is refused.

    Without a filter value it is 0, "all others" (TDS 10): it tells the least. Raises `Refused`.
    """
    read = epc.read_uri(uri)
    if isinstance(read, Tag):
        if scheme not in ("", read.scheme) or filter_value not in (None, read.filter):
            raise Refused(Sentence("the URI names another encoding or filter value than was asked for"))
        scheme, filter_value, read = read.scheme, read.filter, read.epc
    elif not scheme:
        raise Refused(Sentence("say which encoding: %(names)s", names=", ".join(epc.WRITTEN)))
    return decode(epc.encode(read, scheme, filter_value or 0))


def drawn(
    prefix: str,
    scheme: str,
    filter_value: int = 0,
    *,
    below: Callable[[int], int] = secrets.randbelow,
    reference: str = "",
) -> Reading:
    """A tag with a serial number drawn at random, which means nothing. Raises `Refused`.

    `prefix` is the State's own GS1 company number, 6 to 12 digits; `reference` the item number that SGTIN schemes need.
    `below` draws a number below another; tests give their own.
    """
    if scheme not in epc.WRITTEN:
        raise Refused(Sentence("say which encoding: %(names)s", names=", ".join(epc.WRITTEN)))
    if scheme.endswith("-96"):
        serial = str(below(2 ** SERIAL_BITS[scheme]))
    else:
        serial = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(RANDOM_CHARACTERS))
    kind = epc.SCHEMES[scheme].kind
    fields = (prefix, reference, serial) if kind == "sgtin" else (prefix, serial)
    return encode(Epc(kind, fields).uri, scheme, filter_value)


def encodings(found: tuple[Element, ...]) -> tuple[str, ...]:
    """Every tag of the `WRITTEN` schemes that would say these elements: what a barcode and a tag of one thing have in common.

    The elements do not tell where a company number ends, nor a filter value, so there are many; no other tag says the same.
    """
    return tuple(
        epc.encode(identity, scheme, filter_value)
        for identity, schemes in _identities({one.ai: one.value for one in found})
        for scheme in schemes
        if _holds(identity, scheme)
        for filter_value in epc.FILTERS
    )


def _identities(values: dict[str, str]) -> list[tuple[Epc, tuple[str, str]]]:
    if (asset := values.get("8004", ""))[:6].isdigit():
        parted = [(asset[:length], asset[length:]) for length in epc.COMPANY_BITS if len(asset) > length]
        return [(Epc("giai", one), ("giai-96", "giai-202")) for one in parted if one[0].isdigit()]
    product, serial = values.get("01", ""), values.get("21", "")
    if not (product and serial):
        return []
    bodies = [(product[1 : 1 + length], product[0] + product[1 + length : 13], serial) for length in epc.COMPANY_BITS]
    return [(Epc("sgtin", one), ("sgtin-96", "sgtin-198")) for one in bodies]


def _holds(identity: Epc, scheme: str) -> bool:
    try:
        epc.encode(identity, scheme)
    except Refused:
        return False
    return True
