"""National periods: within how many days a State acknowledges and answers, kept by country with who set them."""

import msgspec

from countermark.ledger import services
from countermark.ledger.services import Actor
from countermark.tracing.requests import rules
from countermark.tracing.requests.rules import Periods
from countermark.tracing.requests.services import NotSaid, refusal

EVERYWHERE = ""
PREFIX = "request-periods:"


def known() -> dict[str, Periods]:
    """The periods that were set, by country; under the empty text those for every other."""
    kept = services.settings_of(PREFIX)
    return {country: msgspec.json.decode(value, type=Periods) for country, value in kept.items() if value}


def of(country: str, among: dict[str, Periods] | None = None) -> Periods:
    """The periods that hold with a country."""
    found = known() if among is None else among
    return found.get(country) or found.get(EVERYWHERE) or Periods()


def set_periods(country: str, periods: Periods, *, by: Actor) -> None:
    """Sets the periods that hold with a country (two letters), or with every other. Raises `NotSaid`."""
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise refusal("%(country)s: give the two letters of a country", country=country)
    if problems := rules.period_problems(periods):
        raise NotSaid(problems)
    services.set_setting(f"{PREFIX}{country}", msgspec.json.encode(periods).decode(), by=by)
