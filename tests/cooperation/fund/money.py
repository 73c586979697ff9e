"""A fund with two windows' worth of life: a donor, a State, a call; short ways to give, award, pay and report."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cooperation.fund import awards, calls, closing, entries, windows
from countermark.cooperation.fund.awards import AwardSaid, ReportSaid
from countermark.cooperation.fund.calls import ApplicationSaid, CallSaid
from countermark.cooperation.fund.entries import Income
from countermark.cooperation.fund.rules.books import Balances
from countermark.ledger.services import Actor
from tests.cooperation.region import region

TREASURER, SECOND = Actor("treasurer"), Actor("second")
MARKS = {"need": 5, "lasting": 5}
DAY = "2026-06-30"


@dataclass(frozen=True)
class Fund:
    """The ids of what there is."""

    window: str
    donor: str
    own: str
    other: str
    centre: str

    def give(self, amount: str = "1000.00", currency: str = "USD", **said: Any) -> str:
        """A contribution of the donor; the id of its entry."""
        request = said.pop("request", "")
        facts = {"window": self.window, "donor": self.donor, "currency": currency, "amount": amount, "day": DAY, **said}
        return entries.contribute(Income(**facts), by=TREASURER, request=request)

    def purse(self, **said: Any) -> str:
        """The key of the donor's purse under an earmark."""
        from countermark.cooperation.fund.rules.earmarks import Earmark, purse_key

        return purse_key(self.window, self.donor, Earmark(**said))


def person(name: str) -> User:
    """Somebody who may sign in and see this room."""
    accounts.add_user(name, ["fund"], password="a-long-password", by=TREASURER)
    return User.objects.get(username=name)


def fund(**said: Any) -> Fund:
    """An open window and the actors around it."""
    actors = region()
    facts: dict[str, Any] = {"title": "Dedicated fund", "model": "dedicated", "currency": "USD", **said}
    return Fund(
        windows.open_window(**facts, by=TREASURER), actors["donor"], actors["own"], actors["other"], actors["centre"]
    )


def call(of: Fund, **said: Any) -> str:
    """An open call, scored by `ana`, `ben` and `cyd`."""
    for name in ("ana", "ben", "cyd"):
        if not User.objects.filter(username=name).exists():
            person(name)
    facts: dict[str, Any] = {
        "window": of.window,
        "title": "Marking 2026",
        "currency": "USD",
        "budget": "5000",
        "opens": "2026-01-01",
        "closes": "2099-12-31",
        "criteria": [("need", "Need", 60, 5), ("lasting", "Lasting", 40, 5)],
        "scorers": ["ana", "ben", "cyd"],
        **said,
    }
    return calls.open_call(CallSaid(**facts), by=TREASURER)


def application(of: Fund, call_: str, amount: str = "900", **said: Any) -> str:
    """An application of the State `own` for itself."""
    applicant, request = said.pop("applicant", of.own), said.pop("request", "")
    facts: dict[str, Any] = {
        "call": call_,
        "recipient": of.own,
        "title": "Two machines",
        "amount": amount,
        "months": 18,
        "theme": "marking",
        "summary": "To mark what the police hold.",
        **said,
    }
    return calls.apply(ApplicationSaid(**facts), applicant=applicant, by=Actor("applicant"), request=request)


def scored(key: str) -> str:
    """The application with two scores that agree."""
    for name in ("ana", "ben"):
        calls.score(key, MARKS, "Sound.", scorer=User.objects.get(username=name), speaks_for="", by=Actor(name))
    return key


def two_scored(of: Fund, budget: str, amount: str = "900") -> tuple[str, str]:
    """Two scored applications to one call with a budget."""
    one = call(of, budget=budget)
    return scored(application(of, one, amount)), scored(application(of, one, amount))


def awarded(
    of: Fund, amount: str = "900", tranches: Any = (("500", DAY, 0), ("400", "2026-12-31", 1)), **said: Any
) -> str:
    """An award to `own`, accepted by its authority."""
    key = said.pop("application", "") or scored(application(of, call(of), amount))
    made = awards.award(award_said(key, amount, tranches, **said), by=TREASURER)
    awards.accept(made, speaks_for=of.own, by=Actor("authority"))
    return made


def award_said(
    application_: str, amount: str = "900", tranches: Any = (("500", DAY, 0), ("400", "2026-12-31", 1)), **said: Any
) -> AwardSaid:
    """An award as somebody says it."""
    facts: dict[str, Any] = {
        "application": application_,
        "amount": amount,
        "day": DAY,
        "begin": DAY,
        "end": "2027-12-31",
        "tranches": tranches,
        **said,
    }
    return AwardSaid(**facts)


def reported(of: Fund, award: str, spent: str = "450", *, accept: bool = True) -> str:
    """A report of who was paid, accepted."""
    said = ReportSaid(award=award, begin=DAY, end="2026-10-31", spent=spent, narrative="One machine runs.")
    key = awards.report(said, speaks_for=of.own, by=Actor("applicant"))
    if accept:
        awards.accept_report(key, day="2026-11-01", by=TREASURER)
    return key


def closed(of: Fund, through: str = "2026-06-30") -> str:
    """The books closed through a day, by two people."""
    key = closing.propose(of.window, through, by=TREASURER)
    closing.approve(key, by=SECOND)
    return key


def unbalanced(balances: Balances) -> list[tuple[str, str]]:
    """Currencies and purses whose debits and credits differ: none, whatever was posted."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for (_account, currency, purse, _award), amount in balances.sums.items():
        sums[currency, purse] += amount
    return sorted(key for key, amount in sums.items() if amount)
