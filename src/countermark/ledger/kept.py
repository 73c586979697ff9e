"""Kept tables: side data whose digest stands in the entry that last wrote it (design, invariant 1).

A room names each of its kept tables once, when the program starts, with a function that yields what is there now;
`verify` compares that with what the entries say.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from countermark.ledger.drafts import Actor
from countermark.ledger.identity import digest
from countermark.ledger.models import Attachment, NodeSetting, Peer, SideText

__all__ = ["TABLES", "KeptTable", "Travels", "digest", "register"]

Rows = Callable[[], Iterator[tuple[str, str]]]
Value = dict[str, Any]


def anywhere(_origin: str) -> bool:
    """Every node of the State that is given side data."""
    return True


@dataclass(frozen=True)
class Travels:
    """How the rows of a kept table reach another node of the State: as values, which hold no secret.

    `given` and `taken` say to which nodes (by origin) they go, and from which they are merged; the rows of most tables to and from all.

    `values` gives some rows by key; `digest` is of a value what stands in the sender's log (KeyError, TypeError or ValueError for
    what is none); `merge` writes by this node's own acts what is not here yet and returns how many rows that were. It is harmless
    to repeat, and never overrules what this node decided.
    """

    values: Callable[[Sequence[str]], Iterator[tuple[str, Value]]]
    digest: Callable[[Value], str]
    merge: Callable[[Sequence[tuple[str, Value]], Actor], int]
    given: Callable[[str], bool] = anywhere
    taken: Callable[[str], bool] = anywhere


@dataclass(frozen=True)
class KeptTable:
    """A kept table: its name in `recorded.kept` and a function that yields (key, digest) of every row."""

    name: str
    rows: Rows
    travels: Travels | None = None


TABLES: dict[str, KeptTable] = {}


def register(name: str, rows: Rows, travels: Travels | None = None) -> None:
    """Adds a kept table to those `verify` covers; with `travels` bundles carry it, tables registered earlier first."""
    TABLES[name] = KeptTable(name, rows, travels)


def side_text_digest(row: SideText) -> str:
    """An erased text keeps its row: the digest then is of the tombstone."""
    return digest({"ref": row.ref, "kind": row.kind, "text": row.text, "salt": row.salt})


def setting_digest(row: NodeSetting) -> str:
    """The digest of a node setting."""
    return digest({"name": row.name, "value": row.value})


def peer_digest(row: Peer) -> str:
    """The digest of a node directory row."""
    return digest(
        {
            "origin": row.origin,
            "verifier_key": row.verifier_key,
            "encryption_key": row.encryption_key,
            "checkpoint": row.checkpoint,
        }
    )


def attachment_digest(row: Attachment) -> str:
    """The digest of an attachment row; its name must be the SHA-256 of its bytes, which is computed anew."""
    import hashlib

    actual = hashlib.sha256(bytes(row.data)).hexdigest()
    return digest({"digest": row.digest, "media_type": row.media_type, "content": actual})


def _register_own() -> None:
    register("text", lambda: ((r.ref, side_text_digest(r)) for r in SideText.objects.order_by("ref").iterator()))
    register("setting", lambda: ((r.name, setting_digest(r)) for r in NodeSetting.objects.order_by("name")))
    register("peer", lambda: ((r.origin, peer_digest(r)) for r in Peer.objects.order_by("origin")))
    register(
        "attachment",
        lambda: ((r.digest, attachment_digest(r)) for r in Attachment.objects.order_by("digest").iterator()),
    )


_register_own()
