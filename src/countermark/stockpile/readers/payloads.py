"""What readers and gateways publish over MQTT, as reads. Pure.

Understood by what a message contains, not by who is said to send it: Zebra fixed readers (IoT Connector), Zebra handhelds (`dataEVT`),
Impinj readers (`tagInventory`), Speedway Connect, Bluetooth gateways that name a beacon and its strength, and the form of our own
API. A message may be one object, a list of them, or one a line. What is in it besides reads (heartbeats, states of the reader) is
passed over.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from countermark.marks.sentences import Sentence
from countermark.stockpile.readers import reads
from countermark.stockpile.readers.reads import MOST_ANTENNA, MOST_READS, Read

LONGEST = 1 << 20
"""Bytes of the longest message that is looked into."""

Body = dict[str, Any]


class Unreadable(Exception):
    """A message that says nothing a reader would say; the sentence tells why."""


def of_readers(message: bytes, received: int) -> list[Read]:
    """The reads in a message of an RFID reader that came in at `received` (ms since 1970). Raises `Unreadable`."""
    return _parsed(message, received, _FORMS)


def of_gateways(message: bytes, received: int) -> list[Read]:
    """The beacons in a message of a Bluetooth gateway. Raises `Unreadable`."""
    return _parsed(message, received, (_beacon,))


Form = Callable[[Body, int], Iterator[Read] | None]


def _parsed(message: bytes, received: int, forms: tuple[Form, ...]) -> list[Read]:
    if len(message) > LONGEST:
        raise Unreadable(Sentence("the message has more than %(most)d bytes", most=LONGEST))
    found: list[Read] = []
    for body in _objects(message):
        for form in forms:
            some = form(body, received)
            if some is not None:
                found += some
                break
        else:
            raise Unreadable(Sentence("the message has none of the forms that are known"))
    return found


def _objects(message: bytes) -> Iterator[Body]:
    try:
        text = message.decode()
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = [json.loads(line) for line in text.splitlines() if line.strip()] or json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Sentence("the message is no JSON")) from error
    for body in parsed if isinstance(parsed, list) else [parsed]:
        if not isinstance(body, dict):
            raise Unreadable(Sentence("the message is no JSON object"))
        yield body


def _zebra_fixed(body: Body, received: int) -> Iterator[Read] | None:
    """`{"data": {"idHex", "antenna", "peakRssi", "TID", "reads"}, "timestamp", "type"}`; RSSI in dBm, time in ms or as text."""
    data = body.get("data")
    if not isinstance(data, dict) or "idHex" not in data:
        return None
    rssi = _hundredths(data.get("peakRssi"))
    count = data.get("reads", data.get("seenCount"))
    return _one(data["idHex"], data.get("TID"), body.get("timestamp"), received, data.get("antenna"), rssi, count)


def _zebra_handheld(body: Body, received: int) -> Iterator[Read] | None:
    """`{"timestamp", "data": {"tagData": [{"EPC" or "EPCid", "peakRssi", "seenCount", ...}]}}`. Of its fields only `eventNum` is
    promised: a line without an EPC says nothing.
    """
    data = body.get("data")
    lines = data.get("tagData") if isinstance(data, dict) else None
    if not isinstance(lines, list):
        return None
    return (
        read
        for line in lines
        if isinstance(line, dict)
        for read in _one(
            line.get("EPC") or line.get("EPCid") or line.get("epc") or "",
            line.get("TID"),
            line.get("timestamp", body.get("timestamp")),
            received,
            line.get("antenna"),
            _hundredths(line.get("peakRssi", line.get("rssi"))),
            line.get("seenCount"),
        )
    )


def _impinj(body: Body, received: int) -> Iterator[Read] | None:
    """`{"timestamp", "eventType": "tagInventory", "tagInventoryEvent": {"epcHex" or "epc" in base64, "antennaPort", "peakRssiCdbm"}}`."""
    if "eventType" not in body:
        return None
    event = body.get("tagInventoryEvent")
    if not isinstance(event, dict):
        return iter(())
    epc = event.get("epcHex") or _of_base64(event.get("epc"))
    tid = event.get("tidHex") or _of_base64(event.get("tid"))
    time = event.get("lastSeenTime") or body.get("timestamp")
    return _one(epc, tid, time, received, event.get("antennaPort"), _whole(event.get("peakRssiCdbm")), 1)


def _speedway(body: Body, received: int) -> Iterator[Read] | None:
    """`{"antennaPort", "epc" in hexadecimal, "tid", "firstSeenTimestamp", "peakRssi", "isHeartBeat"}`."""
    if "antennaPort" not in body and "isHeartBeat" not in body:
        return None
    if body.get("isHeartBeat") is True:
        return iter(())
    time, rssi = body.get("firstSeenTimestamp"), _hundredths(body.get("peakRssi"))
    return _one(body.get("epc"), body.get("tid"), time, received, body.get("antennaPort"), rssi, 1)


def _ours(body: Body, received: int) -> Iterator[Read] | None:
    """`{"reads": [{"epc", "tid", "time", "antenna", "rssi", "count"}]}`; RSSI in dBm."""
    lines = body.get("reads")
    if not isinstance(lines, list):
        return None
    return (
        read
        for line in lines
        if isinstance(line, dict)
        for read in _one(
            line.get("epc"),
            line.get("tid"),
            line.get("time"),
            received,
            line.get("antenna"),
            _hundredths(line.get("rssi")),
            line.get("count", 1),
        )
    )


_FORMS: tuple[Form, ...] = (_zebra_fixed, _zebra_handheld, _impinj, _speedway, _ours)


def _beacon(body: Body, received: int) -> Iterator[Read] | None:
    """A beacon by its iBeacon numbers where the gateway tells them, else by its address: `{"id" or "mac", "rssi", ...}`. What a
    gateway says of itself has no strength.
    """
    address = body.get("id") or body.get("mac")
    if not isinstance(address, str):
        return None
    if "rssi" not in body:
        return iter(())
    tag = beacon_tag(address, *(_first(body, names) for names in _IBEACON))
    if not tag:
        return iter(())
    time = reads.at(milliseconds(body.get("timestamp", body.get("time"))), received)
    return iter([Read(tag, time, rssi=_hundredths(body["rssi"]))])


_IBEACON = (("uuid", "ibeaconUuid"), ("major", "ibeaconMajor"), ("minor", "ibeaconMinor"))


def beacon_tag(address: str, uuid: Any = None, major: Any = None, minor: Any = None) -> str:
    """The identifier of a beacon as it is kept: of proximity UUID, major and minor where all are told, else of its address; the
    empty string for what is neither. A beacon that changes its address (a random one) can only be known by its numbers.
    """
    proximity = _hex_digits(uuid)
    if len(proximity) == 32 and (a := _word(major)) is not None and (b := _word(minor)) is not None:
        return f"ble:{proximity}{a:04X}{b:04X}"
    digits = _hex_digits(address)
    return f"ble:{digits}" if 12 <= len(digits) <= 40 and len(digits) % 2 == 0 else ""


def _word(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 5:
        value = int(value)
    number = _whole(value)
    return number if number is not None and 0 <= number <= 0xFFFF else None


def _hex_digits(text: Any) -> str:
    digits = text.replace(":", "").replace("-", "").upper() if isinstance(text, str) else ""
    return digits if reads.is_hex(digits) else ""


def _first(body: Body, names: tuple[str, ...]) -> Any:
    return next((body[name] for name in names if name in body), None)


def _one(epc: Any, tid: Any, time: Any, received: int, antenna: Any, rssi: int | None, count: Any) -> Iterator[Read]:
    """The read of one line; none where it names no tag."""
    tag = reads.tag_of(epc) if isinstance(epc, str) else ""
    if tag:
        yield Read(
            tag,
            reads.at(milliseconds(time), received),
            _bounded(antenna, 0, MOST_ANTENNA, 0),
            reads.tid_of(tid) if isinstance(tid, str) else "",
            rssi,
            _bounded(count, 1, MOST_READS, 1),
        )


def _bounded(value: Any, least: int, most: int, usual: int) -> int:
    number = _whole(value)
    return usual if number is None else min(max(number, least), most)


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return None
    return round(value)


def _hundredths(value: Any) -> int | None:
    """A strength in dBm as hundredths; None where it is no strength."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -200 <= value <= 100:
        return None
    return round(value * 100)


def _of_base64(text: Any) -> str:
    """Base64 of either alphabet (RFC 4648, sections 4 and 5) as hexadecimal; the empty string for anything else."""
    if not isinstance(text, str):
        return ""
    plain = text.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


_URL_SAFE = str.maketrans("-_", "+/")


def milliseconds(time: Any) -> int | None:
    """A time as readers write it (ISO 8601 with nanoseconds too, or a number of seconds to nanoseconds since 1970) in milliseconds
    since 1970; None for what is no time. A text without an offset is UTC.
    """
    if isinstance(time, str):
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 < time < 1e20:
        return None
    for unit, per_ms in ((1e17, 1e6), (1e14, 1e3), (1e11, 1.0)):
        if time >= unit:
            return int(time / per_ms)
    return int(time * 1000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
