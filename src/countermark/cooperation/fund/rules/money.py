"""Money of the fund: shared out and changed in whole minor units, so that nothing is rounded away (`cooperation/rules/money.py`). Pure."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from countermark.cooperation.rules import money
from countermark.cooperation.rules.money import MOST, codes, currencies, exponent, written
from countermark.marks.sentences import NotAllowed, Sentence, said, sentence

__all__ = [
    "MOST", "FundRefused", "codes", "converted", "currencies", "exponent", "parsed", "rate_of", "refused", "require_currency", "shown", "split",
    "written",
]  # fmt: skip
RATE_DIGITS = 12
NOTHING = Sentence("an amount above nothing, and not above %(most)d in the smallest unit", most=MOST)


class FundRefused(NotAllowed):
    """What the books of a fund do not allow; `problems` says why."""


class OutOfRange(FundRefused):
    """What is not as expected; `problems` say what was expected: "an amount above nothing"."""


def refused(message: Sentence) -> FundRefused:
    """A refusal that says one thing."""
    return FundRefused([message])


def require_currency(code: str) -> str:
    """The code, if it is one of ISO 4217 that is money. Raises `FundRefused`."""
    if code not in currencies():
        raise refused(Sentence("%(code)s is no currency somebody can be paid in (ISO 4217)", code=code[:40]))
    return code


def parsed(text: str, currency: str) -> int:
    """An amount above nothing as somebody writes it, in minor units. Raises `FundRefused`."""
    require_currency(currency)
    try:
        minor = money.parse(text, currency)
    except ValueError as error:
        raise OutOfRange([sentence(said(error))]) from error
    if not minor:
        raise OutOfRange([NOTHING])
    return minor


def shown(minor: int, currency: str) -> str:
    """An amount with its currency, `1 234.50 EUR`; one below nothing with a minus sign."""
    text = money.shown(abs(minor), currency)
    return f"\u2212{text}" if minor < 0 else text


def rate_of(text: str) -> Decimal:
    """A rate of exchange as a positive decimal number of at most 12 digits. Raises `FundRefused`."""
    try:
        rate = Decimal(text.strip())
    except InvalidOperation:
        rate = Decimal("NaN")
    if (
        not rate.is_finite()
        or rate <= 0
        or len(rate.as_tuple().digits) > RATE_DIGITS
        or abs(rate.adjusted()) > RATE_DIGITS
    ):
        raise refused(
            Sentence(
                "%(text)s is no rate; write how many of the one currency are paid for one of the other", text=text[:40]
            )
        )
    return rate


def converted(minor: int, of: str, to: str, rate: Decimal) -> int:
    """What an amount is in another currency; `rate` is how many units of `to` one unit of `of` is. Half a minor unit goes to the even."""
    value = Decimal(minor).scaleb(exponent(to) - exponent(of)) * rate
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def split(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A total in proportion to weights, in whole minor units that add up to it exactly: the largest remainders get what is over.

    Weights are not negative, and not all nothing, unless the total is. Equal remainders go by name, so that every node splits alike.
    """
    whole = sum(weights.values())
    if whole == 0:
        return {}
    sign, amount = (-1 if total < 0 else 1), abs(total)
    shares = {name: amount * weight // whole for name, weight in weights.items()}
    over = amount - sum(shares.values())
    ranked = sorted(weights, key=lambda name: (-(amount * weights[name] % whole), name))
    for name in ranked[:over]:
        shares[name] += 1
    return {name: sign * share for name, share in sorted(shares.items()) if share}
