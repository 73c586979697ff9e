"""The trust fund: windows, pledges and what was paid of them, a call, awards paid in tranches against reports, a closed year."""

from typing import TYPE_CHECKING

from countermark.accounts.models import User
from countermark.cooperation import acts
from countermark.cooperation.fund import awards, calls, closing, entries, windows
from countermark.cooperation.fund.awards import AwardSaid, ReportSaid
from countermark.cooperation.fund.calls import ApplicationSaid, CallSaid
from countermark.cooperation.fund.entries import Income
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.projects.rules.shapes import Project
from countermark.demo.region.tables import months_after, past
from countermark.ledger.services import Actor

if TYPE_CHECKING:
    from countermark.demo.region.build import Region

MANAGER, SECOND = Actor("fund"), Actor("fund2")
YEARS = 6
PLEDGES = {"agency": ("60000", ["marking", "records"]), "ministry": ("80000", [])}
"""A year: how much, and for which themes."""
RATES = ("1.12", "1.14", "1.18", "1.05", "1.08", "1.09", "1.10")
CRITERIA = [
    ("need", "Answers a need the State has stated", 40, 5),
    ("lasting", "Runs on when the money ends", 35, 5),
    ("cost", "Costs are as elsewhere", 25, 5),
]
FACTS: dict[str, bool | int | str | None] = {
    "category": "1",
    "national_report": True,
    "reports_promised": True,
    "running_costs_planned": True,
}


def furnish(region: "Region") -> None:
    """Makes the fund and its books."""
    window = windows.open_window(
        "Small arms trust facility", "dedicated", "EUR", facility="unscar", request="demonstration fund", by=MANAGER
    )
    coast = windows.open_window(
        "Window of the coast", "regional", "EUR", regions=["coast"], request="demonstration coast", by=MANAGER
    )
    for number, rate in enumerate(RATES):
        day = f"{region.today.year - len(RATES) + 1 + number}-01-01"
        windows.set_rate("EUR", "USD", past(day, region.today), rate, "Central bank, first of January", by=MANAGER)
    for ago in range(YEARS, -1, -1):
        _year(region, window, region.today.year - ago, last=ago == 0)
    _coast(region, coast)
    _awards(region, window)
    proposal = closing.propose(window, f"{region.today.year - 1}-12-31", by=MANAGER, request="demonstration closing")
    closing.approve(proposal, by=SECOND)


def _year(region: "Region", window: str, year: int, *, last: bool) -> None:
    for donor, (amount, themes) in PLEDGES.items():
        said = Promise(
            window=window, donor=region.actors[donor], currency="EUR", amount=amount, day=f"{year}-01-15", themes=themes
        )
        pledge = windows.pledge(said, by=MANAGER, request=f"demonstration {donor} {year}")
        # One pledge was never paid in full, and this year's second is still to come.
        if last and donor == "ministry":
            continue
        paid = "45000" if (donor, year % 4) == ("ministry", 1) else amount
        income = Income(
            window=window, donor=region.actors[donor], currency="EUR", amount=paid, day=past(f"{year}-05-20", region.today),
            fee="25", pledge=pledge,
        )  # fmt: skip
        entries.contribute(income, by=MANAGER, request=f"demonstration paid {donor} {year}")


def _coast(region: "Region", window: str) -> None:
    for ago, amount in ((2, "22000"), (1, "9000")):
        income = Income(
            window=window,
            donor=region.actors["coast"],
            currency="EUR",
            amount=amount,
            day=f"{region.today.year - ago}-03-10",
        )
        entries.contribute(income, by=MANAGER, request=f"demonstration coast {ago}")


def _awards(region: "Region", window: str) -> None:
    said = CallSaid(
        window=window, title="Rolling call: safe stocks, sound records", currency="EUR", budget="500000",
        opens=f"{region.today.year - YEARS}-01-01", closes=f"{region.today.year + 1}-12-31", criteria=CRITERIA,
        scorers=["fund", "fund2"], ceiling="180000",
    )  # fmt: skip
    call = calls.open_call(said, by=MANAGER, request="demonstration call")
    _award(region, call, "armouries-xa", "roads", "XA", "stockpile", "90000", 3, reports=1)
    _award(region, call, "rifles-xe", "roads", "XE", "surplus", "31000", 5, reports=2)
    _award(region, call, "hall-xf", "office", "XF", "ammunition", "120000", 3, reports=1)
    waiting = ApplicationSaid(
        call=call, recipient="XC", title="Second mobile unit for the south", amount="83000", months=18, theme="marking",
        summary="One more unit, with the trainers of the first.", budget=[("equipment", "71000"), ("training", "12000")], facts=FACTS,
    )  # fmt: skip
    calls.apply(waiting, applicant=region.actors["roads"], by=region.officer("roads"), request="demonstration waiting")


def _award(region: "Region", call: str, project: str, applicant: str, state: str, theme: str, amount: str, ago: int, *, reports: int) -> None:  # fmt: skip
    said = ApplicationSaid(
        call=call, recipient=state, title=_title(region, project), amount=amount, months=24, theme=theme,
        summary="As the project says that the State's authority has passed.", project=region.projects[project], facts=FACTS,
    )  # fmt: skip
    key = calls.apply(
        said, applicant=region.actors[applicant], by=region.officer(applicant), request=f"demonstration {project}"
    )
    calls.agree(key, speaks_for=state, by=region.authority(state))
    for scorer, marks in (("fund", (5, 4, 4)), ("fund2", (5, 3, 4))):
        given = dict(zip(("need", "lasting", "cost"), marks, strict=True))
        user = User.objects.get(username=scorer)
        calls.score(key, given, "As the criteria ask.", scorer=user, speaks_for="", by=Actor(scorer))
    first = f"{region.today.year - ago}-06-01"
    third = f"{int(amount) // 3}"
    rest = f"{int(amount) - 2 * int(third)}"
    award = awards.award(
        AwardSaid(
            application=key, amount=amount, day=first, begin=first, end=months_after(first, 24),
            tranches=[(third, first, 0), (third, months_after(first, 9), 1), (rest, months_after(first, 18), 2)],
        ),
        by=MANAGER,
        request=f"demonstration award {project}",
    )  # fmt: skip
    awards.accept(award, speaks_for=state, by=region.authority(state))
    awards.disburse(award, day=past(months_after(first, 1), region.today), by=MANAGER, request=f"{project} 1")
    for number in range(1, reports + 1):
        _reported(region, award, applicant, first, third, number, project)


def _title(region: "Region", project: str) -> str:
    found = acts.subject("project", region.projects[project])
    return acts.texts_of([found]).get(found.of(Project).title, project) if found else project


def _reported(region: "Region", award: str, applicant: str, first: str, spent: str, number: int, project: str) -> None:
    start, end = months_after(first, 9 * (number - 1)), months_after(first, 9 * number, -1)
    said = ReportSaid(
        award=award,
        begin=start,
        end=end,
        spent=spent,
        narrative="Done as planned; receipts are attached to the letter.",
    )
    report = awards.report(
        said, speaks_for=region.actors[applicant], by=region.officer(applicant), request=f"{project} report {number}"
    )
    day = past(months_after(end, 1), region.today)
    awards.accept_report(report, answer="Seen, with thanks.", day=day, by=MANAGER)
    awards.disburse(
        award, day=past(months_after(day, 0, 5), region.today), by=MANAGER, request=f"{project} {number + 1}"
    )
