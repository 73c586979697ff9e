"""What is off until a commander switches it on, with the note of its risk read: biometric features (A/70/115, paragraph 39).

There is no feature that follows weapons: where a tag was read is never shown on the record of a weapon. One that came would stand here, off.
"""

import msgspec

from countermark.accounts.models import Place
from countermark.ledger.services import Actor
from countermark.stockpile import acts, states


class Feature(msgspec.Struct, frozen=True):
    """A feature at a place: on or off, and the version of the note that whoever switched it on had read."""

    on: bool
    note: int = 0


PASSKEY = "passkey"
NOTE_VERSION = 1
NATIONAL = "national"


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


NOTES: dict[str, str] = {
    PASSKEY: _(
        "A security key may unlock by fingerprint or face. That check happens on the key or telephone and stays there: this program "
        "receives no biometric and keeps no template, only a public key. Still: people can be made to touch a key; a device that reads faces records "
        "who was in the store and when; injured or gloved hands fail in an emergency. Never make it the only way, and never a condition of using a "
        "weapon: for forces that is a danger to life, for civilians it is for them to choose."
    )
}
states.record("feature", Feature)


def switch(feature: str, on: bool, *, place: str = "", read: bool = False, by: Actor) -> bool:
    """Switches a feature on or off at a place and below it, or in the whole State. Raises `Refused` for one switched on without its note read."""
    if feature not in NOTES:
        raise acts.refuse("feature", feature, acts.one_of(sorted(NOTES)), "unknown")
    if on and not read:
        raise acts.refuse("read", "", "the note on its risk read", "missing")
    pk = acts.place_id(place)
    value = Feature(on, NOTE_VERSION if on else 0)
    return acts.state_record("feature", f"{feature}@{pk or NATIONAL}", value, place=pk, by=by)


def is_on(feature: str, place: str) -> bool:
    """Whether a feature is on at a place: as the nearest place says that says something, or the State; off where nobody does."""
    said = {one.key: one.of(Feature).on for one in acts.subjects("feature")}
    here = Place.objects.filter(pk=place).first() if place else None
    seen: set[str] = set()
    while here is not None and here.pk not in seen:
        if f"{feature}@{here.pk}" in said:
            return said[f"{feature}@{here.pk}"]
        seen.add(here.pk)
        here = here.parent
    return said.get(f"{feature}@{NATIONAL}", False)
