"""The readers of this node: what there is, how it is reached, where it stands. A record of the logs, as machines of the bench are.

A reader belongs to the node that listens to it: its id begins with that node's name, so two nodes never describe one reader. What
it needs to sign in somewhere is no part of its description and stands in no log.
"""

import re
from typing import Literal

import msgspec
from django.conf import settings

from countermark.ledger.services import Actor
from countermark.stockpile import acts, states
from countermark.stockpile.readers.rules import Purpose

Kind = Literal["llrp", "mqtt", "ble", "http"]
KINDS: tuple[Kind, ...] = ("llrp", "mqtt", "ble", "http")
PURPOSES: tuple[Purpose, ...] = ("store", "passage", "counter")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LLRP_PORT = 5084


class Device(msgspec.Struct, frozen=True):
    """A reader: `address` is `host:port` for LLRP, a topic (`+` and `#` as in MQTT) for MQTT and Bluetooth gateways, empty for one
    that sends to us. `unit` names a storage unit it watches, where that is narrower than its place.
    """

    id: str
    kind: Kind
    place: str
    address: str = ""
    purpose: Purpose = "store"
    retired: bool = False

    @property
    def name(self) -> str:
        """What it is called on its node."""
        return self.id.partition("/")[2]


states.record("reader", Device)


def set_reader(name: str, kind: str, place: str, *, address: str = "", purpose: str = "store", by: Actor) -> Device:
    """Describes a reader of this node, or describes it anew; `place` by name or id. Raises `Refused`."""
    if not NAME.fullmatch(name):
        raise acts.refuse("reader", name, "small letters, digits and hyphens, at most 40", "form")
    if kind not in KINDS:
        raise acts.refuse("kind", kind, acts.one_of(KINDS), "unknown")
    if purpose not in PURPOSES:
        raise acts.refuse("purpose", purpose, acts.one_of(PURPOSES), "unknown")
    where = acts.place_id(acts.required("place", place, "a place of this State"))
    value = {"id": _id(name), "kind": kind, "place": where, "address": _address(kind, address.strip())}
    stated = msgspec.convert({**value, "purpose": purpose}, Device)
    acts.state_record("reader", stated.id, stated, place=where, by=by)
    return stated


def add_reader(name: str, kind: str, place: str, *, address: str = "", purpose: str = "store", by: Actor) -> Device:
    """Describes a reader of this node that is new. Raises `Refused`, also for the name of one that is in use."""
    found = acts.subject("reader", _id(name))
    if found is not None and not found.of(Device).retired:
        raise acts.refuse("name", name, "a name that no reader of this node has", "known")
    return set_reader(name, kind, place, address=address, purpose=purpose, by=by)


def retire(name: str, *, by: Actor) -> Device:
    """A reader nobody listens to any more; what it saw stays until it is purged. Raises `Refused`."""
    retired = msgspec.structs.replace(device(name), retired=True)
    acts.state_record("reader", retired.id, retired, place=retired.place, by=by)
    return retired


def _id(name: str) -> str:
    return f"{settings.ENVIRONMENT.node}/{name}"


def _address(kind: str, address: str) -> str:
    if kind == "http":
        return ""
    if not address:
        raise acts.refuse("address", address, "a host for LLRP, a topic for MQTT", "missing")
    if kind == "llrp":
        host, port = host_and_port(address)
        return f"{host}:{port}"
    if not is_topic_filter(address):
        raise acts.refuse("address", address, "a topic, with + for one level and # at the end for all below", "form")
    return address


def host_and_port(address: str) -> tuple[str, int]:
    """`host`, `host:port` or `[v6]:port` as both; LLRP's own port where none is told. Raises `Refused`."""
    found = _HOST.fullmatch(address)
    port = int(found["port"] or LLRP_PORT) if found else 0
    if found is None or not 0 < port < 65_536:
        raise acts.refuse("address", address, "a host, or host:port", "form")
    return found["v6"] or found["host"], port


_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]{2,45})\]|(?P<host>[A-Za-z0-9._-]{1,253}))(?::(?P<port>[0-9]{1,5}))?")


def is_topic_filter(text: str) -> bool:
    """Whether a text is a topic filter of MQTT (OASIS MQTT 5.0, 4.7.1), of at most 200 characters."""
    levels = text.split("/")
    if not 0 < len(text) <= 200 or "\0" in text or "#" in levels[:-1]:
        return False
    return all(level in ("+", "#") or not {"+", "#"} & set(level) for level in levels)


def device(name: str) -> Device:
    """A reader of this node that is in use, by its name or id. Raises `Refused`."""
    found = acts.subject("reader", name if "/" in name else _id(name))
    if found is None or not found.key.startswith(_id("")) or found.of(Device).retired:
        raise acts.refuse("reader", name, "the name of a reader of this node that is in use", "unknown")
    return found.of(Device)


def devices(kind: str = "", *, retired: bool = False) -> list[Device]:
    """The readers of this node that are in use (of one kind, if it is named), by id; with `retired` those alone that were taken out of use."""
    found = [one.of(Device) for one in acts.subjects("reader", key__startswith=_id(""))]
    return [one for one in found if one.retired == retired and kind in ("", one.kind)]
