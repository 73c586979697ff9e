"""Who of those nominated is chosen, and why, for each of them (A/70/115, 59: officials nominated by governments). Pure.

The order does not depend on the order nominations came in. Seats go round the States, each State's best first; a State has at most its
quota; where one sex is below its share and somebody of it waits, the last chosen of the other sex gives way.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from countermark.marks.sentences import Sentence

Sex = Literal["f", "m", ""]
Outcome = Literal["chosen", "waiting", "refused"]
PERCENT = 100


@dataclass(frozen=True)
class Terms:
    """What a call chooses by. Empty `functions` and `languages` ask for none; `share` is the least percentage of each sex among those
    chosen; `gap_years` how long ago a course on the same theme must lie; 0 for no such limit; `quota` 0 for none.
    """

    seats: int
    quota: int = 0
    functions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    share: int = 0
    gap_years: int = 0


@dataclass(frozen=True)
class Nominee:
    """Somebody nominated: `years_since` is how many whole years ago they last attended a course on this theme, None for never;
    `rank` is the place the State gave them among its own, from 1.
    """

    key: str
    state: str
    function: str
    sex: Sex = ""
    languages: tuple[str, ...] = ()
    years_since: int | None = None
    rank: int = 1


@dataclass(frozen=True)
class Choice:
    """What became of a nomination, and why, in words."""

    key: str
    outcome: Outcome
    reasons: tuple[Sentence, ...]


def written(name: str, number: str) -> str:
    """Somebody nominated as they are kept: a name, and what tells them apart from others of that name."""
    return f"{name} ({number})"


def is_birthday(number: str) -> bool:
    """Whether what tells somebody apart is a day, in whatever order its parts stand: two people may be born on one."""
    return _DAY.fullmatch(number.strip()) is not None


_DAY = re.compile(r"[0-9]{4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ][0-9]{4}")


def has_number(person: str, number: str) -> bool:
    """Whether somebody, as `written`, has a service number, however it is spaced or large its letters are."""
    wanted = f"({_plain(number)})"
    return _plain(person).endswith(wanted)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def select(nominees: Iterable[Nominee], terms: Terms) -> list[Choice]:
    """A choice for each nominee, those chosen first, in the order they were chosen."""
    everybody = sorted(nominees, key=lambda one: one.key)
    refused = {one.key: why for one in everybody if (why := barred(one, terms))}
    fit = [one for one in everybody if one.key not in refused]
    chosen, swapped = _balanced(_round(fit, terms), fit, terms)
    taken = {one.key for one in chosen}
    return [
        *(Choice(one.key, "chosen", _why_chosen(one, terms, swapped)) for one in chosen),
        *(
            Choice(one.key, "waiting", (_why_waiting(one, chosen, terms, swapped),))
            for one in fit
            if one.key not in taken
        ),
        *(Choice(key, "refused", why) for key, why in refused.items()),
    ]


def barred(one: Nominee, terms: Terms) -> tuple[Sentence, ...]:
    """What stands against somebody, whoever else is nominated; empty for nothing."""
    why = []
    if terms.functions and one.function not in terms.functions:
        why.append(Sentence("the call is for other functions"))
    if terms.languages and not set(terms.languages) & set(one.languages):
        why.append(Sentence("speaks none of the languages of the course"))
    if terms.gap_years and one.years_since is not None and one.years_since < terms.gap_years:
        why.append(Sentence("attended a course on this theme less than %(years)d years ago", years=terms.gap_years))
    return tuple(why)


def _order(one: Nominee) -> tuple[bool, int, str]:
    # Who never attended comes before who did, then as their State ranks them.
    return (one.years_since is not None, one.rank, one.key)


def _round(fit: Sequence[Nominee], terms: Terms) -> list[Nominee]:
    """Seats dealt round the States, each State's best first."""
    queues = {
        state: sorted((one for one in fit if one.state == state), key=_order) for state in {one.state for one in fit}
    }
    chosen: list[Nominee] = []
    turn = 0
    most = terms.quota or terms.seats
    while len(chosen) < terms.seats and turn < most:
        # In each round the State whose best is best comes first, so that the last seats go to need and not to the alphabet.
        going = sorted((queue[turn] for queue in queues.values() if turn < len(queue)), key=_order)
        if not going:
            break
        chosen += going[: terms.seats - len(chosen)]
        turn += 1
    return chosen


def _balanced(chosen: list[Nominee], fit: Sequence[Nominee], terms: Terms) -> tuple[list[Nominee], frozenset[str]]:
    """Gives seats to the sex that is below its share, as long as somebody of it waits; and who came or went by it."""
    swapped: set[str] = set()
    for sex in ("f", "m"):
        while _below(chosen, sex, terms):
            swap = _swap(chosen, fit, sex, terms)
            if swap is None:
                break
            out, into = swap
            after = [*(one for one in chosen if one != out), into]
            # Of three seats at a share of half, one sex stays below it: women are looked at first, and not put back.
            if sex == "m" and _below(after, "f", terms):
                break
            chosen = after
            swapped |= {out.key, into.key}
    return chosen, frozenset(swapped)


def _below(chosen: Collection[Nominee], sex: str, terms: Terms) -> bool:
    known = [one for one in chosen if one.sex]
    return bool(known) and sum(one.sex == sex for one in known) * PERCENT < terms.share * len(known)


def _swap(chosen: Sequence[Nominee], fit: Sequence[Nominee], sex: str, terms: Terms) -> tuple[Nominee, Nominee] | None:
    """The last chosen of the other sex who may go, and the first waiting of this one who may come in their place."""
    taken = {one.key for one in chosen}
    held = Counter(one.state for one in chosen)
    waiting = sorted((one for one in fit if one.sex == sex and one.key not in taken), key=_order)
    for out in reversed([one for one in chosen if one.sex and one.sex != sex]):
        for into in waiting:
            if not terms.quota or into.state == out.state or held[into.state] < terms.quota:
                return out, into
    return None


def _why_chosen(one: Nominee, terms: Terms, swapped: Collection[str]) -> tuple[Sentence, ...]:
    why = [Sentence("meets the terms of the call")]
    if terms.functions:
        why.append(Sentence("has a function the call is for"))
    why.append(
        Sentence("has not attended a course on this theme")
        if one.years_since is None
        else Sentence("last attended a course on this theme %(years)d years ago", years=one.years_since)
    )
    why.append(Sentence("number %(rank)d of the State's own order", rank=one.rank))
    if one.key in swapped:
        why.append(Sentence("chosen so that both sexes have their share"))
    return tuple(why)


def _why_waiting(one: Nominee, chosen: Sequence[Nominee], terms: Terms, swapped: Collection[str]) -> Sentence:
    if one.key in swapped:
        return Sentence("gave way so that both sexes have their share")
    if terms.quota and sum(other.state == one.state for other in chosen) >= terms.quota:
        return Sentence("the State has its quota of %(quota)d seats", quota=terms.quota)
    return Sentence("all %(seats)d seats are taken", seats=terms.seats)
