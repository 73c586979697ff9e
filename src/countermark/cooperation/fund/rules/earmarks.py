"""What money was given for, and which money may pay for what. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from countermark.cooperation.fund.rules import money
from countermark.cooperation.fund.rules.money import refused
from countermark.marks.sentences import Sentence


@dataclass(frozen=True)
class Earmark:
    """What a donor's money may be spent on; an empty list means anything. Themes and regions are codes, projects ids."""

    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    @property
    def strictness(self) -> int:
        """In how many ways it narrows."""
        return sum(bool(part) for part in (self.themes, self.regions, self.projects))


@dataclass(frozen=True)
class Purpose:
    """What is to be paid for. `regions` are all it lies in: its State and the regions around that."""

    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    project: str = ""


def fits(earmark: Earmark, purpose: Purpose) -> bool:
    """Whether money with an earmark may pay for a purpose: every theme of it is among those named, it lies in a named region, it is a named project."""
    if earmark.themes and not (purpose.themes and set(purpose.themes) <= set(earmark.themes)):
        return False
    if earmark.regions and not set(purpose.regions) & set(earmark.regions):
        return False
    return not earmark.projects or purpose.project in earmark.projects


def purse_key(window: str, donor: str, earmark: Earmark) -> str:
    """The key of the purse of a donor's money under one earmark, the same on every node."""
    parts = (window, donor, *(",".join(sorted(part)) for part in (earmark.themes, earmark.regions, earmark.projects)))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Purse:
    """A purse and what is available in it, in minor units of the currency that is asked for."""

    key: str
    earmark: Earmark
    available: int


def drawn(purses: Iterable[Purse], purpose: Purpose, amount: int, currency: str) -> dict[str, int]:
    """From which purses an amount is drawn: the most narrowly earmarked that fit first, equally narrow ones in proportion.

    Raises `FundRefused` where all that fit have too little, and says how much more there is that was given for something else.
    """
    held = [purse for purse in purses if purse.available > 0]
    fitting = [purse for purse in held if fits(purse.earmark, purpose)]
    enough = sum(purse.available for purse in fitting)
    if amount > enough:
        other = sum(purse.available for purse in held) - enough
        raise refused(_too_little(enough, other, currency))
    left, shares = amount, {}
    for strictness in sorted({purse.earmark.strictness for purse in fitting}, reverse=True):
        level = {purse.key: purse.available for purse in fitting if purse.earmark.strictness == strictness}
        taken = money.split(min(left, sum(level.values())), level)
        shares.update(taken)
        left -= sum(taken.values())
    return shares


def unearmarked(purses: Sequence[Purse], amount: int, currency: str) -> dict[str, int]:
    """From which purses a general cost of the fund is drawn: only those given for anything, in proportion. Raises `FundRefused`."""
    return drawn(purses, Purpose(), amount, currency)


def _too_little(enough: int, other: int, currency: str) -> Sentence:
    shown = money.shown(enough, currency)
    if not other:
        return Sentence("only %(amount)s are available", amount=shown)
    return Sentence(
        "only %(amount)s are available for this; %(other)s more were given for something else",
        amount=shown,
        other=money.shown(other, currency),
    )
