"""Random portfolios: any value the typed model can hold, with codes of the lists and texts that XML can carry.

Hypothesis gives the seed; a generator of our own follows the model's own account of its fields, since results within results are too deep
for a strategy of strategies to be cheap.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from countermark.cooperation.iati import codes, model
from countermark.cooperation.iati.shape import LANG, Element, Node, Spec, Text, specs

Draw = Callable[[Random], Any]

TEXTS = (
    "Marking machines", "تسليم آلات الوسم", "数据 登记", "a < b & c > d", '"quoted" \'text\'', "two\nlines\tand a tab", " space around ",
    "\u202eright to left", "=cmd|' /C calc'!A0", "x" * 300, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "0", "]]>", "<!-- no comment -->", "1/2 & 3?",
)  # fmt: skip
ADDRESSES = ("https://example.org/a", "https://example.org/b?c=d#e", "mailto:a@example.org")


def one_of(*values: Any) -> Draw:
    return lambda random: random.choice(values)


def share(random: Random) -> Decimal:
    return random.choice([Decimal(100), Decimal(50), Decimal("33.33"), Decimal(0), Decimal("100.01"), Decimal(-1)])


BY_KEY: dict[str, Draw] = {
    LANG: one_of("", "en", "fr", "ar", "zh"),
    "default-currency": one_of("", "USD", "EUR"),
    "currency": one_of("", "USD", "EUR"),
    "url": one_of(*ADDRESSES),
    "version": one_of("2.03"),
    "vocabulary-uri": one_of("", *ADDRESSES),
    "indicator-uri": one_of("", *ADDRESSES),
    "linked-data-uri": one_of("", *ADDRESSES),
    "linked-data-default": one_of("", *ADDRESSES),
    "percentage": share,
}
BY_FIELD: dict[tuple[type[Node], str], Draw] = {
    (model.Baseline, "year"): lambda random: random.randint(1990, 2040),
    (model.Sector, "code"): one_of(*codes.PURPOSES),
    (model.Sector, "vocabulary"): one_of("", "1", "2", "7", "98", "99"),
    (model.TransactionSector, "code"): one_of(*codes.PURPOSES),
    (model.TransactionSector, "vocabulary"): one_of("", "1", "2", "99"),
    (model.TransactionCountry, "code"): one_of("AF", "XA"),
    (model.RecipientRegion, "vocabulary"): one_of("", "1", "2", "99"),
    (model.RecipientCountry, "code"): one_of("AF", "XA", "CD"),
    (model.Transaction, "type"): one_of(*codes.TRANSACTION),
    (model.ActivityDate, "type"): one_of(*codes.DATE),
    (model.Activity, "status"): one_of(*codes.STATUS),
    (model.Indicator, "measure"): one_of(*codes.MEASURE),
    (model.Measured, "value"): one_of("", "5", "12.5", "many"),
    (model.Baseline, "value"): one_of("", "5", "12.5", "many"),
    (model.AidType, "vocabulary"): one_of("", "1", "2"),
    (model.PolicyMarker, "vocabulary"): one_of("", "1", "99"),
    (model.OtherIdentifier, "type"): one_of("A1", "A3", "B1"),
    (model.ReportingOrg, "ref"): one_of("XA-GOV-1", "XA-GOV-1 ", "XA/GOV"),
    (model.Address, "text"): one_of(*ADDRESSES),
}
SCALARS: dict[type, Draw] = {
    str: one_of(*TEXTS),
    Decimal: lambda random: Decimal(random.randint(-(10**11), 10**11)).scaleb(-2),
    date: lambda random: date(2015, 1, 1) + timedelta(random.randint(0, 6000)),
    datetime: lambda random: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randint(0, 10**9)),
    bool: one_of(True, False),
    int: lambda random: random.randint(0, 9),
}
HALF, SELDOM = 0.5, 0.25


def drawn(cls: type[Node], random: Random, depth: int = 0) -> Any:
    """A value of a class in which what the standard requires is there, and half of the rest (less the deeper it stands)."""
    return cls(**{spec.name: field(cls, spec, random, depth) for spec in specs(cls)})


def field(cls: type[Node], spec: Spec, random: Random, depth: int) -> Any:
    wanted = random.random() < (HALF if depth < 2 else SELDOM)
    required = spec.mark.required or isinstance(spec.mark, Text)
    if isinstance(spec.mark, Element):
        if not (required or wanted):
            return () if spec.many else None
        if not spec.many:
            return drawn(spec.type, random, depth + 1)
        return tuple(drawn(spec.type, random, depth + 1) for _ in range(random.choice([1, 1, 2, 3])))
    if not (required or wanted or (cls, spec.name) in BY_FIELD):
        return spec.default
    draw = BY_FIELD.get((cls, spec.name)) or BY_KEY.get(spec.key) or SCALARS[spec.type]
    return draw(random)


seeds = st.integers(0, 2**32 - 1)


def portfolio(seed: int) -> model.Activities:
    found: model.Activities = drawn(model.Activities, Random(seed))
    return found


def organisations(seed: int) -> model.Organisations:
    found: model.Organisations = drawn(model.Organisations, Random(seed))
    return found
