"""Kept rows: their digest covers every field that has a say."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from countermark.ledger import kept
from countermark.ledger.models import Attachment, NodeSetting, Peer, SideText

ROWS: list[tuple[Callable[..., Any], Callable[[Any], str], dict[str, Any]]] = [
    (SideText, kept.side_text_digest, {"ref": "r", "kind": "party", "text": "t", "salt": "s"}),
    (NodeSetting, kept.setting_digest, {"name": "n", "value": "v"}),
    (
        Peer,
        kept.peer_digest,
        {"origin": "o", "verifier_key": "k", "encryption_key": "e", "checkpoint": "c"},
    ),
    (Attachment, kept.attachment_digest, {"digest": "d", "media_type": "m", "data": b"x"}),
]
FIELDS = [(model, digest, fields, name) for model, digest, fields in ROWS for name in fields]


@pytest.mark.parametrize(
    ("model", "digest", "fields", "name"), FIELDS, ids=lambda value: str(getattr(value, "__name__", ""))
)
def test_a_change_of_any_field_changes_the_digest(
    model: Callable[..., Any], digest: Callable[[Any], str], fields: dict[str, Any], name: str
) -> None:
    other = b"y" if isinstance(fields[name], bytes) else "other"
    assert digest(model(**fields)) != digest(model(**{**fields, name: other}))


def test_fields_do_not_run_into_each_other() -> None:
    one = kept.side_text_digest(SideText(ref="r", kind="party", text="ab", salt="c"))
    other = kept.side_text_digest(SideText(ref="r", kind="party", text="a", salt="bc"))
    assert one != other


def test_every_kept_table_of_the_ledger_is_covered() -> None:
    assert {"text", "setting", "peer", "attachment"} <= set(kept.TABLES)
    assert all(dataclasses.is_dataclass(table) for table in kept.TABLES.values())
