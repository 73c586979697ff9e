"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax, uncompressed): read into elements, and written."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, unquote_to_bytes

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes import elements
from countermark.stockpile.codes.elements import Element, Refused

DOMAIN = "https://id.gs1.org"

MOST_QUALIFIERS = 3
"""No key has more."""

_SCHEMES = ("http://", "https://", "HTTP://", "HTTPS://")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_ALLOWED = re.compile(r"[A-Za-z0-9%\-._~:/?#\[\]@!$&'()*+,;=\"]*")
_NAMES = {"gtin": "01", "cpv": "22", "lot": "10", "ser": "21"}
"""The words older links may have in place of an AI."""


def looks_like(text: str) -> bool:
    """Whether a text is a web address at all."""
    return text[:8].lower().startswith(("http://", "https://"))


def read(text: str) -> tuple[Element, ...]:
    """The elements of a Digital Link, key first, then qualifiers, then attributes. Raises `Refused`.

    A GTIN with its leading zeros left out, as older links had it, is filled up to 14 digits.
    """
    host, path, query = _parts(text)
    if not _HOST.fullmatch(host):
        raise Refused(Sentence("the link has no proper domain"))
    found = [*_of_path(path), *_of_query(query)]
    for element in found:
        elements.checked(element.ai, element.value)
    if len({element.ai for element in found}) < len(found):
        raise Refused(Sentence("the link says one thing twice"))
    return tuple(found)


def _parts(text: str) -> tuple[str, str, str]:
    scheme = next((scheme for scheme in _SCHEMES if text.startswith(scheme)), None)
    if scheme is None or not _ALLOWED.fullmatch(text):
        raise Refused(Sentence("this is no proper web address"))
    rest = text[len(scheme) :].partition("#")[0]
    address, _, query = rest.partition("?")
    host, _, path = address.partition("/")
    return host, path, query


def _of_path(path: str) -> list[Element]:
    """Key and qualifiers at the end of the path. Where several readings fit, the longest one is meant."""
    steps = path.split("/")
    pairs: list[list[tuple[str, str]]] = []
    for length in range(2, min(len(steps), 2 * (1 + MOST_QUALIFIERS)) + 1, 2):
        tail = steps[-length:]
        pairs.append([(_NAMES.get(tail[at], tail[at]), tail[at + 1]) for at in range(0, length, 2)])
    fitting = [pair for pair in pairs if _is_key(pair)]
    if not fitting:
        raise Refused(Sentence("the link names no GS1 key"))
    return [Element(ai, _filled(ai, _plain(value))) for ai, value in fitting[-1]]


def _is_key(pairs: Sequence[tuple[str, str]]) -> bool:
    key = elements.known(pairs[0][0])
    if key is None or key.qualifiers is None:
        return False
    following = [ai for ai, _ in pairs[1:]]
    return any(_in_order(following, sequence) for sequence in key.qualifiers)


def _in_order(found: Sequence[str], allowed: Sequence[str]) -> bool:
    rest = iter(allowed)
    return all(ai in rest for ai in found)


def _of_query(query: str) -> Iterator[Element]:
    for pair in re.split("[&;]", query):
        name, equals, value = pair.partition("=")
        if not (name and equals and name.isascii() and name.isdigit()):
            continue  # whatever else the address says is not GS1's
        ai = elements.known(name)
        if ai is None:
            raise Refused(Sentence("there is no application identifier %(ai)s", ai=name))
        if not ai.in_link:
            raise Refused(Sentence("(%(ai)s) may not stand among the attributes of a link", ai=name))
        yield Element(name, _filled(name, _plain(value)))


def _filled(ai: str, value: str) -> str:
    return value.rjust(14, "0") if ai == "01" and len(value) in (8, 12, 13) else value


def _plain(text: str) -> str:
    """Percent signs resolved; a plus stays a plus."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise Refused(Sentence("a percent sign must be followed by two hexadecimal digits"))
    return unquote_to_bytes(text).decode("latin-1")


def written(found: Sequence[Element], domain: str = DOMAIN) -> str:
    """The Digital Link of elements: first key found, its qualifiers in order, the rest as attributes. Raises `Refused`."""
    unique = list(dict.fromkeys(found))
    key = next((one for one in unique if _qualifiers(one.ai) is not None), None)
    if key is None:
        raise Refused(Sentence("there is no GS1 key to make a link of"))
    sequence = max(_qualifiers(key.ai) or ((),), key=lambda one: sum(element.ai in one for element in unique))
    qualifiers = [element for ai in sequence for element in unique if element.ai == ai]
    path = "".join(f"/{one.ai}/{quote(one.value, safe='')}" for one in [key, *qualifiers])
    rest = [one for one in unique if one != key and one not in qualifiers]
    for one in rest:
        ai = elements.known(one.ai)
        if ai is None or not ai.in_link:
            raise Refused(Sentence("(%(ai)s) may not stand among the attributes of a link", ai=one.ai))
    # As in an element string, what has a fixed length comes first.
    rest.sort(key=lambda one: not _fixed(one.ai))
    query = "&".join(f"{one.ai}={quote(one.value, safe='')}" for one in rest)
    return f"{domain}{path}" + (f"?{query}" if query else "")


def _qualifiers(ai: str) -> tuple[tuple[str, ...], ...] | None:
    known = elements.known(ai)
    return known.qualifiers if known else None


def _fixed(ai: str) -> bool:
    known = elements.known(ai)
    return known is not None and known.fixed
