"""Needs and offers as the file states them (contract, *Cooperation*), and the precise refusal where it cannot be read.

What the contract names is there as it is; every further member is optional, so that a file of the contract stays valid.
Amounts are exact decimals of one currency, shares lie between 0 and 1, days are ISO 8601 and both ends of a window
belong to it; a missing end is open. An empty list means any.
"""

import calendar
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from countermark.marks.sentences import NotAllowed, Sentence

MOST = 100_000
"""Needs, and offers, of one file at most."""
PRIORITIES = range(1, 6)
MINOR_UNITS = 2
"""Decimals of a currency where the file does not say."""
_FINEST, _LARGEST = 20, Decimal(10) ** 15

Id = str | int


class Refused(NotAllowed):
    """Needs and offers that cannot be matched; `problems` names every need, offer and field that is wrong."""


class Need(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What one State lacks.

    Beyond the contract: who asks (`recipient`), in which languages it can work, which equipment standards it can take,
    and a `weight` that multiplies what its funded share counts, which never goes without its `weight_reason`.
    """

    id: Id
    amount: Decimal
    theme: str
    region: str
    priority: int
    from_: str | None = None
    to: str | None = None
    kinds: list[str] = []
    min_share: Decimal = Decimal(0)
    recipient: str = ""
    languages: list[str] = []
    standards: list[str] = []
    weight: Decimal = Decimal(1)
    weight_reason: str = ""
    title: str = ""


class Offer(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What one provider can give.

    Beyond the contract: the recipients it may help (`eligible`), languages, equipment standards, the most it gives one
    need (`ceiling`), and the share of a need that must be paid from elsewhere (`co_funding`).
    """

    id: Id
    budget: Decimal
    themes: list[str] = []
    regions: list[str] = []
    from_: str | None = None
    to: str | None = None
    kinds: list[str] = []
    eligible: list[str] = []
    languages: list[str] = []
    standards: list[str] = []
    ceiling: Decimal | None = None
    co_funding: Decimal = Decimal(0)
    title: str = ""


class Override(msgspec.Struct, frozen=True):
    """What an officer decided about one pair: exactly one of `fix` (this amount), `limit` (at most this) and `forbid`."""

    need: Id
    offer: Id
    fix: Decimal | None = None
    limit: Decimal | None = None
    forbid: bool = False
    reason: str = ""


class Market(msgspec.Struct, frozen=True):
    """All needs and all offers together, in one currency; `minor_units` are its decimals where the file says."""

    needs: list[Need]
    offers: list[Offer]
    overrides: list[Override] = []
    currency: str = ""
    minor_units: int | None = None

    def decimals(self) -> int:
        """Decimals of the whole units money is given in: the currency's, or finer where the file itself is finer."""
        if self.minor_units is not None:
            return self.minor_units
        return max((MINOR_UNITS, *(_decimals(amount) for _, _, amount in _amounts(self))))


def read(text: str | bytes) -> Market:
    """The needs and offers of a file. Raises Refused with everything that is wrong with it."""
    try:
        raw = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused([Sentence("this is no JSON: %(why)s", why=str(error))]) from error
    return of(raw)


def of(raw: Any) -> Market:
    """The needs and offers of decoded JSON (numbers as integers or Decimals). Raises Refused."""
    if not isinstance(raw, Mapping):
        raise Refused([Sentence("expected one JSON object with needs and offers")])
    try:
        market = msgspec.convert(raw, Market)
    except msgspec.ValidationError as error:
        raise Refused([_where(str(error), raw)]) from error
    return checked(market)


def checked(market: Market) -> Market:
    """The market, if nothing in it is wrong. Raises Refused naming each need or offer and field."""
    problems = list(_problems(market))
    if problems:
        raise Refused(problems)
    return market


def first_day(text: str | None) -> dt.date:
    """The first day of a window; a year or a month stands for its first day, nothing for the beginning of time."""
    return dt.date.fromisoformat(f"{text}-01-01"[:10]) if text else dt.date.min


def last_day(text: str | None) -> dt.date:
    """The last day of a window; a year or a month stands for its last day, nothing for the end of time."""
    if not text:
        return dt.date.max
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    year, month = int(text[:4]), int(text[5:] or 12)
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _where(message: str, raw: Mapping[str, Any]) -> Sentence:
    """What was expected, and of which need or offer: `Expected `int`, got `str` - at `$.needs[3].priority``."""
    what, _, path = message.partition(" - at ")
    found = re.match(r"`\$\.(needs|offers|overrides)\[(\d+)\]\.?(.*)`$", path)
    if not found:
        return Sentence("%(what)s, at %(path)s", what=what, path=path.strip("`") or "$")
    lines, number, field = found[1], int(found[2]), found[3]
    line = raw[lines][number]
    name = line.get("id", "?") if isinstance(line, Mapping) else "?"
    if lines == "needs":
        return Sentence(
            "need %(id)s (number %(n)d): %(field)s: %(what)s", id=str(name), n=number + 1, field=field, what=what
        )
    if lines == "offers":
        return Sentence(
            "offer %(id)s (number %(n)d): %(field)s: %(what)s", id=str(name), n=number + 1, field=field, what=what
        )
    return Sentence("override number %(n)d: %(field)s: %(what)s", n=number + 1, field=field, what=what)


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else _FINEST + 1


def _amounts(market: Market) -> Iterator[tuple[Sentence, str, Decimal]]:
    """Every amount of money with whose and which field it is."""
    for need in market.needs:
        yield _need(need), "amount", need.amount
    for offer in market.offers:
        yield _offer(offer), "budget", offer.budget
        if offer.ceiling is not None:
            yield _offer(offer), "ceiling", offer.ceiling
    for number, override in enumerate(market.overrides, 1):
        for name, amount in (("fix", override.fix), ("limit", override.limit)):
            if amount is not None:
                yield _override(number), name, amount


def _need(need: Need) -> Sentence:
    return Sentence("need %(id)s", id=str(need.id))


def _offer(offer: Offer) -> Sentence:
    return Sentence("offer %(id)s", id=str(offer.id))


def _override(number: int) -> Sentence:
    return Sentence("override number %(n)d", n=number)


def _said(whose: Sentence, field: str, what: Sentence) -> Sentence:
    return Sentence("%(whose)s: %(field)s: %(what)s", whose=whose, field=field, what=what)


def _problems(market: Market) -> Iterator[Sentence]:
    units = market.minor_units
    if units is not None and not 0 <= units <= 4:
        yield Sentence("minor_units: expected a number of decimals from 0 to 4")
        return
    if max(len(market.needs), len(market.offers)) > MOST:
        yield Sentence("more than %(most)d needs or offers in one file", most=MOST)
    yield from _repeated("need", [need.id for need in market.needs])
    yield from _repeated("offer", [offer.id for offer in market.offers])
    for need in market.needs:
        yield from _need_problems(need)
    for offer in market.offers:
        yield from _offer_problems(offer)
    yield from _override_problems(market)
    for whose, field, amount in _amounts(market):
        yield from _money_problems(whose, field, amount, units)


def _money_problems(whose: Sentence, field: str, amount: Decimal, units: int | None) -> Iterator[Sentence]:
    if not amount.is_finite() or amount < 0 or amount > _LARGEST:
        yield _said(whose, field, Sentence("expected an amount from 0 to 10^15"))
    elif _decimals(amount) > (_FINEST if units is None else units):
        what = Sentence("%(amount)s is finer than a unit of the currency", amount=str(amount))
        yield _said(whose, field, what)


def _repeated(kind: str, ids: Sequence[Id]) -> Iterator[Sentence]:
    seen: set[str] = set()
    for number, one in enumerate(ids, 1):
        name = str(one)
        if not name.strip():
            yield Sentence("%(kind)s number %(n)d: id: expected a text that is not empty", kind=kind, n=number)
        elif name in seen:
            yield Sentence("%(kind)s number %(n)d: id: %(id)s is there twice", kind=kind, n=number, id=name)
        seen.add(name)


def _need_problems(need: Need) -> Iterator[Sentence]:
    whose = _need(need)
    if need.amount == 0:
        yield _said(whose, "amount", Sentence("expected more than 0"))
    if need.priority not in PRIORITIES:
        yield _said(whose, "priority", Sentence("expected a whole number from 1, the highest, to 5"))
    yield from _share_problems(whose, "min_share", need.min_share)
    if not need.weight.is_finite() or not 0 < need.weight <= 100:
        yield _said(whose, "weight", Sentence("expected a number above 0, at most 100"))
    elif need.weight != 1 and not need.weight_reason.strip():
        yield _said(whose, "weight_reason", Sentence("a weight other than 1 is explained"))
    yield from _window_problems(whose, need.from_, need.to)


def _offer_problems(offer: Offer) -> Iterator[Sentence]:
    yield from _share_problems(_offer(offer), "co_funding", offer.co_funding)
    yield from _window_problems(_offer(offer), offer.from_, offer.to)


def _share_problems(whose: Sentence, field: str, share: Decimal) -> Iterator[Sentence]:
    if not share.is_finite() or not 0 <= share <= 1:
        yield _said(whose, field, Sentence("expected a share from 0 to 1"))


def _window_problems(whose: Sentence, start: str | None, end: str | None) -> Iterator[Sentence]:
    bad = [name for name, text in (("from", start), ("to", end)) if not _is_day(text)]
    for field in bad:
        yield _said(whose, field, Sentence("expected a day such as 2027-01-31, a month or a year"))
    if not bad and first_day(start) > last_day(end):
        yield _said(whose, "to", Sentence("the window ends before it begins"))


def _is_day(text: str | None) -> bool:
    if not text:
        return True
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
        return False
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def _override_problems(market: Market) -> Iterator[Sentence]:
    needs = {str(need.id) for need in market.needs}
    offers = {str(offer.id) for offer in market.offers}
    seen: set[tuple[str, str]] = set()
    for number, override in enumerate(market.overrides, 1):
        whose, pair = _override(number), (str(override.need), str(override.offer))
        if pair[0] not in needs:
            yield _said(whose, "need", Sentence("there is no need %(id)s", id=pair[0]))
        if pair[1] not in offers:
            yield _said(whose, "offer", Sentence("there is no offer %(id)s", id=pair[1]))
        if (override.fix is not None) + (override.limit is not None) + override.forbid != 1:
            yield Sentence("%(whose)s: expected exactly one of fix, limit and forbid", whose=whose)
        if pair in seen:
            yield Sentence("%(whose)s: the pair is overridden twice", whose=whose)
        seen.add(pair)
