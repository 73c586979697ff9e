"""Amounts of money: whole minor units of a currency (ISO 4217), so that nothing is ever rounded behind anybody's back. Pure."""

import re
from decimal import Decimal
from functools import cache

from countermark.marks.sentences import Sentence

NO_MINOR = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
NO_MONEY = frozenset(
    [
        # No smaller unit (N.A. in list one): metals, units of account, for tests, none.
        "XAG", "XAU", "XPD", "XPT", "XBA", "XBB", "XBC", "XBD", "XDR", "XSU", "XUA", "XTS", "XXX",
        # Codes of funds (list two), in which nobody is paid.
        "BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW",
    ]
)  # fmt: skip
"""Codes of ISO 4217 in which no amount of money is kept."""
MOST = 10**15
"""The largest amount in minor units; exact in every JSON reader (RFC 8259 section 6)."""


GROUP = len(",500")
_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f'"), "")
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,3}(?=,)|[0-9]+)(?P<groups>(?:,[0-9]{3})+)?(?:\.(?P<decimals>[0-9]*))?")


@cache
def codes() -> frozenset[str]:
    """The codes of ISO 4217 that amounts may have been recorded in: what was once, stays recorded."""
    # A table of a megabyte that only who writes amounts needs.
    import pycountry

    return frozenset(one.alpha_3 for one in pycountry.currencies) - {"XTS", "XXX"}


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217 that are money somebody can be paid in."""
    return codes() - NO_MONEY


def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217, list one): 2 for all that are not named here."""
    if currency in NO_MINOR:
        return 0
    return 3 if currency in THOUSANDTHS else 2


def parse(text: str, currency: str) -> int:
    """An amount as people write it, `12 500.50`, in minor units. Raises `ValueError` with a sentence.

    A comma may part thousands, not decimals: 1,500 is one thousand five hundred to some and one and a half to others, so a comma
    is taken only where three digits stand after it and a point, or nothing, follows.
    """
    places = exponent(currency)
    expected = (
        Sentence("an amount with at most %(places)d decimals after a point, such as 12500.50", places=places)
        if places
        else Sentence("a whole amount, such as 12500: %(currency)s has no smaller unit", currency=currency)
    )
    plain = text.strip().translate(_SPACES)
    found = _AMOUNT.fullmatch(plain)
    # One group and no decimals could be either: 1,500.
    if found is None or (found["groups"] and len(found["groups"]) == GROUP and not found["decimals"]):
        raise ValueError(expected)
    if len(found["decimals"] or "") > places:
        raise ValueError(expected)
    amount = Decimal(f"{found['whole']}{(found['groups'] or '').replace(',', '')}.{found['decimals'] or '0'}")
    minor = int(amount.scaleb(places))
    if minor > MOST:
        raise ValueError(Sentence("an amount of at most %(most)s", most=written(MOST, currency)))
    return minor


def written(amount: int, currency: str) -> str:
    """An amount with its decimals and no thousands, as files carry it: `12500.50`."""
    places = exponent(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def shown(amount: int, currency: str) -> str:
    """An amount as pages show it: `12 500.50 EUR`, the same in every language, with spaces that do not break."""
    whole, point, decimals = written(amount, currency).partition(".")
    return f"{int(whole):,}".replace(",", "\u00a0") + point + decimals + f"\u00a0{currency}"
