"""One entry of a log: its bytes, its ids, its times (contract, *Ledger entries*). Pure."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import msgspec

from countermark.ledger import eventhash, jcs

Kind: TypeAlias = Literal["event", "act"]
Body: TypeAlias = dict[str, Any]

LONGEST = 4 << 20
"""No entry has more bytes: what a node writes, every other must be able to take in."""

UNKNOWN_TIME = "0001-01-01T00:00:00.000Z"


class Recorded(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was noted while recording: not part of an event's identity.

    `time` and `device_time` are RFC 3339 UTC with milliseconds; `by` is an opaque person id; `kept` maps
    `table/key` to the digest of a kept row written with this entry; `note` is the id of a side text; `via` is the
    operating-system user of a command given in another's name; `load` is the id of the load an entry belongs to; `asked_by` is
    the person id of who asked for what `by`, a second person, approved and so recorded.
    """

    time: str
    by: str
    device_time: str | None
    kept: dict[str, str] = {}
    note: str = ""
    via: str = ""
    load: str = ""
    asked_by: str = ""


class Entry(msgspec.Struct, frozen=True):
    """An entry of a log. `position` names it on this node and orders it within its log; `log` is the log's origin."""

    position: int
    event_id: str
    kind: str
    body: Body
    recorded: Recorded
    log: str = ""


class _Stored(msgspec.Struct, rename={"event_id": "eventID"}):
    body: Body
    event_id: str
    kind: str
    recorded: Recorded


_decode_stored: Callable[[bytes], _Stored] = msgspec.json.Decoder(_Stored).decode


def now() -> str:
    """The device's clock as RFC 3339 UTC with milliseconds and `Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def event_id_of(kind: str, body: Body) -> str:
    """The `eventID` of a body: CBV event hash, the hash with `&error=` for a declaration, or `ver=act1` for an act."""
    if kind == "act":
        return f"ni:///sha-256;{hashlib.sha256(jcs.encode(body)).hexdigest()}?ver=act1"
    declared = body.get("errorDeclaration")
    identity = eventhash.event_hash(body)
    if declared is None:
        return identity
    return f"{identity}&error={hashlib.sha256(jcs.encode(declared)).hexdigest()}"


def is_disguised(body: Body) -> bool:
    """Whether a foreign event could stand in the way of one of ours: its pre-hash holds a `countermark:writing` that is not a
    true field of its own.

    The CBV pre-hash joins names and values without marking where one ends, so that a text may read like further fields.
    Whoever can foresee an event of ours could send another of the same identity, and ours would count as known.
    """
    places = eventhash.pre_hash(body).count(_WRITING_IN_PRE_HASH)
    return places > 0 and not (places == 1 and body.get(WRITING) == writing(body))


def writing(body: Body) -> str:
    """The digest of an event as written, for `countermark:writing`, without that field and what the event hash leaves out."""
    written = {key: value for key, value in body.items() if key not in _NOT_WRITTEN}
    return "x" + hashlib.sha256(jcs.encode(written)).hexdigest()[:32]


def is_alike(one: Body, other: Body) -> bool:
    """Whether two events of one identity say the same: the event hash takes "007" and "7" for one number, a mark is none.

    Order, offsets of times, prefixes and forms of GS1 keys may differ, and what the hash leaves out.
    """
    return eventhash.pre_hash(one, exact=True) == eventhash.pre_hash(other, exact=True)


WRITING = "countermark:writing"
_WRITING_IN_PRE_HASH = f"{{{eventhash.NAMESPACES['countermark']}}}writing"
_NOT_WRITTEN = frozenset({WRITING, "@context", "errorDeclaration", "eventID", "recordTime"})


def key_of(event_id: str) -> bytes:
    """32 bytes that stand for an eventID in the index of a log."""
    # Of a text that is no eventID, lone surrogates included, it is the key of no entry.
    return hashlib.sha256(event_id.encode(errors="surrogatepass")).digest()


def is_text(text: str) -> bool:
    """Whether both databases and every other node can hold a text: no NUL, no lone surrogate."""
    return "\0" not in text and _SURROGATE.search(text) is None


def has_nul(entry: bytes) -> bool:
    """Whether a text in the JSON of an entry or body contains NUL, which PostgreSQL cannot hold in a view."""
    return b"\\u0000" in entry and _NUL.search(entry) is not None


_SURROGATE = re.compile("[\ud800-\udfff]")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def encode(kind: str, event_id: str, body_json: bytes, recorded: Mapping[str, Any]) -> bytes:
    """The RFC 8785 bytes of an entry from the RFC 8785 bytes of its body."""
    return join(kind, event_id, body_json, jcs.encode(recorded))


def join(kind: str, event_id: str, body_json: bytes, recorded_json: bytes) -> bytes:
    """As `encode`, from the RFC 8785 bytes of both parts."""
    return b"%b%b}" % (begun(kind, event_id, body_json), recorded_json)


def begun(kind: str, event_id: str, body_json: bytes) -> bytes:
    """An entry up to `recorded`, which stands last: the four keys stand in the order of the alphabet."""
    return b'{"body":%b,"eventID":%b,"kind":"%b","recorded":' % (
        body_json,
        jcs.encode_plain(event_id),
        kind.encode(),
    )


def decode(position: int, data: bytes, log: str = "") -> Entry:
    """Raises `msgspec.ValidationError` or `msgspec.DecodeError` when the bytes are not an entry."""
    stored = _decode_stored(data)
    return Entry(position, stored.event_id, stored.kind, stored.body, stored.recorded, log=log)


def effective_id(body: Body, event_id: str) -> str:
    """The id of the event a declaration is about: the part of its eventID before `&error=`."""
    return event_id.partition("&error=")[0] if "errorDeclaration" in body else event_id
