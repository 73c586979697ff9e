"""Balances of lots. Pure. Every movement is a signed quantity at a place; what is on hand is their sum, in whatever order they came."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

WORDS: Mapping[str, int] = {"receive": 1, "issue": -1, "return": 1, "use": -1, "dispose": -1, "count": 0, "move": 0}
"""What a movement does to the quantity where it happens; a `move` takes from one place to another, a `count` states the difference found."""
SECONDED: Mapping[str, str] = {
    "receive": "receive", "issue": "issue", "return": "return", "use": "dispose", "dispose": "dispose"
}  # fmt: skip
"""The step of a policy (`rules.custody.SECONDED`) that says whether a word needs a second person. Rounds used up have nobody who answers for them,
as those disposed of; a count that finds fewer has not either (`step`)."""
CONDITIONS = ("serviceable", "restricted", "unserviceable", "suspended")
MOST = 10**9


@dataclass(frozen=True)
class Movement:
    """So much of a lot at a place: `quantity` is signed, in rounds."""

    place: str
    quantity: int


def movements(word: str, place: str, quantity: int, to: str = "") -> list[Movement]:
    """What a word of `WORDS` does. `quantity` is a number of rounds; for a count, the signed difference between found and recorded."""
    if word == "move":
        return [Movement(place, -quantity), Movement(to, quantity)]
    return [Movement(place, quantity if word == "count" else WORDS[word] * quantity)]


def step(word: str, difference: int) -> str:
    """The step of a policy a movement is; empty for one no policy asks about. `difference` is that of a count, found less recorded."""
    return "dispose" if word == "count" and difference < 0 else SECONDED.get(word, "")


def balances(moved: Iterable[Movement]) -> dict[str, int]:
    """What is on hand by place; places with nothing are left out. Below nothing it is a contradiction of two nodes, and is shown so."""
    sums: dict[str, int] = defaultdict(int)
    for one in moved:
        sums[one.place] += one.quantity
    return {place: quantity for place, quantity in sorted(sums.items()) if quantity}


def elsewhere(on_hand: Mapping[str, int], places: Collection[str] | None) -> bool:
    """Whether a lot lies only where somebody who sees some places (None: all) sees nothing; one that never lay anywhere is everybody's."""
    return places is not None and bool(on_hand) and not any(place in places for place in on_hand)
