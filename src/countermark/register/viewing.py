"""Looking at personal data: names of parties, people and notes are shown for a reason, and that is written down."""

from collections.abc import Mapping

from countermark.ledger import identity, services
from countermark.ledger.services import Actor, SideNote

OPEN_KINDS = ("place", "document")
"""Side texts that name no person: shown to whoever may see the record."""


def impersonal(names: Mapping[str, str]) -> dict[str, str]:
    """The names among `names` (by opaque id) that may be shown without a reason."""
    prefixes = tuple(f"{identity.PREFIX}{kind}:" for kind in OPEN_KINDS)
    return {urn: text for urn, text in names.items() if urn.startswith(prefixes)}


def note_viewed(weapon_id: str, reason: str, *, by: Actor) -> None:
    """Records that somebody opened the names of a record: one act per person, record and reason."""
    texts = (SideNote("note", reason), services.person(by.name))
    fields = {
        "weapon": weapon_id,
        "person": identity.opaque("person", by.name),
        "reason": identity.opaque("note", reason),
    }
    services.append([services.act("person_viewed", fields, texts=texts)], by=by)
