"""What a foundation publishes as IATI, taken in by our State, and what our own projects say for publication. Invented."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from countermark.cooperation import acts
from countermark.cooperation.iati import building, model, received, taking, writing
from countermark.cooperation.iati.kinds import Markers
from countermark.cooperation.iati.model import Activity, said
from countermark.cooperation.iati.reading import load
from countermark.cooperation.iati.taking import Choice
from countermark.cooperation.projects.rules.shapes import Project

if TYPE_CHECKING:
    from countermark.demo.region.build import Region

FOUNDATION = "XM-DEMO-4711"
SIGNIFICANT = "1"


def furnish(region: "Region") -> None:
    """Takes a published file in, and marks every second of our projects for gender equality."""
    read = load(writing.dump(model.Activities(items=tuple(_activity(region, number) for number in (1, 2)))))
    taking.take_in(
        read, {}, default=Choice("elsewhere", ("ddr",)), actor=region.own, by=region.coordinator(region.own),
        visibility="public", source="foundation.xml",
    )  # fmt: skip
    for one in acts.subjects("project", parent=f"actor:{region.own}")[::2]:
        if one.of(Project).visibility == "public":
            said_ = Markers({"1": SIGNIFICANT}, tied="5")
            received.set_publication(one.key, said_, actor=region.own, by=region.coordinator(region.own))


def _activity(region: "Region", number: int) -> Activity:
    """An activity over three years around the present one, with money for each."""
    years = [region.today.year - 1, region.today.year, region.today.year + 1]
    title = ("Work for those who gave their weapons back", "A second life: trades for young people of the north")[
        number - 1
    ]
    return Activity(
        lang="en",
        default_currency="EUR",
        identifier=model.Line(text=f"{FOUNDATION}-{number}"),
        reporting_org=model.ReportingOrg(ref=FOUNDATION, type="60", narratives=said("Foundation for Quiet Roads").narratives),
        title=said(title),
        descriptions=(model.Description(type="1", narratives=said("Reintegration of former fighters.").narratives),),
        participating_orgs=(
            model.ParticipatingOrg(ref=FOUNDATION, type="60", role="1", narratives=said("Foundation for Quiet Roads").narratives),
        ),
        status="2",
        dates=(
            model.ActivityDate(type="2", iso_date=date(years[0], 3, 1)),
            model.ActivityDate(type="3", iso_date=date(years[-1], 2, 28)),
        ),
        countries=(model.RecipientCountry(code=region.own),),
        sectors=(model.Sector(vocabulary="1", code="15240"),),
        flow_type=building.ODA,
        transactions=tuple(_paid(year, number) for year in years[:-1]),
    )  # fmt: skip


def _paid(year: int, number: int) -> model.Transaction:
    day = date(year, 4, 15)
    amount = model.Value(value_date=day, amount=Decimal(40_000 * number))
    return model.Transaction(ref=f"{year}-{number}", type="3", day=day, value=amount)
