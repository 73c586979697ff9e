"""Who fits whom, and why not: pure decisions about the needs and offers of one market.

Which offers fit a need is a set of bits, one a condition and offer, so that ten thousand needs and as many offers are
judged in a blink: a need's set is the intersection of its theme's, its region's, its window's and so on.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from countermark.cooperation.matching.market import Market, Need, Offer, first_day, last_day
from countermark.marks.sentences import Sentence

CONDITIONS = {
    "theme": Sentence("theme"),
    "region": Sentence("region"),
    "window": Sentence("window"),
    "kind": Sentence("kind of help"),
    "recipient": Sentence("recipient"),
    "language": Sentence("language"),
    "standard": Sentence("equipment standard"),
}
"""What must agree between a need and an offer, in the order in which it is told, with the word for it."""


def members(bits: int) -> Iterator[int]:
    """The numbers in a set of bits, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


class _Any:
    """Offers by the words of one of their lists; an offer with an empty list takes any."""

    def __init__(self, lists: Iterable[Sequence[str]]) -> None:
        self._by_word: defaultdict[str, int] = defaultdict(int)
        self._any = self._all = 0
        for number, words in enumerate(lists):
            self._all |= 1 << number
            if not words:
                self._any |= 1 << number
            for word in words:
                self._by_word[word] |= 1 << number

    def one(self, word: str) -> int:
        """The offers that take this word. A need that names none is only for offers that take any."""
        return self._by_word.get(word, 0) | self._any

    def some(self, words: Sequence[str]) -> int:
        """The offers that take one of these words; all, if there is none."""
        return reduce(lambda found, word: found | self.one(word), words, 0) if words else self._all


class _Windows:
    """Offers by the days they are open; sets of those that begin before, and of those that end after, a day."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._first = _sorted_sets(first_day(offer.from_) for offer in offers)
        self._last = _sorted_sets(last_day(offer.to) for offer in offers)
        self._all = (1 << len(offers)) - 1

    def overlapping(self, need: Need) -> int:
        """The offers that share a day with the need's window."""
        begun = self._first.sets[bisect_right(self._first.days, last_day(need.to))]
        over = self._last.sets[bisect_left(self._last.days, first_day(need.from_))]
        return begun & ~over


@dataclass(frozen=True)
class _Sets:
    """`sets[n]` holds those of the first `n` days."""

    days: Sequence[dt.date]
    sets: Sequence[int]


def _sorted_sets(days: Iterable[dt.date]) -> _Sets:
    on: defaultdict[dt.date, int] = defaultdict(int)
    for number, day in enumerate(days):
        on[day] |= 1 << number
    found, sets = sorted(on), [0]
    for day in found:
        sets.append(sets[-1] | on[day])
    return _Sets(found, sets)


class Fit:
    """Which offers (bits, in the market's order) fit which need."""

    def __init__(self, market: Market) -> None:
        offers = self.offers = market.offers
        themes, regions = _Any(o.themes for o in offers), _Any(o.regions for o in offers)
        kinds, windows = _Any(o.kinds for o in offers), _Windows(offers)
        recipients, languages = _Any(o.eligible for o in offers), _Any(o.languages for o in offers)
        standards = _Any(o.standards for o in offers)
        self._judges: Mapping[str, Callable[[Need], int]] = {
            "theme": lambda need: themes.one(need.theme),
            "region": lambda need: regions.one(need.region),
            "window": windows.overlapping,
            "kind": lambda need: kinds.some(need.kinds),
            "recipient": lambda need: recipients.one(need.recipient),
            "language": lambda need: languages.some(need.languages),
            "standard": lambda need: standards.some(need.standards),
        }

    def by_condition(self, need: Need) -> dict[str, int]:
        """For each condition the offers that meet it."""
        return {name: judge(need) for name, judge in self._judges.items()}

    def of(self, need: Need) -> int:
        """The offers that meet every condition."""
        return reduce(and_, (judge(need) for judge in self._judges.values()))


def not_met(need: Need, offer: Offer) -> list[Sentence]:
    """Why the offer does not fit the need; empty, if it does."""
    meets = Fit(Market([need], [offer])).by_condition(need)
    return [_against(name, need, offer) for name in CONDITIONS if not meets[name]]


def _against(condition: str, need: Need, offer: Offer) -> Sentence:
    match condition:
        case "theme":
            return Sentence(
                "the offer is for %(themes)s, not for %(theme)s", themes=listed(offer.themes), theme=need.theme
            )
        case "region":
            return Sentence(
                "the offer is for %(regions)s, not for %(region)s", regions=listed(offer.regions), region=need.region
            )
        case "window":
            return Sentence(
                "the offer is open %(offered)s, the need is for %(needed)s",
                offered=window(offer.from_, offer.to),
                needed=window(need.from_, need.to),
            )
        case "kind":
            return Sentence(
                "the offer gives %(given)s, asked for is %(asked)s", given=listed(offer.kinds), asked=listed(need.kinds)
            )
        case "recipient":
            return Sentence("%(recipient)s is not eligible for the offer", recipient=need.recipient or "?")
        case "language":
            return Sentence("they share no language: %(theirs)s", theirs=listed(offer.languages))
        case _:
            return Sentence("they share no equipment standard: %(theirs)s", theirs=listed(offer.standards))


def for_reasons(need: Need, offer: Offer) -> list[Sentence]:
    """Why the offer fits the need, in words; to be asked of a pair that fits."""
    return list(_for(need, offer))


def _for(need: Need, offer: Offer) -> Iterator[Sentence]:
    yield (
        Sentence("theme %(theme)s is one the offer is for", theme=need.theme)
        if offer.themes
        else Sentence("the offer is for any theme, so for %(theme)s", theme=need.theme)
    )
    yield (
        Sentence("region %(region)s is one the offer is for", region=need.region)
        if offer.regions
        else Sentence("the offer is for any region, so for %(region)s", region=need.region)
    )
    first, last = max(first_day(need.from_), first_day(offer.from_)), min(last_day(need.to), last_day(offer.to))
    yield Sentence("both are open %(window)s", window=days(first, last))
    yield _shared_kinds(need, offer)
    if offer.eligible:
        yield Sentence("%(recipient)s is eligible", recipient=need.recipient)
    if need.languages and offer.languages:
        yield Sentence("shared languages: %(shared)s", shared=_shared(need.languages, offer.languages))
    if need.standards and offer.standards:
        yield Sentence("shared equipment standards: %(shared)s", shared=_shared(need.standards, offer.standards))


def _shared_kinds(need: Need, offer: Offer) -> Sentence:
    if need.kinds and offer.kinds:
        return Sentence("asked for and given: %(kinds)s", kinds=_shared(need.kinds, offer.kinds))
    if need.kinds:
        return Sentence("the offer gives help of any kind, so %(kinds)s", kinds=listed(need.kinds))
    if offer.kinds:
        return Sentence("any kind of help is asked for, given is %(kinds)s", kinds=listed(offer.kinds))
    return Sentence("any kind of help is asked for and given")


def _shared(mine: Sequence[str], theirs: Sequence[str]) -> str:
    return listed([word for word in mine if word in theirs])


def listed(words: Sequence[object], most: int = 5) -> str:
    """Words with commas; of a long list the first, and how many more."""
    some = ", ".join(str(word) for word in words[:most])
    return f"{some} (+{len(words) - most})" if len(words) > most else some


def window(start: str | None, end: str | None) -> Sentence:
    """A window in words."""
    return days(first_day(start), last_day(end))


def days(first: dt.date, last: dt.date) -> Sentence:
    """From one day to another in words; either may be open."""
    begin, end = first.isoformat(), last.isoformat()
    if first == dt.date.min and last == dt.date.max:
        return Sentence("at any time")
    if first == dt.date.min:
        return Sentence("until %(last)s", last=end)
    if last == dt.date.max:
        return Sentence("from %(first)s on", first=begin)
    return Sentence("from %(first)s to %(last)s", first=begin, last=end)


def stopped(need: Need, fit: Fit) -> Sentence:
    """What stops a need that no offer fits: the one condition in the way, or the first that leaves none."""
    if not fit.offers:
        return Sentence("there is no offer")
    meets = fit.by_condition(need)
    for name in CONDITIONS:
        if not meets[name]:
            return _none(name, need)
    alone = [(name, _without(meets, name)) for name in CONDITIONS]
    barred = [(name, found) for name, found in alone if found]
    if barred:
        return _only(barred, need, fit)
    left = meets["theme"]
    for name in ("region", "window", "kind", "recipient", "language"):
        if not left & meets[name]:
            return _then(name, left, need, fit)
        left &= meets[name]
    return _then("standard", left, need, fit)


def _then(name: str, left: int, need: Need, fit: Fit) -> Sentence:
    """The first condition that none of those left meets."""
    some = sorted(str(fit.offers[at].id) for at in members(left))
    return Sentence(
        "of the offers that fit otherwise so far (%(offers)s) none takes the %(condition)s: %(asked)s",
        offers=listed(some, 3),
        condition=CONDITIONS[name],
        asked=_asked(name, need),
    )


def _without(meets: Mapping[str, int], name: str) -> int:
    return reduce(and_, (bits for other, bits in meets.items() if other != name))


def _only(barred: Sequence[tuple[str, int]], need: Need, fit: Fit) -> Sentence:
    name, bits = barred[0]
    some = [fit.offers[at] for at in members(bits)]
    nearest = min(some, key=lambda offer: (_distance(need, offer), str(offer.id)))
    return Sentence(
        "nothing but the %(condition)s stops %(offers)s: %(why)s",
        condition=CONDITIONS[name],
        offers=listed(sorted(str(offer.id) for offer in some), 3),
        why=_against(name, need, nearest),
    )


def _distance(need: Need, offer: Offer) -> int:
    """Days between the windows; 0 where they overlap."""
    after = first_day(offer.from_) - last_day(need.to)
    before = first_day(need.from_) - last_day(offer.to)
    return max(0, after.days, before.days)


def _asked(condition: str, need: Need) -> str:
    """What the need has of a condition."""
    match condition:
        case "region":
            return need.region
        case "window":
            return window(need.from_, need.to)
        case "kind":
            return listed(need.kinds)
        case "recipient":
            return need.recipient or "?"
        case "language":
            return listed(need.languages)
        case _:
            return listed(need.standards)


def _none(condition: str, need: Need) -> Sentence:
    match condition:
        case "theme":
            return Sentence("no offer is for theme %(theme)s", theme=need.theme)
        case "region":
            return Sentence("no offer is for region %(region)s", region=need.region)
        case "window":
            return Sentence("no offer is open %(window)s", window=window(need.from_, need.to))
        case "kind":
            return Sentence("no offer gives %(kinds)s", kinds=listed(need.kinds))
        case "recipient":
            return Sentence("%(recipient)s is eligible for no offer", recipient=need.recipient or "?")
        case "language":
            return Sentence("no offer is in %(languages)s", languages=listed(need.languages))
        case _:
            return Sentence("no offer gives equipment of the standards %(standards)s", standards=listed(need.standards))
