"""Files of the store: only what is public leaves, everything that comes in is kept once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from countermark.cooperation import acts, needs
from countermark.cooperation.fund import windows
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.iati import exports, received, services, taking
from countermark.cooperation.iati.exports import Asked
from countermark.cooperation.iati.kinds import Markers, Received
from countermark.cooperation.iati.model import Activity
from countermark.cooperation.iati.reading import load
from countermark.cooperation.iati.taking import Choice
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects import services as projects
from countermark.cooperation.projects.others import Elsewhere
from countermark.cooperation.queries import Viewer
from countermark.ledger.models import Entry
from countermark.ledger.verify import verify
from countermark.marks.sentences import NotAllowed
from tests.cooperation.fund import money
from tests.cooperation.iati.standard import needs_standard, published, transactions
from tests.cooperation.iati.test_reading import GOOD
from tests.cooperation.projects.scene import designed, planned, project, running
from tests.cooperation.region import COORDINATOR, OWN, offer, region, said_need

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


ASKED = Asked()


def exported(actor: str = OWN, asked: Asked = ASKED, *, keeps: bool = False) -> list[Activity]:
    return list(exports.export(Viewer(actor), asked, NOW, keeps=keeps).document.items)


def public(key: str) -> None:
    projects.share(key, "public", [], "none", actor=OWN, by=COORDINATOR)


def test_a_project_that_is_not_public_stays_and_is_counted() -> None:
    planned()
    with pytest.raises(NotAllowed, match="nothing public to export; 1 projects are not public and left out"):
        exported()


def test_a_public_project_leaves_with_its_needs_sides_money_and_results() -> None:
    key, donor = designed()
    running(key, donor)
    public(key)
    (activity,) = exported()
    assert activity.id == f"XA-COUNTERMARK-XA-{key}"
    assert activity.status == "2"
    assert [(one.role, one.narratives[0].text) for one in activity.participating_orgs][:2] == [
        ("1", "Development Fund of XD"),
        ("2", "Republic of XA"),
    ]
    assert [one.code for one in activity.sectors] == ["15240"]
    assert "Marking of the police stocks" in [one.narratives[0].text for one in activity.descriptions]
    (agreed,) = activity.transactions
    assert agreed.value
    assert (agreed.type, str(agreed.value.amount), agreed.value.currency) == ("11", "50000.50", "EUR")
    outcome = next(one for one in activity.results if one.type == "2")
    assert outcome.indicators[0].baselines[0].value == "40"
    assert outcome.indicators[0].measure == "2"


def test_a_need_that_is_not_public_is_not_told_by_a_public_project() -> None:
    key, _ = planned()
    (answered,) = project(key).needs
    needs.state_need(said_need(title="A secret gap", visibility="private"), actor=OWN, by=COORDINATOR, key=answered)
    public(key)
    data = services.export(Viewer(OWN), Asked(), keeps=False, by=COORDINATOR).data
    assert b"Marking in the west" in data
    assert b"secret gap" not in data


def test_markers_and_eligibility_stand_beside_the_amount() -> None:
    key, _ = planned()
    public(key)
    received.set_publication(key, Markers({"1": "2"}, tied="5"), actor=OWN, by=COORDINATOR)
    (activity,) = exported()
    assert [(one.code, one.significance) for one in activity.policy_markers] == [("1", "2")]
    assert (activity.flow_type, activity.tied_status) == ("", "5")


def test_what_is_no_marker_is_refused() -> None:
    key, _ = planned()
    with pytest.raises(acts.Refused, match="markers"):
        received.set_publication(key, Markers({"99": "1"}), actor=OWN, by=COORDINATOR)


def test_a_public_offer_is_a_pledge_and_a_private_one_stays() -> None:
    donor = region()["donor"]
    offer(donor)
    offer(donor, title="For friends", visibility="private")
    (activity,) = exported(donor)
    assert activity.title
    assert activity.title.narratives[0].text == "Marking and records in the west"
    assert [(one.type, str(one.value.amount)) for one in activity.transactions if one.value] == [("12", "250000.00")]


def test_others_are_exported_as_reported_second_hand() -> None:
    offer(region()["donor"])
    (activity,) = exported(OWN, Asked(others=True))
    assert activity.reporting_org
    assert activity.reporting_org.secondary_reporter is True


def test_who_speaks_for_nobody_exports_nothing() -> None:
    with pytest.raises(NotAllowed):
        exported("")


def test_what_is_no_language_is_refused() -> None:
    offer(region()["donor"])
    with pytest.raises(NotAllowed, match="no language"):
        exported(OWN, Asked("e n", others=True))


def test_the_fund_leaves_by_who_keeps_its_books_alone() -> None:
    of = money.fund()
    with pytest.raises(NotAllowed, match="keeps its books"):
        exported(OWN, Asked(windows=(of.window,)))


def test_the_fund_balances_as_transactions_and_names_nobody_who_does_not_publish() -> None:
    of = money.fund()
    of.give("1000.00", fee="10.00")
    made = money.awarded(of)
    from countermark.cooperation.fund import awards

    awards.disburse(made, day=money.DAY, by=money.TREASURER)
    (activity,) = exported(OWN, Asked(windows=("*",)), keeps=True)
    found = [(one.type, str(one.value.amount)) for one in activity.transactions if one.value]
    assert sorted(found) == [("1", "1000.00"), ("2", "900.00"), ("3", "500.00"), ("4", "10.00")]
    assert not [one for one in activity.transactions if one.provider_org or one.receiver_org]


def test_an_entry_taken_back_leaves_as_its_reversal() -> None:
    from countermark.cooperation.fund import entries

    of = money.fund()
    entries.reverse(of.give("1000.00"), day=money.DAY, reason="twice", by=money.TREASURER)
    (activity,) = exported(OWN, Asked(windows=(of.window,)), keeps=True)
    assert sum(one.value.amount or 0 for one in activity.transactions if one.value) == 0
    assert len(activity.transactions) == 2


def test_what_leaves_is_counted_in_an_act() -> None:
    donor = region()["donor"]
    offer(donor)
    before = Entry.objects.count()
    services.export(Viewer(donor), Asked(), keeps=False, by=COORDINATOR)
    assert Entry.objects.count() == before + 1


# --- taking in ----------------------------------------------------------------------------------------------------------


def taken(data: bytes, **said: Any) -> taking.Outcome:
    default = Choice(said.pop("becomes", "elsewhere"), said.pop("themes", ()))
    outcome, _ = taking.take_in(load(data), {}, actor=OWN, by=COORDINATOR, default=default, **said)
    return outcome


def test_an_activity_of_others_is_kept_once_and_overlaps() -> None:
    region()
    data = GOOD.replace('type="2" iso-date="2025-01-01Z"/>', 'type="2" iso-date="2025-01-01"/><activity-date type="3" iso-date="2027-01-01"/>').encode()  # fmt: skip
    assert taken(data).new == ["XA-GOV-1-A"]
    count = Entry.objects.count()
    assert taken(data).unchanged == ["XA-GOV-1-A"]
    assert Entry.objects.count() == count
    (one,) = acts.subjects("elsewhere")
    value = one.of(Elsewhere)
    assert (value.themes, value.places, value.begin, value.end) == (("marking",), ("XA",), "2025-01-01", "2027-01-01")
    assert one.state == "implementation"


def test_a_newer_file_restates_what_has_changed() -> None:
    region()
    taken(GOOD.encode())
    assert taken(GOOD.replace("0012500.50", "13000").encode()).changed == ["XA-GOV-1-A"]
    (one,) = received.known(OWN)
    assert one.of(Received).totals == {"3 USD": "13000"}
    assert len(acts.subjects("elsewhere")) == 1


def test_contacts_are_told_and_not_kept() -> None:
    region()
    _, findings = taking.take_in(load(GOOD.encode()), {}, actor=OWN, by=COORDINATOR)
    assert [one.kind for one in findings] == ["withheld"]
    (one,) = received.known(OWN)
    assert b"person@example.org" not in (received.document(one.of(Received).document) or b"")


def test_an_activity_becomes_an_offer_or_a_need_of_who_takes_it_in() -> None:
    region()
    data = GOOD.replace('<transaction-type code="3"/>', '<transaction-type code="12"/>').encode()
    taken(data, becomes="offer")
    (made,) = acts.subjects("offer")
    assert (made.of(Offer).budget, made.of(Offer).currency, made.of(Offer).themes) == (1250050, "USD", ("marking",))
    taken(data, becomes="need", themes=("records",))
    (need,) = acts.subjects("need")
    assert (need.of(Need).theme, need.of(Need).amount, need.of(Need).visibility) == ("records", 1250050, "private")


def test_an_activity_without_money_becomes_no_need_and_says_why() -> None:
    region()
    outcome = taken(GOOD.encode(), becomes="need")
    ((reference, line, why),) = outcome.refused
    assert (reference, line) == ("XA-GOV-1-A", 3)
    assert "pledges, commitments or budgets" in why
    assert not acts.subjects("need")


def test_two_activities_under_one_identifier_are_one_and_a_refusal() -> None:
    region()
    second = GOOD[GOOD.index(" <iati-activity ") : GOOD.index("</iati-activities>")]
    outcome = taken(GOOD.replace("</iati-activities>", second + "</iati-activities>").encode())
    assert (len(outcome.new), len(outcome.refused)) == (1, 1)


def test_what_was_exported_comes_back_under_its_theme() -> None:
    key, donor = designed()
    running(key, donor)
    public(key)
    data = services.export(Viewer(OWN), Asked(), keeps=False, by=COORDINATOR).data
    found = taking.suggest(load(data).activities[0])
    assert (found.themes, found.guessed, found.places) == (("marking",), False, ("XA",))


@pytest.mark.parametrize(("flow", "said"), [("10", "yes"), ("50", "no"), ("", "")])
def test_eligibility_is_read_from_the_flow_and_never_from_the_amount(flow: str, said: str) -> None:
    element = f'<default-flow-type code="{flow}"/>' if flow else ""
    data = GOOD.replace("  <transaction ", f"  {element}<transaction ")
    assert taking.suggest(load(data.encode()).activities[0]).eligible == said


def test_eligibility_of_an_activity_whose_transactions_differ_is_not_said() -> None:
    flow = '<flow-type code="10"/>'
    first = GOOD.replace("</value>", f"</value>{flow}")
    assert taking.suggest(load(first.encode()).activities[0]).eligible == "yes"
    move = first[first.index("  <transaction ") : first.index("  <ex:extra>")]
    mixed = first.replace(move, move + move.replace(flow, '<flow-type code="50"/>'))
    assert taking.suggest(load(mixed.encode()).activities[0]).eligible == ""


@needs_standard
def test_a_published_file_is_taken_in_and_written_back_with_all_its_transactions() -> None:
    region()
    data = published("usaid-bo.xml")
    outcome = taken(data, themes=("training",))
    assert (len(outcome.new), outcome.refused) == (63, [])
    made = services.export_received(Viewer(OWN), by=COORDINATOR)
    assert transactions(made.data) == transactions(data)
    assert taken(data).unchanged == outcome.new
    assert verify().ok


@needs_standard
def test_the_activity_on_small_arms_is_taken_in_from_the_first_series() -> None:
    region()
    outcome = taken(published("dfid-15240-drc-iati-1.01.xml"))
    assert outcome.new == ["GB-1-200378-101"]
    (one,) = received.known(OWN)
    value = one.of(Received)
    assert (value.eligible, value.sectors, value.version) == ("yes", ("15240", "15261", "15230"), "1.01")
    assert value.totals == {"2 GBP": "181333", "3 GBP": "-69267", "4 GBP": "250601"}
    (other,) = acts.subjects("elsewhere")
    assert other.of(Elsewhere).themes == ("ddr",)


def test_a_pledge_leaves_with_its_window_and_a_withdrawn_one_does_not() -> None:
    of = money.fund()
    said = Promise(window=of.window, donor=of.donor, currency="USD", amount="500", day=money.DAY)
    windows.pledge(said, by=money.TREASURER)
    gone = windows.pledge(
        Promise(window=of.window, donor=of.donor, currency="USD", amount="7", day=money.DAY), by=money.TREASURER
    )
    windows.withdraw_pledge(gone, "no budget", by=money.TREASURER)
    (activity,) = exported(OWN, Asked(windows=(of.window,)), keeps=True)
    assert [(one.type, str(one.value.amount)) for one in activity.transactions if one.value] == [("13", "500.00")]
