"""Logs of other nodes, written in a few lines of their own: what a bundle of them looks like, whatever our code thinks."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from countermark.ledger import entry as entries
from countermark.ledger.services import Actor
from countermark.register import bodies

ANN = Actor("ann")
START = 1_700_000_000_000


def canonical(value: Any) -> bytes:
    """RFC 8785 for the plain values these tests use."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def moment(milliseconds: int) -> str:
    """A recorded time, counted from a fixed instant."""
    seconds, rest = divmod(START + milliseconds, 1000)
    days, of_day = divmod(seconds, 86400)
    assert days == 19675, "tests stay within one day"
    return f"2023-11-14T{of_day // 3600:02}:{of_day % 3600 // 60:02}:{of_day % 60:02}.{rest:03}Z"


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


@dataclass
class ForeignLog:
    """A log of another node with its key. `step` milliseconds lie between two entries, `offset` before the first."""

    origin: str
    offset: int = 0
    step: int = 10
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    lines: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = {"type": "act", "act": "log_opened", "origin": self.origin, "verifier_key": self.verifier_key}
        self.add("act", {**first, "time": moment(self.offset)})

    @property
    def verifier_key(self) -> str:
        return f"{self.origin}+{self._key_hash().hex()}+{base64.b64encode(self._typed_key()).decode()}"

    def _typed_key(self) -> bytes:
        return b"\x01" + self.key.public_key().public_bytes_raw()

    def _key_hash(self) -> bytes:
        return hashlib.sha256(self.origin.encode() + b"\n" + self._typed_key()).digest()[:4]

    def add(self, kind: Any, body: dict[str, Any], **recorded: Any) -> str:
        """Appends an entry and returns its eventID."""
        event_id = entries.event_id_of(kind, body)
        time = moment(self.offset + self.step * len(self.lines))
        stated = {"by": "", "device_time": None, "time": time, **recorded}
        self.lines.append(canonical({"body": body, "eventID": event_id, "kind": kind, "recorded": stated}))
        return event_id

    def weapon(self, ref: str, serial: str, source: str = "S", **facts: str) -> str:
        """Records the birth of a weapon."""
        mark = bodies.mark({"component": "receiver", "role": "control", "mark": serial})
        return self.add("event", bodies.birth(source, ref, {"kind": "rifle", "maker": "Norinco", **facts}, [mark]))

    def note(self, size: int | None = None) -> str:
        """The checkpoint of the first `size` entries (default: all), signed."""
        size = len(self.lines) if size is None else size
        head = root([hashlib.sha256(b"\x00" + line).digest() for line in self.lines[:size]])
        text = f"{self.origin}\n{size}\n{base64.b64encode(head).decode()}\n"
        signature = base64.b64encode(self._key_hash() + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {signature}\n"

    def bundle(self, start: int = 0, size: int | None = None, **header: Any) -> bytes:
        """A bundle of the entries from `start` on; `header` replaces fields of the first line."""
        size = len(self.lines) if size is None else size
        first = {
            "format": "countermark-bundle",
            "version": 1,
            "origin": self.origin,
            "from": start,
            "size": size,
            "verifier_key": self.verifier_key,
            "recipient": None,
            "checkpoint": self.note(size),
            **header,
        }
        return b"\n".join([canonical(first), *self.lines[start:size], b'{"end":true}', b""])
