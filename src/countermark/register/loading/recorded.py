"""What is there already, of what a file speaks of."""

from collections.abc import Sequence

from countermark.ledger import database
from countermark.ledger.entry import key_of


def weapons(ids: Sequence[str]) -> set[str]:
    """Those of some weapons that the register has a record of."""
    rows = database.select_in("SELECT DISTINCT weapon_id FROM register_link", "weapon_id", ids, kind="uuid")
    return {database.uuid_text(row[0]) for row in rows}


def events(event_ids: Sequence[str]) -> set[str]:
    """Those of some eventIDs that a log here has."""
    keys = {key_of(event_id): event_id for event_id in event_ids}
    rows = database.select_in("SELECT key FROM ledger_entry", "key", list(keys), kind="bytes")
    return {keys[bytes(row[0])] for row in rows}
