"""The event hash of CBV 2.0, section 8.9: one identity for one event, however it was written down.

An event becomes a *pre-hash* text (keys and values in the standard's order, lists sorted, times in UTC, numbers without
trailing zeros, vocabulary words and GS1 keys as web URIs), whose SHA-256 stands in an `ni` URI (RFC 6920). What the hash
leaves out: `recordTime`, `eventID`, `errorDeclaration`, comments.

The hash looks at meaning, not at spelling, also in extensions, because XML has no types: "007" and "7", or a key as EPC URI
and as Digital Link, are one value to it. `is_hashed_as_written` tells where that matters.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from typing import Any

from countermark.ledger.eventhash.digital_link import canonical

NAMESPACES: Mapping[str, str] = {
    "countermark": "https://countermark.example/ns/",
    "gs1": "https://gs1.org/voc/",
    "cbv": "https://ref.gs1.org/cbv/",
    "epcis": "https://ref.gs1.org/epcis/",
    "cbvmda": "urn:epcglobal:cbv:mda",
}
"""The prefixes that need no declaration: ours and those of GS1's context."""

_LEFT_OUT = frozenset(("recordTime", "eventID", "type", "errorDeclaration", "@context"))
_COMMENTS = ("comment", "rdfs:comment", "#text")

_URNS = {
    "urn:epcglobal:cbv:bizstep:": "https://ref.gs1.org/cbv/BizStep-",
    "urn:epcglobal:cbv:disp:": "https://ref.gs1.org/cbv/Disp-",
    "urn:epcglobal:cbv:btt:": "https://ref.gs1.org/cbv/BTT-",
    "urn:epcglobal:cbv:sdt:": "https://ref.gs1.org/cbv/SDT-",
    "urn:epcglobal:cbv:er:": "https://ref.gs1.org/cbv/ER-",
}
_URN = re.compile("|".join(map(re.escape, _URNS)))

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMBER_STARTS = frozenset("0123456789+-.")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|z|([+-])(\d\d):(\d\d))?", re.ASCII)
_CANONICAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def event_hash(
    event: Mapping[str, Any], namespaces: Mapping[str, str] | None = None, ignore: Collection[str] = ()
) -> str:
    """`ni:///sha-256;<hex>?ver=CBV2.0` of an event in EPCIS 2.0 JSON.

    `namespaces` are the prefixes the surrounding document declares (see `declared`); the event's own `@context` and
    `NAMESPACES` are known anyway. `ignore` names fields the document asks to leave out, at any depth.
    Raises ValueError for what is no event.
    """
    text = pre_hash(event, namespaces, ignore)
    try:
        return f"ni:///sha-256;{sha256(text.encode()).hexdigest()}?ver=CBV2.0"
    except UnicodeEncodeError as error:
        raise ValueError("text with a lone surrogate cannot be hashed") from error


def pre_hash(
    event: Mapping[str, Any],
    namespaces: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    *,
    exact: bool = False,
) -> str:
    """The text that `event_hash` hashes; `exact` leaves texts that read as numbers as they are."""
    own = event.get("@context")
    writer = _OURS
    if own is not None or namespaces or ignore or exact:
        prefixes = {**(namespaces or {}), **declared(own)}
        writer = _writer(tuple(sorted(prefixes.items())), tuple(sorted(ignore)), exact)
    try:
        return writer.event(event)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def declared(context: Any) -> dict[str, str]:
    """The prefixes that a JSON-LD `@context` declares; other contexts are named by address and known or unknown."""
    parts = context if isinstance(context, list) else [context]
    return {
        prefix: uri
        for part in parts
        if isinstance(part, dict)
        for prefix, uri in part.items()
        if isinstance(uri, str) and not prefix.startswith("@")
    }


def is_hashed_as_written(text: str) -> bool:
    """Whether an extension value stands in the pre-hash unchanged, so that two such texts never hash alike."""
    return _OURS.text(text) == text


def hashed_text(text: str) -> str:
    """How the pre-hash writes an extension value; empty for white space only, which it leaves out with the equals sign."""
    return _OURS.plain_text(text)


class _Names(dict[str, str]):
    """Keys as the pre-hash writes them: a declared prefix becomes {namespace}; empty for a key that is left out."""

    def __init__(self, prefixes: Mapping[str, str], ignore: Collection[str]) -> None:
        super().__init__(dict.fromkeys(_COMMENTS, ""))
        self.prefixes = prefixes
        for key in ignore:
            self[self[key]] = self[key] = ""

    def __missing__(self, key: str) -> str:
        prefix, colon, local = key.partition(":")
        namespace = self.prefixes.get(prefix) if colon else None
        # The namespace form may itself be among the ignored.
        name = key if namespace is None else self.get(f"{{{namespace}}}{local}", f"{{{namespace}}}{local}")
        # A sender chooses the keys: bounded, since the writer of our own prefixes lives as long as the program.
        if len(self) < 10_000:
            self[key] = name
        return name


class _Writer:
    """Writes pre-hashes for one set of prefixes and ignored fields."""

    def __init__(self, prefixes: Mapping[str, str], ignore: Collection[str], exact: bool = False) -> None:
        self.prefixes = {**NAMESPACES, **prefixes}
        self.exact = exact
        self.names = _Names(self.prefixes, ignore)
        # A register says the same few things of every weapon; what is said once only costs a miss.
        self.text = lru_cache(maxsize=20_000)(self.plain_text)
        self.word = lru_cache(maxsize=20_000)(self._word)
        self.field = lru_cache(maxsize=20_000)(self._event_field)

    def event(self, event: Mapping[str, Any]) -> str:
        kind = event.get("type")
        if not isinstance(kind, str):
            raise ValueError("an event has a type")  # noqa: TRY004 - the caller's value is wrong, not its code
        names = self.names
        parts = [f"eventType={kind}"]
        parts += [self._standard(key, event[key]) for key in _EVENT_KEYS if key in event and names[key]]
        rest: list[str] = []
        for key, value in event.items():
            if key in _LEFT_OUT:
                continue
            shape = _EVENT_ORDER.get(key)
            if shape is not None:
                if shape.fields and names[key]:
                    rest += self._unordered(key, value, shape)
            elif key in _PAIR_LISTS:
                self._pairs(key, value, rest)
            elif name := names[key]:
                self._generic(name, value, rest)
        rest.sort()
        return "".join(parts + rest)

    def _standard(self, key: str, value: Any) -> str:
        """One field whose place and shape the standard fixes; empty when it says nothing."""
        shape = _EVENT_ORDER[key]
        if type(value) is str and shape.item is None:
            return self.field(key, value)
        items = sorted(filter(None, [self._field(shape.item or key, one, shape) for one in _as_list(value)]))
        return (key if items and shape.item is not None else "") + "".join(items)

    def _event_field(self, key: str, value: str) -> str:
        return self._field(key, value, _EVENT_ORDER[key])

    def _field(self, key: str, value: Any, shape: "_Shape") -> str:
        if isinstance(value, dict):
            inside = self._ordered(value, shape.fields)
            return key + inside if inside else ""
        text = self._scalar(key, value, shape.words)
        return f"{key}={text}" if text else ""

    def _ordered(self, value: Mapping[str, Any], fields: Mapping[str, "_Shape"]) -> str:
        parts: list[str] = []
        for key, shape in fields.items():
            if key in value and self.names[key]:
                parts += sorted(filter(None, [self._field(key, one, shape) for one in _as_list(value[key])]))
        rest: list[str] = []
        for key, one in value.items():
            if key not in fields and self._is_extension(key):
                self._generic(self.names[key], one, rest)
        rest.sort()
        return "".join(parts + rest)

    def _unordered(self, key: str, value: Any, shape: "_Shape") -> list[str]:
        """Fields without a namespace that the standard's order does not know, below their path: the published vectors
        have them at the event's end (`bizRules` of a sensor report is one).
        """
        if isinstance(value, list) or shape.item is not None:
            item = shape.item or key
            inside = [
                text for one in _as_list(value) for text in self._unordered(item, one, _Shape(fields=shape.fields))
            ]
            return [key + "".join(sorted(inside))] if inside and shape.item is not None else inside
        if not isinstance(value, dict):
            return []
        inside = []
        for name, one in value.items():
            if name in shape.fields:
                inside += self._unordered(name, one, shape.fields[name])
            elif self.names[name] and not self._is_extension(name):
                self._generic(name, one, inside)
        return [key + "".join(sorted(inside))] if inside else []

    def _is_extension(self, key: str) -> bool:
        return self.names[key][:1] == "{"

    def _pairs(self, key: str, value: Any, out: list[str]) -> None:
        """Business transactions, sources and destinations: the type stands before the identifier."""
        item, words = _PAIR_LISTS[key]
        pairs: list[str] = []
        for one in _as_list(value):
            if not isinstance(one, dict):
                self._generic(item, one, pairs)
                continue
            shape = {"type": _Shape(words=words), item: _PLAIN}
            pairs.append(self._ordered(one, shape) + "".join(self._unordered("", one, _Shape(fields=shape))))
        if pairs:
            out.append(key + "".join(sorted(pairs)))

    def _generic(self, key: str, value: Any, out: list[str]) -> None:
        """ILMD and extensions: names with their namespace, everything sorted."""
        kind = type(value)
        if kind is str:
            text = self.text(value)
            out.append(f"{key}={text}" if text else key)
        elif kind is dict:
            out.append(key + self._object(key, value))
        elif kind is not list:
            if value is not None:
                out.append(f"{key}={self._scalar(key, value, '')}")
        elif key.endswith("List"):
            # XML wraps the elements of a ...List one by one; JSON leaves their name out.
            inside: list[str] = []
            for one in value:
                self._generic(key[:-4], one, inside)
            out.append(key + "".join(sorted(inside)))
        else:
            for one in value:
                self._generic(key, one, out)

    def _object(self, key: str, value: Mapping[str, Any]) -> str:
        inside: list[str] = []
        names, text_of = self.names, self.text
        for name, one in value.items():
            if not (inner := names[name]):
                continue
            # Nearly all leaves are texts: written here, which spares a call for each.
            if type(one) is str:
                inside.append(f"{inner}={text}" if (text := text_of(one)) else inner)
            else:
                self._generic(inner, one, inside)
        inside.sort()
        own = self._scalar(key, value["#text"], "") if "#text" in value else ""
        return f"={own}{''.join(inside)}" if own else "".join(inside)

    def _scalar(self, key: str, value: Any, words: str) -> str:
        if isinstance(value, str):
            if words:
                return self.word(value, words)
            return _utc(value.strip()) if key in _TIME_KEYS else self.text(value)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return _number(value)
        raise ValueError(f"{key} holds a value that JSON does not know")

    def _word(self, text: str, words: str) -> str:
        """A value of a standard vocabulary: JSON writes it bare."""
        bare = text.strip()
        return self.text(text) if not bare or ":" in bare or "/" in bare else words + bare

    def plain_text(self, text: str) -> str:
        text = text.strip()
        if ":" in text:
            prefix, _, local = text.partition(":")
            if prefix in self.prefixes:
                text = self.prefixes[prefix] + local
            if text.startswith("urn:epcglobal:cbv:"):
                return _URN.sub(lambda match: _URNS[match.group()], text)
            return canonical(text) or text
        if not self.exact and text[:1] in _NUMBER_STARTS and _NUMBER.fullmatch(text):
            return _number(float(text)) or text
        return text


class _Shape:
    """How a standard field is written: the name of a list's items, the order of its fields, the prefix of bare words."""

    __slots__ = ("fields", "item", "words")

    def __init__(self, item: str | None = None, fields: Mapping[str, "_Shape"] | None = None, words: str = "") -> None:
        self.item = item
        self.fields = fields or {}
        self.words = words


def _plain(*keys: str) -> dict[str, _Shape]:
    return dict.fromkeys(keys, _PLAIN)


_CBV = NAMESPACES["cbv"]
_PLAIN = _Shape()
_GS1_WORD = _Shape(words=NAMESPACES["gs1"])
_DISPOSITION = _Shape(words=f"{_CBV}Disp-")
_EPCS = _Shape("epc")
_QUANTITIES = _Shape("quantityElement", _plain("epcClass", "quantity", "uom"))
_PLACE = _Shape(fields=_plain("id"))
_METADATA = _plain(
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"
)
_REPORT = {
    "type": _GS1_WORD,
    "exception": _GS1_WORD,
    **_plain("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", "microorganism"),
    **_plain("chemicalSubstance", "value"),
    "component": _Shape(words=f"{_CBV}Comp-"),
    **_plain("stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev"),
    **_plain("percRank", "percValue", "uom", "coordinateReferenceSystem"),
}
_SENSORS = _Shape("sensorElement", {"sensorMetadata": _Shape(fields=_METADATA), "sensorReport": _Shape(fields=_REPORT)})

_EVENT_ORDER: dict[str, _Shape] = {
    **_plain("eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID"),
    "epcList": _EPCS,
    "inputEPCList": _EPCS,
    "childEPCs": _EPCS,
    "quantityList": _QUANTITIES,
    "childQuantityList": _QUANTITIES,
    "inputQuantityList": _QUANTITIES,
    "outputEPCList": _EPCS,
    "outputQuantityList": _QUANTITIES,
    **_plain("action", "transformationID"),
    "bizStep": _Shape(words=f"{_CBV}BizStep-"),
    "disposition": _DISPOSITION,
    "persistentDisposition": _Shape(fields={"set": _DISPOSITION, "unset": _DISPOSITION}),
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "sensorElementList": _SENSORS,
}
_EVENT_KEYS = tuple(_EVENT_ORDER)
# The published vectors sort these among the extensions, at the end.
_PAIR_LISTS = {
    "bizTransactionList": ("bizTransaction", f"{_CBV}BTT-"),
    "sourceList": ("source", f"{_CBV}SDT-"),
    "destinationList": ("destination", f"{_CBV}SDT-"),
}
_TIME_KEYS = frozenset(("eventTime", "time", "startTime", "endTime"))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: float) -> str:
    """Without a trailing zero or sign of a positive exponent; empty when it is not finite."""
    if isinstance(value, int):
        return str(value)
    if not isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _utc(text: str) -> str:
    """A time in UTC with milliseconds, half a millisecond rounded up; a text that is no time stays as it is."""
    if _CANONICAL_TIME.fullmatch(text):
        return text
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    stem, fraction, sign, hours, minutes = match.groups()
    digits = (fraction or "").ljust(4, "0")
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        local = datetime.fromisoformat(stem).replace(tzinfo=timezone(offset))
        time = (local + timedelta(milliseconds=int(digits[:3]) + (digits[3] >= "5"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z".rjust(24, "0")


@lru_cache(maxsize=64)
def _writer(prefixes: tuple[tuple[str, str], ...], ignore: tuple[str, ...], exact: bool) -> _Writer:
    return _Writer(dict(prefixes), ignore, exact)


_OURS = _Writer({}, ())
