"""What an arrival comes to. Pure. Sources: MOSAIC 05.20 (transport), norms 4.3: every serial is read at arrival, seals are compared."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrival:
    """An arrival, weapon by weapon: `received` of the manifest, `short` of it, `surplus` beside it; seals that are not as they were."""

    received: tuple[str, ...]
    short: tuple[str, ...]
    surplus: tuple[str, ...]
    seals_missing: tuple[str, ...] = ()
    seals_foreign: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Nothing of the manifest is still on its way."""
        return not self.short

    @property
    def finding(self) -> str:
        """The gravest thing that is not as it should be; empty for an arrival in order."""
        if self.short:
            return "short"
        if self.surplus:
            return "surplus"
        return "seals" if self.seals_missing or self.seals_foreign else ""


def loaded(manifest: Collection[str], read: Iterable[str]) -> tuple[list[str], list[str]]:
    """What of a manifest was not read as it was loaded, and what was read and stands on no line of it; both empty where it may go."""
    seen = list(dict.fromkeys(read))
    return [one for one in manifest if one not in set(seen)], [one for one in seen if one not in set(manifest)]


def arrival(
    manifest: Collection[str],
    earlier: Collection[str],
    read: Iterable[str],
    seals: Collection[str],
    found: Collection[str],
) -> Arrival:
    """Compares what was read at an arrival with the manifest and with what `earlier` arrivals of it had received.

    Each weapon of manifest and reading is in exactly one of `received` (now or earlier), `short` and `surplus`.
    """
    seen, expected, known = list(dict.fromkeys(read)), set(manifest), set(earlier)
    now = {weapon for weapon in seen if weapon in expected}
    return Arrival(
        tuple(weapon for weapon in manifest if weapon in now and weapon not in known),
        tuple(weapon for weapon in manifest if weapon not in now and weapon not in known),
        tuple(weapon for weapon in seen if weapon not in expected),
        tuple(sorted(set(seals) - set(found))),
        tuple(sorted(set(found) - set(seals))),
    )
