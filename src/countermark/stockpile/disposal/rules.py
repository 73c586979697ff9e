"""What may be destroyed when, and whether the figures agree. Pure. Sources: PoA II.18-19; MOSAIC 05.50 (norms 4.4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical

METHODS = (
    "burning_or_melting", "open_pit_detonation", "cutting_or_shredding", "bending_or_crushing", "dumping_at_sea", "burial", "other",
)  # fmt: skip
"""The methods of the UN form (norms 4.4)."""
OUTCOMES = ("destroy", "transfer_agency", "donate_state", "sell_state", "sell_civil", "keep")
"""What may become of surplus (PoA national report 5.4); `keep` where the review found none to spare."""
READERS = 2


@dataclass(frozen=True)
class Reading:
    """One person's reading of a serial just before destruction."""

    reader: str
    serial: str


def agree(recorded: str, readings: Sequence[Reading]) -> Sentence | None:
    """Why a weapon may not be destroyed yet, or None: two people must each have read the serial that is on record."""
    readers = {reading.reader for reading in readings}
    if len(readers) < READERS:
        return Sentence("read by two people, each for themselves")
    wanted = canonical(recorded)
    if any(canonical(reading.serial) != wanted for reading in readings):
        return Sentence("the serial on record in every reading: stop, and look at the weapon")
    return None


@dataclass(frozen=True)
class Balance:
    """Planned against what became of it; `open` is what nothing has become of yet."""

    planned: int
    destroyed: int
    withdrawn: int

    @property
    def open(self) -> int:
        """Weapons of the list that are neither destroyed nor withdrawn."""
        return self.planned - self.destroyed - self.withdrawn

    @property
    def even(self) -> bool:
        """Planned = destroyed + withdrawn."""
        return self.open == 0


def balance(planned: Collection[str], destroyed: Collection[str], withdrawn: Collection[str]) -> Balance:
    """The reconciliation of a list; a weapon that two nodes destroyed and withdrew counts as destroyed."""
    gone = set(destroyed) & set(planned)
    return Balance(len(set(planned)), len(gone), len((set(withdrawn) & set(planned)) - gone))


def problems(
    authority: str, method: str, witness: str, operators: Collection[str], evidence_release: bool
) -> list[Sentence]:
    """What is missing before anything of a list is destroyed. `operators` are those who read serials."""
    found = []
    if not authority.strip():
        found.append(Sentence("the authority for the destruction"))
    if method not in METHODS:
        found.append(Sentence("a method of destruction"))
    if not witness.strip():
        found.append(Sentence("an independent witness"))
    elif witness in operators:
        found.append(Sentence("a witness who reads no serial"))
    if not evidence_release:
        found.append(Sentence("the release of what is evidence, or that nothing is"))
    return found
