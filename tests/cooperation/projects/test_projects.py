"""A project from its proposal to its end, and what is refused on the way."""

from typing import Any

import pytest

from countermark.accounts import services as accounts
from countermark.cooperation import actors, acts, indicators, queries
from countermark.cooperation.needs import Costed
from countermark.cooperation.projects import agreeing, delivering, others, overlaps, services
from countermark.cooperation.projects.delivering import Registered
from countermark.cooperation.projects.rules.shapes import Deliverable, Giver
from countermark.cooperation.queries import Viewer
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.marking import equipment
from countermark.register.checking import Refused
from countermark.stockpile.readers import devices
from tests.cooperation.projects.scene import (
    AUTHORITY,
    OFFICER,
    PDF,
    ask_and_pass,
    designed,
    found,
    planned,
    project,
    running,
    user,
)
from tests.cooperation.region import COORDINATOR, OWN, need, offer
from tests.register import people

pytestmark = pytest.mark.django_db


def refused(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.errors[0].code


def test_a_project_takes_over_what_the_needs_say_and_is_proposed_once() -> None:
    key, donor = planned(request="a")
    said = project(key)

    assert (said.currency, said.themes, said.places, said.languages) == ("EUR", ("marking",), ("XA",), ("fr",))
    assert (said.amount, said.given, {line.payer for line in said.once}) == (5000050, 5000050, {donor})
    assert [(one.category, one.payer, one.first, one.last) for one in said.running] == [
        ("power", "", 2026, 2028),
        ("consumables", OWN, 2026, 2028),
    ]
    again = services.plan(
        "Other", recipient=OWN, needs_answered=said.needs, givers=said.givers, actor=donor, by=OFFICER, request="a"
    )
    assert again == key


def test_a_project_is_proposed_by_the_recipient_or_a_provider_and_by_nobody_else() -> None:
    _key, donor = planned()

    with pytest.raises(Refused):
        services.plan(
            "Theirs", recipient=OWN, needs_answered=[need(visibility="public")], givers=[Giver(donor)], actor="XQ", by=OFFICER
        )  # fmt: skip


def test_a_need_that_is_kept_to_its_state_is_answered_by_nobody_else() -> None:
    _key, donor = planned()

    with pytest.raises(Refused):
        services.plan("X", recipient=OWN, needs_answered=[need()], givers=[Giver(donor)], actor=donor, by=OFFICER)


def test_it_is_seen_by_its_sides_and_by_others_only_as_the_recipient_shares_it() -> None:
    key, donor = planned()

    def seen(actor: str) -> bool:
        return queries.known(Viewer(actor), "project", key) is not None

    assert (seen(OWN), seen(donor), seen("XQ"), seen("")) == (True, True, False, False)
    with pytest.raises(Refused):
        services.share(key, "public", [], "none", actor=donor, by=OFFICER)
    services.share(key, "partners", ["XQ"], "none", actor=OWN, by=COORDINATOR)
    assert (seen("XQ"), seen(donor), seen("")) == (True, True, False)


def test_a_project_goes_through_its_whole_cycle_by_the_word_of_the_recipients_authority() -> None:
    key, donor = designed()
    items = running(key, donor)
    for item in items.values():
        delivering.deliver(key, item, "2026-09-01", actor=donor, by=OFFICER)
    place = Registered("machine", "Dot-peen", "dot_peen", "")
    delivering.accept(key, items["equipment"], "2026-09-02", register=place, actor=OWN, by=COORDINATOR)
    for kind in ("training", "knowledge"):
        delivering.accept(key, items[kind], "2026-09-02", actor=OWN, by=COORDINATOR)
    ask_and_pass(key, donor)
    indicator = next(iter(project(key).indicators))
    delivering.read_indicator(key, indicator, day="2026-10-01", value="96.50", actor=OWN, by=COORDINATOR)
    delivering.evaluate(key, "All marked; two operators left.", actor=OWN, by=COORDINATOR)
    ask_and_pass(key, donor)

    assert found(key).state == "closed"
    assert set(project(key).passed) == {"planning", "design", "implementation", "evaluation"}
    assert project(key).indicators[indicator].readings[0].value == "96.5"
    assert [machine.name for machine in equipment.machines()] == ["Dot-peen"]
    assert project(key).deliverables[items["equipment"]].registered == (f"machine:{equipment.machines()[0].id}",)
    assert found(key).finding == ""
    assert verify().ok


def test_nobody_but_the_named_authority_passes_a_gate() -> None:
    key, donor = designed()
    running(key, donor)
    for_gate = {"words": "w", "actor": OWN}
    with pytest.raises(Refused) as error:
        services.ask_gate(key, actor=donor, by=OFFICER)
    assert refused(error) == "early"

    with pytest.raises(Refused) as error:
        services.pass_gate(key, "implementation", by=COORDINATOR, **for_gate)
    assert refused(error) == "not_authority"


def test_who_asks_for_a_gate_does_not_pass_it() -> None:
    key, _donor = designed()
    services.send_back(key, "planning", words="once more", actor=OWN, by=AUTHORITY)
    services.ask_gate(key, actor=OWN, by=AUTHORITY)

    with pytest.raises(Refused) as error:
        services.pass_gate(key, "planning", words="w", actor=OWN, by=AUTHORITY)
    assert refused(error) == "own_proposal"


def test_only_who_speaks_for_the_recipient_and_may_pass_gates_is_named() -> None:
    key, donor = planned()
    outsider = user("outsider", "authority", donor)
    clerk = user("clerk", "partner", OWN)

    for one in (outsider, clerk):
        with pytest.raises(Refused):
            services.name_authority(key, one, actor=OWN, by=COORDINATOR)
    right = user("authority", "authority", OWN)
    with pytest.raises(Refused):
        services.name_authority(key, right, actor=donor, by=OFFICER)
    assert services.name_authority(key, right, actor=OWN, by=COORDINATOR)


def test_an_authority_that_has_lost_its_seat_passes_nothing() -> None:
    key, donor = designed()
    services.send_back(key, "planning", words="once more", actor=OWN, by=AUTHORITY)
    services.ask_gate(key, actor=donor, by=OFFICER)
    user("authority", "authority", "XQ")

    with pytest.raises(Refused) as error:
        services.pass_gate(key, "planning", words="w", actor=OWN, by=AUTHORITY)
    assert refused(error) == "not_authority"


@pytest.mark.parametrize("decision", ["decline", "send back", "cancel"])
def test_an_authority_that_speaks_for_a_provider_now_decides_nothing_for_the_recipient(decision: str) -> None:
    key, donor = designed()
    user("authority", "authority", donor)
    said: dict[str, Any] = {"words": "w", "actor": donor, "by": AUTHORITY}
    decide = {
        "decline": lambda: services.decline_gate(key, "design", **said),
        "send back": lambda: services.send_back(key, "planning", **said),
        "cancel": lambda: services.cancel(key, **said),
    }

    with pytest.raises(Refused) as error:
        decide[decision]()
    assert (refused(error), found(key).state) == ("not_authority", "design")


def test_a_gate_passed_twice_is_passed_once() -> None:
    key, _donor = designed()

    assert services.pass_gate(key, "planning", words="w", actor=OWN, by=AUTHORITY) is False


def test_an_overlap_that_turns_up_later_keeps_the_gate_shut_until_it_is_answered() -> None:
    key, donor = designed()
    other = second()
    assert [one.key for one, _number in overlaps.open_for(Viewer(OWN))] == [key, other] or overlaps.open_for(
        Viewer(OWN)
    )

    with pytest.raises(Refused) as error:
        agreeing.offer_terms(key, "Terms", PDF, actor=donor, by=OFFICER)
    assert refused(error) == "overlap_open"
    agreeing.look_for_overlaps(key, actor=donor, by=OFFICER)
    with pytest.raises(Refused):
        agreeing.answer_overlap(key, f"project:{other}", "it is theirs", actor=donor, by=OFFICER)
    agreeing.answer_overlap(key, f"project:{other}", "They mark the army's.", actor=OWN, by=COORDINATOR)
    assert agreeing.offer_terms(key, "Terms", PDF, actor=donor, by=OFFICER)


def second() -> str:
    """Another provider's project of the same State on the same theme."""
    other = actors.set_actor("", "Agency of XE", "donor", country_code="XE", by=COORDINATOR)
    return services.plan(
        "Marking in the east", recipient=OWN, needs_answered=[need(visibility="public")], givers=[Giver(other)],
        actor=OWN, by=COORDINATOR,
    )  # fmt: skip


def test_of_a_hidden_project_only_what_its_owner_shares_is_told() -> None:
    key, donor = planned()
    other = second()

    assert overlaps.told(found(key), Viewer(donor)) == []
    assert [one.other.key for one in overlaps.told(found(key), Viewer(OWN)) if one.other] == [other]
    services.share(other, "partners", [], "exists", actor=OWN, by=COORDINATOR)
    assert [one.other for one in overlaps.told(found(key), Viewer(donor))] == [None]
    services.share(other, "partners", [], "named", actor=OWN, by=COORDINATOR)
    named = overlaps.told(found(key), Viewer(donor))[0].other
    assert named is not None
    assert (named.owner, named.title, named.providers, named.begin) == (OWN, "", (), "")


def test_what_others_report_overlaps_too_and_is_not_doubled() -> None:
    key, donor = planned()
    said = {
        "actor": OWN, "begin": "2027-01-01", "end": "2027-12-31", "stage": "implementation", "themes": ["marking"],
        "places": ["west"], "providers": ["Agency of XE"], "source": "IATI file of May", "reference": "XE-1-77",
    }  # fmt: skip
    first = others.state_elsewhere("Marking in the region", by=COORDINATOR, **said)  # type: ignore[arg-type]
    assert others.state_elsewhere("Marking in the region", by=COORDINATOR, **said) == first  # type: ignore[arg-type]

    assert [(one.name, one.places, one.begin) for one in overlaps.told(found(key), Viewer(OWN))] == [
        (f"elsewhere:{first}", ("XA",), "2027-01-01")
    ]
    assert overlaps.told(found(key), Viewer(donor)) == []


def test_equipment_is_accepted_only_with_a_maintenance_plan_and_a_way_to_go_on_by_hand() -> None:
    key, donor = designed()
    bare = delivering.DueSaid(kind="equipment", title="machine", due="2026-09-30")
    item = delivering.set_deliverable(key, bare, actor=donor, by=OFFICER)

    with pytest.raises(Refused) as error:
        running(key, donor)
    assert refused(error) == "early"
    with pytest.raises(Refused) as error:
        delivering.accept(key, item, "2026-09-02", actor=OWN, by=COORDINATOR)
    assert error.value.errors[0].column == "maintenance"


def test_equipment_accepted_twice_is_registered_once() -> None:
    key, donor = designed()
    item = running(key, donor)["equipment"]
    delivering.deliver(key, item, "2026-09-01", actor=donor, by=OFFICER)
    said = {"register": Registered("machine", "M", "laser", ""), "actor": OWN, "by": COORDINATOR}

    assert delivering.accept(key, item, "2026-09-02", **said)  # type: ignore[arg-type]
    assert not delivering.accept(key, item, "2026-09-02", **said)  # type: ignore[arg-type]
    assert len(equipment.machines()) == 1


def test_a_reader_of_tags_is_entered_in_the_stockpiles_register() -> None:
    key, donor = designed()
    item = running(key, donor)["equipment"]
    accounts.add_place("North depot", by=COORDINATOR)
    delivering.deliver(key, item, "2026-09-01", actor=donor, by=OFFICER)

    where = Registered("reader", "gate", "http", "North depot")
    delivering.accept(key, item, "2026-09-02", register=where, actor=OWN, by=COORDINATOR)

    assert [one.name for one in devices.devices()] == ["gate"]


def test_equipment_of_another_state_is_entered_in_no_register_here() -> None:
    key, _donor = planned("XQ")
    due = Deliverable("equipment", "t", "2026-09-30", delivered="2026-09-01", maintenance="m", fallback="f")

    with pytest.raises(Refused):
        delivering.entered(project(key), due, Registered("machine", "M", "laser", ""), COORDINATOR)


def test_an_indicator_linked_to_a_figure_is_read_from_the_register_and_not_made_up() -> None:
    key, donor = planned()
    accounts.add_place("North depot", by=COORDINATOR)
    said = delivering.TargetSaid(what="share", baseline="40", target="95", due="2028-06-30", figure="marked_share")
    assert "marked_share" in indicators.REGISTRY
    pk = delivering.set_indicator(key, said, actor=OWN, by=COORDINATOR)

    with pytest.raises(Refused) as error:
        delivering.read_indicator(key, pk, actor=OWN, by=COORDINATOR)
    assert refused(error) == "no_data"
    people.weapon("1")
    with pytest.raises(Refused):
        delivering.read_indicator(key, pk, actor=donor, by=OFFICER)
    delivering.read_indicator(key, pk, actor=OWN, by=COORDINATOR)
    assert project(key).indicators[pk].readings[0].source == "figure:marked_share"


def test_what_is_refused_registers_nothing() -> None:
    key, donor = designed()
    items = running(key, donor)

    with pytest.raises(Refused):
        delivering.accept(
            key, items["equipment"], "2026-09-02", register=Registered("machine", "M", "laser", ""), actor=OWN, by=COORDINATOR
        )  # fmt: skip
    assert equipment.machines() == []
    assert not project(key).deliverables[items["equipment"]].accepted


def test_budget_and_providers_are_said_line_by_line() -> None:
    key, donor = planned()
    services.set_line(key, Costed("travel", "12.50", OWN, "to the coast"), actor=OWN, by=COORDINATOR)
    services.set_line(key, None, at=0, actor=OWN, by=COORDINATOR)
    services.set_giver(key, donor, "7.25", actor=donor, by=OFFICER)

    assert [(line.category, line.amount) for line in project(key).once] == [("training", 1000050), ("travel", 1250)]
    assert project(key).givers == (Giver(donor, 725),)
    with pytest.raises(Refused):
        services.set_giver(key, OWN, "1", actor=donor, by=OFFICER)


def test_an_offer_is_named_only_by_its_provider_or_who_may_see_it() -> None:
    _key, donor = planned()
    hidden = offer(donor, visibility="private")

    with pytest.raises(Refused):
        services.plan(
            "X", recipient=OWN, needs_answered=[need(visibility="public")], givers=[Giver(donor, 1, hidden)], actor=OWN,
            by=COORDINATOR,
        )  # fmt: skip


def test_no_word_anybody_wrote_stands_in_an_act() -> None:
    key, donor = designed()
    running(key, donor)

    log = "".join(
        repr(entry.body) for entry in store.entries_at(list(store.positions_with(b'"act":"cooperation_project_')))
    )
    for word in ("stamps by hand", "solar panels", "All stocks", "as agreed", "share of marked"):
        assert word not in log


def test_running_costs_are_planned_with_years_that_follow_each_other() -> None:
    key, _donor = planned()

    with pytest.raises(Refused):
        agreeing.set_running(key, agreeing.RunningCost("power", "1", first=2028, last=2027), actor=OWN, by=COORDINATOR)
    agreeing.set_running(key, agreeing.RunningCost("fuel", "1", first=2027, last=2027), at=0, actor=OWN, by=COORDINATOR)
    assert [line.category for line in project(key).running] == ["fuel", "consumables"]


def test_the_need_of_another_currency_is_not_put_in_one_project() -> None:
    _key, donor = planned()
    mixed = [need(visibility="public"), need(visibility="public", currency="USD")]

    with pytest.raises(Refused):
        services.plan("X", recipient=OWN, needs_answered=mixed, givers=[Giver(donor)], actor=OWN, by=COORDINATOR)
    assert len(acts.subjects("project")) == 1


def test_a_new_plan_of_running_costs_takes_signatures_away_and_after_the_terms_nobody_names_another_side_as_payer() -> (
    None
):
    key, donor = designed()
    digest = agreeing.offer_terms(key, "Terms", PDF, actor=donor, by=OFFICER)
    agreeing.sign_terms(key, digest, actor=OWN, by=COORDINATOR)
    line = agreeing.RunningCost("power", "9000", OWN, first=2026, last=2028)

    agreeing.plan_running(key, [line], actor=donor, by=OFFICER)

    terms = project(key).terms
    assert terms is not None
    assert not terms.signed
    running(key, donor)
    with pytest.raises(Refused):
        agreeing.plan_running(key, [line], actor=donor, by=OFFICER)
